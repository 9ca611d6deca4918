"""The web processes of `serve`: workers of gunicorn that run our own loop."""

from __future__ import annotations

import logging
import os
import signal
import socket
import tempfile
import threading
from queue import SimpleQueue
from typing import Any, NoReturn

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from simulator.base import clock, instants
from simulator.cli.child import READ_AGAIN, Lifeline, be, endings_held, exit_code
from simulator.web import Site, loop_of
from simulator.web.worker import Loop

log = logging.getLogger("simulator")

SILENCE = 900
"""Seconds for which a worker may be silent. A store that another program holds keeps the loop from
its heartbeat, and a worker that waits for it must not be taken for dead.
"""

SILENCE_EVERY = instants.SECOND
"""How often gunicorn looks for silent workers. One gets SIGABRT, and at the next look SIGKILL."""


class _Log(Logger):  # type: ignore[misc]
    """Lets gunicorn log through our log."""

    def setup(self, cfg: Any) -> None:
        self.error_log.setLevel(logging.WARNING)
        self.error_log.propagate = True
        self.error_log.handlers = []


class _Worker(Worker):  # type: ignore[misc]
    """A worker of gunicorn that runs our own loop, on a site that was made before the fork."""

    loop: Loop | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # a signal's handler may put something there
        self.asked_to_read: SimpleQueue[None] = SimpleQueue()
        # Without a first sign of life a worker would never be taken for silent.
        self.notify()

    def init_process(self) -> NoReturn:
        """Never back into gunicorn's code after the fork: that unwinds what the parent has open,
        and its exit codes 3 and 4 mean that no worker can begin.
        """
        be(WebServer.name, super().init_process, self.app.lifeline)

    def init_signals(self) -> None:
        super().init_signals()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def run(self) -> None:
        """Serve until asked to end. The loop then ends long polls and streams, and answers what is
        in flight.
        """
        world = self.app.site.world
        world.reopen()
        world.reload_others = self.reload_others
        threading.Thread(target=self.read_files, name="files", daemon=True).start()
        self.loop = loop_of(
            self.app.site,
            [one.sock for one in self.sockets],
            world.config.server,
            heartbeat=self.notify,
            end=world.end_waits,
        )
        if not self.alive:  # a signal came before there was a loop
            self.loop.stop()
        self.loop.run()
        world.close()

    def handle_exit(self, number: int, frame: Any) -> None:
        super().handle_exit(number, frame)
        if self.loop is not None:
            self.loop.stop()

    handle_quit = handle_exit

    def handle_usr1(self, number: int, frame: Any) -> None:
        """Read the scenario files again: on a thread, because the loop never waits."""
        self.asked_to_read.put(None)

    def read_files(self) -> None:
        """Read the scenario files whenever that is asked for. A worker that takes the place of one
        that has ended lets all read what was asked for before, so that all play the same.
        """
        world = self.app.site.world
        if world.reloading.is_asked():
            self.reload_others()
        while True:
            self.asked_to_read.get()
            while not self.asked_to_read.empty():
                self.asked_to_read.get()
            try:
                world.reload()
            except Exception:
                log.exception("the scenario files could not be read again")

    def reload_others(self) -> None:
        """Ask for all workers to read the scenario files."""
        os.kill(self.ppid, READ_AGAIN)


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Without `run`: the supervisor has the loop, the signals, and another child."""

    def init_signals(self) -> None:
        pass


class WebServer(BaseApplication):  # type: ignore[misc]
    """The gunicorn application of one `serve`: `workers` processes that serve a site, of which the
    store is closed when they are forked. Each must give a sign of life within `silence` seconds.

    gunicorn's arbiter starts them, kills those that are silent, and passes signals on, when the
    supervisor says so.
    """

    name = "web"

    def __init__(
        self,
        site: Site,
        listener: socket.socket,
        lifeline: Lifeline,
        *,
        workers: int,
        silence: int = SILENCE,
    ) -> None:
        self.site = site
        self.lifeline = lifeline
        self.options = {
            "bind": f"fd://{listener.detach()}",
            "workers": workers,
            "worker_class": _Worker,
            "logger_class": _Log,
            "timeout": silence,
            "loglevel": "warning",
            "proc_name": "simulator",
            "worker_tmp_dir": tempfile.gettempdir(),
        }
        super().__init__()
        self.arbiter = _Arbiter(self)
        self.arbiter.start()
        self.silence_at = 0

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Called in each worker."""
        return self.site.wsgi

    def start(self) -> bool:
        missing: int = self.arbiter.num_workers - len(self.arbiter.WORKERS)
        with endings_held():
            for _ in range(missing):
                self.arbiter.spawn_worker()
        return missing > 0

    def ended(self) -> list[int]:
        """gunicorn's own `reap_workers` collects any child: it would hide the sender's end."""
        if clock.monotonic() >= self.silence_at:
            self.silence_at = clock.monotonic() + SILENCE_EVERY
            self.arbiter.murder_workers()
        found = {pid: exit_code(pid) for pid in self.arbiter.WORKERS}
        codes = {pid: code for pid, code in found.items() if code is not None}
        for pid in codes:
            self.arbiter.WORKERS.pop(pid).tmp.close()
        return list(codes.values())

    def runs(self) -> bool:
        self.ended()
        return bool(self.arbiter.WORKERS)

    def read_again(self) -> None:
        self.arbiter.kill_workers(READ_AGAIN)

    def ask(self) -> None:
        self.arbiter.kill_workers(signal.SIGTERM)

    def kill(self) -> None:
        self.arbiter.kill_workers(signal.SIGKILL)
