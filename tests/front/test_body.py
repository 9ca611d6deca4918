"""Large documents are refused before anyone parses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator.config import Config
from simulator.formats.strict_json import has_more_values
from simulator.web import Embedded
from tests.conftest import Gateway


def values_of(document: Any) -> int:
    entries = document.values() if isinstance(document, dict) else document
    if not isinstance(document, (dict, list)):
        return 0
    return sum(1 + values_of(entry) for entry in entries)


DOCUMENTS: list[Any] = [
    [1] * 100,
    [{}] * 100,
    [[]] * 100,
    {str(number): "a,[{:" for number in range(100)},
    [{"a": [1, 2, {}], "b": {"c": '\\"[,'}}] * 20,
    {"a": [[[[["x" * 300]]]]], "b": [], "c": {}},
]


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("indent", [None, 2])
def test_members_and_entries_are_counted(document: Any, indent: int | None) -> None:
    body = json.dumps(document, indent=indent).replace("[]", "[ \n]").encode()
    count = values_of(document)
    assert not has_more_values(body, count)
    assert has_more_values(body, count - 1)


@pytest.mark.parametrize("body", [b"", b"a,b,c" * 1000, b'"' + b"," * 9000 + b'"', b"\xff" * 9000])
def test_what_is_no_object_or_list_has_no_values(body: bytes) -> None:
    assert not has_more_values(body, 100)


ITEMS = {
    "ten thousand entries": b'{"a": [' + b"{}," * 9_999 + b"{}]}",
    "ten thousand members": b"{" + b",".join(b'"%d":1' % n for n in range(10_000)) + b"}",
    "many that nobody closes": b"[" + b"[0]," * 90_000,
    "many that are no JSON": b"[" + b"," * 900_000,
}


@pytest.mark.parametrize("body", ITEMS.values(), ids=ITEMS)
def test_a_request_with_too_many_values_is_a_413_of_the_contract(
    gateway: Gateway, body: bytes
) -> None:
    for path, said in (
        ("/service-orders", lambda shown: shown["messages"][0]),
        ("/mef/orders", lambda shown: json.dumps(shown)),
    ):
        response = gateway.post(path, body)
        assert response.status_code == 413, response.text
        assert "more than 5000 values" in said(response.json())
    line = gateway.admin("GET", "/journal?limit=1000")["items"][-1]
    assert (line["response"]["code"], line["request"]["body"]) == (413, None)
    assert gateway.admin("GET", "/orders")["items"] == []


def test_a_deep_document_is_told_as_that(gateway: Gateway) -> None:
    response = gateway.post("/service-orders", b"[" * 500_000)
    assert response.status_code == 400
    assert response.json()["messages"][0].endswith("(too_deep)")


def test_an_order_with_as_many_values_as_allowed_is_taken(
    make_config: Callable[..., Config],
) -> None:
    config = make_config(server={"port": 0, "max_values": 100})
    with Embedded(config) as simulator, Gateway(simulator.url) as gateway:
        body = gateway.provide()
        room = 100 - values_of(body)
        assert gateway.post("/service-orders", {**body, "extra": [1] * room}).status_code == 413
        assert gateway.post("/service-orders", {**body, "extra": [1] * (room - 1)}).ok
