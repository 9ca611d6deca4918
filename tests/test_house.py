"""The house keeps its shape: imports point down, each library has one home, time and chance have one source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import dialects

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "simulator"

LEVELS = {
    0: ["errors", "instants", "clock", "seed", "crash", "redact", "schema", "strict_json", "strict_yaml"],
    1: ["model", "template", "matching", "paths", "client", "metrics", "logs", "oauth"],
    2: ["rules", "scenario", "story", "testing"],
    3: ["engine", "dialects", "shapes"],
    4: ["config"],
    5: ["store", "gateway", "rehearsal"],
    6: ["sender"],
    7: ["supplier"],
    8: ["world"],
    9: ["web", "pretend_gateway"],
    10: ["cli", "pytest_plugin"],
}
BESIDE = {
    ("schema", "errors"),
    ("strict_yaml", "strict_json"),
    ("schema", "instants"),
    ("strict_yaml", "errors"),
    ("web", "pretend_gateway"),
    ("matching", "model"),
}
"""The few sideways steps: a level's foundation, and the web application that mounts the pretend gateway."""

HOMES = {
    "flask": {"web", "pretend_gateway", "cli"},
    "werkzeug": {"web", "cli", "dialects"},
    "jwt": {"oauth"},
    "sqlalchemy": {"store"},
    "psycopg": {"store"},
    "aiohttp": {"gateway"},
    "requests": {"cli", "client"},
    "yaml": {"strict_yaml"},
    "marshmallow": {"schema", "config", "scenario", "dialects", "web"},
    "apispec": {"dialects", "scenario", "web"},
    "faker": {"seed"},
    "re2": {"matching"},
    "gunicorn": {"cli"},
    "click": {"cli"},
    "jinja2": {"template"},
    "prometheus_client": {"metrics"},
    "pythonjsonlogger": {"logs"},
}


def modules() -> Iterator[tuple[Path, str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield path, parts[0], ast.parse(path.read_text())


def imported(tree: ast.Module) -> Iterator[str]:
    """Every imported module's dotted name; `from simulator import x` counts as simulator.x."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"simulator.{alias.name}" for alias in node.names) if node.module == "simulator" else [node.module]


def test_every_room_has_a_level() -> None:
    rooms = {room for _, room, _ in modules()} - {"__init__", "__main__"}
    assert rooms == {room for level in LEVELS.values() for room in level}


def test_imports_point_down() -> None:
    level_of = {room: level for level, rooms in LEVELS.items() for room in rooms}
    wrong = []
    for path, room, tree in modules():
        for name in imported(tree):
            parts = name.split(".")
            if parts[0] != "simulator" or len(parts) < 2 or parts[1] not in level_of or room not in level_of or parts[1] == room:
                continue
            if level_of[parts[1]] >= level_of[room] and (room, parts[1]) not in BESIDE:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_the_engine_knows_no_dialect_store_yaml_or_clock() -> None:
    tree = ast.parse((PACKAGE / "engine.py").read_text())
    known = {name.split(".")[1] for name in imported(tree) if name.startswith("simulator.")}
    assert known == {"errors", "instants", "matching", "model", "paths", "rules", "seed", "template"}


@pytest.mark.parametrize(
    "room",
    [
        "engine.py",
        "model.py",
        "rules.py",
        "sender",
        "rehearsal",
        "story.py",
        "pretend_gateway.py",
        "world.py",
        "supplier",
        "scenario",
        "store",
        "web",
    ],
)
def test_no_word_of_a_dialect_stands_outside_it(room: str) -> None:
    path = PACKAGE / room
    text = "\n".join(file.read_text() for file in ([path] if path.is_file() else path.rglob("*.py")))
    code = re.sub(r'"""(?s:.)*?"""', "", text)
    words = {word for name in dialects.names() for word in (*dialects.get(name).vocabulary.statuses, *dialects.get(name).vocabulary.codes)}
    wire = r"serviceOrder\w*|orderId|reasonCode|orderStatus|objectType|notification\w+|orderItem\w*|buyer\w+|desiredResponses|heldBy|pon"
    assert (
        sorted(set(re.findall(rf"\b(?:{'|'.join(sorted(words))}|{wire})\b", code)) - {"UPDATE", "WARNING"}) == []
    )  # words of SQL and of logging too


def test_each_library_has_one_home() -> None:
    wrong = []
    for path, room, tree in modules():
        for name in imported(tree):
            homes = HOMES.get(name.split(".")[0])
            if homes is not None and room not in homes:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_time_and_chance_have_one_source() -> None:
    forbidden = re.compile(r"datetime\.(?:now|utcnow)\(|\btime\.(?:time|monotonic|sleep)(?:_ns)?\(|\bimport random\b|\buuid4\(")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path, room, _ in modules()
        if room not in ("clock", "seed")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []


def test_yaml_is_never_loaded_by_the_library_itself() -> None:
    assert not [path for path, _, _ in modules() if re.search(r"(?<!strict_)yaml\.(?:safe_|full_|unsafe_)?load\b", path.read_text())]


def test_functions_and_modules_stay_small() -> None:
    long = []
    for path, _, tree in modules():
        if path.read_text().count("\n") > 430:
            long.append(str(path.relative_to(ROOT)))
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.end_lineno or 0) - node.lineno > 60:
                long.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert long == []


def test_everything_public_is_documented() -> None:
    bare = []
    for path, _, tree in modules():
        if not ast.get_docstring(tree):
            bare.append(str(path.relative_to(ROOT)))
        for node in tree.body:
            declares = isinstance(node, ast.ClassDef) and (
                node.name.endswith(("Settings", "Input")) or path.name in ("schemas.py", "statements.py")
            )
            public = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
            if public and not declares and not ast.get_docstring(node):  # type: ignore[arg-type]
                bare.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert bare == []


def test_the_tests_never_sleep_and_never_patch() -> None:
    wrong = re.compile(r"time\.sleep\(|monkeypatch|unittest\.mock|\bpatch\(")
    found = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name != Path(__file__).name and wrong.search(path.read_text())]
    assert found == []
