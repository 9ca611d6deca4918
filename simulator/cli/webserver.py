"""gunicorn, on the socket that the parent opened; each worker opens the world again."""

from __future__ import annotations

import logging
import os
import socket
import tempfile
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from simulator.base import instants
from simulator.web import Site, loop_of
from simulator.web.worker import Limits, Loop
from simulator.world import World

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

    def run(self) -> None:
        world = self.app.world
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
