"""The page of the contract's facts (docs/contract/mef.md) says the same as the code."""

from __future__ import annotations

import re
from typing import Any

import pytest
from marshmallow import validate

from simulator import dialects
from simulator.dialects.mef import products, schemas, transitions
from tests.contract_page import FOLDER, MEF

rows = MEF.rows
IN_ANSWERS = {
    "id",
    "link",
    "orderStatus",
    "expectedCompletionDate",
    "completionDate",
    "correctionOrderExpected",
    "correctionOrderDueDate",
    "restorationPriority",
}

MEMBERS: list[tuple[str, Any, set[str]]] = [
    # section, schema, members of the page that the schema does not have
    ("2.1", schemas.CreateUpdate, IN_ANSWERS),
    ("2.3", schemas.OrderItem, {"orderItemStatus"}),
    ("2.4", products.AccessEpl, set()),
    ("2.5", products.Uni, {"uniL2cpPeerings"}),
    ("2.7", products.BandwidthProfile, set()),
    ("2.8", products.InformationRate, set()),
    ("2.9", products.Contact, set()),
    ("2.10", products.BillingInformation, set()),
    ("2.11", products.ServiceSite, set()),
    ("2.12", products.FormattedAddress, set()),
    ("2.14", products.ProductSpecRef, set()),
    ("2.15", products.ResourceReference, set()),
    ("2.16", products.Link, set()),
]
LOOSE = ("2.16",)
"""Documents of which we require no member (contract Q10)."""

TAKEN_TOO = "".join(MEF.sections[number] for number in ("2.10", "4", "7"))
"""Words beside a member's row: the types of addresses, and those of other editions (contract
Q23, U32)."""


def limits(field: Any) -> str:
    """What a field's validators allow, as the page says it."""
    for rule in field.validators:
        if isinstance(rule, validate.Length) and rule.max is not None:
            return f"string to {rule.max}"
        if isinstance(rule, validate.Range):
            most = f", {rule.min} to {rule.max}"
            return f"integer from {rule.min}" if rule.max is None else f"integer{most}"
        if isinstance(rule, validate.OneOf):
            return "enum"
    return ""


@pytest.mark.parametrize(("section", "schema", "beside"), MEMBERS)
def test_each_document_has_the_members_and_limits_of_the_page(
    section: str, schema: Any, beside: set[str]
) -> None:
    members = {name: field for name, field in schema().fields.items()}
    listed = {name.strip(): row for row in rows(section) for name in row[0].split(",")}
    assert set(listed) - set(members) == beside and set(members) <= set(listed)
    for name, field in members.items():
        kind = listed[name][1]
        assert kind.startswith(limits(field)), f"{name}: {kind} is {limits(field)}"
        assert (listed[name][2] in ("yes", "**yes**", "C O")) is field.required or section in LOOSE
        words = " ".join(listed[name]) + TAKEN_TOO
        assert [word for word in _words(field) if word not in words] == [], name


def _words(field: Any) -> list[str]:
    return [str(word) for rule in field.validators for word in getattr(rule, "choices", ())]


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        ("orderStatusResponse", schemas.StatusResponse),
        ("orderNotification", schemas.Notification),
        ("orderMessage", schemas.Message),
        ("idAssignment", schemas.IdAssignment),
        ("svlanIdAssignment", schemas.SvlanAssignment),
    ],
)
def test_answers_and_notifications_have_the_members_of_the_page(kind: str, schema: Any) -> None:
    (said,) = [row[1] for row in rows("2.17") if row[0] == kind]
    assert [name for name in schema().fields if not re.search(rf"\b{name}\b", said)] == []
    for name, field in schema().fields.items():
        if limits(field).startswith("string to") and (
            told := re.search(rf"{name} \(to (\d+)", said)
        ):
            assert f"string to {told.group(1)}" == limits(field), name
    required = {name for name, field in schema().fields.items() if field.required}
    assert [name for name in required if name not in said] == []


def test_the_page_has_the_words_of_the_code() -> None:
    assert {row[0] for row in rows("3.1")[:-2]} == set(transitions.STATUSES)
    assert {row[0] for row in rows("3.1") if row[4] == "yes"} == set(transitions.ENDED)
    assert {row[0] for row in rows("5.1")[:-1]} == set(transitions.NOTIFICATIONS)
    assert {row[0] for row in rows("3.4")} == set(transitions.STATUSES)
    played = {row[0] for row in rows("1.3") if row[4] == "yes"}
    named = " ".join([*(row[1] for row in rows("1.1")), *played])
    for route in dialects.get("mef").routes:
        assert not route.shown or f"{route.method} {route.path}" in named, route.path


def test_each_request_moves_an_order_as_the_page_says() -> None:
    table_of = {row[0]: row[2:6] for row in rows("3.3")}
    asked = {"replace": "PUT", "patch": "PATCH", "cancellation": "cancel", "hold": "hold"}
    for operation, trigger in asked.items():
        moves = transitions.REQUESTS[operation]
        for status, cell in zip(transitions.IN_FLIGHT, table_of[trigger], strict=True):
            if cell.startswith("-"):
                assert status not in moves, (operation, status)
            else:
                expected = status if cell.startswith("stays") else cell.split()[0]
                assert moves[status] == expected, (operation, status)
    assert [cell[0] for cell in table_of["release of a Buyer's hold"][:3]] == ["-"] * 3
    assert list(transitions.REQUESTS["release"]) == ["HELD"]


def test_each_move_of_the_seller_is_on_the_page() -> None:
    drawn = {(row[0], to.strip()) for row in rows("3.2")[2:-1] for to in row[1].split(",")}
    added = {
        ("ACKNOWLEDGED", "CANCELLED"),
        ("IN_PROGRESS", "CANCELLED"),
        ("ACKNOWLEDGED", "REJECTED"),
    }
    assert drawn | added == transitions.EDGES


def test_the_settings_page_names_the_rows_that_have_the_reasons() -> None:
    page = (FOLDER.parent / "mef.md").read_text()
    named = dict(re.findall(r"^\| `(\w+)` \|.*\| ([QU][^|]*) \|$", page, re.MULTILINE))
    assert set(named) == set(dialects.options_of("mef").fields)
    for setting, reasons in named.items():
        for row in reasons.split(", "):
            assert f"`{setting}`" in MEF.assumptions[row][-1], f"{setting}: {row}"
