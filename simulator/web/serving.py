"""Serving a site: the socket to listen on, and the loop that answers."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence

from simulator.base.errors import Unavailable
from simulator.config import Server
from simulator.front.paths import is_admin
from simulator.web.site import Site
from simulator.web.worker import MOST_WAITING, Limits, Loop


def listen(host: str, port: int) -> socket.socket:
    """Listen at an address; port 0 picks a free one. Children inherit the socket. Unavailable when
    somebody else has the port, or the address is none of this machine's.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it: an answer in two parts would wait 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        said = "choose another with --host and --port (0 picks a free one)"
        raise Unavailable(f"cannot listen on {host}:{port}: {error.strerror}; {said}") from None
    listener.set_inheritable(True)
    return listener


def loop_of(
    site: Site,
    listeners: Sequence[socket.socket],
    server: Server,
    *,
    end: Callable[[], None],
    heartbeat: Callable[[], None] = lambda: None,
) -> Loop:
    """The loop that serves a site; `heartbeat` and `end` as in `Loop`."""
    return Loop(
        listeners,
        site.front.answer_all,
        site.wsgi,
        is_beside=is_admin,
        most_body=server.max_body,
        threads=server.threads + MOST_WAITING,
        limits=Limits(),
        heartbeat=heartbeat,
        end=end,
    )
