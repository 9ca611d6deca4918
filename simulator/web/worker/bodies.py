"""Bodies as they come: one of a declared length, and one in chunks.

A reader takes what is its own from the connection's buffer and leaves the rest, which belongs to
the next request.
"""

from __future__ import annotations

import re

from simulator.web.worker.heads import MOST_FIELD, BadRequest

MOST_SIZE_LINE = 1024
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")
_FIELD = re.compile(rb"[!#-'*+.0-9A-Z^_`a-z|~-]+:[\t\x20-\x7e\x80-\xff]*")


class Sized:
    """A body of `length` bytes."""

    is_cut = False

    def __init__(self, length: int) -> None:
        self.length = length
        self.body = b""

    def take(self, buffer: bytearray) -> bool:
        """Whether the body is whole."""
        if len(buffer) < self.length:
            return False
        self.body = bytes(buffer[: self.length])
        del buffer[: self.length]
        return True

    def rest(self, buffer: bytearray) -> bytes:
        """What there is of a body that breaks off."""
        return bytes(buffer)


class Chunked:
    """A body in chunks. Of one that is longer than `most` bytes it takes one byte more than that,
    and is cut.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = bytearray()
        self.missing = 0
        self.part = self._size
        self.is_whole = False
        self.is_cut = False

    @property
    def body(self) -> bytes:
        return bytes(self.taken)

    def take(self, buffer: bytearray) -> bool:
        """Whether the body is whole, or cut."""
        while self.part(buffer):
            if self.is_whole:
                return True
        return False

    def rest(self, buffer: bytearray) -> bytes:
        """Nothing can be made of chunks that break off."""
        raise BadRequest(400, "the body breaks off in the middle of its chunks")

    def _size(self, buffer: bytearray) -> bool:
        end = buffer.find(b"\r\n", 0, MOST_SIZE_LINE + 2)
        if end < 0:
            if len(buffer) > MOST_SIZE_LINE:
                raise BadRequest(400, "the size of a chunk is too long")
            return False
        found = _SIZE.fullmatch(bytes(buffer[:end]))
        if found is None:
            raise BadRequest(400, "the size of a chunk is no number")
        del buffer[: end + 2]
        self.missing = int(found[1], 16)
        self.part = self._data if self.missing else self._trailer
        return True

    def _data(self, buffer: bytearray) -> bool:
        piece = buffer[: min(self.missing, self.most + 1 - len(self.taken))]
        if not piece:
            return False
        self.taken += piece
        del buffer[: len(piece)]
        self.missing -= len(piece)
        if len(self.taken) > self.most:
            self.is_whole = self.is_cut = True
        elif not self.missing:
            self.part = self._end_of_chunk
        return True

    def _end_of_chunk(self, buffer: bytearray) -> bool:
        if len(buffer) < 2:
            return False
        if buffer[:2] != b"\r\n":
            raise BadRequest(400, "a chunk is longer than its size")
        del buffer[:2]
        self.part = self._size
        return True

    def _trailer(self, buffer: bytearray) -> bool:
        """Fields after the last chunk are read and forgotten."""
        end = buffer.find(b"\r\n", 0, MOST_FIELD + 2)
        if end < 0:
            if len(buffer) > MOST_FIELD:
                raise BadRequest(431, f"a trailer field is longer than {MOST_FIELD} bytes")
            return False
        if end and not _FIELD.fullmatch(bytes(buffer[:end])):
            raise BadRequest(400, "this is no trailer field")
        del buffer[: end + 2]
        self.is_whole = not end
        return True
