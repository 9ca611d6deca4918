"""gunicorn, on the socket that the parent opened; each worker opens the world for itself."""

from __future__ import annotations

import logging
import socket
import tempfile
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from simulator.config import Config
from simulator.web import MOST_WAITING, create_app
from simulator.world import World


class _Log(Logger):  # type: ignore[misc]
    """Lets gunicorn log through our log."""

    def setup(self, cfg: Any) -> None:
        self.error_log.setLevel(logging.WARNING)
        self.error_log.propagate = True
        self.error_log.handlers = []


class _Worker(ThreadWorker):  # type: ignore[misc]
    """A worker that ends long polls and streams when it is asked to end."""

    def handle_exit(self, number: int, frame: Any) -> None:
        self.app.end()
        super().handle_exit(number, frame)


class WebServer(BaseApplication):  # type: ignore[misc]
    """The gunicorn application of one `serve`."""

    def __init__(
        self, settings: Config, open_it: Callable[[], World], listener: socket.socket
    ) -> None:
        self.settings = settings
        self.open_it = open_it
        self.listener = listener
        self.world: World | None = None
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"fd://{self.listener.fileno()}",
            "workers": self.settings.server.workers,
            "threads": self.settings.server.threads + MOST_WAITING,
            "worker_exit": lambda server, worker: self.close(),
            "worker_class": _Worker,
            "logger_class": _Log,
            "keepalive": 5,
            "timeout": 60,
            "graceful_timeout": 10,
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
        return create_app(self.world)

    def end(self) -> None:
        """End long polls and streams."""
        if self.world is not None:
            self.world.end_waits()

    def close(self) -> None:
        """Close the connections and the subscriptions of this worker."""
        if self.world is not None:
            self.world.close()
