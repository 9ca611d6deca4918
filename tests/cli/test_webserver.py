"""The web worker of a real `serve`: it ends when it is told to, and not before it has answered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator.base import clock, instants
from tests.cli.test_processes import named, serving
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


def test_a_web_process_that_dies_is_replaced_while_the_other_answers(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as (process, url), Gateway(url) as gateway:
        until(lambda: len(named("web", process.pid)) == 2)
        first, second = named("web", process.pid)
        os.kill(first, signal.SIGKILL)
        gateway.place()
        until(lambda: first not in named("web", process.pid))
        until(lambda: len(named("web", process.pid)) == 2)
        assert second in named("web", process.pid)
        gateway.place()
    said = (tmp_path / "serve.log").read_text()
    assert said.count("the web process ended (-9): starting it again") == 1


def test_a_web_process_that_cannot_begin_is_tried_until_it_can(tmp_path: Path) -> None:
    """gunicorn alone would end the server."""
    folder = tmp_path / "stores"
    folder.mkdir()
    log = tmp_path / "serve.log"
    with serving(tmp_path, "--store", f"sqlite:///{folder}/s.db") as (process, url):
        until(lambda: named("web", process.pid))
        (web,) = named("web", process.pid)
        folder.rename(tmp_path / "away")
        os.kill(web, signal.SIGKILL)
        until(lambda: log.read_text().count("the web process ended (1): starting it again") == 2)
        (tmp_path / "away").rename(folder)
        with Gateway(url) as gateway:
            gateway.place()
    assert log.read_text().endswith("simulator: stopped\n")


SILENT = """
import logging, sys
from simulator import config
from simulator.cli.child import Lifeline
from simulator.cli.supervisor import Supervisor
from simulator.cli.webserver import WebServer
from simulator.web import Site, listen
from simulator.world import open_world
from simulator.world.reloading import Watch

logging.basicConfig(stream=sys.stdout, level="WARNING", format="%(message)s")
world = open_world(config.load(environment={}, overrides={"store": {"url": "sqlite:///s.db"}}), "")
site = Site(world)
world.close()
web = WebServer(site, listen("127.0.0.1", 0), Lifeline(), workers=2, silence=2)
supervisor = Supervisor([web], Watch(world.reloading, is_on=False))
supervisor.start()
print("started", flush=True)
supervisor.watch()
"""


def test_a_web_process_without_a_sign_of_life_is_replaced_and_no_other(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SILENT], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "started\n"
            until(lambda: len(named("web", process.pid)) == 2)
            silent, lively = named("web", process.pid)
            os.kill(silent, signal.SIGSTOP)
            assert process.stdout.readline() == f"WORKER TIMEOUT (pid:{silent})\n"
            ended = "the web process ended (-9): starting it again\n"
            assert process.stdout.readline() == ended
            until(lambda: len(named("web", process.pid)) == 2)
            assert silent not in named("web", process.pid)
            assert lively in named("web", process.pid)
        finally:
            process.terminate()


FAULTS = {
    "RESET": "reply: {answer: acknowledge, fault: connection_reset}",
    "SILENT": "reply: {answer: acknowledge, fault: never_answer}",
}


def test_resets_and_a_hundred_silences_of_a_real_process(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as (process, url), Gateway(url) as gateway:
        for name, text in FAULTS.items():
            source = f"scenario: {name}\ndialect: fibre_cafe\n{text}\n"
            put = gateway.http.put(f"{url}/__admin/scenarios/{name}", source, timeout=30)
            assert put.status_code in (200, 201), put.text

        def order(scenario: str) -> bytes:
            body = json.dumps(gateway.provide()).encode()
            headers = gateway.headers(X_Scenario=scenario).items()
            fields = "".join(f"{name}: {value}\r\n" for name, value in headers)
            head = f"POST /service-orders HTTP/1.1\r\nHost: h\r\n{fields}"
            return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

        with Client(address_of(url)) as client, pytest.raises(ConnectionResetError):
            client.send(order("RESET")).socket.recv(100)
        silent = [Client(address_of(url)).send(order("SILENT")) for _ in range(100)]
        until(lambda: len(gateway.admin("GET", "/orders?limit=1000")["items"]) == 101)
        assert gateway.post("/service-orders", gateway.provide()).status_code == 202
        begun = clock.monotonic()
        process.terminate()
        assert [client.rest() for client in silent] == [b""] * 100
        assert process.wait(timeout=30) == 0
        assert clock.monotonic() - begun < 8 * instants.SECOND
        for client in silent:
            client.__exit__()
    assert "Traceback" not in (tmp_path / "serve.log").read_text()
