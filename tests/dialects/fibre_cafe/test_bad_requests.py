"""Bad input from the gateway: the contract's error body, every problem in one answer, nothing
stored, never a 500 for a document.
"""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway


def refused(response: Any, status: int, code: str) -> list[str]:
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) == {"uuid", "code", "messages"}
    uuid.UUID(body["uuid"])
    assert body["code"] == code
    return list(body["messages"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "body: empty (not_json)"),
        (b"{", "not_json"),
        (b"{'id': 1}", "not_json"),
        (b'{"id": NaN}', "body: not JSON: NaN (not_json)"),
        (b'{"id": 1, "id": 2}', "duplicate_key"),
        (b"null", "body: must be a JSON object (type)"),
        (b"[]", "body: must be a JSON object, is a list"),
        (b'"x"', "body: must be a JSON object (type)"),
        (b"[" * 100_000, "too_deep"),
        (b'{"id": ' + b"9" * 5000 + b"}", "number_range"),
        (b'{"id": 1e999}', "number_range"),
        (b'{"id": "\\ud800"}', "bad_text"),
        (b'{"a": "x\\u0000y"}', "bad_text"),
        (b'{"\\u0000": 1}', "bad_text"),
        ('{"id": 1}'.encode("utf-16"), "not_utf8"),
        (b"\xef\xbb\xbf{}", "not_utf8"),
        (b'{"a": "\xff"}', "not_utf8"),
    ],
)
def test_what_cannot_be_read_is_malformed_and_named(
    gateway: Gateway, body: bytes, said: str
) -> None:
    messages = refused(gateway.post("/service-orders", body), 400, "MALFORMED_REQUEST")
    assert messages[0].startswith("body: ") and said in messages[0]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/json; charset=utf-16", ""]
)
def test_a_wrong_content_type_is_malformed(gateway: Gateway, kind: str) -> None:
    messages = refused(
        gateway.post("/service-orders", gateway.provide(), Content_Type=kind),
        400,
        "MALFORMED_REQUEST",
    )
    assert messages[0].startswith("Content-Type: ")


def test_a_charset_of_utf8_is_fine(gateway: Gateway) -> None:
    assert (
        gateway.post(
            "/service-orders", gateway.provide(), Content_Type='application/json; charset="UTF-8"'
        ).status_code
        == 202
    )


def test_missing_headers_and_members_are_listed_together(gateway: Gateway) -> None:
    response = gateway.post(
        "/service-orders",
        {"orderType": "NEW", "id": "x"},
        X_Request_ID="",
        X_Conversation_ID="",
        Tenant="",
    )
    assert refused(response, 400, "MALFORMED_REQUEST") == [
        "X-Request-ID: this header is required",
        "X-Conversation-ID: this header is required",
        "Tenant: this header is required",
        *sorted(
            [
                "id: must be an integer",
                "tenant: is required",
                "address: is required",
                "serviceOrderItem: is required",
                "primaryContact: is required",
            ],
            key=response.json()["messages"].index,
        ),
    ]


def test_an_unreadable_body_does_not_hide_missing_headers(gateway: Gateway) -> None:
    messages = refused(gateway.post("/service-orders", b"{", Tenant=""), 400, "MALFORMED_REQUEST")
    assert messages[0] == "Tenant: this header is required" and messages[1].startswith(
        "body: not JSON: "
    )


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"id": 0}, 422, "id: must be at least 1, is 0"),
        ({"id": "4101"}, 400, "id: must be an integer"),
        ({"id": 1.5}, 400, "id: must be an integer"),
        ({"id": True}, 400, "id: must be an integer"),
        ({"id": None}, 400, "id: must not be null"),
        ({"orderType": "new"}, 422, "orderType: `new` is not valid, did you mean `NEW`?"),
        ({"orderType": 5}, 400, "orderType: must be a string"),
        ({"tenant": ""}, 422, "tenant: must have 1 to 50 characters, has 0"),
        ({"tenant": "x" * 51}, 422, "tenant: must have 1 to 50 characters, has 51"),
        ({"address": "here"}, 400, "address: must be an object"),
        ({"address": {"id": "1"}}, 400, "address.type: is required"),
        ({"engineerTasks": "INSTALL"}, 400, "engineerTasks: must be a list"),
        ({"engineerTasks": ["A", 1]}, 400, "engineerTasks[1]: must be a string"),
        ({"notes": "x" * 1001}, 422, "notes: must have at most 1000 characters, has 1001"),
        (
            {"requestedCompletionDate": "2026-02-30"},
            400,
            "requestedCompletionDate: `2026-02-30` is not a date YYYY-MM-DD (date_range)",
        ),
        (
            {"requestedCompletionDate": "02/03/2026"},
            400,
            "requestedCompletionDate: `02/03/2026` is not a date YYYY-MM-DD (date_range)",
        ),
        (
            {
                "serviceOrderItem": {
                    "serviceSpecification": {"id": "FTTP"},
                    "serviceCharacteristics": [{"name": "A"}],
                }
            },
            400,
            "serviceOrderItem.serviceCharacteristics[0].value: is required",
        ),
    ],
)
def test_wrong_types_are_malformed_and_wrong_values_invalid(
    gateway: Gateway, change: dict[str, Any], status: int, said: str
) -> None:
    code = {400: "MALFORMED_REQUEST", 422: "INVALID_REQUEST"}[status]
    messages = refused(
        gateway.post("/service-orders", {**gateway.provide(), **change}), status, code
    )
    assert messages == [said]
    assert gateway.admin("GET", "/orders")["items"] == []


