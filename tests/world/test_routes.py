"""What a process remembers of the throw-away suppliers, while another process changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from simulator import dialects
from simulator.config import Config
from simulator.front import AdminGuard, Front
from simulator.world import World, open_world

SAMPLE = dialects.get("fibre_cafe").sample("provide", None, 1)
TENANT = SAMPLE.headers["tenant"]


@pytest.fixture
def worlds(make_config: Callable[..., Config], store_url: str) -> Iterator[list[World]]:
    """Two processes of one store, as far as they know."""
    with ExitStack() as opened:
        settings = make_config(store={"url": store_url})
        two = [open_world(settings, "http://127.0.0.1:1") for _ in range(2)]
        for world in two:
            opened.callback(world.close)
        yield two


def place(world: World, serial: int, path: str = "") -> int:
    sample = dialects.get("fibre_cafe").sample("provide", None, serial)
    front = Front(world, AdminGuard(None, "127.0.0.1"))
    return front.answer(replace(sample, path=path + sample.path)).code


def counts(world: World, *names: str) -> list[int]:
    return [len(world.supplier(name).orders()) for name in names]


def test_the_next_request_is_for_the_supplier_that_another_process_made(
    worlds: list[World],
) -> None:
    here, there = worlds
    assert place(here, 1) < 300
    there.make({"name": "made"}, tenant=TENANT)
    assert place(here, 2) < 300
    assert counts(here, "default", "made") == [1, 1]
    there.remove("made")
    assert place(here, 3) < 300
    assert counts(here, "default") == [2]


def test_a_supplier_that_was_made_anew_under_its_name_is_another_one(worlds: list[World]) -> None:
    here, there = worlds
    path = "/suppliers/made"
    assert place(here, 1, path) == 404
    there.make({"name": "made"})
    assert place(here, 1, path) < 300
    there.remove("made")
    assert place(here, 2, path) == 404
    wants: dict[str, Any] = {"name": "made", "auth": {"kind": "bearer", "tokens": ["t"]}}
    there.make(wants)
    assert place(here, 3, path) == 401
    assert counts(there, "made") == [0]


def test_what_is_known_is_not_asked_again(worlds: list[World]) -> None:
    here, there = worlds
    there.make({"name": "made"}, tenant=TENANT)
    found, version = here.called(here.default, TENANT, "")
    assert found.name == "made" and here.called(here.default, TENANT, "") == (found, version)
    there.remove("made")
    assert here.called(here.default, TENANT, "") == (found, version), "until a transaction sees it"
    assert place(here, 1) < 300
    assert here.called(here.default, TENANT, "")[0] is here.default
