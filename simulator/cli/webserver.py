"""gunicorn, on the socket that the parent opened; each worker opens the world again."""

from __future__ import annotations

import logging
import os
import socket
import tempfile
import threading
from queue import SimpleQueue
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from simulator.base import instants
from simulator.cli.supervisor import READ_AGAIN
from simulator.web import Site, loop_of
from simulator.web.worker import Limits, Loop
from simulator.world import World

log = logging.getLogger("simulator")

SILENCE = 900
"""Seconds for which a worker may be silent. A store that another program holds keeps the loop from
its heartbeat, and a worker that waits for it must not be taken for dead.
"""


class _Log(Logger):  # type: ignore[misc]
    """Lets gunicorn log through our log."""

    def setup(self, cfg: Any) -> None:
        self.error_log.setLevel(logging.WARNING)
        self.error_log.propagate = True
        self.error_log.handlers = []


class _Worker(Worker):  # type: ignore[misc]
    """A worker of gunicorn that runs our own loop."""

    loop: Loop | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # a signal's handler may put something there
        self.asked_to_read: SimpleQueue[None] = SimpleQueue()

    def run(self) -> None:
        world = self.app.world
        world.reload_others = self.reload_others
        threading.Thread(target=self.read_files, name="files", daemon=True).start()
        self.loop = loop_of(
            self.app.site,
            [one.sock for one in self.sockets],
            world.config.server,
            heartbeat=self.beat,
            end=world.end_waits,
        )
        if not self.alive:  # a signal came before there was a loop
            self.loop.stop()
        self.loop.run()

    def handle_usr1(self, number: int, frame: Any) -> None:
        """Read the scenario files again: on a thread, because the loop never waits."""
        self.asked_to_read.put(None)

    def read_files(self) -> None:
        """Read the scenario files whenever that is asked for. A worker that takes the place of one
        that has ended reads what was asked for before, and all play the same.
        """
        if self.app.world.reloading.is_asked():
            self.reload_others()
        while True:
            self.asked_to_read.get()
            while not self.asked_to_read.empty():
                self.asked_to_read.get()
            try:
                self.app.world.reload()
            except Exception:
                log.exception("the scenario files could not be read again")

    def reload_others(self) -> None:
        """Ask all workers to read the scenario files: gunicorn passes the signal on to each."""
        os.kill(self.ppid, READ_AGAIN)

    def beat(self) -> None:
        """Tell gunicorn that this worker lives. A worker without gunicorn ends."""
        self.notify()
        if self.ppid != os.getppid() and self.loop is not None:
            self.loop.stop()

    def handle_exit(self, number: int, frame: Any) -> None:
        """Stop. The loop ends long polls and streams: it may hold a lock at this very moment."""
        super().handle_exit(number, frame)
        if self.loop is not None:
            self.loop.stop()


class WebServer(BaseApplication):  # type: ignore[misc]
    """The gunicorn application of one `serve`: `workers` processes that serve a world, which is
    closed when they are forked.
    """

    def __init__(self, world: World, listener: socket.socket, workers: int) -> None:
        self.world = world
        self.listener = listener
        self.workers = workers
        self.site: Site | None = None
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"fd://{self.listener.fileno()}",
            "workers": self.workers,
            "worker_exit": lambda server, worker: self.world.close(),
            "worker_class": _Worker,
            "logger_class": _Log,
            "timeout": SILENCE,
            "graceful_timeout": Limits().grace // instants.SECOND,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "simulator",
            "worker_tmp_dir": tempfile.gettempdir(),
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """Called in each worker."""
        self.world.reopen()
        self.site = Site(self.world)
        return self.site.wsgi
