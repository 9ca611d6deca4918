"""The guide (docs/guide.md): each snippet is a file, and each command prints what stands there. So
it is with each `explain` of the pages about faults.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from simulator import config
from simulator.cli import main
from simulator.cli.options import with_scenarios
from simulator.web import Embedded

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
GUIDE = (DOCS / "guide.md").read_text()
HERE = "localhost:8080"
"""Where the guide's simulator listens."""

SERVE = "simulator serve --clock manual --seed guide --scenarios docs/guide"
RUNNING = ("orders", "reset")
"""The commands of the guide that ask the running simulator."""


def shown(page: str) -> list[tuple[str, str]]:
    """Each command of a page, and the output that stands behind it."""
    blocks = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    parts = [re.split(r"^\$ ", block, flags=re.M)[1:] for block in blocks]
    return [tuple(part.split("\n", 1)) for block in parts for part in block]  # type: ignore[misc]


def test_each_snippet_is_the_file_that_it_names() -> None:
    named = re.findall(r"^\[(guide/.*)\]\(\1\)\n\n```yaml\n(.*?)```", GUIDE, re.DOTALL | re.M)
    assert len(named) == GUIDE.count("```yaml")
    assert dict(named) == {
        f"guide/{path.name}": path.read_text() for path in (DOCS / "guide").glob("*.yaml")
    }


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of the simulator that the guide starts; the commands run in the project."""
    settings = {
        "server": {"port": 0},
        "store": {"url": f"sqlite:///{tmp_path}/s.db"},
        "clock": {"mode": "manual"},
        "seed": "guide",
    }
    loaded = config.load(environment={}, overrides=settings)
    with chdir(ROOT), Embedded(with_scenarios(loaded, "docs/guide", False)) as simulator:
        yield simulator.url


@pytest.mark.slow
def test_each_command_of_the_guide_prints_what_stands_there(served: str) -> None:
    (serve, nothing), *commands = shown(GUIDE)
    assert (serve, nothing) == (SERVE, "")
    for command, expected in commands:
        printed = simulator(command, served) if command[0] == "s" else curl(command, served)
        assert is_as_shown(printed, expected), f"$ {command}\n{printed}"


@pytest.mark.parametrize("page", ["delivery-faults.md", "faults.md"])
def test_explain_tells_a_fault_as_its_page_does(page: str) -> None:
    told = [pair for pair in shown((DOCS / page).read_text()) if "explain" in pair[0]]
    assert told
    for command, expected in told:
        assert is_as_shown(simulator(command, ""), expected), command


def is_as_shown(printed: str, expected: str) -> bool:
    """Whether an output is the one shown, in which `...` is anything and no duration counts."""
    pattern = re.escape(without_durations(expected.strip())).replace(r"\.\.\.", "(?s:.*)")
    return re.fullmatch(pattern, without_durations(printed.strip())) is not None


def without_durations(text: str) -> str:
    return re.sub(r"in \d+ms", "in 1ms", text)


def simulator(command: str, url: str) -> str:
    arguments = shlex.split(command)[1:]
    asks = ["--url", url] if arguments[0] in RUNNING else []
    return CliRunner().invoke(main, [*arguments, *asks]).output


def curl(command: str, url: str) -> str:
    """What curl prints, of the options that the guide uses."""
    method, headers, data, target, head = "POST", {}, "", "", False
    words = iter(shlex.split(command)[1:])
    for word in words:
        if word == "-i":
            head = True
        elif word == "-X":
            method = next(words)
        elif word == "-H":
            headers |= dict(line.split(": ", 1) for line in content(next(words)).splitlines())
        elif word == "-d":
            data = content(next(words))
        else:
            target = word.replace(HERE, url)
    try:
        answer = requests.request(method, target, headers=headers, data=data, timeout=30)
    except requests.ConnectionError:
        return "curl: (56) Recv failure: Connection reset by peer"
    first = f"HTTP/1.1 {answer.status_code} {answer.reason}\n...\n" if head else ""
    return first + answer.text


def content(word: str) -> str:
    """A value of curl's: of a file, where it begins with @."""
    return Path(word[1:]).read_text() if word.startswith("@") else word
