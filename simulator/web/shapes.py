"""What the admin API shows beside orders, KCIs and exchanges (`simulator.shapes`): stories, clocks, advances, scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator import instants, matching
from simulator.clock import Clock
from simulator.dialects import Dialect
from simulator.model import Order
from simulator.rehearsal import Tale
from simulator.shapes import kci_shape
from simulator.store.journal import Dropped
from simulator.store.suppliers import Called
from simulator.story import Line, parsed
from simulator.supplier.asking import Miss
from simulator.supplier.timekeeping import Advanced


def story_shape(order: Order, lines: list[Line]) -> dict[str, Any]:
    """An order's story."""
    events = [{"at": instants.format_instant(line.at), "kind": line.kind, "text": line.text} for line in lines]
    return {"order": order.id, "events": events}


def clock_shape(clock: Clock, now: int) -> dict[str, Any]:
    """A clock and what it shows."""
    return {"mode": clock.mode, "rate": clock.rate, "now": instants.format_instant(now)}


def advanced_shape(advanced: Advanced) -> dict[str, Any]:
    """What an advance did."""
    shape: dict[str, Any] = {
        "now": instants.format_instant(advanced.now),
        "moved": instants.format_duration(advanced.moved),
        "kcis": [kci_shape(kci) for kci in advanced.kcis],
    }
    return shape | ({"unsettled": [kci_shape(kci) for kci in advanced.unsettled]} if advanced.unsettled else {})


def scenario_shape(tale: Tale, dialect: Dialect) -> dict[str, Any]:
    """A scenario with a sample request that plays it: of the gateway, or of the admin API where the supplier begins."""
    scenario = tale.scenario
    params: Mapping[str, Any] = {
        name: {"type": param.kind, "default": param.default, "choices": list(param.choices), "header": param.header or None}
        for name, param in scenario.params.items()
    }
    return {
        "name": scenario.name, "dialect": scenario.dialect, "about": scenario.about, "params": params,
        "for": "order" if scenario.answers == "create" else scenario.answers, "begins": scenario.begins,
        "when": [matching.describe(condition) for condition in scenario.when], "source": scenario.source, "digest": scenario.digest,
        "sample": _sample(tale, dialect),
        "errors": [],
    }  # fmt: skip


def _sample(tale: Tale, dialect: Dialect) -> dict[str, Any]:
    scenario = tale.scenario
    if scenario.begins == "supplier":
        tenant, document = dialect.sample_beginning()
        body = {"scenario": scenario.name, "tenant": tenant, "document": document}
        return {"method": "POST", "path": "/__admin/start", "headers": {"content-type": "application/json"}, "body": body}
    later = scenario.answers != "create"
    operation = dialect.sample_operations(scenario.answers)[0] if later else tale.operation
    sample = dialect.sample(operation, tale.order if later else None, 1)
    chosen = {} if scenario.when else {"x-scenario": scenario.name}
    return {
        "method": sample.method, "path": sample.path, "headers": {**sample.headers, **chosen}, "body": parsed(sample.body.decode()),
    }  # fmt: skip


def misses_shape(misses: Iterable[Miss]) -> list[dict[str, Any]]:
    """What almost fitted, and in what it did not."""
    return [{"differences": list(miss.differences), "item": miss.item} for miss in misses]


def dropped_shape(dropped: Dropped) -> dict[str, Any] | None:
    """What the journal does not hold any more; null when nothing was dropped."""
    if not dropped.count:
        return None
    until = instants.format_instant(dropped.until_wall)
    return {"count": dropped.count, "last": dropped.last, "until_wall": until, "why": "journal.most, journal.keep"}


def called_shape(called: Called | None) -> dict[str, Any] | None:
    """At which standing supplier's path a made one answers too, and whom; null where it does not."""
    if called is None or not called.standing:
        return None
    return {"instead_of": called.standing, "tenant": called.tenant or None, "client": called.client or None}
