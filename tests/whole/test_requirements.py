"""What is imported is declared, what is declared is locked, and every package is installed."""

from __future__ import annotations

import ast
import configparser
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("simulator", "tests", "examples")
OURS = {"simulator", "tests", "gateway"}  # the last one is the small gateway of the examples
PLUGIN = "simulator/pytest_plugin.py"  # pytest loads it, so pytest is there
COMES_WITH_PYTHON = {"pip"}
READ_BY_PYTHON = {"tzdata"}  # zoneinfo reads it where the system has no time zones


def requirements(text: str) -> list[Requirement]:
    return [Requirement(line) for line in text.splitlines() if line]


def settings() -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read(ROOT / "setup.cfg")
    return found


@cache
def declared() -> dict[str, list[Requirement]]:
    """Requirements by group: `run` and each extra of setup.cfg, `build` of pyproject.toml."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    return {
        "run": requirements(settings()["options"]["install_requires"]),
        "build": requirements("\n".join(build)),
        **{name: requirements(text) for name, text in settings()["options.extras_require"].items()},
    }


def names(*groups: str) -> set[str]:
    return {canonicalize_name(one.name) for group in groups for one in declared()[group]}


def needs(path: Path) -> Iterator[str]:
    """The packages that a file imports, or runs as `python -m NAME`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.List):
            words = [part.value if isinstance(part, ast.Constant) else "" for part in node.elts]
            python = isinstance(node.elts[0] if node.elts else None, (ast.Attribute, ast.Name))
            if python and words[1:2] == ["-m"] and len(words) > 2:
                yield str(words[2])


@cache
def installed() -> Mapping[str, list[str]]:
    return packages_distributions()


@cache
def distributions(path: Path) -> set[str]:
    """The distributions that a file needs; a package that is not installed stands for itself."""
    tops = {name.split(".")[0] for name in needs(path)} - OURS - sys.stdlib_module_names
    return {canonicalize_name(name) for top in tops for name in installed().get(top, [top])}


def test_every_package_of_the_code_is_installed() -> None:
    there = {
        ".".join(file.relative_to(ROOT).parent.parts)
        for file in (ROOT / "simulator").rglob("__init__.py")
    }
    files = {"simulator.cookbook", "simulator.scenarios"}
    assert there | files == set(settings()["options"]["packages"].split())


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_everything_that_is_imported_is_declared(folder: str) -> None:
    allowed = names("run", "postgresql")
    if folder != "simulator":
        allowed |= names("test", "dev", "build") | COMES_WITH_PYTHON
    missing = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        name = str(path.relative_to(ROOT))
        more = {"pytest"} if name == PLUGIN else set()
        missing += [f"{name} needs {found}" for found in distributions(path) - allowed - more]
    assert missing == []


def test_everything_that_running_requires_is_imported() -> None:
    imported = {name for path in (ROOT / "simulator").rglob("*.py") for name in distributions(path)}
    assert names("run", "postgresql") - imported == READ_BY_PYTHON


def test_every_range_has_a_lowest_version() -> None:
    bare = [
        str(one)
        for group in declared().values()
        for one in group
        if not any(part.operator == ">=" for part in one.specifier)
    ]
    assert bare == []


def pins(name: str) -> dict[str, Version]:
    """The versions of a lock. Each line names one version, and is followed by its hashes."""
    text = (ROOT / "requirements" / name).read_text()
    entries = re.findall(
        r"^(\S+)==(\S+)(?: ; .+)? \\\n((?: +--hash=sha256:\w{64}(?: \\)?\n)+)", text, re.M
    )
    assert len(entries) == len(re.findall(r"^[^\s#]", text, re.M)), "a line without its hashes"
    return {canonicalize_name(found): Version(version) for found, version, _ in entries}


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("run.txt", ["run", "build"]),
        ("dev.txt", ["run", "build", "postgresql", "test", "dev"]),
        ("postgresql.txt", ["run", "build", "postgresql"]),
    ],
)
def test_a_lock_holds_what_is_declared(lock: str, groups: list[str]) -> None:
    locked = pins(lock)
    wrong = [
        f"{one} is not in {lock}: make lock"
        for group in groups
        for one in declared()[group]
        if canonicalize_name(one.name) not in locked
        or locked[canonicalize_name(one.name)] not in one.specifier
    ]
    assert wrong == []


@pytest.mark.parametrize("lock", ["run.txt", "postgresql.txt"])
def test_running_and_testing_use_the_same_versions(lock: str) -> None:
    run, dev = pins(lock), pins("dev.txt")
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize(
    ("lock", "needed"),
    [("run.txt", {"packaging"}), ("postgresql.txt", {"packaging", "psycopg"})],
)
def test_running_needs_no_developers_tool(lock: str, needed: set[str]) -> None:
    tools = names("test", "dev") - needed  # gunicorn needs packaging
    assert tools & set(pins(lock)) == set()


def test_the_image_is_installed_from_its_lock_alone() -> None:
    text = (ROOT / "examples" / "three_hosts" / "Dockerfile").read_text()
    installs = re.findall(r"pip install (.*)", text)
    assert "COPY requirements/postgresql.txt /locked.txt" in text
    assert len(installs) == 2
    assert "--require-hashes --only-binary :all: -r /locked.txt" in installs[0]
    assert "--no-index --no-deps --no-build-isolation /source" in installs[1]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "requirements").iterdir()), ids=lambda path: path.name
)
def test_no_package_index_is_named(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"://|^\s*--?(i|f|index-url|extra-index-url|find-links)\b", text, re.M)
