"""The metrics for Prometheus: requests, the gateways' answers, how late KCIs leave.

The processes of one `serve` count in files of one folder (`share`, called before anything is
counted). A process alone counts in memory. Throw-away suppliers are counted together as `made`:
their names come and go.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from simulator.base import instants

MADE = "made"
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
"""A gateway may invent others; each would be a series of its own for ever."""

_LATE = (*_SECONDS, 30.0, 60.0, 300.0, 1800.0)


def share(folder: str) -> None:
    """Count in files of this folder, with all processes that are started from here. They share the
    library too: it is imported now.
    """
    os.environ[_SHARED] = folder
    _registry()


def request(supplier: str, method: str, code: int, took: int) -> None:
    """A request of a gateway was answered, after `took` microseconds."""
    known = method if method in _METHODS else "other"
    _meter("requests", supplier, known, str(code)).inc()
    _meter("request_seconds", supplier).observe(took / instants.SECOND)


def answer(supplier: str, code: int | None, took: int) -> None:
    """A gateway answered a KCI, or did not (None), after `took` microseconds."""
    _meter("answers", supplier, "none" if code is None else str(code)).inc()
    _meter("answer_seconds", supplier).observe(took / instants.SECOND)


def late(supplier: str, length: int) -> None:
    """A KCI left for the first time `length` microseconds of real time after it fell due."""
    _meter("lateness", supplier).observe(max(0, length) / instants.SECOND)


def deleted(supplier: str, number: int) -> None:
    """So many orders were deleted, because they were at rest for long."""
    _meter("deleted", supplier).inc(number)


def exposed(gauges: Mapping[str, tuple[str, Mapping[str, float]]]) -> tuple[bytes, str]:
    """All metrics as text, and the content type.

    `gauges` are read at this moment: name, help text, and a value for each state; a gauge without
    states has the state "".
    """
    import prometheus_client as library
    from prometheus_client import multiprocess

    counted = _registry()
    if _SHARED in os.environ:
        counted = library.CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    now = library.CollectorRegistry()
    now.register(_Gauges(gauges))
    text = library.generate_latest(now) + library.generate_latest(counted)
    return text, library.CONTENT_TYPE_LATEST


class _Gauges:
    """Gauges that are read when Prometheus asks."""

    def __init__(self, gauges: Mapping[str, tuple[str, Mapping[str, float]]]) -> None:
        self.gauges = gauges

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        for name, (said, values) in self.gauges.items():
            family = GaugeMetricFamily(
                f"simulator_{name}", said, labels=["state"] if "" not in values else []
            )
            for state, value in values.items():
                family.add_metric([state] if state else [], value)
            yield family


_lock = threading.Lock()


def _registry() -> Any:
    with _lock:  # two threads may count for the first time at once, and a name is registered once
        return _made()[0]


@lru_cache(maxsize=1024)
def _meter(name: str, *labels: str) -> Any:
    """What counts under these labels: the library takes as long to find it as to count."""
    with _lock:
        return _made()[1][name].labels(*labels)


@cache
def _made() -> tuple[Any, dict[str, Any]]:
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()
    return registry, {
        "requests": Counter(
            "simulator_requests",
            "Requests of gateways, by our answer.",
            ["supplier", "method", "code"],
            registry=registry,
        ),
        "request_seconds": Histogram(
            "simulator_request_seconds",
            "How long a request took us, without a scripted delay.",
            ["supplier"],
            buckets=_SECONDS,
            registry=registry,
        ),
        "answers": Counter(
            "simulator_gateway_answers",
            "Gateways' answers to KCIs; none is an error or a time-out.",
            ["supplier", "code"],
            registry=registry,
        ),
        "answer_seconds": Histogram(
            "simulator_gateway_seconds",
            "How long a gateway took to answer a KCI.",
            ["supplier"],
            buckets=_SECONDS,
            registry=registry,
        ),
        "lateness": Histogram(
            "simulator_kci_lateness_seconds",
            "Real time between the moment a KCI fell due and its first attempt.",
            ["supplier"],
            buckets=_LATE,
            registry=registry,
        ),
        "deleted": Counter(
            "simulator_orders_deleted",
            "Orders that were deleted by the bounds of the settings.",
            ["supplier"],
            registry=registry,
        ),
    }
