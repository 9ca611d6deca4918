"""The parent of `serve`: it starts its children, watches them, and stops them. It also tells them
when the scenario files are to be read again.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Sequence
from typing import Any

from simulator.base import clock, instants
from simulator.cli.child import READ_AGAIN, Child
from simulator.world.reloading import Watch

log = logging.getLogger("simulator")

PATIENCE = 25 * instants.SECOND
"""How long a child that was asked to end may take."""

QUICK_DEATH = 2 * instants.SECOND
LOOK_EVERY = 50 * instants.MILLISECOND
FILES_EVERY = instants.SECOND


class Supervisor:
    """Starts the children and starts again what dies, until it is asked to stop. Then it stops
    them, one name after another.

    The children that read scenario files read them again after SIGHUP, when one of them asks for
    it, and when the `watch` sees that a file has changed. It looks once a second.
    """

    def __init__(
        self, children: Sequence[Child], watch: Watch, *, patience: int = PATIENCE
    ) -> None:
        self.children = children
        self.patience = patience
        self.watched = watch
        self.files_at = clock.monotonic() + FILES_EVERY
        # Plain numbers: a signal's handler must not wait for a lock that its own thread holds.
        self.asked = 0  # how often it was asked to stop
        self.interrupts = 0  # how often by SIGINT
        self.is_asked_to_read = False
        # `nohup` has SIGHUP ignored: then this process outlives its terminal.
        is_kept = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        self.has_terminal = _has_terminal() and not is_kept
        self.alive = os.pipe()

    def start(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._hang_up)
        signal.signal(READ_AGAIN, self._ask_to_read)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for child in self.children:
            child.start(self.alive)

    def watch(self) -> None:
        """Start again what dies, until asked to stop. Then stop every child and wait for it."""
        while not self.asked:
            self._read_again()
            for child in self.children:
                self._look_at(child)
            clock.sleep(LOOK_EVERY)
        again = "; Ctrl-C again ends at once" if self.interrupts else ""
        log.info("stopping: what has begun is finished first%s", again)
        for name in dict.fromkeys(child.name for child in self.children):
            self._end(name)
        log.info("stopped")

    def _look_at(self, child: Child) -> None:
        """Start a child again that has ended. One that ended soon after its start has to wait."""
        if child.pid == 0:
            if clock.monotonic() >= child.started + QUICK_DEATH:
                child.start(self.alive)
        elif (code := child.ended()) is not None:
            log.error("the %s process ended (%s): starting it again", child.name, code)
        elif child.pulse is not None and child.pulse.has_stopped():
            log.error("the %s process gives no sign of life: killed", child.name)
            child.kill()

    def _read_again(self) -> None:
        """Let the readers read the scenario files again, if it is time to."""
        asked, self.is_asked_to_read = self.is_asked_to_read, False
        if clock.monotonic() >= self.files_at:
            self.files_at = clock.monotonic() + FILES_EVERY
            asked = self.watched.has_changed() or asked
        if asked:
            self.watched.reloading.ask()
            for child in self.children:
                if child.reads and child.pid:
                    child.signal(READ_AGAIN)

    def _end(self, name: str) -> None:
        """Ask the children of a name to end, and again whenever this process is asked again. Kill
        those that do not end in time; after a second Ctrl-C all of them at once.
        """
        begun, heard = clock.monotonic(), 0
        while left := [one for one in self._running() if one.name == name]:
            if self.interrupts > 1 or clock.monotonic() > begun + self.patience:
                why = "is not waited for" if self.interrupts > 1 else "does not end"
                for child in left:
                    log.error("the %s process %s: killed", name, why)
                    child.kill()
            elif heard != self.asked:
                if heard:
                    log.info("asked again to stop: waiting for the %s process", name)
                heard = self.asked
                for child in left:
                    child.signal(signal.SIGTERM)
            clock.sleep(20 * instants.MILLISECOND)

    def _running(self) -> list[Child]:
        return [child for child in self.children if child.pid and child.ended() is None]

    def _stop(self, number: int, frame: Any) -> None:
        self.interrupts += number == signal.SIGINT
        self.asked += 1

    def _hang_up(self, number: int, frame: Any) -> None:
        """Read the scenario files again; stop, if it was our terminal that hung up."""
        if self.has_terminal and not _has_terminal():
            self._stop(number, frame)
        self.is_asked_to_read = True

    def _ask_to_read(self, number: int, frame: Any) -> None:
        self.is_asked_to_read = True


def _has_terminal() -> bool:
    """Whether this process belongs to a terminal that is still there."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