def test_malformed_wins_where_a_document_is_both_and_all_is_said(gateway: Gateway) -> None:
    body = {**gateway.provide(), "orderType": "OLD", "id": "x"}
    messages = refused(gateway.post("/service-orders", body), 400, "MALFORMED_REQUEST")
    assert len(messages) == 2 and {message.split(":")[0] for message in messages} == {
        "id",
        "orderType",
    }


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        (
            "/service-orders",
            {"id": 1, "tenant": "T", "serviceId": "S", "serviceCharacteristics": []},
            "serviceCharacteristics: must have at",
        ),
        (
            "/service-orders",
            {"id": 1, "tenant": "T", "serviceId": "x" * 51},
            "serviceId: must have 1 to 50 characters",
        ),
        ("/service-order-amendments", {"id": 1, "orderId": 0}, "orderId: must be at least 1"),
        (
            "/service-order-amendments",
            {"id": 1, "orderId": 1, "serviceCharacteristics": []},
            "serviceCharacteristics: must have at least 1",
        ),
        (
            "/service-order-cancellations",
            {"id": 1, "orderId": 1, "reasonCode": "BORED"},
            "reasonCode: `BORED` is not valid",
        ),
        (
            "/ethernet/service-orders",
            {
                "id": 1,
                "tenant": "T",
                "supplierQuoteId": "Q",
                "siteInformation": [{}],
                "orderItems": [{}],
            },
            "siteInformation: must have at least 2 entries, has 1",
        ),
    ],
)
def test_each_operation_checks_its_own_document(
    gateway: Gateway, path: str, body: dict[str, Any], said: str
) -> None:
    messages = refused(gateway.post(path, body), 422, "INVALID_REQUEST")
    assert messages[0].startswith(said)


def test_an_unknown_path_a_wrong_method_and_what_is_not_implemented(gateway: Gateway) -> None:
    def ask(method: str, path: str) -> Any:
        return gateway.http.request(
            method, gateway.url + path, headers=gateway.headers(), timeout=30
        )

    assert "/service-orders" in refused(ask("POST", "/service-order"), 404, "NOT_FOUND")[0]
    assert refused(ask("POST", "/service-orders/"), 404, "NOT_FOUND")
    wrong = ask("GET", "/service-orders")
    assert refused(wrong, 405, "MALFORMED_REQUEST") and wrong.headers["Allow"] == "POST"
    assert refused(ask("POST", "/service-problems"), 501, "NOT_IMPLEMENTED")
    assert refused(ask("PATCH", "/service-problem-resolutions/7"), 501, "NOT_IMPLEMENTED")


