"""Files for one later request (`for`) and for orders that nobody asked for (`begins: supplier`):
mistakes in them are found when they are read.
"""

from __future__ import annotations

import pytest

from simulator import dialects
from simulator.base.errors import Invalid
from simulator.scenario import make_book, parse
from tests.conftest import Gateway

VOCABULARY = dialects.get("fibre_cafe").vocabulary


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "scenario: X\nfor: amendmend\nreply: accept",
            "x.yaml:2:6: for: unknown `amendmend` (did you mean `amendment`?)",
        ),
        ("scenario: X\nfor: amendment\nreply: commit", "x.yaml:3:8: unknown reply `commit`"),
        (
            "scenario: X\nfor: amendment\namendment: []",
            "x.yaml:3:1: `amendment` belongs to an order's file",
        ),
        (
            "scenario: X\nfor: cancellation\nbegins: supplier",
            "`begins` belongs to an order's file (this one is for one cancellation)",
        ),
        (
            "scenario: X\ntimes: 1\nreply: accept",
            "x.yaml:2:1: `times` is no key of an order's file (it belongs to an entry",
        ),
        (
            "scenario: X\nbegins: supplier\nreply: accept",
            "x.yaml:3:1: `reply` has no sense here (no request begins such an order)",
        ),
        ("scenario: X\nbegins: nobody", "`nobody` is not valid"),
    ],
)
def test_a_key_in_the_wrong_kind_of_file_is_located(text: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(text, "x.yaml", VOCABULARY)
    assert said in str(caught.value)


def test_a_contract_without_such_orders_says_so() -> None:
    with pytest.raises(Invalid, match="no order of mef is begun by the supplier"):
        parse("scenario: X\nbegins: supplier", "x.yaml", dialects.get("mef").vocabulary)


def test_a_folder_needs_a_scenario_for_new_orders() -> None:
    with pytest.raises(Invalid, match="no scenario here is for a new order"):
        make_book([("a.yaml", "scenario: A\nfor: amendment\nreply: acknowledge")], VOCABULARY)
    with pytest.raises(Invalid, match="the default scenario `A` is not here"):
        sources = [
            ("a.yaml", "scenario: A\nfor: amendment\nreply: acknowledge"),
            ("b.yaml", "scenario: B\nreply: accept"),
        ]
        make_book(sources, VOCABULARY, "A")


def test_what_new_orders_play_by_default_stays_for_new_orders(gateway: Gateway) -> None:
    text = "scenario: ORDER_SUCCESSFUL\nfor: amendment\nreply: acknowledge\n"
    refused = gateway.http.put(
        f"{gateway.url}/__admin/scenarios/ORDER_SUCCESSFUL", data=text, timeout=30
    )
    assert (
        refused.status_code == 422
        and "is what new orders play by default; this one is for an amendment"
        in refused.json()["detail"]
    )
    mine = "scenario: MINE\nfor: amendment\nreply: acknowledge\n"
    for asked in ({"scenarios": [text]}, {"scenarios": [mine], "default": "MINE"}):
        assert (
            "is what new orders play by default"
            in gateway.admin("POST", "/suppliers", asked, 422)["detail"]
        )
    assert gateway.post("/service-orders", gateway.provide()).status_code == 202


def test_check_finds_an_answer_that_the_contract_forbids() -> None:
    from simulator import rehearsal

    dialect = dialects.get("fibre_cafe")
    wrong = parse(
        "scenario: X\nfor: amendment\nreply: accept\ntimeline:\n"
        "  - {after: 1s, send: ACKNOWLEDGED}",
        "x.yaml",
        VOCABULARY,
    )
    assert "x.yaml:5:23: ACKNOWLEDGED is not possible" in str(rehearsal.flaws(wrong, dialect)[0])


def test_check_only_doubts_an_answer_to_orders_that_it_cannot_play() -> None:
    from simulator import rehearsal

    dialect = dialects.get("fibre_cafe")
    head = "scenario: X\nfor: amendment\nwhen: {order.status: PENDING}\nreply: accept\ntimeline:\n"
    held = parse(
        head + "  - {after: 1s, send: AMENDED}\n  - {after: 1s, send: RESUMED}",
        "x.yaml",
        VOCABULARY,
    )
    assert rehearsal.flaws(held, dialect) == []
    (doubt,) = rehearsal.flaws(held, dialect, certain=False)
    assert "RESUMED is not possible in" in str(doubt) and "may differ" in doubt.hint


@pytest.mark.parametrize("name", dialects.names())
def test_the_plain_story_of_a_contract_is_that_of_its_default_scenario(name: str) -> None:
    """Answers to later requests are rehearsed with it, and the demo plays them in that scenario."""
    from simulator import rehearsal
    from simulator.model import Scenario
    from simulator.rehearsal.folders import shipped_folder
    from simulator.scenario import read_folder

    dialect = dialects.get(name)
    default = read_folder(shipped_folder(name), dialect.vocabulary).scenarios[
        dialect.vocabulary.default_scenario
    ]
    plain = Scenario(name=default.name, dialect=name, timeline=dialect.plain)
    assert rehearsal.rehearse(plain, dialect).lines == rehearsal.rehearse(default, dialect).lines
