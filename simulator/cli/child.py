"""A child of `serve`: how it begins, and how it ends when its parent is gone."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from mmap import mmap
from pathlib import Path
from typing import NoReturn

from simulator.base import clock, instants

log = logging.getLogger("simulator")

READ_AGAIN = signal.SIGUSR1
"""A child that gets it reads the scenario files again. A child that sends it to the parent asks for
all children to do so.
"""

ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
"""Each of these asks a child to end."""

SILENCE = 900 * instants.SECOND
"""How long a child with a pulse may give no sign of life. A store that another program holds keeps
it from that, and a child that waits for the store must not be taken for dead.
"""

ORPHAN_ASKS = 5
ORPHAN_WAITS = 200 * instants.MILLISECOND


class Pulse:
    """The signs of life of a child, in memory that it shares with its parent."""

    def __init__(self, longest: int = SILENCE) -> None:
        self.longest = longest
        self.memory = mmap(-1, 8)
        self.beat()

    def beat(self) -> None:
        self.memory[:] = clock.monotonic().to_bytes(8, sys.byteorder)

    def has_stopped(self) -> bool:
        """Whether the last one was too long ago."""
        last = int.from_bytes(self.memory[:], sys.byteorder)
        return clock.monotonic() > last + self.longest


class Child:
    """`run` is what it does; children of one `name` do the same. One that `reads` has scenario
    files to read again. One with a `pulse` gives signs of life.
    """

    def __init__(
        self,
        name: str,
        run: Callable[[], None],
        *,
        reads: bool = False,
        pulse: Pulse | None = None,
    ) -> None:
        self.name = name
        self.run = run
        self.reads = reads
        self.pulse = pulse
        self.pid = 0  # of the process, while there is one
        self.started = 0

    def start(self, alive: tuple[int, int]) -> None:
        """Fork. The parent holds the writing end of the pipe `alive` until it ends."""
        sys.stdout.flush()
        sys.stderr.flush()
        if self.pulse is not None:
            self.pulse.beat()
        # Blocked: a signal between the fork and the child's own handlers would be lost, and the
        # child would never end.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
        pid = os.fork()
        if pid == 0:
            self._be(alive)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
        self.pid = pid
        self.started = clock.monotonic()

    def ended(self) -> int | None:
        """The exit code of its process, if that has ended since it was asked last."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return None
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill its process, with all that it started, and wait until it is gone."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # it has just begun, and has no group of its own yet
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.pid = 0

    def _be(self, alive: tuple[int, int]) -> NoReturn:
        """Run in a session of its own (Ctrl-C is the parent's), until the parent ends."""
        code = 1
        try:
            os.setsid()
            self._show_name()
            os.close(alive[1])
            # A shell starts background jobs with SIGQUIT ignored.
            for number in (signal.SIGTERM, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            # A Ctrl-C may have come before the session. The others mean to read files again, which
            # a child that has just begun has no need of.
            for number in (signal.SIGINT, signal.SIGHUP, READ_AGAIN):
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
            threading.Thread(target=_await_orphanhood, args=(alive[0],), daemon=True).start()
            self.run()
            code = 0
        except BaseException:
            log.exception("the %s process failed", self.name)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _show_name(self) -> None:
        """Let `ps` and `top` tell the processes apart, on Linux."""
        with suppress(OSError):
            Path("/proc/self/comm").write_text(f"serve {self.name}")


def _await_orphanhood(alive: int) -> None:
    """When the parent has gone: ask this child to end, and after a moment kill what is left.

    The children keep the lock on the store. A post to a gateway that hangs, or a long poll, must
    not keep the next start waiting: killing is safe at any point.
    """
    os.read(alive, 1)
    # More than once: the first signal may come before the child has its handler.
    for _ in range(ORPHAN_ASKS):
        os.kill(os.getpid(), signal.SIGQUIT)
        clock.sleep(ORPHAN_WAITS)
    os.killpg(os.getpgrp(), signal.SIGKILL)
