"""The head of a request: what httptools reads of it, and what is refused before anyone acts on it.

Two readers must never see two different requests in the same bytes. So whatever is ambiguous is
refused: folded lines, odd names, two lengths, a length beside chunks. The request line is read
here, because httptools knows a fixed set of methods and a contract answers every method.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes, urlsplit

import httptools

MOST_LINE = 4094
MOST_FIELD = 8190
MOST_FIELDS = 100
MOST_HEAD = 65_536
"""The most bytes of a request line and of a field, the most fields, the most bytes altogether."""

_LINE = re.compile(rb"([!$-'*+.0-9A-Z^_`|~-]{3,20}) ([\x21-\x7e]+) HTTP/1\.([01])")
_SINGLE = ("host", "content-type")
_SECURE = {
    "x-forwarded-protocol": "ssl",
    "x-forwarded-proto": "https",
    "x-forwarded-ssl": "on",
}
"""What a proxy on this machine says of a request that came to it over TLS."""


class BadRequest(Exception):
    """A request that is no request: `status` is the answer, and the connection ends."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said


@dataclass(slots=True, kw_only=True)
class Head:
    """What stands before the body. `path` is unquoted and stands for bytes (latin-1), as in WSGI;
    `length` is the declared one, None where there is none.
    """

    method: str
    target: str
    path: str
    query: str
    minor: int
    headers: dict[str, str] = field(default_factory=dict)
    scheme: str = "http"
    keeps: bool = True
    length: int | None = None
    is_chunked: bool = False
    expects: bool = False

    @property
    def decoded_path(self) -> str:
        return self.path.encode("latin-1").decode(errors="replace")


class _Fields:
    """What httptools calls."""

    def __init__(self) -> None:
        self.found: list[tuple[bytes, bytes]] = []
        self.parser = httptools.HttpRequestParser(self)
        self.keeps = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.found.append((name, value))

    def on_headers_complete(self) -> None:
        self.keeps = self.parser.should_keep_alive()


def read_head(raw: bytes, *, is_trusted: bool) -> Head:
    """The head of a request, without the empty line at its end. BadRequest for one that is none.

    `is_trusted`: the peer may say that the request came to it over TLS.
    """
    line, _, rest = raw.partition(b"\r\n")
    head = _read_line(line)
    if rest:
        _check_fields(rest)
        fields = _parsed(rest, head)
        _fill(head, fields.found, is_trusted)
        head.keeps = fields.keeps
        _frame(head)
    else:
        head.keeps = head.minor > 0
    if head.method == "CONNECT":
        head.keeps = False
    return head


def _read_line(line: bytes) -> Head:
    if len(line) > MOST_LINE:
        raise BadRequest(414, f"the request line is longer than {MOST_LINE} bytes")
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadRequest(400, "this is no request line of HTTP/1.0 or HTTP/1.1")
    method, target = found[1].decode("latin-1"), found[2].decode("latin-1")
    path, query = _divided(method, target)
    return Head(
        method=method,
        target=target,
        path=unquote_to_bytes(path).decode("latin-1") if "%" in path else path,
        query=query,
        minor=int(found[3]),
    )


def _divided(method: str, target: str) -> tuple[str, str]:
    """Path and query of a target, still quoted."""
    if target.startswith("/"):
        path, _, query = target.partition("#")[0].partition("?")
        return path, query
    if target == "*" and method == "OPTIONS":
        return target, ""
    if "://" not in target and method != "CONNECT":
        raise BadRequest(400, "the target of the request is no path and no URL")
    try:
        parts = urlsplit(target)
    except ValueError:
        raise BadRequest(400, "the target of the request is no URL") from None
    return parts.path, parts.query


def _check_fields(rest: bytes) -> None:
    if rest.count(b"\r\n") >= MOST_FIELDS:
        raise BadRequest(431, f"the request has more than {MOST_FIELDS} header fields")
    if len(rest) > MOST_FIELD and max(map(len, rest.split(b"\r\n"))) + 2 > MOST_FIELD:
        raise BadRequest(431, f"a header field is longer than {MOST_FIELD} bytes")
    if b"\r\n " in rest or b"\r\n\t" in rest or rest[:1] in (b" ", b"\t"):
        raise BadRequest(400, "a header field goes on in a second line")


def _parsed(rest: bytes, head: Head) -> _Fields:
    """The fields, by httptools, which sees a POST whatever the method is."""
    fields = _Fields()
    try:
        fields.parser.feed_data(b"POST / HTTP/1.%d\r\n%b\r\n\r\n" % (head.minor, rest))
    except httptools.HttpParserUpgrade:
        pass  # nobody is asked to go over to another protocol: RFC 9110 section 7.8
    except httptools.HttpParserError as error:
        raise BadRequest(400, f"the header fields cannot be read: {error}") from None
    return fields


def _fill(head: Head, found: list[tuple[bytes, bytes]], is_trusted: bool) -> None:
    """Names in lower case, repeated ones joined; a name with `_` is left out, for in WSGI it would
    be the same as one with `-`.
    """
    headers = head.headers
    secure: set[bool] = set()
    for raw_name, raw_value in found:
        name = raw_name.decode("latin-1").lower()
        value = raw_value.decode("latin-1").strip(" \t")
        if name in _SECURE and is_trusted:
            secure.add(value == _SECURE[name])
        if "_" in name:
            continue
        if name not in headers:
            headers[name] = value
        elif name in _SINGLE:
            raise BadRequest(400, f"two header fields {name}")
        else:
            headers[name] += f",{value}"
    if len(secure) > 1:
        raise BadRequest(400, "the header fields X-Forwarded-... contradict each other")
    if True in secure:
        head.scheme = "https"
    if headers.get("content-type") == "":
        del headers["content-type"]


def _frame(head: Head) -> None:
    """Where the body ends, and whether the caller waits to be told to go on."""
    length = head.headers.get("content-length")
    if length is not None:
        if not (length.isascii() and length.isdecimal()):
            raise BadRequest(400, "Content-Length is no number")
        head.length = int(length)
    coding = head.headers.get("transfer-encoding")
    if coding is not None:
        if head.minor == 0 or length is not None:
            raise BadRequest(400, "Transfer-Encoding in HTTP/1.0, or beside Content-Length")
        if coding.lower() != "chunked":
            raise BadRequest(501, "no Transfer-Encoding but chunked is understood")
        head.is_chunked = True
    expected = head.headers.get("expect")
    if expected is not None:
        if expected.lower() != "100-continue":
            raise BadRequest(417, "no expectation but 100-continue is understood")
        head.expects = head.minor > 0
