"""The pytest plugin: each test gets a supplier of its own, on one simulator for the session or on
one that runs already.

Fixtures: `supplier`, `supplier_url`, `pretend_gateway`, `simulator_url`, `supplier_gateway_url`.
Nothing of the simulator is imported before a test asks for one of them. With pytest-xdist each
worker starts a simulator of its own, unless `--simulator-url` names one.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulator.testing import PretendGateway, Supplier

SETTINGS = {
    "simulator_url": "a running simulator, instead of one that the plugin starts",
    "simulator_config": "the settings of the simulator that the plugin starts",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--simulator-url`, `--simulator-token`, `--simulator-config`. The first and the last may
    stand in the ini file too.
    """
    group = parser.getgroup("simulator", "the simulated supplier")
    group.addoption(
        "--simulator-url",
        metavar="URL",
        help="Use a running simulator (or SIMULATOR_URL) instead of starting one.",
    )
    group.addoption(
        "--simulator-token", metavar="TOKEN", help="Its admin token (or SIMULATOR_TOKEN)."
    )
    group.addoption(
        "--simulator-config", metavar="FILE", help="The settings of the simulator that is started."
    )
    for name, said in SETTINGS.items():
        parser.addini(name, said, default="")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    said = "settings of the test's supplier: dialect, default, seed, clock, gateway, tenant ..."
    config.addinivalue_line("markers", f"supplier(**given): {said}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed shows the stories of its suppliers."""
    report = yield
    if report.when == "call" and report.failed:
        for name, value in getattr(item, "funcargs", {}).items():
            if type(value).__module__ == "simulator.testing" and hasattr(value, "stories"):
                title = f"{name}: what happened to the orders of {value.name}"
                _add_section(report, title, _stories(value))
    return report


def _add_section(report: pytest.TestReport, title: str, text: str) -> None:
    """Show a text with a failure: within it where that can be, so that a JUnit file has it too."""
    add = getattr(report.longrepr, "addsection", None)
    if add is not None:
        add(title, text, "-")
    else:
        report.sections.append((title, text))


def _stories(supplier: Any) -> str:
    from simulator.client import Failed

    try:
        return str(supplier.stories())
    except Failed as error:
        return f"it cannot be asked any more: {error}"


@pytest.fixture(scope="session")
def simulator_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where the simulator answers: one that is named, else one that is started for the session."""
    config = request.config
    url = (
        config.getoption("--simulator-url")
        or os.environ.get("SIMULATOR_URL")
        or config.getini("simulator_url")
    )
    if url:
        yield str(url).rstrip("/")
        return
    from pathlib import Path

    from simulator import config as settings
    from simulator.web import Embedded

    folder = tmp_path_factory.mktemp("simulator")
    named = config.getoption("--simulator-config") or config.getini("simulator_config")
    file = Path(config.rootpath / named) if named else folder / "none.yaml"
    if not named:
        file.write_text("{}")  # a config.yaml of this folder is for something else
    here = {
        "server": {"host": "127.0.0.1", "port": 0},
        "store": {"url": f"sqlite:///{folder}/simulator.db"},
    }
    with Embedded(settings.load(file, overrides=here)) as running:
        yield running.url


@pytest.fixture
def supplier_gateway_url() -> str | None:
    """Where the gateway under test takes KCIs. Overwrite it in your conftest.py; None is the
    built-in pretend gateway.
    """
    return None


@pytest.fixture
def supplier(
    request: pytest.FixtureRequest, simulator_url: str, supplier_gateway_url: str | None
) -> Iterator[Supplier]:
    """A supplier for this test alone. Its clock stands until the test advances it
    (`simulator.testing.Supplier`).
    """
    from simulator.testing import Supplier

    marker = request.node.get_closest_marker("supplier")
    given = {"gateway": supplier_gateway_url, **(marker.kwargs if marker else {})}
    token = request.config.getoption("--simulator-token") or os.environ.get("SIMULATOR_TOKEN")
    with Supplier.make(simulator_url, token=token, **given) as made:
        yield made


@pytest.fixture
def supplier_url(supplier: Supplier) -> str:
    """Where the gateway under test sends its orders."""
    return supplier.url


@pytest.fixture
def pretend_gateway(supplier: Supplier) -> PretendGateway:
    """The supplier's built-in counterpart: what came, and what a gateway would notice in it."""
    from simulator.testing import PretendGateway

    return PretendGateway(supplier)
