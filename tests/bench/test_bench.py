"""The benchmark counts rightly. Nothing here is timed."""

from __future__ import annotations

import http.client
import importlib
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.bench import page
from tests.bench.judge import COUNTS, judged
from tests.bench.load import Answers
from tests.bench.processes import Helper
from tests.bench.rounds import CROWD, Record
from tests.bench.work import SERIAL, order, request

LATER = 3600.0
HOW = {
    "right": [1, 2],
    "lost": [1],
    "twice": [1, 1, 2],
    "disordered": [2, 1],
    "failed": [],
    "hung up": [],
}
"""The KCIs that the wrong server sends for an order."""


class WrongServer(ThreadingHTTPServer):
    """It treats one order after another in each of the ways of `HOW`, and counts them. It sends an
    order's KCIs before its answer, so all are early and none is still to come.
    """

    daemon_threads = True

    def __init__(self, gateway: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.gateway = gateway
        self.numbers = count()
        self.treated: Counter[str] = Counter()
        self.connections = 0
        self.lock = threading.Lock()

    def get_request(self) -> tuple[socket.socket, Any]:
        self.connections += 1
        return super().get_request()

    def treat(self) -> str:
        with self.lock:
            how = list(HOW)[next(self.numbers) % len(HOW)]
            self.treated[how] += 1
            return how

    def post(self, body: dict[str, object]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway, timeout=30)
        connection.request("POST", "/kcis", json.dumps(body))
        assert connection.getresponse().status == 204
        connection.close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: WrongServer

    def do_POST(self) -> None:
        placed = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        how = self.server.treat()
        for number in HOW[how]:
            about = {"sequenceNumber": number, "provideServiceOrder": {"id": placed["id"]}}
            self.server.post({"id": "a-kci", **about})
        if how == "hung up":
            self.close_connection = True
            return
        self.send_response(422 if how == "failed" else 202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Helper]:
    with Helper("tests.bench.receiver") as helper:
        yield helper


@pytest.fixture
def wrong_server(receiver: Helper) -> Iterator[WrongServer]:
    with WrongServer(receiver.answer()) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.slow  # it starts processes
@pytest.mark.parametrize("loop", [{"connections": 3}, {"connections": 8, "rate": 100}])
def test_what_a_wrong_server_does_is_counted(
    receiver: Helper, wrong_server: WrongServer, loop: dict[str, float]
) -> None:
    asked = {"port": wrong_server.server_port, "first": SERIAL, "seconds": 0.3, **loop}
    with Helper("tests.bench.load") as load:
        answers = Answers(**load.ask(json.dumps(asked)))
    arrivals = [tuple(arrival) for arrival in receiver.ask("take")]
    found = judged(answers, arrivals, kcis=2, delay=0)
    treated = wrong_server.treated
    assert found["orders"] == sum(treated[how] for how in HOW if how not in ("failed", "hung up"))
    assert found["failed"] == treated["failed"] + treated["hung up"]
    for name in ("lost", "twice", "disordered"):
        assert found[name] == treated[name]
    assert found["strange"] == 0 and found["early"] == 0
    kept = wrong_server.connections - treated["hung up"]
    assert 0 <= kept <= loop["connections"]
    assert judged(answers, arrivals, kcis=2, delay=LATER)["early"] == len(arrivals)


def test_the_receiver_finds_the_order_in_body_or_path(receiver: Helper) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", receiver.answer(), timeout=30)
    offered = {"Connection": "Upgrade", "Upgrade": "TLS/1.2"}
    for path, body, headers in (
        ("/kcis", '{"id":"7","sequenceNumber":2,"provideServiceOrder":{"id":11}}', offered),
        ("/kcis/12", '{"id": "7"}', {}),
        ("/auth/supplier/access-token", "grant_type=client_credentials", {}),
        ("/kcis", '{"id": "fixed"}', {}),
    ):
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == (200 if path.endswith("token") else 204)
    connection.close()
    assert receiver.ask("count") == 3
    assert [arrival[:2] for arrival in receiver.ask("take")] == [[11, 2], [12, 1], [0, 1]]
    assert receiver.ask("take") == []


def answers(*codes: int) -> Answers:
    """Orders that were asked for at 0, 1, 2 ... and answered half a second later."""
    moments = [float(number) for number in range(len(codes))]
    return Answers(100, moments, [moment + 0.5 for moment in moments], list(codes))


def test_times_and_rates_are_those_of_accepted_orders() -> None:
    arrivals = [(100, 1, 1.6), (101, 1, 2.7), (102, 1, 9.0)]
    found = judged(answers(202, 202, 422), arrivals, kcis=1, delay=1)
    assert found["orders"] == 2 and found["failed"] == 1 and found["strange"] == 1
    assert found["answer_50"] == found["answer_99"] == 500
    assert found["late_50"] == pytest.approx(200) and found["late_99"] == pytest.approx(200)
    assert found["rate"] == pytest.approx(2 / 1.7)
    assert judged(answers(201, 201), [], kcis=0, delay=1)["rate"] == pytest.approx(2 / 1.5)
    assert judged(answers(422), [], kcis=1, delay=1)["rate"] == 0


def test_kcis_without_an_order_belong_to_one_order_after_another() -> None:
    arrivals = [(0, 1, 2.8), (0, 1, 1.6), (0, 1, 9.0)]
    found = judged(answers(202, 202), arrivals, kcis=1, delay=1)
    assert found["lost"] == 0 and found["strange"] == 1
    assert found["late_99"] == pytest.approx(300)


def record(rate: float, **wrong: float) -> Record:
    figures = {
        "orders": 100.0,
        "rate": rate,
        "answer_50": 1000 / rate,
        "others": 7.0,
        **dict.fromkeys(COUNTS, 0),
    }
    windows = {name: [figures | wrong] for name in (CROWD.name, page.ALONE, page.FAST)}
    return Record("1", windows=dict.fromkeys((page.PLAIN, page.WITH_KCI), windows))


def test_a_ratio_is_to_the_best_peer_that_did_the_work_rightly() -> None:
    records = {
        "ours": record(500),
        "WireMock": record(250),
        "Prism": record(1000, early=1),
        "Mockoon": record(100, unsent=50),
    }
    shown = page.figures(records)
    for text in ("500 (2.00)", "250 (1.00)", "| Prism    | 1000 ", "100 falls behind", "2 (2.00)"):
        assert text in shown, shown
    assert "took 7 % of the processors" in shown
    assert "## What went wrong" in page.page(records)


def test_all_orders_are_as_long_as_the_first() -> None:
    text = request(8080)
    first, last = (text % ((SERIAL + number,) * 3) for number in (0, 9_999_999))
    assert len(first) == len(last)
    head, _, body = last.partition(b"\r\n\r\n")
    assert b"Content-Length: %d\r\n" % len(body) in head
    assert json.loads(body) == order(SERIAL + 9_999_999)
    assert 1000 < len(body) < 1200


PARTS = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


@pytest.mark.parametrize("name", PARTS)
def test_each_part_can_be_imported(name: str) -> None:
    importlib.import_module(f"tests.bench.{name}")
