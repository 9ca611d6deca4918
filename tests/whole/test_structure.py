"""The house keeps its shape: imports point down, each library has one home, time and chance have
one source.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from simulator import dialects
from simulator.model import FlowState, KciState, LaneState, Sign

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "simulator"

LEVELS = {
    0: ["base"],
    1: ["formats", "ops", "client"],
    2: ["model", "testing"],
    3: ["language"],
    4: ["engine", "scenario", "views"],
    5: ["dialects"],
    6: ["config"],
    7: ["store", "gateway", "rehearsal"],
    8: ["sender", "recording"],
    9: ["supplier"],
    10: ["world"],
    11: ["pretend_gateway"],
    12: ["front"],
    13: ["web"],
    14: ["cli", "pytest_plugin"],
}
"""Each package may import from the levels below its own, and from itself."""

HOMES = {
    "flask": {"web"},
    "werkzeug": {"web"},
    "jwt": {"formats/oauth"},
    "sqlalchemy": {"store"},
    "psycopg": {"store"},
    "aiohappyeyeballs": {"gateway/connecting"},
    "requests": {"cli", "client"},
    "yaml": {"formats/strict_yaml", "formats/yaml_writing"},
    "orjson": {"formats/strict_json"},
    "marshmallow": {"formats/schema", "formats/compiled", "config", "scenario", "dialects", "web"},
    "apispec": {"dialects", "scenario", "web"},
    "faker": {"base/seed"},
    "holidays": {"base/working_days"},
    "re2": {"language/comparing"},
    "gunicorn": {"cli"},
    "httptools": {"web/worker/heads", "gateway/answers"},
    "click": {"cli"},
    "jinja2": {"language/template"},
    "prometheus_client": {"ops/metrics"},
    "pythonjsonlogger": {"ops/logs"},
}


@cache
def modules() -> list[tuple[Path, str, ast.Module]]:
    return [
        (path, path.relative_to(PACKAGE).with_suffix("").parts[0], ast.parse(path.read_text()))
        for path in sorted(PACKAGE.rglob("*.py"))
    ]


def imported(tree: ast.Module) -> Iterator[str]:
    """Every imported module's dotted name; `from simulator import x` counts as simulator.x."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (
                (f"simulator.{alias.name}" for alias in node.names)
                if node.module == "simulator"
                else [node.module]
            )


def test_every_room_has_a_level() -> None:
    rooms = {room for _, room, _ in modules()} - {"__init__", "__main__"}
    assert rooms == {room for level in LEVELS.values() for room in level}


def test_imports_point_down() -> None:
    level_of = {room: level for level, rooms in LEVELS.items() for room in rooms}
    wrong = []
    for path, room, tree in modules():
        for name in imported(tree):
            parts = name.split(".")
            if (
                parts[0] != "simulator"
                or len(parts) < 2
                or parts[1] not in level_of
                or room not in level_of
                or parts[1] == room
            ):
                continue
            if level_of[parts[1]] >= level_of[room]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_the_engine_knows_no_dialect_store_yaml_or_clock() -> None:
    trees = [tree for _, room, tree in modules() if room == "engine"]
    names = {name for tree in trees for name in imported(tree) if name.startswith("simulator.")}
    assert {name.split(".")[1] for name in names} == {"base", "engine", "language", "model"}
    assert not names & {"simulator.base.clock"}


@pytest.mark.parametrize(
    "room", sorted({room for level in LEVELS.values() for room in level} - {"dialects"})
)
def test_no_word_of_a_dialect_stands_outside_it(room: str) -> None:
    files = [path for path, name, _ in modules() if name == room]
    text = "\n".join(file.read_text() for file in files)
    code = re.sub(r'"""(?s:.)*?"""', "", text)
    words: set[str] = set()
    for name in dialects.names():
        vocabulary = dialects.get(name).vocabulary
        words |= {*vocabulary.statuses, *vocabulary.codes}
    wire = (
        r"serviceOrder\w*|orderId|reasonCode|orderStatus|objectType|notification\w+|orderItem\w*"
        r"|buyer\w+|desiredResponses|heldBy|pon"
    )
    found = set(re.findall(rf"\b(?:{'|'.join(sorted(words))}|{wire})\b", code))
    assert sorted(found - {"UPDATE", "WARNING"}) == []  # words of SQL and of logging too


