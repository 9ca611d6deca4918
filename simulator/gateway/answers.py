"""One answer, read from its bytes; without a socket."""

from __future__ import annotations

from dataclasses import dataclass, field

import httptools

MOST_BETWEEN = 64 * 1024
"""The most bytes of a head, or between two pieces of a body."""

_SWITCHED = 101


@dataclass(slots=True)
class Answer:
    """An answer as far as it came; `status` is None until its head is there.

    `kept` is how its body begins, `length` the bytes of it that were read; `is_cut`: the rest was
    not read.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    kept: bytes = b""
    length: int = 0
    is_cut: bool = False

    @property
    def text(self) -> str:
        """What was kept of the body."""
        return _text(self.kept)


class NoAnswer(Exception):
    """No whole answer came; the text says why. `answer` is what there is of it."""

    def __init__(self, why: str, answer: Answer | None = None) -> None:
        super().__init__(why[:300])
        self.answer = answer or Answer()


class Reader:
    """Reads one answer; interim ones (1xx) are passed over.

    The first `keep` bytes of the body are kept, the rest is only counted; reading stops behind
    `most` bytes. `keeps`: the connection can take another request.
    """

    def __init__(self, keep: int, most: int) -> None:
        self.keep = keep
        self.most = most
        self.answer = Answer()
        self.is_done = False
        self.keeps = False
        self._fields: list[tuple[bytes, bytes]] = []
        self._between = 0
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )

    def feed(self, data: bytes | memoryview) -> bool:
        """Read what came, and return whether the answer has ended. NoAnswer where it is none."""
        assert self._parser is not None
        self._between += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # what follows is no HTTP; the answer itself is there
        except httptools.HttpParserError as error:
            if not self.is_done:
                raise NoAnswer(f"the answer is no HTTP: {error}", self.answer) from None
        if self.is_done:
            self._parser = None  # they hold each other
        elif self._between > MOST_BETWEEN:
            said = f"the answer has more than {MOST_BETWEEN} bytes that are no body"
            raise NoAnswer(said, self.answer)
        return self.is_done

    def end(self) -> None:
        """The gateway has closed the connection. NoAnswer where more of the answer must come."""
        if self.answer.status is None or self._says_where_it_ends():
            raise self.broken("the connection was closed")
        self.is_done = True

    def broken(self, why: str) -> NoAnswer:
        """What is raised where nothing more comes."""
        return NoAnswer(why if self.answer.status else f"no answer: {why}", self.answer)

    def _says_where_it_ends(self) -> bool:
        fields = [(name.lower(), value.lower()) for name, value in self._fields]
        codings = [value for name, value in fields if name == b"transfer-encoding"]
        if codings:
            return codings[-1].rstrip().endswith(b"chunked")
        return any(name == b"content-length" for name, _ in fields)

    # ---- what httptools calls

    def on_message_begin(self) -> None:
        if self.is_done:
            self.keeps = False  # nobody has asked for this one

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.answer.status is None:  # else it is a trailer
            self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        if self.is_done or self._parser is None:
            return
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != _SWITCHED:
            self._fields.clear()
            return
        self.answer.status = status
        self.answer.headers = {_text(name): _text(value) for name, value in self._fields}
        self.keeps = status != _SWITCHED and self._parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        if self.is_done:
            return
        answer = self.answer
        self._between = 0
        answer.kept += piece[: self.keep - len(answer.kept)]
        answer.length += len(piece)
        if answer.length > self.most:
            answer.is_cut = self.is_done = True
            self.keeps = False

    def on_message_complete(self) -> None:
        self.is_done = self.answer.status is not None


def _text(raw: bytes) -> str:
    """Bytes of a gateway, as text that a store can keep."""
    return raw.decode("utf-8", "replace").replace("\x00", "\ufffd")
