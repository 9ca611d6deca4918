"""Every snippet of the documents is run: commands in a shell, Python as a test of a gateway's team,
calls of the tables against a supplier, JSON through a parser. (YAML: `test_docs`. The guide:
`test_guide`.)
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import config
from simulator.testing import Supplier
from simulator.web import Embedded
from simulator.web.admin import OPERATIONS
from tests.conftest import Gateway
from tests.receiver import Receiver

ROOT = Path(__file__).parent.parent.parent
FILES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
TEXTS = {path.name: path.read_text() for path in FILES}
CEASE = {"id": 4101, "orderType": "CEASE", "tenant": "TENANT1", "serviceId": "SVC-1"}
SHELL = """set -eu
curl() {
    case " $* " in
        *" -f "*) command curl "$@" ;;
        *) command curl -sS --fail-with-body "$@" ;;
    esac
}
simulator() { "$PYTHON" -m simulator "$@"; }
"""


def blocks(kind: str) -> list[Any]:
    """The snippets of a kind, each with its page and its place there."""
    return [
        pytest.param(name, text, id=f"{name}-{number}")
        for name, page in TEXTS.items()
        if name != "guide.md"
        for number, text in enumerate(re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL), 1)
    ]


def commands(text: str) -> list[str]:
    """What a person types in a console: the lines behind `$`, with those that go on."""
    return re.findall(r"^\$ ((?:.*\\\n)*.*)$", text, re.MULTILINE)


@pytest.fixture
def served(tmp_path: Path, receiver: Receiver) -> Iterator[Embedded]:
    """A simulator whose clock stands, and that knows an order which was completed."""
    overrides = {
        "server": {"port": 0},
        "store": {"url": f"sqlite:///{tmp_path}/s.db"},
        "clock": {"mode": "manual"},
    }
    with Embedded(config.load(environment={}, overrides=overrides)) as simulator:
        yield simulator


def typed(text: str, simulator: Embedded, receiver: Receiver) -> str:
    """A snippet with the ports of this test."""
    for host in ("127.0.0.1", "localhost"):
        text = text.replace(f"{host}:8080", simulator.url.removeprefix("http://"))
    return text.replace("http://127.0.0.1:9000", receiver.url)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl on this machine")
@pytest.mark.parametrize(("page", "text"), blocks("console"))
def test_what_is_typed_in_a_console_works(
    page: str, text: str, served: Embedded, receiver: Receiver, tmp_path: Path
) -> None:
    found = [line for line in commands(text) if not line.startswith("make ")]
    with Gateway(served.url) as gateway:
        if "service-order-amendments" in text:
            gateway.post("/service-orders", CEASE)
            gateway.advance("31s")
        elif "service-orders" not in text or "match" in text:
            gateway.post("/service-orders", gateway.provide(id=4101))
            gateway.advance()
        orders = gateway.admin("GET", "/orders")["items"]
    prepare(tmp_path)
    script = SHELL + typed("\n".join(found), served, receiver)
    script = script.replace(".venv/bin/simulator", "simulator")
    script = script.replace("record ORDER", "record $ID")
    script = re.sub(r"# \.\.\. your gateway places .*", place_at(served), script)
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHON": sys.executable,
            "PYTHONPATH": str(ROOT),
            "ID": orders[0]["id"] if orders else "",
            "SIMULATOR_SERVER__PORT": served.url.rpartition(":")[2],
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, script + ran.stdout + ran.stderr


def prepare(folder: Path) -> None:
    """The files that the snippets name."""
    (folder / "my-scenarios").mkdir()
    (folder / "my-scenarios" / "mine.yaml").write_text("scenario: MINE\nreply: acknowledge\n")
    (folder / "order.json").write_text(json.dumps(Gateway("").provide()))
    lines = re.findall(r"```json\n(.*?)```", TEXTS["record.md"], re.DOTALL)[0]
    (folder / "lines.jsonl").write_text(lines)
    entries = [har_of(json.loads(line)) for line in lines.splitlines()]
    (folder / "traffic.har").write_text(json.dumps({"log": {"entries": entries}}))


def har_of(line: dict[str, Any]) -> dict[str, Any]:
    """A line of a journal as a browser or a proxy writes it."""
    headers = {"Content-Type": "application/json", **line.get("headers", {})}
    return {
        "startedDateTime": line["at"],
        "time": 5,
        "request": {
            "method": "POST",
            "url": f"http://supplier.example{line['path']}",
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "postData": {"mimeType": "application/json", "text": json.dumps(line["body"])},
        },
        "response": {"status": line["code"], "headers": [], "content": {"text": ""}},
    }


def place_at(served: Embedded) -> str:
    """The gateway's part in the story of the page on testing."""
    headers = " ".join(f"-H '{name}: {value}'" for name, value in Gateway("").headers().items())
    body = json.dumps(Gateway("").provide())
    return f"curl {served.url}/suppliers/t1/service-orders {headers} -d '{body}'"


