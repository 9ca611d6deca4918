"""What a command imports, and so how long it takes to start: a shape, not a time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each starts an interpreter

ROOT = Path(__file__).parent.parent.parent
SHIPPED = ROOT / "scenarios" / "fibre_cafe" / "order_successful.yaml"
HEAVY = {
    "apispec",
    "cryptography",
    "faker",
    "flask",
    "gunicorn",
    "holidays",
    "jinja2",
    "jwt",
    "marshmallow",
    "prometheus_client",
    "re2",
    "requests",
    "sqlalchemy",
    "sqlalchemy.dialects.postgresql",
    "werkzeug",
    "yaml",
}


def imported_by(code: str) -> set[str]:
    """Which of the heavy libraries a new process has imported when it has run some code."""
    told = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return HEAVY & set(json.loads(done.stderr.splitlines()[-1]))


def command(*arguments: str) -> str:
    return f"from simulator.cli import main\nmain({list(arguments)!r}, standalone_mode=False)"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["serve", "--help"]])
def test_help_and_version_import_no_library_but_click(arguments: list[str]) -> None:
    assert imported_by(command(*arguments)) == set()


def test_check_imports_neither_a_store_nor_anything_of_http() -> None:
    code = f"try:\n    {command('check', str(SHIPPED)).replace(chr(10), chr(10) + '    ')}\n"
    found = imported_by(code + "except SystemExit as end:\n    assert not end.code")
    assert found == {"jinja2", "marshmallow", "yaml"}


def test_a_start_imports_neither_an_http_client_nor_a_web_framework() -> None:
    """The parent of `serve`: what it has imported, its children have."""
    found = imported_by("import simulator.cli.serve, simulator.cli.webserver")
    assert found == {"gunicorn", "jinja2", "marshmallow", "sqlalchemy", "yaml"}


ANSWERED = """
from simulator import config
from simulator.cli import serve, webserver
from simulator.model import Incoming
from simulator.web import Site
from simulator.world import open_world

world = open_world(config.load(environment={{}}, overrides={{"store": {{"url": "{store}"}}}}), "")
for supplier in world.suppliers.values():
    operation = supplier.dialect.sample_operations("create")[0]
    sample = supplier.dialect.sample(operation, None, 1)
    asked = Incoming(
        method="POST",
        path=supplier.config.path + sample.path,
        headers={{name.lower(): value for name, value in sample.headers.items()}},
        body=sample.body,
    )
    answer = Site(world).front.answer(asked)
    assert answer.code in (201, 202), answer
world.close()
"""


def test_an_order_is_answered_without_a_web_framework(tmp_path: Path) -> None:
    """A web process imports Flask for the admin API, and no dialect of another database."""
    told = ANSWERED.format(store=f"sqlite:///{tmp_path}/s.db")
    found = imported_by(told)
    assert found == {"gunicorn", "jinja2", "marshmallow", "prometheus_client", "sqlalchemy", "yaml"}


def test_a_sender_alone_needs_no_web_framework() -> None:
    found = imported_by("import simulator.cli.serve, simulator.sender")
    assert found == {"jinja2", "marshmallow", "sqlalchemy", "yaml"}
