"""A WSGI application on threads beside the loop, for what takes long: each request has a thread,
which writes the answer on the connection's own socket.
"""

from __future__ import annotations

import io
import logging
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from simulator.web.shared import Application
from simulator.web.worker.answers import SERVER, Headers, has_no_body, head_bytes
from simulator.web.worker.reader import Request

log = logging.getLogger("simulator.web")

SOCKET = "simulator.socket"
"""The name in the environment under which an application finds the connection's socket."""

_HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailers")


class Beside:
    """Runs `app` on `threads` threads. `patience`: the seconds for which a client may take nothing
    of an answer.
    """

    def __init__(
        self, app: Application, threads: int, server: tuple[str, int], patience: float
    ) -> None:
        self.app = app
        self.server = server
        self.patience = patience
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="web")

    def submit(
        self,
        request: Request,
        connection: socket.socket,
        peer: tuple[Any, ...],
        done: Callable[[bool], None],
        keeps: Callable[[], bool],
    ) -> None:
        """Answer a request on a thread, then call `done`, there, with whether the connection can
        take another. `keeps` is asked just before the answer begins.
        """
        self.pool.submit(self._run, request, connection, peer, done, keeps)

    def close(self) -> None:
        """Begin nothing more; wait for nobody."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _run(
        self,
        request: Request,
        connection: socket.socket,
        peer: tuple[Any, ...],
        done: Callable[[bool], None],
        keeps: Callable[[], bool],
    ) -> None:
        can_go_on = False
        try:
            connection.settimeout(self.patience)
            environ = environ_of(request, connection, peer, self.server)
            answer = _Answer(request, connection, keeps)
            answer.write_all(self.app, environ)
            can_go_on = answer.keeps
        except OSError as error:
            log.debug("a client went away: %s", error)
        except Exception:
            log.exception("%s %s: an internal fault", request.head.method, request.head.path)
        finally:
            done(can_go_on)


class _Answer:
    """One answer of a WSGI application, on its way."""

    def __init__(
        self, request: Request, connection: socket.socket, keeps: Callable[[], bool]
    ) -> None:
        self.request = request
        self.connection = connection
        self.may_keep = keeps
        self.keeps = False
        self.status = ""
        self.headers: Headers = []
        self.has_begun = False
        self.is_chunked = False
        self.is_bare = False
        self.missing: int | None = None

    def write_all(self, app: Application, environ: dict[str, Any]) -> None:
        """Let the application answer; 500 when it fails before the answer has begun."""
        try:
            pieces = app(environ, self.start)
            try:
                for piece in pieces:
                    if piece:
                        self.write(piece)
                self._end()
            finally:
                getattr(pieces, "close", lambda: None)()
        except OSError:
            self.keeps = False
            raise
        except Exception:
            self.keeps = False
            if not self.has_begun:
                fields = [("Content-Length", "0")]
                self._send(head_bytes("500 INTERNAL SERVER ERROR", fields, minor=1, keeps=False))
            raise

    def start(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        """`start_response` of WSGI."""
        if exc_info and self.has_begun:
            raise exc_info[1].with_traceback(exc_info[2])
        if self.status and not exc_info:
            raise AssertionError("the answer has begun already")
        self.status = status
        self.headers = [pair for pair in headers if pair[0].lower() not in _HOP_BY_HOP]
        return self.write

    def write(self, piece: bytes) -> None:
        head = b"" if self.has_begun else self._begin()
        if self.is_bare:
            piece = b""
        if self.missing is not None:
            piece = piece[: self.missing]
            self.missing -= len(piece)
        if self.is_chunked and piece:
            piece = b"%X\r\n%b\r\n" % (len(piece), piece)
        self._send(head + piece)

    def _begin(self) -> bytes:
        """The head; how the body is framed depends on what it says."""
        head = self.request.head
        self.has_begun = True
        self.is_bare = has_no_body(head.method, int(self.status[:3]))
        lengths = [value for name, value in self.headers if name.lower() == "content-length"]
        if lengths and not self.is_bare:
            self.missing = int(lengths[0])
        is_framed = self.is_bare or self.missing is not None
        self.is_chunked = not is_framed and head.minor > 0
        self.keeps = self.request.keeps and self.may_keep() and (is_framed or self.is_chunked)
        fields = list(self.headers)
        if self.is_chunked:
            fields.insert(0, ("Transfer-Encoding", "chunked"))
        return head_bytes(self.status, fields, minor=head.minor, keeps=self.keeps)

    def _end(self) -> None:
        if not self.has_begun:
            self._send(self._begin())
        if self.is_chunked:
            self._send(b"0\r\n\r\n")
        if self.missing:
            self.keeps = False  # it has less than it said

    def _send(self, data: bytes) -> None:
        """Each piece has the whole patience again; a slow reader is no lost one."""
        view = memoryview(data)
        while view:
            view = view[self.connection.send(view) :]


def environ_of(
    request: Request, connection: socket.socket, peer: tuple[Any, ...], server: tuple[str, int]
) -> dict[str, Any]:
    """The WSGI environment of a request."""
    head = request.head
    environ: dict[str, Any] = {
        "REQUEST_METHOD": head.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": head.path,
        "QUERY_STRING": head.query,
        "RAW_URI": head.target,
        "SERVER_PROTOCOL": f"HTTP/1.{head.minor}",
        "SERVER_SOFTWARE": SERVER,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": str(peer[0]) if peer else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": head.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        SOCKET: connection,
    }
    for name, value in head.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ
