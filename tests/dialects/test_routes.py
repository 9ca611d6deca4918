"""Which operation a request is for: the same answer as werkzeug's router gives."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, MapAdapter, Rule

from simulator import dialects
from simulator.base.errors import Refused
from simulator.dialects.routes import Route, Router, filled, router_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ODD")
WORDS = st.sampled_from(["orders", "service-orders", "status", "cancel", "orders&", "1", "é", "\n"])
PATHS = st.lists(st.one_of(WORDS, st.text(max_size=3)), max_size=4).map("/".join)


@cache
def werkzeugs(routes: tuple[Route, ...]) -> MapAdapter:
    """The router of werkzeug for our routes."""
    rules = [
        Rule(route.path.replace("{", "<").replace("}", ">"), methods=[route.method], endpoint=route)
        for route in routes
    ]
    return Map(rules, merge_slashes=False, redirect_defaults=False).bind("supplier")


def by_werkzeug(routes: tuple[Route, ...], method: str, path: str) -> object:
    try:
        return werkzeugs(routes).match(path, method)
    except MethodNotAllowed as error:
        return sorted(error.valid_methods or ())
    except NotFound:
        return None


def by_us(router: Router, method: str, path: str) -> object:
    try:
        return router.match(method, path)
    except Refused as error:
        return list(error.allow) if error.kind == "wrong_method" else None


@given(st.sampled_from(dialects.names()), st.sampled_from(METHODS), PATHS)
def test_any_path_is_matched_as_by_werkzeug(name: str, method: str, path: str) -> None:
    routes = dialects.get(name).routes
    asked = f"/{path}"
    assert by_us(router_of(routes), method, asked) == by_werkzeug(routes, method, asked)


@pytest.mark.parametrize("name", dialects.names())
def test_every_route_is_found_by_each_method_as_by_werkzeug(name: str) -> None:
    routes = dialects.get(name).routes
    for route in routes:
        path = route.path.replace("{", "").replace("}", "")
        for method in METHODS:
            assert by_us(router_of(routes), method, path) == by_werkzeug(routes, method, path)


def test_a_path_without_variable_parts_goes_first() -> None:
    named = [("GET", "/a/{id}"), ("GET", "/a/all"), ("POST", "/a/{id}")]
    routes = [Route(method=method, path=path, operation="") for method, path in named]
    router = Router(routes)
    assert router.match("GET", "/a/all") == (routes[1], {})
    assert router.match("POST", "/a/all") == (routes[2], {"id": "all"})


def test_a_path_is_filled_with_quoted_parts() -> None:
    assert filled("/orders/{id}/parts", id="a/b c") == "/orders/a%2Fb%20c/parts"
    assert filled("/kcis", id="a") == "/kcis"