def test_a_body_over_the_limit_is_refused_before_it_is_read(
    gateway: Gateway, simulator: Embedded
) -> None:
    address = urlsplit(simulator.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(
            b"POST /service-orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99000000\r\n\r\n"
        )
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"MALFORMED_REQUEST" in answer


@pytest.mark.parametrize(("size", "code"), [(3_000_000, 413), (10, 400)])
def test_a_chunked_body_is_measured_too(gateway: Gateway, size: int, code: int) -> None:
    chunks = (b"a" * min(65_536, size - start) for start in range(0, size, 65_536))
    response = gateway.http.post(
        f"{gateway.url}/service-orders", data=chunks, headers=gateway.headers(), timeout=30
    )
    assert refused(response, code, "MALFORMED_REQUEST")


def test_every_refused_request_stands_in_the_journal_without_its_secrets(gateway: Gateway) -> None:
    gateway.post(
        "/service-orders", b"{\x00\xff", Authorization="Bearer top-secret", Cookie="session=1"
    )
    gateway.post("/nowhere", {"id": 1})
    first, second = gateway.admin("GET", "/journal")["items"]
    assert first["response"]["code"] == 400 and second["response"]["code"] == 404
    assert (
        first["request"]["headers"]["authorization"] == "Bearer ***"
        and first["request"]["headers"]["cookie"] == "***"
    )
    assert "top-secret" not in json.dumps(first)


def test_an_id_is_free_again_after_a_refusal(gateway: Gateway) -> None:
    body = gateway.provide()
    assert gateway.post("/service-orders", {**body, "orderType": "OLD"}).status_code == 422
    assert gateway.post("/service-orders", body).status_code == 202


def test_a_slip_in_a_control_header_is_a_finding(gateway: Gateway) -> None:
    gateway.post("/service-orders", gateway.provide(), X_Scenaro="ORDER_DELAYED")
    (finding,) = gateway.admin("GET", "/journal")["items"][0]["findings"]
    assert finding["message"] == "header x-scenaro has no meaning here (did you mean `x-scenario`?)"
    assert finding["rule"] == "request.misspelt_control"
    assert (finding["where"], finding["got"]) == ("header.x-scenaro", "x-scenaro")


def test_headers_and_text_that_no_store_can_keep_do_not_break_the_journal(gateway: Gateway) -> None:
    response = gateway.http.post(
        gateway.url + "/%ff%00?q=%fe", data=b"\xff\x00", headers={"X-Odd": "\xe9\xff"}, timeout=30
    )
    assert response.status_code == 404
    assert len(gateway.admin("GET", "/journal")["items"]) == 1


def test_a_scenario_that_cannot_answer_is_a_fault_that_frees_the_id(
    make_config: Callable[..., Config], scenario_folder: Callable[..., str]
) -> None:
    folder = scenario_folder(
        ODD='reply: {reject: ["{{ order.document.secondaryContact.name }}"]}\n',
        FINE="reply: acknowledge\n",
    )
    with (
        Embedded(
            make_config(suppliers=[{"name": "default", "path": "/", "scenarios": folder}])
        ) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        body = gateway.provide()
        messages = refused(
            gateway.post("/service-orders", body, X_Scenario="ODD"), 500, "SUPPLIER_FAULT"
        )
        assert "there is no `secondaryContact`" in messages[0]
        assert gateway.admin("GET", "/journal")["items"][0]["response"]["code"] == 500
        assert gateway.post("/service-orders", body, X_Scenario="FINE").status_code == 201


def test_an_empty_header_counts_as_absent(gateway: Gateway, simulator: Embedded) -> None:
    sample = simulator.world.default.dialect.sample("ethernet", None, 78)
    headers = {**gateway.headers(), "Tenant": ""}
    assert (
        gateway.http.post(
            gateway.url + sample.path, data=sample.body, headers=headers, timeout=30
        ).status_code
        == 202
    )
    response = gateway.http.post(
        f"{gateway.url}/service-orders", json=gateway.provide(), headers=headers, timeout=30
    )
    assert refused(response, 400, "MALFORMED_REQUEST") == ["Tenant: this header is required"]


TMF641 = {
    "@type": "ServiceOrder",
    "externalId": "X1",
    "serviceOrderItem": [{"id": "1", "action": "add", "service": {"name": "FTTP"}}],
}
SONATA = {"externalId": "X1", "productOrderItem": [{"id": "1", "action": "add"}]}


@pytest.mark.parametrize(
    ("document", "kin"),
    [
        (TMF641, "a service order of TMF641 (serviceOrderItem)"),
        (SONATA, "a product order of TMF622 or MEF Sonata (productOrderItem)"),
        ({"orderItem": [{"id": "1"}]}, "an order of TMF622, TMF641 or an early MEF Sonata"),
        (
            {"objectType": "order-create-update", "buyerPurchaseOrderNumber": "PO-1"},
            "an order of the MEF/OBF Ordering API of 2016/17 (buyerPurchaseOrderNumber)",
        ),
    ],
)
@pytest.mark.parametrize("path", ["/service-orders", "/ethernet/service-orders"])
def test_an_order_of_another_standard_is_told_what_it_looks_like(
    gateway: Gateway, document: dict[str, Any], kin: str, path: str
) -> None:
    messages = refused(gateway.post(path, document), 400, "MALFORMED_REQUEST")
    assert messages[0].startswith(f"body: this looks like {kin}")
    assert "id: is required" in messages


def test_a_list_of_orders_is_told_to_come_one_by_one(gateway: Gateway) -> None:
    (message,) = refused(gateway.post("/service-orders", b'[{"id": 1}]'), 400, "MALFORMED_REQUEST")
    assert message == (
        "body: must be a JSON object, is a list: send each of them in a request of its own (type)"
    )


def test_an_order_of_ours_never_looks_like_anothers(gateway: Gateway) -> None:
    body = {**gateway.provide(), "tenant": None, "relatedParty": []}
    messages = refused(gateway.post("/service-orders", body), 400, "MALFORMED_REQUEST")
    assert messages == ["tenant: must not be null"]
