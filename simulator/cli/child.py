"""A child of `serve`: how it begins, and how it ends when its parent is gone."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from simulator.base import clock, instants

log = logging.getLogger("simulator")

READ_AGAIN = signal.SIGUSR1
"""A web process that gets it reads the scenario files again. One that sends it to the parent asks
for all of them to do so.
"""

ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
"""Each of these asks a child to end."""

ORPHAN_ASKS = 5
ORPHAN_WAITS = 200 * instants.MILLISECOND


class Lifeline:
    """A pipe of which the parent alone holds the writing end: children see the parent's end."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()

    def be_child(self) -> None:
        """From now on this process is one that ends with its parent."""
        os.close(self.writing)
        threading.Thread(target=self._await_orphanhood, daemon=True).start()

    def _await_orphanhood(self) -> None:
        """When the parent has gone: ask this child to end, and after a moment kill what is left.

        The children keep the lock on the store. A post to a gateway that hangs, or a long poll,
        must not keep the next start waiting: killing is safe at any point.
        """
        os.read(self.reading, 1)
        # More than once: the first signal may come before the child has its handler.
        for _ in range(ORPHAN_ASKS):
            os.kill(os.getpid(), signal.SIGQUIT)
            clock.sleep(ORPHAN_WAITS)
        os.killpg(os.getpgrp(), signal.SIGKILL)


@contextmanager
def endings_held() -> Iterator[None]:
    """Fork within this: a signal between the fork and the child's own handlers would be lost, and
    the child would never end. `be` lets the signals through again.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


class Child:
    """One process: its name, and what it does."""

    def __init__(self, name: str, run: Callable[[], None], lifeline: Lifeline) -> None:
        self.name = name
        self.run = run
        self.lifeline = lifeline
        self.pid = 0  # while there is one

    def start(self) -> bool:
        if self.pid:
            return False
        with endings_held():
            self.pid = os.fork()
            if self.pid == 0:
                be(self.name, self.run, self.lifeline)
        return True

    def ended(self) -> list[int]:
        code = exit_code(self.pid) if self.pid else None
        if code is None:
            return []
        self.pid = 0
        return [code]

    def runs(self) -> bool:
        self.ended()
        return self.pid != 0

    def read_again(self) -> None:
        """It has read no scenario files."""

    def ask(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """With all that it started."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # it has just begun, and has no group of its own yet
            os.kill(self.pid, signal.SIGKILL)


def be(name: str, run: Callable[[], None], lifeline: Lifeline) -> NoReturn:
    """Run as a child that has just been forked: in a session of its own (Ctrl-C is the parent's),
    until the parent ends. Nothing of the parent's is cleaned up at its end.
    """
    code = 1
    try:
        os.setsid()
        _show_name(name)
        # A shell starts background jobs with SIGQUIT ignored.
        for number in (signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        # A Ctrl-C may have come before the session. The others mean to read files again, which
        # a child that has just begun has no need of.
        for number in (signal.SIGINT, signal.SIGHUP, READ_AGAIN):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
        lifeline.be_child()
        run()
        code = 0
    except BaseException:
        log.exception("the %s process failed", name)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def exit_code(pid: int) -> int | None:
    """The exit code of a child that has ended. This collects it: it is told once."""
    collected, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if collected else None


def _show_name(name: str) -> None:
    """Let `ps` and `top` tell the processes apart, on Linux."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(f"serve {name}")
