"""The parent of `serve`: it starts its children, watches them, and stops them."""

from __future__ import annotations

import logging
import mmap
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.base import clock, instants

log = logging.getLogger("simulator")

PATIENCE = 25 * instants.SECOND
QUICK_DEATH = 2 * instants.SECOND
LOOK_EVERY = 50 * instants.MILLISECOND
ORPHAN_ASKS = 5
ORPHAN_WAITS = 200 * instants.MILLISECOND
SILENCE = 900 * instants.SECOND
"""How long a child with a heartbeat may be silent. A store that another program holds keeps a web
process from its heartbeat, and a process that waits for it must not be taken for dead.
"""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)

Beat = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Part:
    """What one child runs. It may call the function that it is given, again and again: whoever has
    begun with that and does not go on is killed.
    """

    name: str
    run: Callable[[Beat], None]


class Child:
    """One part and its process: 0 when there is none. Parent and child share the memory of its
    heartbeat.
    """

    def __init__(self, part: Part) -> None:
        self.part = part
        self.pid = 0
        self.started = 0
        self.last_beat = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("q")

    def beat(self) -> None:
        self.last_beat[0] = clock.monotonic()

    def is_silent(self, silence: int) -> bool:
        last = self.last_beat[0]
        return last > 0 and clock.monotonic() - last > silence


class Supervisor:
    """Starts the children, watches them, starts them again, and stops them: those of one name
    together, name after name.
    """

    def __init__(self, parts: Sequence[Part], silence: int = SILENCE) -> None:
        self.children = [Child(part) for part in parts]
        self.silence = silence
        # A plain flag: a signal's handler must not wait for a lock that its own thread holds.
        self.stopping = False
        self.patience = PATIENCE
        self.alive_read, self.alive_write = os.pipe()

    def start(self) -> None:
        for number in _SIGNALS:
            signal.signal(number, self._stop)
        for child in self.children:
            self._start(child)

    def watch(self) -> None:
        """Start again what dies, until told to stop. Then stop every child and wait for it."""
        while not self.stopping:
            for child in self.children:
                self._look_after(child)
            clock.sleep(LOOK_EVERY)
        for name in dict.fromkeys(child.part.name for child in self.children):
            self._end([child for child in self.children if child.part.name == name])

    def _look_after(self, child: Child) -> None:
        """Start a child again when it has died or does not answer any more."""
        name = child.part.name
        if child.is_silent(self.silence):
            log.error("the %s process does not answer any more: killed", name)
            child.last_beat[0] = 0
            _kill(child)
        ended, status = os.waitpid(child.pid, os.WNOHANG)
        if not ended:
            return
        child.pid = 0
        if self.stopping:
            return
        code = os.waitstatus_to_exitcode(status)
        log.error("the %s process ended (%s): starting it again", name, code)
        if clock.monotonic() - child.started < QUICK_DEATH:
            clock.sleep(instants.SECOND)
        self._start(child)

    def _start(self, child: Child) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        child.last_beat[0] = 0
        # Blocked: a signal between the fork and the child's own handlers would be lost, and the
        # child would never end.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        child.pid = os.fork()
        if child.pid == 0:
            self._run(child)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        child.started = clock.monotonic()

    def _run(self, child: Child) -> None:
        """Run a child: in a session of its own (Ctrl-C is the parent's), until the parent ends."""
        code = 1
        try:
            os.setsid()
            os.close(self.alive_write)
            # A shell starts background jobs with SIGINT and SIGQUIT ignored.
            for number in (*_SIGNALS, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            threading.Thread(target=self._await_orphanhood, daemon=True).start()
            _show_name(child.part.name)
            child.part.run(child.beat)
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        except BaseException:
            log.exception("the %s process failed", child.part.name)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _await_orphanhood(self) -> None:
        """When the parent has gone: ask this child to end, and after a moment kill what is left.

        The children keep the lock on the store. A post to a gateway that hangs, or a long poll,
        must not keep the next start waiting: killing is safe at any point.
        """
        os.read(self.alive_read, 1)
        # More than once: the first signal may come before the child has its handler.
        for _ in range(ORPHAN_ASKS):
            os.kill(os.getpid(), signal.SIGQUIT)
            clock.sleep(ORPHAN_WAITS)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    def _stop(self, number: int, frame: Any) -> None:
        """Stop after the first signal; after the second, wait for nothing."""
        if self.stopping:
            self.patience = 0
        self.stopping = True

    def _end(self, children: Sequence[Child]) -> None:
        """Ask children to end, all at once. Kill those that do not, with all that they started."""
        asked = clock.monotonic()
        running = [child for child in children if child.pid]
        for child in running:
            os.kill(child.pid, signal.SIGTERM)
        for child in running:
            while os.waitpid(child.pid, os.WNOHANG) == (0, 0):
                if clock.monotonic() > asked + self.patience:
                    log.error("the %s process does not end: killed", child.part.name)
                    _kill(child)
                    os.waitpid(child.pid, 0)
                    break
                clock.sleep(20 * instants.MILLISECOND)


def _show_name(name: str) -> None:
    """Let `ps -o comm` and `top` show which process this is, where the system has a way for it."""
    try:
        Path("/proc/self/comm").write_text(f"sim-{name}")
    except OSError:
        pass


def _kill(child: Child) -> None:
    """Kill a child that nobody has waited for yet, with all that it started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:  # it has not come so far as to have a session of its own
        os.kill(child.pid, signal.SIGKILL)
