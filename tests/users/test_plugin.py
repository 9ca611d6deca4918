"""The pytest plugin and `simulator.testing`, as a gateway's team uses them: in a test run of their
own.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests

from simulator.client import Failed
from simulator.testing import NotSo, PretendGateway, Supplier
from simulator.web import Embedded
from tests.cli.test_processes import serving
from tests.conftest import Gateway
from tests.receiver import Receiver

ROOT = Path(__file__).parent.parent.parent
PLACE = """
import requests

def place(supplier, name=""):
    sample = supplier.sample(name)
    url, headers = supplier.url + sample["path"], sample["headers"]
    return requests.request(
        sample["method"], url, json=sample["body"], headers=headers, timeout=30
    )
"""


@pytest.fixture
def run_tests(tmp_path: Path) -> Callable[..., str]:
    """Run pytest on a file of its own; what it printed."""

    def run(text: str, *options: str, **environment: str) -> str:
        (tmp_path / "test_it.py").write_text(PLACE + text)
        (tmp_path / "pytest.ini").write_text(
            "[pytest]\nfilterwarnings = error\n"
            "addopts = -q -p no:cacheprovider -p no:schemathesis\n"
        )
        (tmp_path / "config.yaml").write_text("somebody: else's\n")
        found = subprocess.run(
            [sys.executable, "-m", "pytest", *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=100,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **environment},
        )
        return found.stdout + found.stderr

    return run


@pytest.fixture
def supplier_gateway_url() -> None:
    return None


@pytest.fixture
def simulator_url(simulator: Embedded) -> str:
    """The plugin's own fixtures, over the simulator of these tests."""
    return simulator.url


def place(supplier: Supplier, scenario: str = "") -> requests.Response:
    sample = supplier.sample(scenario)
    return requests.request(
        sample["method"],
        supplier.url + sample["path"],
        json=sample["body"],
        headers=sample["headers"],
        timeout=30,
    )


