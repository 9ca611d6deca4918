"""A gateway that knows nothing of our code: a plain HTTP server with a token endpoint and a door
for KCIs.

It keeps what came, in order of arrival, and answers as a test tells it. It judges nothing; the
tests do.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs


@dataclass
class Arrival:
    path: str
    headers: dict[str, str]
    raw: bytes
    answered: int = 0

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # with the usual five, a burst of connections is tried again after a whole second
    request_queue_size = 256


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Receiver:
    """`answer` decides about the n-th arrival (from 1): a code, or (code, headers, body), or None
    to hang up without a word.
    """

    answer: Callable[[int, Arrival], int | Answer | None] = lambda number, arrival: 204
    arrivals: list[Arrival] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    token_answer: Callable[[int], int] = lambda number: 200
    lifetime: float = 3600
    changed: threading.Condition = field(default_factory=threading.Condition)
    tls: ssl.SSLContext | None = None

    def __enter__(self) -> Receiver:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body leave apart: 40 ms between them

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                receiver._take(self, self.rfile.read(length))

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http{'s' if self.tls else ''}://127.0.0.1:{self.server.server_port}"
        if self.tls:
            self.server.socket = self.tls.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    def wait_for(self, count: int, within: float = 30) -> list[Arrival]:
        """Wait until so many KCIs have arrived."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.arrivals) >= count, within), (
                f"{len(self.arrivals)} of {count} arrived"
            )
            return list(self.arrivals)

    def by_order(self) -> dict[Any, list[Any]]:
        """The bodies of each order's KCIs, in order of arrival; what nobody asked for goes by the
        supplier's reference.
        """
        found: dict[Any, list[Any]] = {}
        for arrival in self.arrivals:
            entity = next(value for value in arrival.body.values() if isinstance(value, dict))
            unasked = "unsolicitedCeaseServiceOrder" in arrival.body
            found.setdefault(entity["supplierOrderReference" if unasked else "id"], []).append(
                arrival.body
            )
        return found

    def _take(self, connection: BaseHTTPRequestHandler, raw: bytes) -> None:
        if connection.path == "/auth/supplier/access-token":
            self._give_token(connection, raw)
            return
        arrival = Arrival(
            connection.path,
            {name.lower(): value for name, value in connection.headers.items()},
            raw,
        )
        with self.changed:
            self.arrivals.append(arrival)
            number = len(self.arrivals)
            self.changed.notify_all()
        answer = self.answer(number, arrival)
        if answer is None:
            connection.close_connection = True
        else:
            code, headers, body = answer if isinstance(answer, tuple) else (answer, {}, b"")
            arrival.answered = code
            _send(connection, code, headers, body)

    def _give_token(self, connection: BaseHTTPRequestHandler, raw: bytes) -> None:
        form = parse_qs(raw.decode())
        basic = base64.b64decode(
            connection.headers.get("Authorization", "Basic ").partition(" ")[2]
        ).decode()
        assert form["grant_type"] == ["client_credentials"], form
        assert basic == "simulator:simulator-secret", basic
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        code = self.token_answer(len(self.tokens))
        body = (
            {"access_token": self.tokens[-1], "expires_in": self.lifetime, "token_type": "Bearer"}
            if code == 200
            else {"error": "invalid_client"}
        )
        _send(
            connection,
            code,
            {"Content-Type": "application/json"},
            b"" if code == 204 else json.dumps(body).encode(),
        )


def _send(
    connection: BaseHTTPRequestHandler, code: int, headers: dict[str, str], body: bytes
) -> None:
    connection.send_response(code)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        connection.send_header(name, value)
    try:
        connection.end_headers()
        connection.wfile.write(body)
    # whoever asked has given up waiting, which a test that hangs means to see
    except ConnectionError:
        connection.close_connection = True
