"""One connection's requests, from its bytes; without a socket."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.model import Incoming
from simulator.web.shared import base_url_of
from simulator.web.worker.bodies import Chunked, Sized
from simulator.web.worker.heads import (
    MOST_FIELDS,
    MOST_HEAD,
    MOST_LINE,
    BadRequest,
    Head,
    read_head,
)


@dataclass(slots=True, kw_only=True)
class Request:
    """A request that is there as far as it will ever be. `is_last`: nobody knows where the next one
    would begin.
    """

    head: Head
    body: bytes
    is_last: bool = False

    @property
    def keeps(self) -> bool:
        return self.head.keeps and not self.is_last

    def incoming(self, server: tuple[str, int]) -> Incoming:
        """The same request as `simulator.web.wsgi` reads it from an environment."""
        head = self.head
        return Incoming(
            method=head.method,
            path="/" + head.decoded_path.lstrip("/"),
            base_url=base_url_of(head.scheme, head.headers.get("host"), server),
            query=head.query,
            headers=head.headers,
            body=self.body,
        )


class Reader:
    """`feed` it what comes and ask for the `next` request. Of a body it takes no more than
    `most_body` bytes.
    """

    def __init__(self, most_body: int, *, is_trusted: bool) -> None:
        self.most_body = most_body
        self.is_trusted = is_trusted
        self.buffer = bytearray()
        self.has_ended = False
        self.is_awaited = False
        self.head: Head | None = None
        self.body: Sized | Chunked | None = None
        self._searched = 0
        self._is_after_blank = False

    def feed(self, data: bytes) -> None:
        """What came; nothing is the end of it."""
        self.buffer += data
        self.has_ended = self.has_ended or not data

    @property
    def has_begun(self) -> bool:
        """Whether something of a request is there."""
        return self.head is not None or bool(self.buffer)

    def next(self) -> Request | None:
        """The next request, None when more of it must come. BadRequest where it is none."""
        if self.head is None and not self._read_head():
            return None
        head, body = self.head, self.body
        assert head is not None
        if body is None:
            return self._take(Request(head=head, body=b"", is_last=bool(head.length)))
        if body.take(self.buffer):
            return self._take(Request(head=head, body=body.body, is_last=body.is_cut))
        if self.has_ended:
            return self._take(Request(head=head, body=body.rest(self.buffer), is_last=True))
        return None

    def _take(self, request: Request) -> Request:
        self.head = self.body = None
        self.is_awaited = False
        return request

    def _read_head(self) -> bool:
        buffer = self.buffer
        if not self._is_after_blank and buffer.startswith(b"\r\n"):
            # RFC 9112 section 2.2: one empty line before a request is passed over
            del buffer[:2]
            self._searched = 0
            self._is_after_blank = True
        end = buffer.find(b"\r\n\r\n", max(0, self._searched - 3))
        self._check_size(end if end >= 0 else len(buffer))
        if end < 0:
            if buffer.count(b"\n", self._searched) != buffer.count(
                b"\r\n", max(0, self._searched - 1)
            ):
                raise BadRequest(400, "a line of the head ends without CR")
            self._searched = len(buffer)
            return False
        raw = bytes(buffer[:end])
        del buffer[: end + 4]
        self._searched = 0
        self._is_after_blank = False
        self.head = head = read_head(raw, is_trusted=self.is_trusted)
        if head.is_chunked:
            self.body = Chunked(self.most_body)
        elif head.length and head.length <= self.most_body:
            self.body = Sized(head.length)
        self.is_awaited = head.expects and self.body is not None and not buffer
        return True

    def _check_size(self, length: int) -> None:
        """Refuse a head that is too long before it has ended."""
        if length > MOST_LINE and self.buffer.find(b"\r\n", 0, MOST_LINE + 2) < 0:
            raise BadRequest(414, f"the request line is longer than {MOST_LINE} bytes")
        if length > MOST_HEAD:
            raise BadRequest(431, f"the head is longer than {MOST_HEAD} bytes")
        if length > 4 * MOST_FIELDS and self.buffer.count(b"\r\n", 0, length) > MOST_FIELDS:
            raise BadRequest(431, f"the request has more than {MOST_FIELDS} header fields")
