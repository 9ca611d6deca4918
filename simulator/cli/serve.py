"""`serve`: one parent that holds the store's lock and the socket, and two children, gunicorn and
the sender.

The parent starts a child again when it dies, and passes SIGTERM on, web first. A child whose parent
was killed notices by the end of a pipe and leaves too; the lock and the port are free again only
when all have left.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.serving import make_server

from simulator import dialects
from simulator.base import clock, instants
from simulator.base.errors import Invalid, Problem, Unavailable
from simulator.cli.welcome import say_welcome
from simulator.config import Config
from simulator.config.advice import is_loopback
from simulator.front import AdminGuard, GuardedPretend
from simulator.ops import metrics
from simulator.pretend_gateway import RECEIVED, Book, Mounted, PretendGateway, token_key
from simulator.store import Store, parse_url, remedy
from simulator.web import MOST_WAITING, Application, application, create_app
from simulator.world import World, open_world

log = logging.getLogger("simulator")

ORPHANS_LEAVE = 15 * instants.SECOND
ORPHAN_ASKS = 12
PATIENCE = 25 * instants.SECOND
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
QUICK_DEATH = 2 * instants.SECOND
LOOK_EVERY = 50 * instants.MILLISECOND


def serve(settings: Config) -> None:
    """Run until SIGTERM or SIGINT. Invalid or Unavailable before anything listens when it cannot."""
    warn(settings)
    with ExitStack() as held:
        _lock(settings, held)
        listener = held.enter_context(_listen(settings.server.host, settings.server.port))
        settings = replace(
            settings, server=replace(settings.server, port=listener.getsockname()[1])
        )
        base_url = _base_url(settings)
        counted = held.enter_context(tempfile.TemporaryDirectory(prefix="simulator-metrics-"))
        # every mistake in scenarios, settings and store shows here, once
        open_world(settings, base_url).close()
        family = _Family(
            {
                "web": lambda: _Web(settings, base_url, listener).run(),
                "sender": lambda: _send(open_world(settings, base_url, beginning=False)),
            },
            lambda: metrics.share(counted),
        )
        family.start()
        say_welcome(settings, base_url)
        family.watch()


def send(settings: Config) -> None:
    """A sender alone. Every supplier needs a gateway URL: there is no pretend gateway here."""
    missing = [supplier.name for supplier in settings.suppliers if supplier.gateway.url is None]
    if missing:
        raise Invalid(
            [
                Problem(
                    message=f"gateway.url is needed by a sender alone (supplier {', '.join(missing)})"
                )
            ]
        )
    warn(settings)
    with ExitStack() as held:
        _lock(settings, held)
        log.info("sending for %s", settings.store.url.rpartition("@")[2])
        _send(open_world(settings, "", beginning=False))


def pretend(settings: Config, host: str, port: int) -> None:
    """The pretend gateway alone, with a store of its own that ends with it."""
    with tempfile.TemporaryDirectory(prefix="pretend-gateway-") as folder:
        store = Store(f"sqlite:///{folder}/received.db")
        app = _pretend_app(settings, store)
        listener = _listen(host, port)
        server = make_server(host, port, app, threaded=True, fd=listener.fileno())
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        url = f"http://{host}:{listener.getsockname()[1]}"
        click.echo(f"listening on {url}")
        click.echo(f"  simulator serve --gateway-url {url}      # lets a simulator send here")
        for supplier in settings.suppliers:
            click.echo(
                f"  curl {url}/{supplier.name}{RECEIVED}      # what came from the supplier {supplier.name}"
            )
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            pass
        store.close()


def _pretend_app(settings: Config, store: Store) -> Application:
    """One URL takes the KCIs of all suppliers; each has its own list below its name too."""
    key = token_key(store.root_seed)
    mounts = []
    for supplier in settings.suppliers:
        dialect = dialects.get(supplier.dialect, supplier.contract, kci_path=supplier.gateway.kcis)
        book = Book(store, supplier.name, dialect)
        gateway = PretendGateway(book, supplier.gateway, dialect, key)
        mounts += [("", gateway), (f"/{supplier.name}", gateway)]
    most_body = settings.server.max_body
    guarded = GuardedPretend(Mounted(mounts), AdminGuard(settings), most_body)
    return application(guarded.answer, most_body)


def warn(settings: Config) -> None:
    """Say what is allowed and yet dangerous."""
    for advice_line in settings.advice:
        log.warning("%s", advice_line)
    if settings.admin_token is None and not is_loopback(settings.server.host):
        log.warning(
            "anyone who reaches %s may use the admin API: set admin.token (SIMULATOR_ADMIN__TOKEN)",
            settings.server.host,
        )


def _base_url(settings: Config) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.server.host, settings.server.host)
    return (
        f"http://{f'[{host}]' if ':' in host and '[' not in host else host}:{settings.server.port}"
    )


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # for all that come: an answer of two parts would wait 40 ms
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        raise Unavailable(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another with --host and --port (0 picks a free one)"
        ) from None
    listener.set_inheritable(True)
    return listener


def _lock(settings: Config, held: ExitStack) -> None:
    """Keep a SQLite store for this family of processes alone; children inherit the lock, so orphans
    hold it until they left.
    """
    url = parse_url(settings.store.url)
    if url.get_backend_name() != "sqlite":
        return
    try:
        descriptor = os.open(
            f"{Path(url.database or '').resolve()}.serve", os.O_RDWR | os.O_CREAT, 0o644
        )
    except OSError as error:
        raise Unavailable(remedy(url, error)) from None
    held.callback(os.close, descriptor)
    deadline = clock.monotonic() + ORPHANS_LEAVE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            if _is_alive(holder) or clock.monotonic() > deadline:
                raise Unavailable(
                    f"{url.database} is already in use by pid {holder}: stop that one, or choose another --store"
                ) from None
            clock.sleep(50 * instants.MILLISECOND)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


class _Family:
    """The children (each calls `begin` first): started, watched, started again, and stopped in the
    order they are named.
    """

    def __init__(self, parts: dict[str, Callable[[], None]], begin: Callable[[], None]) -> None:
        self.parts = parts
        self.begin = begin
        self.pids: dict[str, int] = {}
        self.started: dict[str, int] = {}
        # no lock, no event: the handler of a signal that comes while one is held would wait for
        # ever
        self.stopping = False
        self.patience = PATIENCE
        self.alive_read, self.alive_write = os.pipe()

    def start(self) -> None:
        for number in _SIGNALS:
            signal.signal(number, self._stop)
        for name in self.parts:
            self._start(name)

    def watch(self) -> None:
        """Until told to stop: start again what dies. Then stop every child and wait for it."""
        while not self.stopping:
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

    def _start(self, name: str) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        # a signal between the fork and the child's own handlers would be lost, and the child would
        # never end: hold it back
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        pid = os.fork()
        if pid == 0:
            self._be(name)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        self.pids[name] = pid
        self.started[name] = clock.monotonic()

    def _be(self, name: str) -> None:
        """In the child: lead a session of its own (Ctrl-C is the parent's), leave when the parent
        has gone.
        """
        code = 1
        try:
            os.setsid()
            os.close(self.alive_write)
            # a shell's background job begins with SIGINT and SIGQUIT ignored
            for number in (*_SIGNALS, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            threading.Thread(
                target=self._await_orphanhood, args=(os.getpid(),), daemon=True
            ).start()
            self.begin()
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

    def _await_orphanhood(self, pid: int) -> None:
        """When the parent has gone: gunicorn leaves at once, the sender settles what is in flight;
        whoever does neither is killed.
        """
        os.read(self.alive_read, 1)
        for _ in range(ORPHAN_ASKS):  # once is not enough: a signal may come before its handler
            os.kill(pid, signal.SIGQUIT)
            clock.sleep(instants.SECOND)
        os.kill(pid, signal.SIGKILL)

    def _stop(self, number: int, frame: Any) -> None:
        """The first signal asks, the second insists."""
        if self.stopping:
            self.patience = 0
        self.stopping = True

    def _end(self, name: str, pid: int) -> None:
        """Ask a child to end; one that does not, is killed with all it started."""
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


class _Log(Logger):  # type: ignore[misc]
    """gunicorn speaks as we do."""

    def setup(self, cfg: Any) -> None:
        self.error_log.setLevel(logging.WARNING)
        self.error_log.propagate = True
        self.error_log.handlers = []


class _Worker(ThreadWorker):  # type: ignore[misc]
    """A worker that lets go of whoever waits when it is asked to end."""

    def handle_exit(self, number: int, frame: Any) -> None:
        self.app.end()
        super().handle_exit(number, frame)


class _Web(BaseApplication):  # type: ignore[misc]
    """gunicorn on the socket that the parent opened; each worker opens the world for itself."""

    def __init__(self, settings: Config, base_url: str, listener: socket.socket) -> None:
        self.settings = settings
        self.base_url = base_url
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
        self.world = open_world(self.settings, self.base_url, beginning=False)
        return create_app(self.world)

    def end(self) -> None:
        """Long polls and streams end now."""
        if self.world is not None:
            self.world.end_waits()

    def close(self) -> None:
        """Nothing of this worker is left: its connections, its place among the listeners."""
        if self.world is not None:
            self.world.close()


def _send(world: World) -> None:
    sender = world.sender()
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
        signal.signal(number, lambda *_: sender.stop())
    asyncio.run(sender.run())
    world.close()
