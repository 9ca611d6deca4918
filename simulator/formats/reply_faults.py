"""The faults of an answer: what leaves of it instead of the whole, and what comes of the connection
then. Nothing here has a socket; each fault is one line of FAULTS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from simulator.base import instants
from simulator.formats import strict_json

GARBAGE = b"\x15\x03\x01\x00\x02\x02\x46 this is no HTTP\r\n\r\n"
"""It begins like a TLS alert: what a client gets that speaks to the wrong port."""

Headers = list[tuple[str, str]]


class Ending(Enum):
    """What comes of a connection behind an answer: what the request asked for, the end, a reset, or
    silence.
    """

    ASKED = auto()
    CLOSED = auto()
    RESET = auto()
    SILENT = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """What leaves: `data` at once, `slowly` behind it over a time (microseconds). `silence` is how
    long a SILENT connection stays.
    """

    data: bytes = b""
    slowly: bytes = b""
    over: int = 0
    ending: Ending = Ending.ASKED
    silence: int = 0


def _whole(head: bytes, body: bytes, argument: int) -> Sending:
    return Sending(data=head + body)


def _reset(head: bytes, body: bytes, argument: int) -> Sending:
    return Sending(data=(head + body)[:argument], ending=Ending.RESET)


def _nothing(head: bytes, body: bytes, argument: int) -> Sending:
    return Sending(ending=Ending.CLOSED)


def _garbage(head: bytes, body: bytes, argument: int) -> Sending:
    return Sending(data=GARBAGE, ending=Ending.CLOSED)


def _half(head: bytes, body: bytes, argument: int) -> Sending:
    return Sending(data=head + body[: len(body) // 2], ending=Ending.CLOSED)


def _silence(head: bytes, body: bytes, argument: int) -> Sending:
    return Sending(ending=Ending.SILENT, silence=argument)


def _slowly(head: bytes, body: bytes, argument: int) -> Sending:
    return Sending(data=head, slowly=body, over=argument)


def _same(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return headers, body


def _cut_json(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """The first half of the body, less where that is JSON too (`12` of `1234`)."""
    cut = body[: len(body) // 2]
    while _is_json(cut):
        cut = cut[:-1]
    return _with(headers, "Content-Length", str(len(cut))), cut


def _is_json(text: bytes) -> bool:
    try:
        strict_json.loads(text)
    except ValueError:
        return False
    return True


def _as_html(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return _with(headers, "Content-Type", "text/html; charset=utf-8"), body


def _with(headers: Headers, name: str, value: str) -> Headers:
    return [(key, value if key.lower() == name.lower() else known) for key, known in headers]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One fault: what leaves (`send`, of a head and a body), what it changes before (`change`), and
    `sent`, a sentence for people.

    `of_body`: an answer without a body leaves as it is. `spoils`: a client gets no answer that it
    can read, however long it waits. The `argument` is a time or a number of bytes.
    """

    send: Callable[[bytes, bytes, int], Sending] = _whole
    change: Callable[[Headers, bytes], tuple[Headers, bytes]] = _same
    sent: str
    argument: Literal["", "bytes", "duration"] = ""
    default: int = 0
    of_body: bool = False
    spoils: bool = True

    @property
    def is_only_a_change(self) -> bool:
        """Whether another answer leaves, whole: any web server can send that."""
        return self.send is _whole


FAULTS = {
    "connection_reset": Kind(
        send=_reset, argument="bytes", sent="{} bytes of the answer, then a reset (RST)"
    ),
    "empty_reply": Kind(send=_nothing, sent="no byte, then the end of the connection (FIN)"),
    "garbage": Kind(send=_garbage, sent="a line that is no HTTP, then the end of the connection"),
    "truncate": Kind(
        send=_half, of_body=True, sent="the head and half of the body, then the connection ends"
    ),
    "never_answer": Kind(
        send=_silence,
        argument="duration",
        default=10 * instants.MINUTE,
        sent="no byte; the connection stays open for {}",
    ),
    "slow_body": Kind(
        send=_slowly,
        argument="duration",
        default=30 * instants.SECOND,
        of_body=True,
        spoils=False,
        sent="the head at once, the body in pieces over {}",
    ),
    "bad_json": Kind(
        change=_cut_json, of_body=True, sent="half of the body, under a head that fits it"
    ),
    "wrong_content_type": Kind(change=_as_html, of_body=True, sent="the whole answer as text/html"),
}
"""By the words of a scenario file."""


def tell(word: str, argument: int, *, has_body: bool) -> str:
    """What leaves of an answer, for people."""
    kind = FAULTS[word]
    if kind.of_body and not has_body:
        return "the whole answer: it has no body to break"
    is_time = kind.argument == "duration"
    return kind.sent.format(instants.format_duration(argument) if is_time else argument)


def sending_of(
    word: str,
    argument: int,
    headers: Headers,
    body: bytes,
    write_head: Callable[[Headers], bytes],
) -> Sending:
    """What leaves of an answer; `write_head` makes a head of header fields."""
    kind = FAULTS[word]
    if kind.of_body and not body:
        return _whole(write_head(headers), body, argument)
    headers, body = kind.change(headers, body)
    return kind.send(write_head(headers), body, argument)