def test_states_are_written_once() -> None:
    """KCIs, lanes and gateways have their states in `model/states.py`; other code names them."""
    states = {
        *KciState,
        *Sign,
        LaneState.SENDING,
        LaneState.PARKED,
        FlowState.STOPPED,
        FlowState.TRYING,
    }
    wrong = []
    for path, room, tree in modules():
        if room not in ("engine", "gateway", "store", "sender", "supplier", "views"):
            continue
        # the kinds of lines of a story are words of their own
        kinds = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword) and node.arg == "kind"
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in states and id(node) not in kinds:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value}")
    assert wrong == []


def test_each_library_has_one_home() -> None:
    wrong = []
    for path, room, tree in modules():
        for name in imported(tree):
            homes = HOMES.get(name.split(".")[0])
            here = str(path.relative_to(PACKAGE).with_suffix(""))
            if homes is not None and room not in homes and here not in homes:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_time_and_chance_have_one_source() -> None:
    forbidden = re.compile(
        r"datetime\.(?:now|utcnow)\(|\btime\.(?:time|monotonic|sleep)(?:_ns)?\("
        r"|\bimport random\b|\buuid4\("
    )
    waits = re.compile(r"\basyncio\.sleep\(")  # the sender's event loop, and nobody else
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path, room, _ in modules()
        if str(path.relative_to(PACKAGE)) not in ("base/clock.py", "base/seed.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if forbidden.search(line) or (room != "sender" and waits.search(line))
    ]
    assert found == []


def test_no_transaction_is_opened_by_what_answers_http() -> None:
    opens = re.compile(r"\.(?:read|write)\(\) as \w+|\bTx\b")
    found = [
        str(path.relative_to(ROOT))
        for path, room, _ in modules()
        if room in ("front", "web", "pretend_gateway") and opens.search(path.read_text())
    ]
    assert found == ["simulator/pretend_gateway/book.py"]


def test_yaml_is_never_loaded_by_the_library_itself() -> None:
    assert not [
        path
        for path, _, _ in modules()
        if re.search(r"(?<!strict_)yaml\.(?:safe_|full_|unsafe_)?load\b", path.read_text())
    ]


MAY_BE_LONG = {"simulator/config/table.py"}
"""One table of all settings is easier to read than its parts would be."""


def test_functions_and_modules_stay_small() -> None:
    long = []
    for path, _, tree in modules():
        length = path.read_text().count("\n")
        if length > 400 and str(path.relative_to(ROOT)) not in MAY_BE_LONG:
            long.append(str(path.relative_to(ROOT)))
        for node in ast.walk(tree):
            if (
                isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
                and (node.end_lineno or 0) - node.lineno >= 60
            ):
                long.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert long == []


def test_everything_public_is_documented() -> None:
    bare = []
    for path, _, tree in modules():
        if not ast.get_docstring(tree):
            bare.append(str(path.relative_to(ROOT)))
        for node in tree.body:
            declares = isinstance(node, ast.ClassDef) and (
                node.name.endswith(("Settings", "Input"))
                or path.name in ("schemas.py", "statements.py")
            )
            public = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith(
                "_"
            )
            if public and not declares and not ast.get_docstring(node):  # type: ignore[arg-type]
                bare.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert bare == []


def test_modules_of_tests_stay_small() -> None:
    long = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path.read_text().count("\n") > 400
    ]
    assert long == []


MAY_SLEEP = {"tests/conftest.py", "tests/faults/sink.py"}
"""Where sleeping is the job: asking whether PostgreSQL answers yet, and a gateway that is slow."""


def sleeps(text: str) -> Iterator[int]:
    """The lines that sleep, however it is spelled, or import something that does."""
    if "sleep" not in text:
        return  # to parse all the tests takes a second
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name == "sleep":
                yield node.lineno
        elif isinstance(node, ast.ImportFrom) and "sleep" in [one.name for one in node.names]:
            yield node.lineno


def test_the_tests_never_sleep() -> None:
    found = []
    for folder in ("tests", "examples"):
        for path in (ROOT / folder).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if name not in MAY_SLEEP:
                found += [f"{name}:{line}" for line in sleeps(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["time.sleep(1)", "from time import sleep", "import time as t; t.sleep(1)", "clock.sleep(9)"],
)
def test_each_spelling_of_sleep_is_seen(text: str) -> None:
    assert list(sleeps(text)) == [1]


def test_the_tests_never_patch() -> None:
    wrong = re.compile(r"monkeypatch|unittest\.mock|mocker|\bpatch\(")
    found = [
        path.name
        for path in (ROOT / "tests").rglob("*.py")
        if path.name != Path(__file__).name and wrong.search(path.read_text())
    ]
    assert found == []
