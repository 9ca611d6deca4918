"""The page of the contract's facts (docs/contract/fibre-cafe.md) says the same as the code."""

from __future__ import annotations

import re

import pytest

from simulator import dialects
from simulator.dialects.fibre_cafe import requests, schemas, settings, statements, transitions
from tests.contract_page import FIBRE_CAFE

GATEWAYS_OWN = ("RECEIVED_BY_GATEWAY", "SENT_TO_SUPPLIER", "FAILED_TO_SEND")
column = FIBRE_CAFE.column


def words(text: str) -> list[str]:
    return re.findall(r"`([A-Z][A-Z_]+)`", text)


@pytest.mark.parametrize(
    ("section", "schema"),
    [
        ("4.2", schemas.ProvideOrder),
        ("4.5", schemas.Amendment),
        ("4.6", schemas.Cancellation),
        ("4.14", statements.KciDocument),
    ],
)
def test_the_page_has_the_members_that_the_code_reads(
    section: str, schema: type[schemas.Tolerant]
) -> None:
    listed = {name.strip() for cell in column(section) for name in cell.split(",")}
    assert set(schema().fields) - listed == set()
    assert listed - set(schema().fields) <= {"exactly one entity"}


def test_the_page_and_the_code_list_the_same_words() -> None:
    text = FIBRE_CAFE.sections
    assert column("7") == list(schemas.PROBLEM_CODES)
    assert column("6") == [
        *(code for code in transitions.REASONS if code not in ("TERMINATED", "RESUBMIT")),
        "RESUBMIT",
        "TERMINATED",
    ]
    assert set(column("5.1")) == {*transitions.STATUSES, *GATEWAYS_OWN}
    assert column("4.6", 1) == list(schemas.CANCELLATION_REASONS)
    assert column("4.6", 1)[-5:] == list(requests.OBJECTIONS)
    assert sorted(column("4.2.1")) == sorted(schemas.PROVIDE_TYPES)
    assert words(text["4.12"]) == list(schemas.ENGINEER_TASKS)
    assert [word for word in schemas.CEASE_REASONS if word not in words(text["4.15"])] == []
    assert set(column("4.4")[1:]) & set(requests.OURS) >= {
        "status",
        "supplierOrderReference",
        "committedDate",
        "targetDate",
    }
    for key in settings.ENTITIES.values():
        assert f"`{key}`" in text["4.14"], key
    for route in dialects.get("fibre_cafe").routes:
        assert f"{route.method} `{route.path}`" in text["1.1"], route.path
