"""gunicorn, on the socket that the parent opened; each worker opens the world for itself."""

from __future__ import annotations

import logging
import os
import socket
import tempfile
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from simulator.base import instants
from simulator.config import Config
from simulator.web import Site, loop_of, make_site
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
        self.loop = loop_of(
            self.app.site,
            [one.sock for one in self.sockets],
            self.app.settings.server,
            heartbeat=self.beat,
            end=self.app.end,
        )
        if not self.alive:  # a signal came before there was a loop
            self.loop.stop()
        self.loop.run()

    def beat(self) -> bool:
        """Tell gunicorn that this worker lives; whether gunicorn lives."""
        self.notify()
        return bool(self.ppid == os.getppid())

    def handle_exit(self, number: int, frame: Any) -> None:
        """Stop. The loop ends long polls and streams: it may hold a lock at this very moment."""
        super().handle_exit(number, frame)
        if self.loop is not None:
            self.loop.stop()


class WebServer(BaseApplication):  # type: ignore[misc]
    """The gunicorn application of one `serve`."""

    def __init__(
        self, settings: Config, open_it: Callable[[], World], listener: socket.socket
    ) -> None:
        self.settings = settings
        self.open_it = open_it
        self.listener = listener
        self.world: World | None = None
        self.site: Site | None = None
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"fd://{self.listener.fileno()}",
            "workers": self.settings.server.workers,
            "worker_exit": lambda server, worker: self.close(),
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
        self.world = self.open_it()
        self.site = make_site(self.world)
        return self.site.app

    def end(self) -> None:
        """End long polls and streams."""
        if self.world is not None:
            self.world.end_waits()

    def close(self) -> None:
        """Close the connections and the subscriptions of this worker."""
        if self.world is not None:
            self.world.close()
