"""`serve`, `send` and `gateway`: the commands that run until they are stopped.

`serve` is one parent, which holds the store's lock and the socket, and its children: the web
processes, and the sender. The parent starts a child again when it dies, and passes SIGTERM on, web
first. After SIGHUP, and with `server.watch` when a scenario file has changed, it lets the web
processes read those files again. A child whose parent was killed notices by the end of a pipe and
ends too. Lock and port are free when all have ended.

Children are forked from a parent that has read the scenarios, made the site, and imported what a
first answer needs. So they share its memory, and read nothing again. The HTTP client is imported by
the sender, beside the first answer.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import logging
import os
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator import dialects
from simulator.base import clock, instants
from simulator.base.errors import Invalid, Problem, Unavailable
from simulator.cli.child import ENDINGS, Child, Lifeline
from simulator.cli.supervisor import Supervisor
from simulator.cli.welcome import seeds_told, welcome
from simulator.config import Config, JournalConfig
from simulator.config.advice import is_loopback
from simulator.ops import metrics
from simulator.pretend_gateway import RECEIVED, Book, Mounted, PretendGateway, token_key
from simulator.store import Store, parse_url, remedy, upkeep
from simulator.world import World, open_world
from simulator.world.reloading import Watch

if TYPE_CHECKING:
    from simulator.front import GuardedPretend

log = logging.getLogger("simulator")

ORPHANS_LEAVE = 15 * instants.SECOND


def serve(settings: Config) -> None:
    """Run until SIGTERM or SIGINT. Invalid or Unavailable when it cannot start."""
    from simulator.cli.webserver import WebServer  # `send` and `gateway` need no gunicorn
    from simulator.web import Site, listen

    warn(settings)
    with ExitStack() as resources:
        _lock(settings, resources)
        listener = resources.enter_context(listen(settings.server.host, settings.server.port))
        settings = replace(
            settings, server=replace(settings.server, port=listener.getsockname()[1])
        )
        base_url = _base_url(settings)
        counted = resources.enter_context(tempfile.TemporaryDirectory(prefix="simulator-metrics-"))
        # Every mistake in scenarios, settings and store is told here, once.
        world = open_world(settings, base_url)
        seeds = {name: supplier.run_seed for name, supplier in world.suppliers.items()}
        for line in seeds_told(seeds):
            log.info("seed %s", line)
        site = Site(world)
        # A connection to the store must not be shared with a child.
        world.close()
        metrics.share(counted)

        lifeline = Lifeline()
        web = WebServer(site, listener, lifeline, workers=_web_processes(settings))
        sender = Child("sender", lambda: _send_again(world), lifeline)
        watch = Watch(world.reloading, is_on=settings.server.watch)
        supervisor = Supervisor([web, sender], watch)
        said = welcome(settings, base_url, seeds)
        # A collection writes to all that it looks at, and memory that is written to is not shared
        # any more: what there is by now is not looked at again.
        gc.freeze()
        gc.enable()
        supervisor.start()
        click.echo(said)
        sys.stdout.flush()
        supervisor.watch()


def _web_processes(settings: Config) -> int:
    """How many. On SQLite there is one writer at a time: a second web process would only wait."""
    is_sqlite = parse_url(settings.store.url).get_backend_name() == "sqlite"
    return settings.server.workers or (1 if is_sqlite else 2)


def send(settings: Config) -> None:
    """A sender alone. Every supplier needs a gateway URL: there is no pretend gateway here."""
    missing = [supplier.name for supplier in settings.suppliers if supplier.gateway.url is None]
    if missing:
        said = f"gateway.url is needed by a sender alone (supplier {', '.join(missing)})"
        raise Invalid([Problem(message=said)])
    warn(settings)
    with ExitStack() as resources:
        _lock(settings, resources)
        log.info("sending for %s", settings.store.url.rpartition("@")[2])
        _send(open_world(settings, "", beginning=False))
        log.info("stopped")


def pretend(settings: Config, host: str, port: int) -> None:
    """The pretend gateway alone, with a store of its own that ends with it."""
    from simulator.web import listen
    from simulator.web.worker import Loop

    with tempfile.TemporaryDirectory(prefix="pretend-gateway-") as folder:
        store = Store(f"sqlite:///{folder}/received.db")
        guarded = _guarded_pretend(settings, host, store)
        ended = threading.Event()
        tidying = threading.Thread(target=tidy, args=(store, settings.journal, ended))
        tidying.start()
        listener = listen(host, port)
        loop = Loop(
            [listener],
            lambda requests: [guarded.answer(incoming) for incoming in requests],
            most_body=settings.server.max_body,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.stop())
        url = f"http://{host}:{listener.getsockname()[1]}"
        click.echo(f"listening on {url}")
        click.echo(f"  simulator serve --gateway-url {url}      # lets a simulator send here")
        for supplier in settings.suppliers:
            listed = f"{url}/{supplier.name}{RECEIVED}"
            click.echo(f"  curl {listed}      # what came from the supplier {supplier.name}")
        loop.run()
        listener.close()
        ended.set()
        tidying.join()
        store.close()
        log.info("stopped")


def tidy(store: Store, bounds: JournalConfig, ended: threading.Event) -> None:
    """Keep the lists of the pretend gateway within their bounds, until this process ends."""
    while True:
        try:
            for _ in upkeep.tidy_lists(store, bounds):
                ended.wait(upkeep.PAUSE)
        except Unavailable as error:
            log.warning("the lists cannot be kept in bounds now: %s", error)
        if ended.wait(upkeep.EVERY):
            return


def _guarded_pretend(settings: Config, host: str, store: Store) -> GuardedPretend:
    """One URL takes the KCIs of all suppliers; each has its own list below its name too."""
    from simulator.front import AdminGuard, GuardedPretend

    key = token_key(store.root_seed)
    mounts = []
    for supplier in settings.suppliers:
        dialect = dialects.get(supplier.dialect, supplier.contract, kci_path=supplier.gateway.kcis)
        book = Book(store, supplier.name, dialect)
        gateway = PretendGateway(book, supplier.gateway, dialect, key)
        mounts += [("", gateway), (f"/{supplier.name}", gateway)]
    most_body = settings.server.max_body
    guard = AdminGuard(settings.admin_token, host)
    return GuardedPretend(Mounted(mounts), guard, most_body)


def warn(settings: Config) -> None:
    """Warn of settings that are allowed and yet dangerous."""
    for said in settings.advice:
        log.warning("%s", said)
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


def _lock(settings: Config, resources: ExitStack) -> None:
    """Lock a SQLite store for these processes alone. Unavailable while others use it.

    Children inherit the lock: it is free when the last of them has ended.
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
    resources.callback(os.close, descriptor)
    deadline = clock.monotonic() + ORPHANS_LEAVE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            if _is_alive(holder) or clock.monotonic() > deadline:
                said = f"{url.database} is already in use by pid {holder}"
                raise Unavailable(f"{said}: stop that one, or choose another --store") from None
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


def _send_again(world: World) -> None:
    """Send for a world that was closed before this process was forked."""
    world.reopen()
    _send(world)


def _send(world: World) -> None:
    sender = world.sender()
    for number in ENDINGS:
        signal.signal(number, lambda *_: sender.stop())
    asyncio.run(sender.run())
    world.close()
