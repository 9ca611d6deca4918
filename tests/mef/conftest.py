"""A Buyer of the shared simulator, and suppliers with switches of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.mef import Buyer
from tests.receiver import Receiver


@pytest.fixture
def buyer(simulator: Embedded) -> Iterator[Buyer]:
    with Buyer(simulator.url) as client:
        yield client


@pytest.fixture
def seller(make_config: Callable[..., Config], receiver: Receiver, tmp_path: Path) -> Iterator[Callable[..., Buyer]]:
    """`seller(strict=True)`: the Buyer of a supplier with these switches, whose notifications go to the receiver."""
    made: list[Embedded] = []
    with ExitStack() as stack:

        def make(**contract: Any) -> Buyer:
            supplier = {"name": "mef", "path": "/mef", "dialect": "mef", "contract": contract}
            store = {"url": f"sqlite:///{tmp_path}/{len(made)}.db"}
            made.append(stack.enter_context(Embedded(make_config(suppliers=[supplier], gateway={"url": receiver.url}, store=store))))
            return stack.enter_context(Buyer(made[-1].url))

        yield make
