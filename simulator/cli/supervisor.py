"""The parent of `serve`: it starts its children, watches them, and stops them. It also tells them
when the scenario files are to be read again.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

from simulator.base import clock, instants
from simulator.world.reloading import Watch

log = logging.getLogger("simulator")

PATIENCE = 25 * instants.SECOND
QUICK_DEATH = 2 * instants.SECOND
LOOK_EVERY = 50 * instants.MILLISECOND
ORPHAN_ASKS = 5
ORPHAN_WAITS = 200 * instants.MILLISECOND
FILES_EVERY = instants.SECOND
READ_AGAIN = signal.SIGUSR1
"""A child that gets it reads the scenario files again. gunicorn passes it on to its workers."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Supervisor:
    """Starts the children, watches them, starts them again, and stops them in the given order.

    The `readers` are the children that read scenario files. They read them again after SIGHUP, and
    when the `watch` sees that one has changed. It looks once a second.
    """

    def __init__(
        self,
        parts: dict[str, Callable[[], None]],
        *,
        readers: Sequence[str],
        watch: Watch,
    ) -> None:
        self.parts = parts
        self.readers = readers
        self.watched = watch
        self.files_at = clock.monotonic() + FILES_EVERY
        self.pids: dict[str, int] = {}
        self.started: dict[str, int] = {}
        # A plain flag: a signal's handler must not wait for a lock that its own thread holds.
        self.stopping = False
        self.is_asked_to_read = False
        # `nohup` has SIGHUP ignored: then this process outlives its terminal.
        is_kept = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        self.has_terminal = _has_terminal() and not is_kept
        self.patience = PATIENCE
        self.alive_read, self.alive_write = os.pipe()

    def start(self) -> None:
        for number in _SIGNALS:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._hang_up)
        for name in self.parts:
            self._start(name)

    def watch(self) -> None:
        """Start again what dies, until told to stop. Then stop every child and wait for it."""
        while not self.stopping:
            self._read_again()
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                pid, status = 0, 0
            if pid == 0:
                clock.sleep(LOOK_EVERY)
                continue
            name = next((name for name, known in self.pids.items() if known == pid), None)
            if name is not None and not self.stopping:
                log.error(
                    "the %s process ended (%s): starting it again",
                    name,
                    os.waitstatus_to_exitcode(status),
                )
                if clock.monotonic() - self.started[name] < QUICK_DEATH:
                    clock.sleep(instants.SECOND)
                self._start(name)
        for name, pid in self.pids.items():
            self._end(name, pid)

    def _read_again(self) -> None:
        """Let the readers read the scenario files again, if it is time to."""
        asked, self.is_asked_to_read = self.is_asked_to_read, False
        if clock.monotonic() >= self.files_at:
            self.files_at = clock.monotonic() + FILES_EVERY
            asked = self.watched.has_changed() or asked
        if asked:
            self.watched.reloading.ask()
            for name in self.readers:
                os.kill(self.pids[name], READ_AGAIN)

    def _start(self, name: str) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        # Blocked: a signal between the fork and the child's own handlers would be lost, and the
        # child would never end.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        pid = os.fork()
        if pid == 0:
            self._run(name)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        self.pids[name] = pid
        self.started[name] = clock.monotonic()

    def _run(self, name: str) -> None:
        """Run a child: in a session of its own (Ctrl-C is the parent's), until the parent ends."""
        code = 1
        try:
            os.setsid()
            os.close(self.alive_write)
            # A shell starts background jobs with SIGINT and SIGQUIT ignored.
            for number in (*_SIGNALS, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            # They mean to read files again, which a child that has just begun has no need of.
            for number in (signal.SIGHUP, READ_AGAIN):
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            threading.Thread(target=self._await_orphanhood, daemon=True).start()
            self.parts[name]()
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        except BaseException:
            log.exception("the %s process failed", name)
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

    def _hang_up(self, number: int, frame: Any) -> None:
        """Read the scenario files again; stop, if it was our terminal that hung up."""
        if self.has_terminal and not _has_terminal():
            self._stop(number, frame)
        self.is_asked_to_read = True

    def _end(self, name: str, pid: int) -> None:
        """Ask a child to end. Kill it, with all that it started, when it does not."""
        asked = clock.monotonic()
        try:
            os.kill(pid, signal.SIGTERM)
            while os.waitpid(pid, os.WNOHANG) == (0, 0):
                if clock.monotonic() > asked + self.patience:
                    log.error("the %s process does not end: killed", name)
                    os.killpg(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                    return
                clock.sleep(20 * instants.MILLISECOND)
        except (ProcessLookupError, ChildProcessError):
            pass


def _has_terminal() -> bool:
    """Whether this process belongs to a terminal that is still there."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
