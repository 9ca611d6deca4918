"""Asking the journal: find, count, verify, export."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Gateway


@pytest.fixture
def busy(gateway: Gateway) -> dict[str, Any]:
    """An order with three KCIs, an amendment of nobody's order, and an order that is refused."""
    order = gateway.place()
    gateway.advance("31s")
    gateway.amend({"id": 999})
    gateway.advance()
    assert gateway.post("/service-orders", {"id": 1}).status_code == 400
    return order


def find(gateway: Gateway, code: int = 200, **given: Any) -> Any:
    return gateway.admin("POST", "/journal/find", given, code)


def test_exchanges_are_found_by_path_header_body_order_direction_status_and_time(
    gateway: Gateway, busy: dict[str, Any]
) -> None:
    order = gateway.order(busy)
    expected = [
        ({"path": "/service-order-amendments"}, 1),
        ({"path": {"matches": "^/service-order"}}, 3),
        ({"header.x-conversation-id": "c-1", "direction": "in"}, 3),
        ({"header.X-Conversation-ID": "c-1", "direction": "in"}, 3),
        ({"body.serviceOrderItem.serviceCharacteristics[name=LINE_PROFILE].value": "1000/115"}, 1),
        ({"order": order["id"]}, 4),
        ({"direction": "out", "order": order["id"]}, 3),
        ({"direction": "out", "body.reasonCode": "COMPLETED", "status": 204}, 1),
        ({"status": [400, 404]}, 2),
        ({"scenario": "ORDER_SUCCESSFUL", "direction": "in"}, 1),
        ({"body.primaryContact": {"exists": True}}, 1),
        ({"status": {"more": 399, "less": 404}}, 1),
        ({"body.reasonCode": {"in": ["COMPLETED", "COMMITTED"]}}, 2),
        ({"path": {"starts": "/service-order", "not": "/service-orders"}}, 1),
        ({"any": [{"status": 404}, {"not": {"direction": "in"}}]}, 4),
        ({"at": {"after": "2000-01-01", "before": "9000-01-01T00:00:00Z"}}, 6),
        ({}, 6),
    ]
    assert [(match, len(find(gateway, match=match)["items"])) for match, _ in expected] == expected
    assert [
        gateway.admin("POST", "/journal/count", {"match": match})["count"] for match, _ in expected
    ] == [count for _, count in expected]
    moment = gateway.admin("GET", "/journal?direction=out")["items"][1]["at"]
    assert (
        len(find(gateway, since=moment)["items"]) + len(find(gateway, until=moment)["items"]) == 6
    )
    assert (
        gateway.admin("POST", "/journal/count", {"since": moment, "match": {"direction": "out"}})[
            "count"
        ]
        == 2
    )


def test_what_was_found_comes_in_pages(gateway: Gateway, busy: dict[str, Any]) -> None:
    first = find(gateway, match={"direction": "out"}, limit=2)
    rest = find(gateway, match={"direction": "out"}, limit=2, after=first["next"])
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"match": {"direction": "in"}, "count": 3},
            "wanted exactly 3 where direction is in; found 3",
        ),
        ({"match": {"direction": "in"}}, "wanted at least 1 where direction is in; found 3"),
        ({"match": {"status": 500}, "at_most": 0}, "wanted exactly 0 where status is 500; found 0"),
        (
            {"match": {"status": 204}, "at_least": 2, "at_most": 4},
            "wanted 2 to 4 where status is 204; found 3",
        ),
        (
            {"sequence": [{"path": "/service-orders"}, {"body.reasonCode": "COMPLETED"}]},
            "all 2 came in this order",
        ),
    ],
)
def test_what_is_so_is_verified(
    gateway: Gateway, busy: dict[str, Any], body: Any, said: str
) -> None:
    shown = gateway.admin("POST", "/verify", body)
    assert (shown["verified"], shown["detail"]) == (True, said) and len(shown["evidence"]) == shown[
        "found"
    ]