def test_nothing_is_imported_before_a_test_asks() -> None:
    look = (
        "import pytest, sys; before = set(sys.modules); import simulator.pytest_plugin;"
        " print(sorted(set(sys.modules) - before))"
    )
    found = subprocess.run(
        [sys.executable, "-c", look],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert found.stdout.strip() == "['simulator', 'simulator.pytest_plugin']"


def test_a_supplier_plays_advances_and_is_asked(
    supplier: Supplier, pretend_gateway: PretendGateway, supplier_url: str
) -> None:
    assert (
        place(supplier.plays("ORDER_DELAYED")).status_code == 202 and supplier_url == supplier.url
    )
    assert [kci["send"] for kci in supplier.advance(to_next=True)] == ["ACKNOWLEDGED"]
    sent = ["ACKNOWLEDGED", "COMMITTED", "DELAY", "RESUMED", "COMPLETED"]
    assert [kci["send"] for kci in supplier.advance(days=2, hours=12)] == sent[1:]
    assert (
        [kci["send"] for kci in supplier.kcis]
        == [row["body"]["reasonCode"] for row in pretend_gateway.received]
        == sent
    )
    assert (
        pretend_gateway.findings == []
        and len(pretend_gateway.of(f"TENANT1/{supplier.order['ref']}")) == 5
    )
    assert supplier.order["status"] == "COMPLETED" and len(supplier.journal) == 6
    assert supplier.wait_for_kci("COMPLETED")["sequence"] == 5
    assert supplier.wait_for_request({"path": "/service-orders"})["response"]["code"] == 202
    assert supplier.wait_for_status("COMPLETED", {"ref": supplier.order["ref"]}) == supplier.order
    supplier.wait_until_idle()
    supplier.verify({"direction": "out"}, count=5)


def test_an_advance_names_what_did_not_go(supplier: Supplier) -> None:
    place(supplier, "ORDER_SUCCESSFUL")
    gone = supplier.advance(seconds=31)
    assert ([kci["send"] for kci in gone], gone.parked, gone.not_sent) == (["ACKNOWLEDGED"], [], [])
    assert gone.now == supplier.client.clock()["now"]
    with Gateway(supplier.url) as gateway:
        gateway.place("ORDER_SUCCESSFUL?targetDateOffset=999999")
    parked = supplier.advance(weeks=1).parked
    assert [(kci["send"], kci["state"]) for kci in parked] == [("COMMITTED", "dead")]


def test_a_supplier_loses_an_answer_for_one_test(supplier: Supplier) -> None:
    supplier.plays_text("""
scenario: LOST
reply: {attempts: [{fault: connection_reset}, acknowledge]}
""")
    sample = supplier.sample()
    ask = partial(requests.post, supplier.url + sample["path"], json=sample["body"], timeout=30)
    with pytest.raises(requests.ConnectionError):
        ask(headers=sample["headers"])
    assert ask(headers=sample["headers"]).status_code == 201
    assert supplier.order["status"] == "ACKNOWLEDGED"
    supplier.verify({"fault.word": "connection_reset"}, count=1)
    assert "fault connection_reset: 0 bytes of the answer" in supplier.stories()


def test_what_is_not_so_fails_the_test_and_what_is_wrong_is_an_error(supplier: Supplier) -> None:
    place(supplier)
    with pytest.raises(NotSo, match="advance it"):
        supplier.wait_for_kci("COMPLETED", within="0s")
    with pytest.raises(NotSo, match="wanted exactly 2 where path is /service-orders; found 1"):
        supplier.verify({"path": "/service-orders"}, count=2)
    with pytest.raises(NotSo, match="the nearest"):
        supplier.wait_for_request({"status": 422}, within="0s")
    with pytest.raises(Failed, match="did you mean `send`"):
        supplier.client.wait("kci", {"snd": 1})
    with pytest.raises(Failed, match="one of by, to, to_next"):
        supplier.advance()
    place(supplier.plays("ORDER_REJECTED"), "ORDER_DELAYED")
    supplier.client.reset()
    with pytest.raises(NotSo, match="there are 0 orders"):
        _ = supplier.order


@pytest.mark.supplier(dialect="mef", default="JEOPARDY", name="sellers-own")
def test_the_marker_says_what_the_supplier_shall_be(supplier: Supplier) -> None:
    assert (supplier.name, supplier.dialect, supplier.default) == ("sellers-own", "mef", "JEOPARDY")
    assert place(supplier).status_code == 201 and len(supplier.advance(weeks=6)) > 1


@pytest.mark.slow
def test_kcis_that_do_not_come_to_rest_are_named(simulator: Embedded, receiver: Receiver) -> None:
    hanging = threading.Event()
    receiver.answer = lambda number, arrival: 204 if hanging.wait(30) else 503
    with Supplier.make(simulator.url, gateway=receiver.url) as supplier:
        place(supplier)
        with pytest.raises(
            NotSo, match=r"not at rest in time: ACKNOWLEDGED of order .* is attempted"
        ):
            supplier.advance(days=1, within="300ms")
        hanging.set()


def test_a_gateway_that_is_off_does_not_hold_up_an_advance(simulator: Embedded) -> None:
    with Supplier.make(simulator.url, gateway="http://127.0.0.1:1") as supplier:
        place(supplier)
        advanced = supplier.advance(days=42)
        assert [kci["send"] for kci in advanced.overdue] == ["ACKNOWLEDGED"]
        shown = supplier.client.gateway()
        assert shown["state"] == "down" and "token endpoint" in shown["reason"]


def test_a_supplier_is_gone_after_its_block(simulator: Embedded) -> None:
    with Supplier.make(simulator.url, clock="real") as supplier:
        name = supplier.name
    assert requests.get(f"{simulator.url}/__admin/suppliers/{name}", timeout=30).status_code == 404


@pytest.mark.slow
def test_a_test_that_fails_shows_the_stories_of_its_supplier(
    run_tests: Callable[..., str], tmp_path: Path
) -> None:
    text = """
def test_it(supplier):
    place(supplier)
    requests.post(supplier.url + "/service-orders", json={}, timeout=30)
    supplier.advance(seconds=31)
    assert supplier.order["status"] == "COMPLETED"

def test_names(supplier):
    supplier.plays("ORDER_DELAID")

def test_keys(supplier):
    supplier.verify({"pth": "/service-orders"})
"""
    told = run_tests(text, "--junitxml", "junit.xml")
    for name, line in (("names", 'supplier.plays("ORDER_DELAID")'), ("keys", "supplier.verify(")):
        shown = told[told.index(f"_ test_{name} _") :]
        assert shown.index(f">       {line}") < shown.index("\nE ")
    assert "did you mean `ORDER_DELAYED`" in told and "simulator/client.py" not in told
    failures = ElementTree.parse(tmp_path / "junit.xml").findall(".//failure")
    assert "1 ACKNOWLEDGED -> ACKNOWLEDGED" in str(failures[0].text)
    assert (
        "3 failed" in told
        and "what happened to the orders of" in told
        and "1 ACKNOWLEDGED -> ACKNOWLEDGED" in told
    )
    assert "refused: POST /service-orders -> 400" in told


@pytest.mark.slow
def test_the_first_test_of_the_readme_passes(run_tests: Callable[..., str]) -> None:
    (block,) = [
        block
        for block in re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
        if "supplier" in block
    ]
    assert "1 passed" in run_tests(block) and block.count("\n") < 10


@pytest.mark.slow
def test_each_worker_has_a_simulator_of_its_own_or_all_share_one(
    run_tests: Callable[..., str], simulator: Embedded
) -> None:
    text = """
import pytest

@pytest.mark.parametrize("number", range(20))
def test_it(supplier, simulator_url, number):
    place(supplier)
    assert len(supplier.advance(days=2)) == 3 and supplier.order["status"] == "COMPLETED"
    print("at", simulator_url)
"""
    own = run_tests(text, "-n", "2", "-rP")
    assert (
        "20 passed" in own
        and len({line for line in own.splitlines() if line.startswith("at ")}) == 2
    )
    for options, environment in (
        (("--simulator-url", simulator.url), {}),
        ((), {"SIMULATOR_URL": simulator.url}),
    ):
        shared = run_tests(text, "-n", "2", "-rP", *options, **environment)
        assert "20 passed" in shared and {
            line for line in shared.splitlines() if line.startswith("at ")
        } == {f"at {simulator.url}"}


@pytest.mark.slow
def test_an_own_simulator_takes_the_settings_that_are_named(
    run_tests: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text(
        "suppliers: [{name: default, path: /, default: ORDER_ACKNOWLEDGED}]\n"
        "admin: {token: s3cret}\n"
    )
    text = "def test_it(supplier):\n    assert supplier.default == 'ORDER_ACKNOWLEDGED'\n"
    assert "1 passed" in run_tests(
        text, "--simulator-config", "mine.yaml", "--simulator-token", "s3cret"
    )
    assert "the admin token" in run_tests(text, "--simulator-config", "mine.yaml")


@pytest.mark.slow
def test_a_hundred_tests_share_one_simulator_of_four_workers(
    run_tests: Callable[..., str], tmp_path: Path
) -> None:
    text = """
import pytest

@pytest.mark.parametrize("number", range(100))
def test_it(supplier, pretend_gateway, number):
    assert place(supplier.plays("ORDER_DELAYED")).status_code == 202
    assert len(supplier.advance(weeks=6)) == len(pretend_gateway.received) == 5
    assert pretend_gateway.findings == []
    assert supplier.order["status"] == "COMPLETED" and len(supplier.journal) == 6
"""
    with serving(tmp_path, "--workers", "4") as (_, url):
        assert "100 passed" in run_tests(text, "-n", "4", "--simulator-url", url)
