"""Which operation a method and a path are for."""

from __future__ import annotations

import pytest

from simulator.base.errors import Refused
from simulator.dialects.routes import Route, Router, filled

PLAIN = Route(method="POST", path="/orders", operation="create")
READ = Route(method="GET", path="/orders", operation="list")
ONE = Route(method="GET", path="/orders/{id}/parts/{part}", operation="part")
ROUTER = Router([PLAIN, READ, ONE])


def test_a_plain_path_and_one_with_variable_parts_are_found() -> None:
    assert ROUTER.match("POST", "/orders") == (PLAIN, {})
    assert ROUTER.match("GET", "/orders") == (READ, {})
    assert ROUTER.match("GET", "/orders/7 a/parts/b") == (ONE, {"id": "7 a", "part": "b"})


@pytest.mark.parametrize("path", ["/orders/", "/orders/7", "/Orders", "/orders/{id}", ""])
def test_what_is_no_path_of_the_contract_is_refused(path: str) -> None:
    with pytest.raises(Refused) as refused:
        ROUTER.match("POST", path)
    assert refused.value.kind == "unknown_path"


def test_a_wrong_method_is_told_the_ones_that_are_possible() -> None:
    with pytest.raises(Refused) as refused:
        ROUTER.match("DELETE", "/orders")
    assert refused.value.kind == "wrong_method"
    assert refused.value.allow == ("GET", "HEAD", "POST")


def test_a_path_is_filled_with_quoted_parts() -> None:
    assert filled("/orders/{id}/parts", id="a/b c") == "/orders/a%2Fb%20c/parts"
    assert filled("/kcis", id="a") == "/kcis"
