"""One connection to a gateway."""

from __future__ import annotations

import asyncio
import os
import socket

from simulator.gateway.answers import NoAnswer, Reader


class Connection(asyncio.BaseProtocol):
    """One connection, for one request at a time. `ended` is set when it is closed."""

    transport: asyncio.Transport

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.loop = asyncio.get_running_loop()
        self.ended = asyncio.Event()
        self.reader: Reader | None = None
        self.waiter: asyncio.Future[None] | None = None

    async def exchange(self, request: bytes, reader: Reader) -> None:
        """Send a request and read its answer. NoAnswer when no whole one came; nothing more can be
        sent then.
        """
        self.reader, self.waiter = reader, self.loop.create_future()
        self.transport.write(request)
        try:
            await self.waiter
        except BaseException:
            self.abort()
            raise
        finally:
            self.reader = self.waiter = None

    @property
    def is_free(self) -> bool:
        """Whether all of the last request has left, and the connection is still there."""
        return not self.transport.is_closing() and not self.transport.get_write_buffer_size()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing came since the last answer, and the connection is still there.

        The system is asked too: what it has, the event loop may not have seen yet.
        """
        if self.transport.is_closing():
            return False
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def abort(self) -> None:
        """Close it now, whatever is still to be sent."""
        self.transport.abort()

    # ---- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def received(self, data: bytes | memoryview) -> None:
        """Something came."""
        reader = self.reader
        if reader is None or reader.is_done:
            self.abort()  # nobody has asked for this
            return
        try:
            if reader.feed(data):
                self._tell(None)
        except NoAnswer as error:
            self._tell(error)

    def eof_received(self) -> None:
        reader = self.reader
        if reader is None or reader.is_done:
            return
        try:
            reader.end()
            self._tell(None)
        except NoAnswer as error:
            self._tell(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()
        if self.reader is not None:
            why = reason_of(exc) if isinstance(exc, OSError) else "the connection was closed"
            self._tell(self.reader.broken(why))

    def _tell(self, failed: NoAnswer | None) -> None:
        """Tell who waits that the answer is there, or what is wrong; the first counts."""
        waiter = self.waiter
        if waiter is None or waiter.done():
            return
        if failed is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(failed)


class Plain(Connection, asyncio.BufferedProtocol):
    """A connection without TLS. What comes is read into `buffer`, and at once from there, so that
    all connections of an event loop can have the same one.

    (Without one, asyncio makes a buffer of 256 KiB at each read, which takes as long as all the
    rest of an exchange.)
    """

    def __init__(self, sock: socket.socket, buffer: memoryview) -> None:
        super().__init__(sock)
        self.buffer = buffer

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.received(self.buffer[:nbytes])


class Secured(Connection, asyncio.Protocol):
    """A connection with TLS. (With a buffer of ours, asyncio would lose what is longer than it and
    comes just before the connection ends.)
    """

    def data_received(self, data: bytes) -> None:
        self.received(data)


def reason_of(error: OSError) -> str:
    """Why a connection failed, in the words of the system or of OpenSSL."""
    number = error.errno if isinstance(error, ConnectionError) else None
    if number:
        return os.strerror(number)
    return error.strerror or str(error) or "the connection was closed"
