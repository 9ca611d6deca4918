"""A supervisor in a process of its own: what it does with children that hang or do not end."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import logging, os, signal, sys
from simulator.cli.supervisor import Part, Supervisor

logging.basicConfig(format="%(message)s", stream=sys.stdout)
lives = os.pipe()


def hang(beat):
    if os.read(lives[0], 1) == b"1":
        beat()
        signal.pause()
    os.kill(os.getppid(), signal.SIGTERM)
    signal.pause()


os.write(lives[1], b"12")
supervisor = Supervisor([Part("web", hang)], silence=200_000)
supervisor.start()
supervisor.watch()
"""


def test_a_child_whose_heart_stops_is_killed_and_started_again() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines() == [
        "the web process does not answer any more: killed",
        "the web process ended (-9): starting it again",
    ]
