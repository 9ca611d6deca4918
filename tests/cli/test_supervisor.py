"""The parent of `serve` with children of the tests' own, as real processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from simulator.base import clock, instants
from simulator.cli.supervisor import QUICK_DEATH

pytestmark = pytest.mark.slow

SUPERVISED = """
import logging, os, signal, sys
from simulator.cli.child import Child, Lifeline
from simulator.cli.supervisor import Supervisor
from simulator.world.reloading import Reloading, Watch

def say(text):
    os.write(1, f"{{text}}\\n".encode())  # whole: another child may write at the same moment

def die():
    say("begun")

def stay():
    signal.signal(signal.SIGTERM, lambda *_: say("asked"))
    say("begun")
    while True:
        signal.pause()

logging.basicConfig(stream=sys.stdout, level="INFO", format="%(message)s")
watch = Watch(Reloading([]), is_on=False)
line = Lifeline()
supervisor = Supervisor([{children}], watch, patience={patience})
supervisor.start()
supervisor.watch()
"""


@contextmanager
def supervised(children: str, patience: int = instants.SECOND) -> Iterator[subprocess.Popen[str]]:
    """A parent with these children; all that they say is in its output."""
    code = SUPERVISED.format(children=children, patience=patience)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def test_a_child_that_dies_soon_after_its_start_has_to_wait() -> None:
    with supervised("Child('poor', die, line)") as process:
        assert line_of(process) == "begun"
        begun = clock.monotonic()
        assert line_of(process) == "the poor process ended (0): starting it again"
        assert line_of(process) == "begun"
        assert clock.monotonic() - begun > QUICK_DEATH - 500 * instants.MILLISECOND


def test_a_child_that_does_not_end_is_asked_again_and_killed_after_the_time_of_grace() -> None:
    with supervised("Child('stubborn', stay, line)") as process:
        assert line_of(process) == "begun"
        begun = clock.monotonic()
        process.send_signal(signal.SIGTERM)
        assert line_of(process) == "stopping: what has begun is finished first"
        assert line_of(process) == "asked"
        process.send_signal(signal.SIGTERM)
        again = sorted([line_of(process), line_of(process)])
        assert again == ["asked", "asked again to stop: waiting for the stubborn process"]
        assert line_of(process) == "the stubborn process does not end: killed"
        assert clock.monotonic() - begun > instants.SECOND
        assert line_of(process) == "stopped"
        assert process.wait(timeout=10) == 0


def test_the_first_has_ended_before_the_next_is_asked() -> None:
    with supervised("Child('web', stay, line), Child('sender', stay, line)") as process:
        assert [line_of(process) for _ in range(2)] == ["begun"] * 2
        process.send_signal(signal.SIGTERM)
        assert line_of(process) == "stopping: what has begun is finished first"
        web, sender = (f"the {name} process does not end: killed" for name in ("web", "sender"))
        ended = ["asked", web, "asked", sender, "stopped"]
        assert [line_of(process) for _ in ended] == ended
