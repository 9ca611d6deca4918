"""The receiver of the fault suite, a process of its own: it writes one line for each post that came
whole, before it answers.

`python -m tests.faults.sink LOG [PORT]` prints its URL. Nothing of the simulator is imported here.
How it behaves is set by a POST of JSON to `/behave`: `mode` is `ok`, `hang` (no answer), `reset`
(after the post was read), `garble`, `close` (nobody listens), `status` (with `code`, `headers`);
`share` is how many of a hundred posts that meets, the others are answered 204; `delay` is seconds
before a 204. Where a post carries a bearer token, it is one that `/auth/supplier/access-token`
gave, or gets a 401; `revoke: true` makes all that were given bad.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

TOKEN_PATH = "/auth/supplier/access-token"


class Sink:
    def __init__(self, log: str, port: int) -> None:
        self.log = Path(log).open("a", buffering=1)  # noqa: SIM115
        self.port = port
        self.behaviour: dict[str, Any] = {"mode": "ok", "share": 100, "delay": 0}
        self.random = random.Random(1)
        self.tokens = 0
        self.good: set[str] = set()
        self.token_code = 200
        self.server: asyncio.Server | None = None
        self.writers: set[asyncio.StreamWriter] = set()

    async def run(self) -> None:
        control = await asyncio.start_server(self.control, "127.0.0.1", 0)
        await self.listen()
        sys.stdout.write(
            f"http://127.0.0.1:{self.port} http://127.0.0.1:{control.sockets[0].getsockname()[1]}\n"
        )
        sys.stdout.flush()
        await asyncio.Event().wait()

    async def listen(self) -> None:
        self.server = await asyncio.start_server(
            self.serve, "127.0.0.1", self.port, backlog=1024, reuse_address=True
        )
        self.port = self.server.sockets[0].getsockname()[1]

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = await read(reader)
        if found is not None:
            await self.behave(json.loads(found[2] or b"{}"))
            await answer(writer, 200, json.dumps({"tokens": self.tokens}).encode())
        writer.close()

    async def behave(self, told: dict[str, Any]) -> None:
        if told.pop("revoke", False):
            self.good.clear()
        self.token_code = told.pop("token_code", self.token_code)
        if not told:
            return
        self.behaviour = {"mode": "ok", "share": 100, "delay": 0, **told}
        if self.behaviour["mode"] == "close":
            if self.server is not None:
                self.server.close()
                self.server = None
            for writer in list(self.writers):
                writer.transport.abort()
        elif self.server is None:
            await self.listen()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        try:
            while (found := await read(reader)) is not None:
                if not await self.take(writer, *found):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def take(
        self, writer: asyncio.StreamWriter, path: str, headers: dict[str, str], body: bytes
    ) -> bool:
        """Answer one request; whether the connection goes on."""
        if path == TOKEN_PATH:
            return await self.give_token(writer)
        behaviour, met = self.behaviour, self.random.random() * 100 < self.behaviour["share"]
        mode = behaviour["mode"] if met else "ok"
        token = headers.get("authorization", "")
        code = {"ok": 204, "status": behaviour.get("code", 500)}.get(mode, 0)
        if token.startswith("Bearer ") and token not in self.good:
            code, mode = 401, "status"
        self.log.write(
            json.dumps({"t": time.time(), "code": code, "headers": headers, "body": body.decode()})
            + "\n"
        )
        if mode == "hang":
            await asyncio.sleep(3600)
        if mode == "reset":
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            writer.transport.abort()
            return False
        if mode == "garble":
            writer.write(b"\x00\xff not http at all\r\n\r\n")
            return False
        if behaviour["delay"]:
            await asyncio.sleep(behaviour["delay"])
        await answer(
            writer,
            code,
            b"",
            behaviour.get("headers", {}) if mode == "status" and code != 401 else {},
        )
        return True

    async def give_token(self, writer: asyncio.StreamWriter) -> bool:
        self.tokens += 1
        self.good.add(f"Bearer t{self.tokens}")
        body = json.dumps(
            {"access_token": f"t{self.tokens}", "expires_in": 3600, "token_type": "Bearer"}
        ).encode()
        await answer(writer, self.token_code, body if self.token_code == 200 else b"{}")
        return True


async def read(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes] | None:
    """A request's path, headers and body; None at the end of the connection."""
    first = await reader.readline()
    if not first.strip():
        return None
    headers = {}
    while line := (await reader.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return (
        first.decode("latin-1").split(" ")[1],
        headers,
        await reader.readexactly(int(headers.get("content-length", 0))),
    )


async def answer(
    writer: asyncio.StreamWriter, code: int, body: bytes, headers: dict[str, str] | None = None
) -> None:
    lines = [
        f"HTTP/1.1 {code} X",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    await writer.drain()


if __name__ == "__main__":
    asyncio.run(Sink(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0).run())