CONFTEST = """
import pytest, requests

class MyGateway:
    def __init__(self, supplier):
        self.supplier = supplier

    def place(self, order, at):
        headers = {"X-Request-ID": "r", "X-Conversation-ID": "c", "Tenant": order["tenant"]}
        requests.post(at + "/service-orders", json=order, headers=headers).raise_for_status()

    def status_of(self, number):
        assert self.supplier.order["ref"] == str(number)
        return self.supplier.order["status"]

@pytest.fixture
def my_gateway(supplier):
    return MyGateway(supplier)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("page", "text"), blocks("python"))
def test_python_of_the_documents_runs(
    page: str, text: str, served: Embedded, receiver: Receiver, tmp_path: Path
) -> None:
    text = typed(text, served, receiver)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    if "def supplier_gateway_url" in text:
        text += "\n\ndef test_it(supplier):\n"
        text += f"    assert supplier.gateway_url == {receiver.url!r}\n"
    elif "def test_" not in text:
        text = "def test_it():\n" + "".join(f"    {line}\n" for line in text.splitlines())
    (tmp_path / "test_it.py").write_text(text)
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis"]
    ran = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert "1 passed" in ran.stdout, text + ran.stdout + ran.stderr


@pytest.mark.parametrize(("page", "text"), blocks("json"))
def test_json_of_the_documents_is_json(page: str, text: str) -> None:
    try:
        json.loads(text)
    except ValueError:
        assert [type(json.loads(line)) for line in text.splitlines()]


def test_the_paths_of_the_java_sketch_are_paths_of_the_admin_api() -> None:
    (sketch,) = re.findall(r"```java\n(.*?)```", TEXTS["testing.md"], re.DOTALL)
    asked = set(re.findall(r'"/" \+ name \+ "(/[\w/]+)"', sketch)) - {"/orders/"}
    assert asked > {"/pins"}
    assert asked - {operation.path for operation in OPERATIONS} == set()


def calls() -> list[str]:
    """The calls in the table of what a test's supplier does."""
    rows = re.findall(r"^\| (`.*?) \| ", TEXTS["testing.md"], re.MULTILINE)
    spans = [span for row in rows for span in re.findall(r"`([^`]+)`", row)]
    return [span for span in spans if re.match(r"(?!of)[a-z_]+\(", span)]


@pytest.fixture
def told(simulator: Embedded, gateway: Gateway) -> Iterator[Callable[[str], Any]]:
    """Makes one call of a supplier that has an order 4101, where the call needs one."""
    with Supplier.make(simulator.url) as supplier:
        supplier.client.set_clock(now="2026-03-02T09:00:00Z")
        with Gateway(supplier.url) as mine:
            yield lambda call: made(call, supplier, mine)


def made(call: str, supplier: Supplier, gateway: Gateway) -> Any:
    name = call.partition("(")[0]
    if name in ("signal", "wait_for_kci", "wait_for_status", "wait_for_request", "verify"):
        scenario = {"signal": "ORDER_ON_SIGNAL", "wait_for_status": "ORDER_DELAYED"}.get(name, "")
        gateway.post("/service-orders", gateway.provide(id=4101), X_Scenario=scenario)
        supplier.advance(days=0 if name in ("wait_for_status", "signal") else 42)
    if name == "signal":
        supplier.advance(seconds=31)
    if name == "wait_for_status":
        supplier.advance(seconds=91)
    return eval(f"supplier.{call}", {"supplier": supplier})


@pytest.mark.parametrize("call", calls())
def test_the_calls_of_the_table_work_as_they_stand(call: str, told: Callable[[str], Any]) -> None:
    ast.parse(call)
    told(call)


def test_the_shell_completes_commands_as_the_readme_says() -> None:
    for shell, word in (("bash", "1"), ("zsh", "1"), ("fish", "expl")):
        assert f"{shell}_source" in TEXTS["README.md"]
        given = {
            "COMP_WORDS": "simulator expl",
            "COMP_CWORD": word,
            "_SIMULATOR_COMPLETE": f"{shell}_complete",
            "PYTHONPATH": str(ROOT),
        }
        command = [
            sys.executable,
            "-c",
            "from simulator.cli import main; main(prog_name='simulator')",
        ]
        told = subprocess.run(
            command, env=given, capture_output=True, text=True, timeout=30, check=False
        )
        assert "explain" in told.stdout, told.stderr
