"""The wiring: the gateway runs on a free port, and each test's supplier knows it, and is known to
it.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).parent.parent))
from gateway import Gateway


@pytest.fixture(scope="session")
def running_gateway() -> Iterator[tuple[Gateway, str]]:
    gateway = Gateway()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, gateway.app, threaded=True)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    yield gateway, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def supplier_gateway_url(running_gateway: tuple[Gateway, str]) -> str:
    """Where the gateway takes KCIs: the one thing that the simulator must be told."""
    return running_gateway[1]


class Shop:
    """The gateway from its customers' side."""

    def __init__(self, url: str) -> None:
        self.url = url

    def order(self, **wanted: str) -> dict:
        given = {"uprn": "100023336956", "speed": "1000/115", "name": "Ada Park", **wanted}
        return requests.post(f"{self.url}/orders", json=given, timeout=30).json()

    def look(self, order: dict) -> dict:
        return requests.get(f"{self.url}/orders/{order['id']}", timeout=30).json()

    def cancel(self, order: dict) -> int:
        return requests.post(f"{self.url}/orders/{order['id']}/cancel", timeout=30).status_code


@pytest.fixture
def shop(running_gateway: tuple[Gateway, str], supplier_url: str) -> Shop:
    gateway, url = running_gateway
    gateway.supplier_url = supplier_url
    return Shop(url)
