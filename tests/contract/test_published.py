"""What others make of our OpenAPI documents: a public linter finds no error, a public generator a
client that places an order.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator import config
from simulator.web import Embedded

DOCUMENTS = ("/openapi.json", "/mef/openapi.json", "/__admin/openapi.json")
LINTER = os.environ.get("SPECTRAL") or shutil.which("spectral")
RULES = Path(__file__).parent / "lint" / "spectral.yaml"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("published")
    overrides = {
        "server": {"port": 0},
        "store": {"url": f"sqlite:///{folder}/s.db"},
        "clock": {"mode": "manual"},
    }
    with Embedded(config.load(environment={}, overrides=overrides)) as simulator:
        yield simulator.url


def document(served: str, path: str) -> Any:
    return requests.get(served + path, timeout=30).json()


@pytest.mark.skipif(
    LINTER is None,
    reason="no Spectral: `make linter` installs it (with npm), or SPECTRAL=... names it",
)
@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_linter_finds_no_error(served: str, path: str, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document(served, path)))
    command = [str(LINTER), "lint", str(file), "--ruleset", str(RULES), "--fail-severity", "error"]
    linted = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert linted.returncode == 0, linted.stdout[-4000:] + linted.stderr[-2000:]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_validator_of_the_standard_takes_it(served: str, path: str) -> None:
    from openapi_spec_validator import validate

    validate(document(served, path))


@pytest.fixture(scope="module")
def client(served: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A package made by openapi-python-client; its name."""
    folder = tmp_path_factory.mktemp("client")
    file = folder / "openapi.json"
    file.write_text(json.dumps(document(served, "/openapi.json")))
    tools = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--path",
        str(file),
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    made = subprocess.run(
        [*command, "--output-path", str(folder / "fibre_client")],
        capture_output=True,
        text=True,
        env=tools,
        timeout=180,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield "fibre_client"
    sys.path.remove(str(folder))


def test_a_generated_client_places_amends_and_cancels_an_order(client: str, served: str) -> None:
    package = importlib.import_module(client)
    api = {
        name: importlib.import_module(f"{client}.api.orders.{name}")
        for name in ("place_order", "amend_order", "cancel_order")
    }
    models = importlib.import_module(f"{client}.models")
    headers = {"x_request_id": "r-1", "x_conversation_id": "c-1", "tenant": "TENANT1"}
    order = models.ProvideServiceOrder(
        id=4101,
        order_type=models.ProvideServiceOrderOrderType.NEW,
        tenant="TENANT1",
        address=models.Address(id="100023336956", type_="UPRN"),
        service_order_item=models.ServiceOrderItem(
            service_specification=models.ServiceSpecification(id="FTTP")
        ),
        primary_contact=models.Contact(name="Ada Park", phone_number="01632 960101"),
    )
    with package.Client(base_url=served) as http:
        placed = api["place_order"].sync_detailed(
            client=http, body=order, x_scenario="ORDER_ACKNOWLEDGED", **headers
        )
        assert placed.status_code == 201
        assert placed.parsed.status == models.ProvideServiceOrderStateStatus.ACKNOWLEDGED
        assert placed.parsed.supplier_order_reference.startswith("SIM-")
        amendment = models.ServiceOrderAmendment(id=1, order_id=4101, notes="Ring twice")
        amended = api["amend_order"].sync_detailed(client=http, body=amendment, **headers)
        assert (amended.status_code, amended.parsed.order_id) == (201, 4101)
        reason = models.ServiceOrderCancellationReasonCode.NO_LONGER_REQUIRED
        cancellation = models.ServiceOrderCancellation(id=2, order_id=4101, reason_code=reason)
        assert (
            api["cancel_order"].sync_detailed(client=http, body=cancellation, **headers).status_code
            == 201
        )
        again = api["cancel_order"].sync_detailed(
            client=http,
            body=models.ServiceOrderCancellation(id=3, order_id=4101, reason_code=reason),
            **headers,
        )
        assert (again.status_code, again.parsed.code) == (422, "INVALID_REQUEST")


def test_the_generated_client_reads_a_kci(client: str, served: str) -> None:
    models = importlib.import_module(f"{client}.models")
    webhook = document(served, "/openapi.json")["webhooks"]["kci"]["post"]
    examples = webhook["requestBody"]["content"]["application/json"]["examples"]
    read = {name: models.Kci.from_dict(example["value"]) for name, example in examples.items()}
    assert read["provide DELAY"].reason_code == models.KciReasonCode.DELAY
    assert (
        read["unsolicited_cease CREATED"].unsolicited_cease_service_order.service_id == "SVC-90001"
    )
