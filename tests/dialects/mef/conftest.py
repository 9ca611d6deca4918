"""A Buyer of the shared simulator, and suppliers with switches of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from simulator.client import Client
from simulator.web import Embedded
from tests.dialects.mef import Buyer
from tests.receiver import Receiver


@pytest.fixture
def buyer(simulator: Embedded) -> Iterator[Buyer]:
    with Buyer(simulator.url) as client:
        yield client


@pytest.fixture
def seller(simulator: Embedded, receiver: Receiver) -> Iterator[Callable[..., Buyer]]:
    """`seller(strict=True)`: the Buyer of a throw-away supplier with these switches, whose
    notifications go to the receiver.
    """
    with Client(simulator.url) as admin, ExitStack() as stack:

        def make(**contract: Any) -> Buyer:
            made = admin.make_supplier(
                dialect="mef",
                contract=contract,
                clock={"mode": "manual"},
                gateway={"url": receiver.url},
            )
            stack.callback(admin.delete_supplier, made["name"])
            return stack.enter_context(Buyer(simulator.url, made["path"], made["name"]))

        yield make
