"""Changed scenario files reach every web process of a real `serve`."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.client import Client
from tests.cli.test_processes import _children, _runs, named, serving
from tests.conftest import Gateway
from tests.running import until

pytestmark = pytest.mark.slow


class Served:
    """A `serve` with a folder of scenarios, of which OWN tells the edition that is played."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "mine").mkdir()
        self.write("first")

    def write(self, edition: str) -> None:
        text = f"scenario: OWN\nreply: {{reject: [{edition}]}}\n"
        (self.folder / "mine" / "own.yaml").write_text(text)

    @contextmanager
    def run(self, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
        folder = ["--scenarios", str(self.folder / "mine")]
        with serving(self.folder, *folder, *arguments) as served:
            yield served

    def log(self) -> str:
        return (self.folder / "serve.log").read_text()


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(tmp_path)


def played(url: str) -> str:
    """The edition that a new connection meets: each may be another worker's."""
    with Gateway(url) as gateway:
        answer = gateway.post("/service-orders", gateway.provide(), X_Scenario="OWN")
        return str(answer.json()["messages"][0])


def plays_everywhere(url: str, edition: str) -> Callable[[], bool]:
    """Whether many connections in a row meet this edition."""
    return lambda: all(played(url) == edition for _ in range(20))


def workers_of(process: subprocess.Popen[str], count: int) -> list[int]:
    until(lambda: len(named("web", process.pid)) == count)
    return named("web", process.pid)


def test_a_changed_file_is_played_without_being_asked_for(served: Served) -> None:
    with served.run("--watch", "--workers", "2") as (_, url):
        assert played(url) == "first"
        served.write("second")
        until(plays_everywhere(url, "second"))
        (served.folder / "mine" / "own.yaml").write_text("scenario: OWN\nreply: [\n")
        until(lambda: "own.yaml:3:1: " in served.log())
        assert played(url) == "second"
        served.write("third")
        until(plays_everywhere(url, "third"))


def test_sighup_reaches_every_web_process(served: Served) -> None:
    with served.run("--workers", "3") as (process, url):
        workers = workers_of(process, 3)
        served.write("second")
        assert played(url) == "first"
        process.send_signal(signal.SIGHUP)
        until(plays_everywhere(url, "second"))
        until(lambda: served.log().count("scenarios: changed OWN") == 3)
        assert workers_of(process, 3) == workers, "none was started anew"
        assert process.poll() is None


def test_a_reload_over_the_admin_api_reaches_every_web_process(served: Served) -> None:
    with served.run("--workers", "3") as (process, url), Client(url) as client:
        workers_of(process, 3)
        served.write("second")
        assert client.reload_scenarios()["changed"] == ["OWN"]
        until(plays_everywhere(url, "second"))
        until(lambda: served.log().count("scenarios: changed OWN") == 3)


def test_a_web_process_that_is_started_again_reads_the_files_as_they_are(served: Served) -> None:
    with served.run("--workers", "1") as (process, url), Client(url) as client:
        served.write("second")
        client.reload_scenarios()
        (before,) = workers_of(process, 1)
        os.kill(before, signal.SIGKILL)
        until(lambda: workers_of(process, 1) != [before])
        until(plays_everywhere(url, "second"))


def test_without_watch_a_changed_file_waits_to_be_asked_for(served: Served) -> None:
    slow = "scenario: SLOW\nreply: {answer: reject, delay: 1500ms}\n"
    (served.folder / "mine" / "slow.yaml").write_text(slow)
    with served.run("--watch", "--no-watch") as (_, url), Client(url) as client:
        served.write("second")
        with Gateway(url) as gateway:  # longer than a watch needs to see it
            gateway.post("/service-orders", gateway.provide(), X_Scenario="SLOW")
        assert played(url) == "first"
        assert client.reload_scenarios()["changed"] == ["OWN"]
        assert played(url) == "second"


ON_TERMINAL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
if sys.argv[1] == "nohup":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, "-m", "simulator", *sys.argv[2:]])
"""


@contextmanager
def serving_on_a_terminal(served: Served, how: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`serve` as the first process of a terminal; whoever types there writes to this descriptor,
    and closes it to hang up.
    """
    ours, theirs = pty.openpty()
    folder = ["--scenarios", str(served.folder / "mine")]
    command = [sys.executable, "-c", ON_TERMINAL, how, "serve", "--port", "0", *folder]
    with (served.folder / "serve.log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=served.folder,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    os.close(theirs)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline().startswith("listening on ")
        try:
            yield process, ours
        finally:
            process.terminate()
            process.stdout.read()
            assert process.wait(timeout=30) == 0


def test_it_ends_when_its_terminal_hangs_up(served: Served) -> None:
    with serving_on_a_terminal(served, "plain") as (process, terminal):
        children = _children(process.pid)
        served.write("second")
        process.send_signal(signal.SIGHUP)
        until(lambda: "scenarios: changed OWN" in served.log())
        assert process.poll() is None, "that was to read the files"
        os.close(terminal)
        assert process.wait(timeout=30) == 0
    until(lambda: not any(map(_runs, children)))


def test_under_nohup_it_outlives_its_terminal(served: Served) -> None:
    with serving_on_a_terminal(served, "nohup") as (process, terminal):
        served.write("second")
        os.close(terminal)
        until(lambda: "scenarios: changed OWN" in served.log())
        assert process.poll() is None


def test_ctrl_c_at_its_terminal_ends_it_with_a_line(served: Served) -> None:
    with serving_on_a_terminal(served, "plain") as (process, terminal):
        os.write(terminal, b"\x03")
        assert process.wait(timeout=30) == 0
        os.close(terminal)
    said = [line.partition(" simulator: ")[2] for line in served.log().splitlines()]
    assert said[-2:] == [
        "stopping: what has begun is finished first; Ctrl-C again ends at once",
        "stopped",
    ]
