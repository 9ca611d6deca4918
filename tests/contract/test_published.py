"""What others make of our OpenAPI documents: a public linter finds no error, a public generator a
client that places an order.
"""

from __future__ import annotations

import importlib
import json
import os
import re
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


def test_what_is_refused_at_once_is_no_valid_request_of_the_schema(served: str) -> None:
    """An empty delay, an empty date, and a number that no order has."""
    fibre, mef = (document(served, path) for path in DOCUMENTS[:2])
    delays = [
        parameter["schema"]
        for found, path in ((fibre, "/service-orders"), (mef, "/orders"))
        for parameter in found["paths"][path]["post"]["parameters"]
        if parameter["name"] == "X-Kci-Delay"
    ]
    date = mef["components"]["schemas"]["OrderCreateUpdate"]["properties"]["orderDate"]
    numbers = [
        parameter["schema"]
        for path in ("/orders", "/orders/{id}")
        for parameter in mef["paths"][path]["get"]["parameters"]
        if parameter["name"] == "id"
    ]
    refused = [*((schema, "") for schema in delays), (date, ""), *((one, "@]") for one in numbers)]
    taken = [*((schema, "2.5") for schema in delays), (date, "2016-10-01T13:20+01:00")]
    taken += [(date, "2016-10-01"), *((one, "ORD-CC-12345") for one in numbers)]
    assert [re.search(schema["pattern"], value) for schema, value in refused] == [None] * 5
    assert all(re.search(schema["pattern"], value) for schema, value in taken)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_validator_of_the_standard_takes_it(served: str, path: str) -> None:
    from openapi_spec_validator import validate

    validate(document(served, path))


def generated(described: Any, folder: Path, name: str, *options: str) -> Path:
    """A package that openapi-python-client makes of a document."""
    file = folder / "openapi.json"
    file.write_text(json.dumps(described))
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
        *options,
    ]
    made = subprocess.run(
        [*command, "--output-path", str(folder / name)],
        capture_output=True,
        text=True,
        env=tools,
        timeout=180,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return folder / name


@pytest.fixture(scope="module")
def client(served: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A client of the contract; its name."""
    folder = tmp_path_factory.mktemp("client")
    generated(document(served, "/openapi.json"), folder, "fibre_client", "--fail-on-warning")
    sys.path.insert(0, str(folder))
    yield "fibre_client"
    sys.path.remove(str(folder))


def test_a_generated_client_of_the_admin_api_has_every_operation(
    served: str, tmp_path: Path
) -> None:
    described = document(served, "/__admin/openapi.json")
    package = generated(described, tmp_path, "admin_client")
    made = {file.stem for file in (package / "api").glob("*/*.py")}
    wanted = {
        operation["operationId"]
        for found in described["paths"].values()
        for operation in found.values()
    }
    assert wanted - made == set()
    export = (package / "api" / "all_" / "get_journal_export.py").read_text()
    assert "response.text" in export


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
