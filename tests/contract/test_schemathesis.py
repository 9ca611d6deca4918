"""Schemathesis as anybody would run it: all checks and all phases, against a simulator that is
served, by our `schemathesis.toml`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import config
from simulator.web import Embedded

ROOT = Path(__file__).parent.parent.parent
RUN = [
    sys.executable,
    "-m",
    "schemathesis.cli",
    "--config-file",
    str(ROOT / "schemathesis.toml"),
    "run",
]
ALL = ["--checks", "all", "--generation-deterministic", "--no-color"]
AUTH = {"kind": "bearer", "tokens": ["let-me-in"]}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Embedded]:
    suppliers = [
        {"name": "default", "path": "/"},
        {"name": "mef", "path": "/mef", "dialect": "mef"},
        {"name": "guarded", "path": "/g", "auth": AUTH},
    ]
    overrides = {
        "server": {"port": 0},
        "store": {"url": f"sqlite:///{tmp_path}/s.db"},
        "clock": {"mode": "manual"},
        "suppliers": suppliers,
    }
    with Embedded(config.load(environment={}, overrides=overrides)) as simulator:
        yield simulator


def fuzz(url: str, *options: str) -> None:
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.contract.hooks",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "200",
    }
    done = subprocess.run(
        [*RUN, url, *ALL, *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert done.returncode == 0, "\n".join(
        line[:300] for line in (done.stdout + done.stderr).splitlines()
    )


def test_every_operation_passes_every_check(served: Embedded) -> None:
    fuzz(
        f"{served.url}/openapi.json",
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "80",
    )


def test_orders_are_placed_amended_and_cancelled_by_the_links(served: Embedded) -> None:
    fuzz(f"{served.url}/openapi.json", "--phases", "stateful", "--max-examples", "5")


def test_a_guarded_door_is_as_it_is_described(served: Embedded) -> None:
    fuzz(
        f"{served.url}/g/openapi.json",
        "--phases",
        "examples,coverage",
        "--max-examples",
        "10",
        "--header",
        f"Authorization: Bearer {AUTH['tokens'][0]}",
    )


def test_every_admin_path_passes_every_check(served: Embedded) -> None:
    """Ids are drawn, so that most requests meet a 404 or a 422, which no check may hold against
    them; a stream does not end by itself; and `scenarios/check` is a place for a scenario of that
    name too, so that more methods are allowed there than it has.
    """
    fuzz(
        f"{served.url}/__admin/openapi.json",
        "--exclude-checks",
        "positive_data_acceptance,allow_header_conformance",
        "--exclude-path-regex",
        "/events$",
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "15",
    )
