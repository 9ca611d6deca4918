"""The parent of `serve`: it starts its children, watches them, and stops them. It also tells them
when the scenario files are to be read again.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Sequence
from typing import Any, Protocol

from simulator.base import clock, instants
from simulator.cli.child import READ_AGAIN
from simulator.world.reloading import Watch

log = logging.getLogger("simulator")

PATIENCE = 25 * instants.SECOND
"""How long a child that was asked to end may take."""

LOOK_EVERY = 50 * instants.MILLISECOND
END_EVERY = 20 * instants.MILLISECOND
QUICK_DEATH = 2 * instants.SECOND
"""What ends sooner than this after a start of its part has to wait."""

FILES_EVERY = instants.SECOND


class Part(Protocol):
    """One or more child processes that do the same."""

    @property
    def name(self) -> str: ...

    def start(self) -> bool:
        """Start those processes that are missing. Whether any was."""

    def ended(self) -> list[int]:
        """The exit codes of those that have ended since this was asked last."""

    def runs(self) -> bool:
        """Whether one of them is still there."""

    def read_again(self) -> None:
        """Let them read the scenario files again, if they have read any."""

    def ask(self) -> None:
        """Ask them to end."""

    def kill(self) -> None: ...


class Supervisor:
    """Starts the parts and lets them start again what dies, until it is asked to stop. Then it
    stops them, one after another.

    Scenario files are read again after SIGHUP, when a child asks for it, and when the `watch` sees
    that a file has changed. It looks once a second.
    """

    def __init__(self, parts: Sequence[Part], watch: Watch, *, patience: int = PATIENCE) -> None:
        self.parts = parts
        self.started: dict[str, int] = {}
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

    def start(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._hang_up)
        signal.signal(READ_AGAIN, self._ask_to_read)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for part in self.parts:
            self._start(part)

    def watch(self) -> None:
        """Watch until asked to stop. Then stop every child and wait for it."""
        while not self.asked:
            self._read_again()
            for part in self.parts:
                self._look_at(part)
            clock.sleep(LOOK_EVERY)
        again = "; Ctrl-C again ends at once" if self.interrupts else ""
        log.info("stopping: what has begun is finished first%s", again)
        for part in self.parts:
            self._end(part)
        log.info("stopped")

    def _start(self, part: Part) -> None:
        if part.start():
            self.started[part.name] = clock.monotonic()

    def _look_at(self, part: Part) -> None:
        """Start again what has ended."""
        for code in part.ended():
            log.error("the %s process ended (%s): starting it again", part.name, code)
        if clock.monotonic() >= self.started[part.name] + QUICK_DEATH:
            self._start(part)

    def _read_again(self) -> None:
        """Let the files be read again, if it is time to."""
        asked, self.is_asked_to_read = self.is_asked_to_read, False
        if clock.monotonic() >= self.files_at:
            self.files_at = clock.monotonic() + FILES_EVERY
            asked = self.watched.has_changed() or asked
        if asked:
            self.watched.reloading.ask()
            for part in self.parts:
                part.read_again()

    def _end(self, part: Part) -> None:
        """Ask a part to end, and again whenever this process is asked again. Kill what does not end
        in time; after a second Ctrl-C at once.
        """
        over, heard = clock.monotonic() + self.patience, 0
        while part.runs() and self.interrupts < 2 and clock.monotonic() < over:
            if heard != self.asked:
                if heard:
                    log.info("asked again to stop: waiting for the %s process", part.name)
                heard = self.asked
                part.ask()
            clock.sleep(END_EVERY)
        if part.runs():
            why = "is not waited for" if self.interrupts > 1 else "does not end"
            log.error("the %s process %s: killed", part.name, why)
            part.kill()
        while part.runs():
            clock.sleep(END_EVERY)

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
