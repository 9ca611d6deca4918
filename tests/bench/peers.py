"""The other mock servers, each set up for the same work as far as it can do it, at its fastest:
quiet, without a journal. `make peers` installs them; what each cannot do is said here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.processes import Command
from tests.bench.work import DELAY, Work, order_schema
from tests.faults.stage import ROOT

FOLDER = ROOT / ".venv-peers" / "node_modules"
PATH = "/service-orders"
JSON = "application/json"


@dataclass(frozen=True)
class Peer:
    """`arguments` writes the files that the server reads into a folder and gives its command line.
    The other members are the cells of the page's table: what it does with a KCI.
    """

    name: str
    package: str
    needs: str
    arguments: Callable[[Work, int, str, Path], Sequence[str]]
    checks: str
    delays: str
    says: str

    @property
    def installed(self) -> bool:
        return (FOLDER / self.package).exists() and shutil.which(self.needs) is not None

    @property
    def version(self) -> str:
        found: str = json.loads((FOLDER / self.package / "package.json").read_text())["version"]
        return found

    @contextmanager
    def command(self, work: Work, port: int, gateway: str, folder: Path) -> Iterator[Command]:
        yield Command(self.arguments(work, port, gateway, folder), folder)


def answer(work: Work) -> dict[str, Any]:
    """A short answer that is always the same: the least that a peer has to do."""
    status = "ACKNOWLEDGED" if work.code == 201 else "RECEIVED"
    return {"supplierOrderReference": "SUP-1", "status": status}


def kci(order: str) -> str:
    """A short KCI of an order; ours holds the whole order."""
    entity = f'{{"id":{order},"status":"ACKNOWLEDGED"}}'
    head = '{"id":"00000000-0000-4000-8000-000000000001","sequenceNumber":1'
    return f'{head},"reasonCode":"ACKNOWLEDGED","provideServiceOrder":{entity}}}'


def written(path: Path, document: Any) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return str(path)


def wiremock(work: Work, port: int, gateway: str, folder: Path) -> Sequence[str]:
    mapping: dict[str, Any] = {
        "request": {
            "method": "POST",
            "urlPath": PATH,
            "bodyPatterns": [{"matchesJsonSchema": order_schema(), "schemaVersion": "V202012"}],
        },
        "response": {
            "status": work.code,
            "headers": {"Content-Type": JSON},
            "jsonBody": answer(work),
        },
    }
    if work.kcis:
        parameters = {
            "method": "POST",
            "url": f"{gateway}/kcis",
            "headers": {"Content-Type": JSON},
            "body": kci("{{jsonPath originalRequest.body '$.id'}}"),
            "delay": {"type": "fixed", "milliseconds": round(DELAY * 1000)},
        }
        mapping["serveEventListeners"] = [{"name": "webhook", "parameters": parameters}]
    written(folder / "mappings" / "orders.json", mapping)
    jar = next((FOLDER / "wiremock" / "build").glob("*.jar"))
    options = ["--no-request-journal", "--disable-request-logging", "--disable-banner"]
    return ["java", "-jar", str(jar), "--port", str(port), "--root-dir", str(folder), *options]


def mockserver(work: Work, port: int, gateway: str, folder: Path) -> Sequence[str]:
    host, _, gateway_port = gateway.rpartition("/")[2].partition(":")
    expectation: dict[str, Any] = {
        "httpRequest": {
            "method": "POST",
            "path": PATH,
            "body": {"type": "JSON_SCHEMA", "jsonSchema": order_schema()},
        },
        "httpResponse": {
            "statusCode": work.code,
            "headers": {"Content-Type": [JSON]},
            "body": json.dumps(answer(work)),
        },
    }
    if work.kcis:
        posted = {
            "method": "POST",
            "path": "/kcis",
            "headers": {"Content-Type": [JSON]},
            "body": kci('"fixed"'),
            "socketAddress": {"host": host, "port": int(gateway_port), "scheme": "HTTP"},
        }
        delay = {"timeUnit": "MILLISECONDS", "value": round(DELAY * 1000)}
        expectation["afterActions"] = [{"httpRequest": posted, "delay": delay}]
    file = written(folder / "expectations.json", [expectation])
    jar = next((FOLDER / "mockserver-node").glob("*.jar"))
    settings = [f"-Dmockserver.initializationJsonPath={file}", "-Dmockserver.disableLogging=true"]
    return ["java", *settings, "-jar", str(jar), "-serverPort", str(port), "-logLevel", "ERROR"]


def prism(work: Work, port: int, gateway: str, folder: Path) -> Sequence[str]:
    operation: dict[str, Any] = {
        "requestBody": {"required": True, "content": {JSON: {"schema": order_schema()}}},
        "responses": {
            str(work.code): {"description": "taken", "content": {JSON: {"example": answer(work)}}}
        },
    }
    if work.kcis:
        posted = {
            "requestBody": {"content": {JSON: {"example": json.loads(kci('"fixed"'))}}},
            "responses": {"204": {"description": "taken"}},
        }
        url = gateway + "/kcis/{$request.body#/id}"
        operation["callbacks"] = {"kci": {url: {"post": posted}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "orders", "version": "1"},
        "paths": {PATH: {"post": operation}},
    }
    file = written(folder / "openapi.json", document)
    script = str(FOLDER / "@stoplight" / "prism-cli" / "dist" / "index.js")
    return ["node", script, "mock", file, "--port", str(port), "--errors", "-v", "error"]


def mockoon(work: Work, port: int, gateway: str, folder: Path) -> Sequence[str]:
    uuids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(4)]
    response = {
        "uuid": uuids[0],
        "statusCode": work.code,
        "headers": [{"key": "Content-Type", "value": JSON}],
        "bodyType": "INLINE",
        "body": json.dumps(answer(work)),
        "default": True,
        "rules": [],
        "callbacks": [{"uuid": uuids[1], "latency": round(DELAY * 1000)}] if work.kcis else [],
    }
    callback = {
        "uuid": uuids[1],
        "id": "kci",
        "name": "kci",
        "uri": f"{gateway}/kcis",
        "method": "post",
        "headers": [{"key": "Content-Type", "value": JSON}],
        "bodyType": "INLINE",
        "body": kci("{{body 'id'}}"),
    }
    route = {
        "uuid": uuids[2],
        "type": "http",
        "method": "post",
        "endpoint": PATH[1:],
        "responses": [response],
    }
    environment = {
        "uuid": uuids[3],
        "lastMigration": 33,
        "name": "orders",
        "port": port,
        "hostname": "127.0.0.1",
        "routes": [route],
        "rootChildren": [{"type": "route", "uuid": uuids[2]}],
        "callbacks": [callback],
    }
    file = written(folder / "mockoon.json", environment)
    script = str(FOLDER / "@mockoon" / "cli" / "bin" / "run.js")
    quiet = ["--repair", "--disable-log-to-file", "--disable-admin-api"]
    return ["node", script, "start", "--data", file, *quiet]


PEERS = (
    Peer("WireMock", "wiremock", "java", wiremock, "JSON schema", "yes", "yes"),
    Peer(
        "MockServer",
        "mockserver-node",
        "java",
        mockserver,
        "JSON schema",
        "yes",
        "no: its text is fixed",
    ),
    Peer(
        "Mockoon",
        "@mockoon/cli",
        "node",
        mockoon,
        "not here: it would compile the schema for each order",
        "yes",
        "yes",
    ),
    Peer(
        "Prism",
        "@stoplight/prism-cli",
        "node",
        prism,
        "OpenAPI schema",
        "no: it leaves at once",
        "in its URL alone",
    ),
)
