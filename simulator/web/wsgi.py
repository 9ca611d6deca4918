"""The WSGI side of the front: a request is read from the server's environment, and an answer is
written to it. A fault that breaks the connection needs the loop of `simulator.web.worker`.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request

from simulator.base import clock
from simulator.formats import strict_json
from simulator.formats.reply_faults import FAULTS
from simulator.model import Incoming, Outgoing, ReplyFault
from simulator.web.shared import ASK_AGAIN, Application, base_url_of, status_of

log = logging.getLogger("simulator.web")

Sleep = Callable[[int], None]
_BODY = "simulator.body"


def application(
    answer: Callable[[Incoming], Outgoing], most_body: int, sleep: Sleep = clock.sleep
) -> Application:
    """A WSGI application over `answer`. `sleep` waits for the delay of an answer (microseconds)."""

    def respond(environ: Any, start_response: Any) -> Iterable[bytes]:
        await_body(environ, most_body)
        outgoing = answer(incoming_of(environ))
        if outgoing.delay:
            sleep(outgoing.delay)
        while outgoing.may_leave and not outgoing.may_leave():
            sleep(ASK_AGAIN)
        response = response_of(outgoing)
        if outgoing.fault is not None:
            _change(response, outgoing.fault, environ)
        return response(environ, start_response)

    return respond


def _change(response: Response, fault: ReplyFault, environ: Any) -> None:
    """Play a fault as far as that needs no socket; the log says of the others that only the loop
    plays them.
    """
    kind = FAULTS[fault.word]
    if not kind.is_only_a_change:
        log.warning(
            "%s %s: the fault %s is not played here, only by `simulator serve`",
            environ["REQUEST_METHOD"],
            environ.get("PATH_INFO", ""),
            fault.word,
        )
    elif body := response.get_data():
        headers, body = kind.change(list(response.headers.items()), body)
        response.set_data(body)
        response.headers = Headers(headers)


def await_body(environ: Any, most: int) -> None:
    """Read a request's body, once. One that is declared longer than `most` bytes stays unread, of
    one in chunks a byte more than that is read; one that breaks off is short.
    """
    if _BODY in environ:
        return
    declared = environ.get("CONTENT_LENGTH") or "0"
    length = int(declared) if declared.isdecimal() else 0
    if environ.get("wsgi.input_terminated") and not length:
        length = most + 1
    environ[_BODY] = environ["wsgi.input"].read(length) if 0 < length <= most + 1 else b""
    if environ[_BODY]:
        environ["wsgi.input"] = io.BytesIO(environ[_BODY])


def incoming_of(environ: Any) -> Incoming:
    """The request of an environment whose body was awaited."""
    asked = Request(environ)
    server = environ["SERVER_NAME"], environ["SERVER_PORT"]
    return Incoming(
        method=asked.method,
        path=asked.path,
        base_url=base_url_of(asked.scheme, environ.get("HTTP_HOST"), (server[0], int(server[1]))),
        query=asked.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in asked.headers.items()},
        body=environ.get(_BODY, b""),
    )


def response_of(outgoing: Outgoing) -> Response:
    """The response of an answer, without its delay."""
    if outgoing.body is None:
        response = Response(status=status_of(outgoing.code))
        response.headers.pop("Content-Type", None)
    else:
        text = strict_json.dumps(outgoing.body)
        response = Response(text, status=status_of(outgoing.code), content_type="application/json")
    response.headers.update(outgoing.headers)
    return response