def test_what_is_not_so_is_told_with_what_came_nearest(
    gateway: Gateway, busy: dict[str, Any]
) -> None:
    shown = gateway.admin(
        "POST", "/verify", {"match": {"path": "/service-orders", "body.id": 5}, "count": 1}, 409
    )
    assert (shown["code"], shown["verified"], shown["found"]) == ("not_verified", False, 0)
    assert shown["detail"].startswith(
        "wanted exactly 1 where path is /service-orders and body.id is 5; found 0;"
        " the nearest, exchange "
    )
    assert f"body.id is 5, but it is {busy['id']}" in shown["detail"] + str(shown["nearest"])
    nest = {"path": "/service-orders", "any": [{"body.id": 5}, {"status": {"less": 200}}]}
    nearest = gateway.admin("POST", "/verify", {"match": nest}, 409)["nearest"]
    assert nearest[0]["differences"] == [
        (
            "any of (body.id is 5; status is less than 200),"
            f" but body.id is {busy['id']} and status is 202"
        )
    ]
    many = gateway.admin("POST", "/verify", {"match": {"direction": "in"}, "at_most": 1}, 409)
    assert (many["detail"], many["found"], many["nearest"]) == (
        "wanted 0 to 1 where direction is in; found 3",
        3,
        [],
    )


def test_a_wrong_order_of_things_says_what_came_before_and_what_never_came(
    gateway: Gateway, busy: dict[str, Any]
) -> None:
    done, amended = {"body.reasonCode": "COMPLETED"}, {"path": "/service-order-amendments"}
    early = gateway.admin("POST", "/verify", {"sequence": [done, amended]}, 409)
    assert (
        "step 2 of 2 is missing after exchange" in early["detail"]
        and "; it came before: exchange" in early["detail"]
    )
    never = gateway.admin("POST", "/verify", {"sequence": [{"body.reasonCode": "AMENDED"}]}, 409)
    assert (
        "step 1 of 1 is missing in the journal" in never["detail"]
        and "the nearest" in never["detail"]
    )


@pytest.mark.parametrize(
    ("path", "body", "code", "said"),
    [
        ("/journal/find", {"match": {"pth": "/"}}, 422, "did you mean `path`?"),
        ("/journal/find", {"match": {"any": [{"pth": "/"}]}}, 422, "match.any[0].pth: there is no"),
        ("/journal/find", {"match": {"not": {"at": {"stars": 2}}}}, 422, "match.not.at.stars: at"),
        ("/journal/find", {"match": {"status": {"more": 9, "less": 3}}}, 422, "match.status.less"),
        ("/journal/find", {"match": {"at": {"before": "now"}}}, 422, "a match has no `now`"),
        ("/journal/find", {"match": {"all": []}}, 422, "match.all: is empty"),
        ("/journal/find", {"match": []}, 400, "match"),
        ("/journal/find", {"since": "today"}, 400, "since"),
        ("/journal/find", {"limit": 0}, 400, "limit"),
        ("/journal/count", {"limit": 1}, 400, "limit"),
        ("/verify", {}, 400, "match"),
        ("/verify", {"sequence": []}, 400, "sequence"),
        ("/verify", {"sequence": [{}], "count": 1}, 400, "sequence"),
        ("/verify", {"sequence": [{"direction": "in"}, {"stats": 1}]}, 422, "sequence[1].stats"),
        ("/verify", {"match": {}, "count": 1, "at_most": 2}, 400, "count"),
    ],
)
def test_a_wrong_question_is_a_problem_that_names_the_place(
    gateway: Gateway, path: str, body: Any, code: int, said: str
) -> None:
    assert said in gateway.admin("POST", path, body, code)["detail"]


def test_the_whole_journal_comes_as_text_to_who_asks_for_that(
    gateway: Gateway, busy: dict[str, Any]
) -> None:
    url = f"{gateway.url}/__admin/journal/export"
    lines = gateway.http.get(url, timeout=30)
    plain = gateway.http.get(url, headers={"Accept": "text/plain"}, timeout=30)
    assert plain.headers["Content-Type"].startswith("text/plain") and plain.text == lines.text


def test_the_whole_journal_comes_as_json_lines(gateway: Gateway, busy: dict[str, Any]) -> None:
    response = gateway.http.get(f"{gateway.url}/__admin/journal/export?direction=out", timeout=30)
    assert (
        response.headers["Content-Type"] == "application/x-ndjson"
        and response.headers["X-Journal-Dropped"] == "0"
    )
    assert [json.loads(line) for line in response.text.splitlines()] == gateway.admin(
        "GET", "/journal?direction=out"
    )["items"]
