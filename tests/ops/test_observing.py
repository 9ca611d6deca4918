"""What operators see: Prometheus metrics and the log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from simulator.client import Client
from simulator.testing import Supplier
from simulator.web import Embedded
from tests.cli.test_processes import serving
from tests.conftest import Gateway
from tests.receiver import Receiver
from tests.running import until


def metrics(url: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, in the order of the labels' names."""
    response = requests.get(f"{url}/__admin/metrics", timeout=30)
    assert response.status_code == 200 and response.headers["Content-Type"].startswith(
        "text/plain; version="
    )
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_metrics_count_requests_answers_lateness_and_what_is_pending(
    make_config: Callable[..., Any], receiver: Receiver
) -> None:
    receiver.answer = lambda number, arrival: 204 if number < 3 else 422
    with (
        Embedded(make_config(gateway={"url": receiver.url, "auth": {"kind": "none"}})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        before = metrics(simulator.url)
        gateway.place()
        gateway.post("/service-orders", {})
        gateway.http.request("GET", f"{gateway.url}/nothing", timeout=30)
        gateway.http.request("INVENTED", f"{gateway.url}/nothing", timeout=30)
        pending = metrics(simulator.url)
        assert pending["simulator_kcis", "waiting"] == pending["simulator_kcis_pending",] == 3
        gateway.advance()
        after = metrics(simulator.url)
        counted = {name: after[name] - before.get(name, 0) for name in after}
        assert (
            counted["simulator_requests_total", "202", "POST", "default"]
            == counted["simulator_requests_total", "400", "POST", "default"]
            == 1
        )
        assert counted["simulator_requests_total", "404", "GET", "default"] == 1
        assert counted["simulator_requests_total", "404", "other", "default"] == 1
        assert counted["simulator_gateway_answers_total", "204", "default"] == 2
        assert counted["simulator_gateway_answers_total", "422", "default"] == 1
        assert counted["simulator_kci_lateness_seconds_count", "default"] == 3
        assert counted["simulator_request_seconds_count", "default"] == 4
        assert (
            after["simulator_kcis", "delivered"],
            after["simulator_kcis", "dead"],
            after["simulator_kcis_pending",],
        ) == (2, 1, 0)
        assert after["simulator_sender_alive",] == 1


def test_throw_away_suppliers_are_counted_together(simulator: Embedded) -> None:
    before = metrics(simulator.url).get(("simulator_requests_total", "202", "POST", "made"), 0)
    for _ in range(2):
        with Supplier.make(simulator.url) as supplier:
            sample = supplier.sample()
            requests.post(
                supplier.url + sample["path"],
                json=sample["body"],
                headers=sample["headers"],
                timeout=30,
            )
    assert metrics(simulator.url)["simulator_requests_total", "202", "POST", "made"] == before + 2


def test_metrics_are_open_and_nothing_else_that_only_sounds_so(
    make_config: Callable[..., Any],
) -> None:
    with Embedded(make_config(admin={"token": "s3cret"})) as simulator:
        with Client(simulator.url, token="s3cret") as known:
            known.make_supplier(name="health")
        assert requests.get(f"{simulator.url}/__admin/metrics", timeout=30).status_code == 200
        for method, path in (
            ("GET", "suppliers/health"),
            ("DELETE", "suppliers/health"),
            ("GET", "orders/metrics"),
        ):
            assert (
                requests.request(method, f"{simulator.url}/__admin/{path}", timeout=30).status_code
                == 401
            )


@pytest.mark.slow
def test_the_processes_of_a_server_count_together_and_speak_json(tmp_path: Path) -> None:
    with (
        serving(tmp_path, "--workers", "4", "--clock", "manual", "--log-format", "json") as (
            _,
            url,
        ),
        Gateway(url) as gateway,
    ):
        for _ in range(20):
            with Gateway(url) as another:
                another.serial = gateway.serial = gateway.serial + 1
                another.place()
        gateway.advance()
        gateway.http.get(f"{url}/a%0aFAKE", timeout=30)
        until(lambda: metrics(url).get(("simulator_gateway_answers_total", "204", "default")) == 60)
        assert metrics(url)["simulator_requests_total", "202", "POST", "default"] == 20
        assert metrics(url)["simulator_kci_lateness_seconds_count", "default"] == 60
    lines = [json.loads(line) for line in (tmp_path / "serve.log").read_text().splitlines()]
    assert all({"at", "level", "logger", "message"} <= set(line) for line in lines)
    asked = next(line for line in lines if line["logger"] == "simulator.supplier")
    assert (
        asked["request_id"] == "r-1"
        and asked["conversation_id"] == "c-1"
        and asked["order"]
        and asked["code"] == 202
    )
    sent = next(line for line in lines if line["logger"] == "simulator.sender")
    assert {
        "supplier",
        "tenant",
        "ref",
        "order",
        "kci",
        "request_id",
        "conversation_id",
        "code",
    } <= set(sent)
    assert (
        next(line for line in lines if line.get("order") == asked["order"] and "kci" in line)[
            "conversation_id"
        ]
        == "c-1"
    )


@pytest.mark.slow
def test_a_line_of_the_log_is_one_line(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as (_, url):
        requests.get(f"{url}/a%0aFAKE", timeout=30)
    log = (tmp_path / "serve.log").read_text()
    assert "GET /a\\nFAKE -> 404" in log and "\nFAKE" not in log
