"""What is expected of a gateway, as sentences and as data."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import dialects
from simulator.scenario import expected, parse
from simulator.views.expectations import in_words, show

HEAD = "scenario: X\nparams: {gap: 30s, note: A-1, absent: {default: null}}\nexpect:\n  - "


def shown(expectation: str, **params: Any) -> dict[str, Any]:
    """An expectation of a file, with its parameters' defaults and these values over them."""
    scenario = parse(HEAD + expectation, "x.yaml", dialects.get("fibre_cafe").vocabulary)
    values = {name: param.default for name, param in scenario.params.items()} | params
    (found,) = expected(scenario, values)
    assert show(found)["text"] == in_words(found)
    return show(found)


@pytest.mark.parametrize(
    ("expectation", "words"),
    [
        ("every_kci: {answered: 204, within: 2s}", "every KCI is answered 204 within 2s"),
        ("every_kci: {within: 90m}", "every KCI is answered with success within 1h30m"),
        (
            "every_kci: {attempts: 3}",
            "every KCI is answered with success, in 3 attempts at most",
        ),
        (
            "kci: {send: COMPLETED, answered: [204, 4xx], attempts: 1}",
            "COMPLETED is answered 204 or 4xx, at the first attempt",
        ),
        (
            "kci: {send: DELAY, answered: 204, count: 1}",
            "DELAY is sent once, and is answered 204",
        ),
        (
            "kci: {send: DELAY, count: {at_least: 2, at_most: 4}}",
            "DELAY is sent 2 to 4 times, and is answered with success",
        ),
        (
            "kci: {send: DELAY, count: {at_least: 2}}",
            "DELAY is sent at least 2 times, and is answered with success",
        ),
        (
            "kci: {send: DELAY, count: {at_most: 1}}",
            "DELAY is sent at most once, and is answered with success",
        ),
        ("no_kci: true", "no KCI is sent"),
        (
            "request: {operation: amendment, when: {order.status: PENDING}, within: 2wd}",
            "an amendment request comes within 2wd, when order.status is PENDING",
        ),
        (
            "request: {count: 3, spaced: growing}",
            "the request of this scenario comes 3 times, with growing pauses",
        ),
        (
            "request: {same_body: true}",
            "the request of this scenario comes, the same body each time",
        ),
        (
            "request: {operation: [provide, cease]}",
            "a provide or cease request comes",
        ),
        ("no_request: {operation: cancellation}", "no cancellation request comes"),
        (
            "no_request: {operation: [amendment, cancellation], within: 1d}",
            "no amendment or cancellation request comes within 1d",
        ),
    ],
)
def test_an_expectation_is_a_sentence(expectation: str, words: str) -> None:
    assert shown(expectation)["text"] == words


def test_an_expectation_is_data_too_without_what_is_not_said() -> None:
    every = shown("every_kci: {answered: [204, 4xx], within: 2000ms}")
    assert (every.pop("kind"), every.pop("text")[:9]) == ("every_kci", "every KCI")
    assert every == {"answered": ["204", "4xx"], "within": "2s"}
    one = shown("kci: {send: DELAY, count: {at_most: 2}, attempts: 4}")
    assert (one["kind"], one["send"], one["attempts"]) == ("kci", "DELAY", 4)
    assert one["count"] == {"at_least": 0, "at_most": 2}
    assert shown("no_kci: true") == {"text": "no KCI is sent", "kind": "no_kci"}
    request = shown(
        "request: {operation: amendment, when: {notes: A}, count: {at_least: 3}, spaced: growing,"
        " same_body: true, within: 1wd 08:00}"
    )
    del request["text"]
    assert request == {
        "kind": "request",
        "operation": ["amendment"],
        "when": ["notes is A"],
        "count": {"at_least": 3},
        "spaced": "growing",
        "same_body": True,
        "within": "1wd 08:00",
    }
    silence = shown("no_request: {operation: amendment, within: 3d}")
    assert (silence["kind"], silence["operation"]) == ("no_request", ["amendment"])


def test_parameters_are_filled_in() -> None:
    kcis = 'every_kci: {within: "{{ gap }}"}'
    assert shown(kcis)["within"] == "30s"
    assert shown(kcis, gap=5)["within"] == "5s"
    request = 'request: {operation: amendment, within: "{{ gap }}", when: {notes: "{{ note }}"}}'
    found = shown(request, gap="2wd", note="B-2")
    assert (found["within"], found["when"]) == ("2wd", ["notes is B-2"])


def test_what_a_parameter_cannot_fill_stays_as_it_is_written() -> None:
    kcis = 'every_kci: {within: "{{ gap }}"}'
    assert shown(kcis, gap="2wd")["within"] == "{{ gap }}", "a KCI has no working days"
    assert shown('every_kci: {within: "{{ absent }}"}')["within"] == "{{ absent }}"
    short = 'request: {operation: amendment, when: {notes: "{{ note | upper }}"}}'
    assert shown(short, note="b")["when"] == ["notes is B"]
