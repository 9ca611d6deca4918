"""The pretend Buyer reads notifications as the published pages show them."""

from __future__ import annotations

import json
from typing import Any

from simulator import dialects
from simulator.model import Incoming, KciIdentity
from simulator.web import Embedded
from tests.dialects.mef import PUBLISHED, Buyer

DIALECT = dialects.get("mef")


def test_the_published_notification_is_read_as_it_stands() -> None:
    body = json.dumps(PUBLISHED["notification"]).encode()
    incoming = Incoming(
        method="POST",
        path="",
        headers={"content-type": "application/json"},
        body=body,
        variables={"id": "ORD-CC-12345"},
    )
    document = DIALECT.read_kci(incoming)
    known = KciIdentity(order="Verizon/PO-12345", id="ORD-CC-12345/01", number=1)
    assert DIALECT.identify_kci(document) == known
    assert (
        DIALECT.describe(document)
        == "1 CONFIRMATION -> IN_PROGRESS (expectedCompletionDate 2016-10-05T08:00+01:00)"
    )


def test_the_pretend_buyer_reads_what_it_gets_and_keeps_it(
    buyer: Buyer, simulator: Embedded
) -> None:
    order = buyer.place()
    buyer.advance()
    url = f"{simulator.url}/gateway/mef"
    kept = buyer.http.get(f"{url}/kcis?order=Verizon/PO-1", timeout=30).json()["items"]
    assert [(row["code"], row["findings"], row["body"]["notificationType"]) for row in kept] == [
        (201, [], "CONFIRMATION"),
        (201, [], "COMPLETION"),
    ]
    body, path = kept[0]["body"], f"{url}/orders/{order['id']}/notification"
    wrong: list[tuple[Any, str]] = [
        ({**body, "notificationType": "STATUS_UADATE"}, "STATUS_UADATE"),
        ({**body, "requestedCompletionDate": "Dog"}, "is no date"),
        ({**body, "notificationVersion": "x1"}, "two digits"),
        ({**body, "orderStatus": "CONFIRMED"}, "orderStatus"),
        ({**body, "orderId": "ORD-CC-1"}, "ORD-CC-1 is not that of the path"),
        ([body], "must be a JSON object"),
    ]
    for document, said in wrong:
        response = buyer.http.post(path, json=document, timeout=30)
        assert response.status_code in (400, 422) and said in response.json()["message"], (
            response.text
        )
    assert buyer.http.post(path, json=body, timeout=30).status_code == 201
    last = buyer.http.get(f"{url}/kcis?order=Verizon/PO-1", timeout=30).json()["items"][-1]
    (finding,) = last["findings"]
    assert finding == {
        "rule": "kci.repeat",
        "severity": "note",
        "message": "a repeat of a KCI that came before",
        "where": None,
        "expected": None,
        "got": f"{order['id']}/01",
    }
