"""A throw-away supplier for one test, from the side of its gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from simulator import dialects
from simulator.client import Client
from simulator.web import Embedded

FC = dialects.get("fibre_cafe")


class Made:
    """One throw-away supplier, from the gateway's side."""

    def __init__(self, simulator: Embedded, **given: Any) -> None:
        self.url = simulator.url
        response = requests.post(
            f"{self.url}/__admin/suppliers", json={"clock": {"mode": "manual"}, **given}, timeout=30
        )
        assert response.status_code == 201, response.text
        self.shape = response.json()
        self.name = self.shape["name"]
        self.client = Client(self.url, supplier=self.name)

    def place(self, serial: int = 1, scenario: str = "ORDER_SUCCESSFUL") -> requests.Response:
        sample = FC.sample("provide", None, serial)
        headers = {**sample.headers, "X-Scenario": scenario}
        return requests.post(
            self.shape["url"] + sample.path, data=sample.body, headers=headers, timeout=30
        )

    def delete(self) -> requests.Response:
        return requests.delete(f"{self.url}/__admin/suppliers/{self.name}", timeout=30)


@pytest.fixture
def make(simulator: Embedded) -> Iterator[Callable[..., Made]]:
    made: list[Made] = []

    def one(**given: Any) -> Made:
        made.append(Made(simulator, **given))
        return made[-1]

    yield one
    for supplier in made:
        supplier.client.close()
        supplier.delete()
