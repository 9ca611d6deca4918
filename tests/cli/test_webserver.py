"""The web worker of a real `serve`: it ends when it is told to, and not before it has answered."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator.base import clock, instants
from tests.cli.test_processes import _children, _runs, serving
from tests.conftest import Gateway
from tests.running import until
from tests.web.worker.serving import Client

pytestmark = pytest.mark.slow


def address_of(url: str) -> tuple[str, int]:
    return urlsplit(url).hostname or "", urlsplit(url).port or 0


def asked(method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_stop_ends_long_polls_and_streams_and_answers_what_waits(tmp_path: Path) -> None:
    wait = json.dumps({"for": "request", "within": "60s"}).encode()
    with serving(tmp_path, "--workers", "1") as (process, url):
        idle, polling, stream = (Client(address_of(url)) for _ in range(3))
        with idle, polling, stream:
            assert idle.send(asked("GET", "/__admin/health")).answer().code in (200, 503)
            polling.send(asked("POST", "/__admin/wait", wait))
            stream.send(asked("GET", "/__admin/events"))
            while b"events of the simulator" not in stream.file.readline():
                pass
            begun = clock.monotonic()
            process.terminate()
            assert polling.answer().code in (408, 503)
            assert stream.rest().endswith(b"0\r\n\r\n"), "a stream ends whole"
            assert idle.rest() == b""
            assert process.wait(timeout=30) == 0
            assert clock.monotonic() - begun < 8 * instants.SECOND
    assert "Traceback" not in (tmp_path / "serve.log").read_text()


def test_a_worker_that_does_not_answer_any_more_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as (process, url):
        worker = _children(process.pid)[0]
        os.kill(worker, signal.SIGKILL)
        until(lambda: not _runs(worker))
        with Gateway(url) as gateway:
            gateway.place()
    said = "the web process ended (-9): starting it again"
    assert said in (tmp_path / "serve.log").read_text()


def test_several_workers_stop_together(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "3") as (process, url):
        workers = _children(process.pid)[:3]
        with Client(address_of(url)) as stream:
            stream.send(asked("GET", "/__admin/events"))
            while b"events of the simulator" not in stream.file.readline():
                pass
            process.terminate()
            assert stream.rest().endswith(b"0\r\n\r\n"), "a stream ends whole"
        assert process.wait(timeout=30) == 0
        assert not any(map(_runs, workers))


def test_there_is_one_web_process_on_sqlite_and_two_on_postgresql(
    tmp_path: Path, store_url: str
) -> None:
    with serving(tmp_path, "--store", store_url) as (process, url):
        with Gateway(url) as gateway:
            gateway.place()
        names = [Path(f"/proc/{pid}/comm").read_text() for pid in _children(process.pid)]
        web = 1 if store_url.startswith("sqlite") else 2
        assert names == [*["sim-web\n"] * web, "sim-sender\n"]
