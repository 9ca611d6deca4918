"""What a recording becomes: the lives here are those of a real supplier, written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.base import instants
from simulator.base.errors import Invalid
from simulator.formats import strict_yaml
from simulator.formats.yaml_writing import flow
from simulator.recording.timing import round_off
from tests.recording.lines import (
    DATES,
    DAY,
    REFUSAL,
    acknowledged,
    amend,
    cancel,
    create,
    document,
    kci,
    recorded,
    without_head,
)


def test_delays_dates_and_words_are_kept_and_what_identifies_is_not() -> None:
    far = {"committedDate": f"{DAY[:8]}20T17:00:34Z", "targetDate": f"{DAY[:8]}20T17:00:34Z"}
    text, recording = recorded(
        create(took_ms=2140),
        kci("09:00:30.412Z", 1, "ACKNOWLEDGED", "ACKNOWLEDGED"),
        kci("09:00:33.9Z", 2, "COMMITTED", "IN_PROGRESS", **far),
        kci(
            "09:00:34.123Z",
            3,
            "DELAY",
            "HELD",
            {
                "problemCode": "NETWORK_ISSUE",
                "text": f"order 4101 of REAL-77 waits for {REFUSAL['uuid']}",
            },
            **far,
        ),
    )
    assert recording.warnings == []
    said = '"order {{ order.ref }} of {{ order.number }} waits for {{ fake.uuid4 }}"'
    assert text.splitlines()[3:] == [
        "scenario: RECORDED",
        "about: 'Recorded: provide, answered 202.'",
        "dialect: fibre_cafe",
        "when: {operation: provide}",
        "reply: {answer: accept, delay: 2s100ms}",
        "timeline:",
        "  - {after: 30s, send: ACKNOWLEDGED}",
        "  - {after: 3s900ms, send: COMMITTED, set: {targetDate: \"{{ now | plus('18d8h') }}\"}}",
        "  - after: 223ms",
        "    send: DELAY",
        f"    with: {{problemCode: NETWORK_ISSUE, text: {said}}}",
    ]


@pytest.mark.parametrize(
    ("length", "rounded"),
    [("30s412ms", "30s"), ("10s500ms", "11s"), ("9s949ms", "9s900ms"), ("999ms", "999ms")],
)
def test_a_delay_is_rounded_by_its_length(length: str, rounded: str) -> None:
    given = instants.parse_duration(length)
    assert instants.format_duration(round_off(given)) == rounded
    assert round_off(instants.LONGEST * 2) == instants.LONGEST


def test_what_is_rounded_off_does_not_add_up() -> None:
    moments = ["09:00:10.4Z", "09:00:20.8Z", "09:00:31.2Z", "09:00:41.6Z"]
    kcis = [kci(at, n, "UPDATE", "ACKNOWLEDGED") for n, at in enumerate(moments, 1)]
    text, _ = recorded(acknowledged(), *kcis)
    assert [line.split(",")[0] for line in without_head(text)[2:]] == [
        f"  - {{after: {length}" for length in ("10s", "11s", "10s", "11s")
    ]


def test_entries_have_their_own_timelines_and_the_story_keeps_its_own() -> None:
    text, recording = recorded(
        acknowledged(),
        amend("09:10:00Z", 5001, 422, {**REFUSAL, "messages": ["order 4101: no"]}, notes="x"),
        amend("09:20:00Z", 5002, 201, {"supplierReference": "X-9", "id": 5002}, notes="ring"),
        kci("09:30:00Z", 1, "COMMITTED", "IN_PROGRESS", notes="ring", **DATES),
        cancel("09:40:00Z", 5003, 202),
        kci(
            "09:41:00Z",
            2,
            "CANCELLATION_REJECTED",
            "IN_PROGRESS",
            {"problemCode": "INVALID_REQUEST", "text": "too late"},
            notes="ring",
            serviceOrderCancellationId=5003,
            **DATES,
        ),
        kci("10:00:00Z", 3, "COMPLETED", "COMPLETED", notes="ring", **DATES),
    )
    said = "the answer had other values that are not repeated here: orderId, notes"
    assert recording.warnings == [said]
    assert without_head(text) == [
        "reply: acknowledge",
        "timeline:",
        "  - {after: 30m, send: COMMITTED}",
        "  - {after: 30m, send: COMPLETED}",
        "amendment:",
        "  - times: 1",
        '    reply: {reject: ["order {{ order.ref }}: no"]}',
        f"  # {said}",
        "  - reply: acknowledge",
        "cancellation:",
        "  - reply: accept",
        "    timeline:",
        "      - {after: 1m, send: CANCELLATION_REJECTED, with: {text: too late}}",
    ]


def test_an_accepted_cancellation_ends_the_story() -> None:
    text, _ = recorded(
        acknowledged(),
        kci("09:30:00Z", 1, "COMMITTED", "IN_PROGRESS", **DATES),
        cancel("09:40:00Z", 5003, 202),
        kci(
            "09:41:00Z",
            2,
            "CANCELLED",
            "CANCELLED",
            {"problemCode": "CUSTOMER_CHANGED_MIND"},
            serviceOrderCancellationId=5003,
            **DATES,
        ),
    )
    assert without_head(text)[2:] == [
        "  - {after: 30m, send: COMMITTED}",
        "cancellation:",
        "  - reply: accept",
        "    timeline:",
        "      - {after: 1m, send: CANCELLED}",
    ]


def test_what_goes_on_only_after_an_amendment_belongs_to_its_entry() -> None:
    text, _ = recorded(
        acknowledged(),
        kci(
            "09:30:00Z",
            1,
            "INFORMATION_REQUIRED",
            "PENDING",
            {"problemCode": "INFORMATION_REQUIRED", "text": "who?"},
        ),
        amend("10:00:00Z", 5001, 202, notes="Ada"),
        kci("10:01:00Z", 2, "AMENDED", "ACKNOWLEDGED", notes="Ada", serviceOrderAmendmentId=5001),
        kci("10:31:00Z", 3, "COMMITTED", "IN_PROGRESS", notes="Ada", **DATES),
    )
    assert without_head(text)[2:] == [
        "  - {after: 30m, send: INFORMATION_REQUIRED, with: {text: 'who?'}}",
        "amendment:",
        "  - reply: accept",
        "    timeline:",
        "      - {after: 1m, send: AMENDED}",
        "      - {after: 30m, send: COMMITTED}",
    ]


def test_what_follows_an_answer_at_once_stays_behind_it() -> None:
    amended = kci(
        "09:20:00.6Z", 1, "AMENDED", "ACKNOWLEDGED", notes="Ada", serviceOrderAmendmentId=5001
    )
    committed = kci("09:20:00.7Z", 2, "COMMITTED", "IN_PROGRESS", notes="Ada", **DATES)
    text, _ = recorded(
        acknowledged(), amend("09:10:00Z", 5001, 202, notes="Ada"), amended, committed
    )
    assert without_head(text)[1:] == [
        "amendment:",
        "  - reply: accept",
        "    timeline:",
        "      - {after: 10m1s, send: AMENDED}",
        "      - {after: 0s, send: COMMITTED}",
    ]


def test_repeats_until_one_is_taken_are_attempts() -> None:
    text, recording = recorded(
        create(code=503),
        create("09:00:05Z"),
        create("09:00:09Z"),
        kci("09:01:05Z", 1, "ACKNOWLEDGED", "ACKNOWLEDGED"),
    )
    assert without_head(text)[0] == "reply: {attempts: [{answer: reject, status: 503}, accept]}"
    assert without_head(text)[2] == "  - {after: 1m, send: ACKNOWLEDGED}"
    assert recording.warnings == ["a repeat of the create is left out"]


def test_a_request_without_an_answer_is_answered_as_the_contract_does() -> None:
    text, recording = recorded(
        create(code=None), kci("09:01:00Z", 1, "ACKNOWLEDGED", "ACKNOWLEDGED")
    )
    assert without_head(text)[0] == "reply: accept" and "send: ACKNOWLEDGED" in text
    said = "a create was not answered: here it is, as the contract answers by itself"
    assert recording.warnings == [said]
    text, recording = recorded(create(code=None), create("09:00:05Z"))
    assert without_head(text) == ["reply: accept"]
    assert recording.warnings == ["a create was not answered at first: this is left out"]


def test_what_comes_after_a_refusal_is_left_out() -> None:
    text, recording = recorded(
        create(code=503),
        kci("09:01:00Z", 1, "ACKNOWLEDGED", "ACKNOWLEDGED"),
        cancel("09:02:00Z", 1),
    )
    assert without_head(text) == ["reply: {answer: reject, status: 503}"]
    assert recording.warnings == ["something came after the order was refused: it is left out"]


def test_a_kci_that_came_before_the_answer_has_no_delay() -> None:
    text, _ = recorded(kci("08:59:59Z", 1, "ACKNOWLEDGED", "ACKNOWLEDGED"), create())
    assert without_head(text)[2] == "  - {after: 0s, send: ACKNOWLEDGED}"


@pytest.mark.parametrize(
    ("code", "answer", "reply"),
    [
        (422, {**REFUSAL, "messages": ["a", "of 4101"]}, "{reject: [a, 'of {{ order.ref }}']}"),
        (503, None, "{answer: reject, status: 503}"),
        (418, {"teapot": True}, "{answer: reject, status: 418, body: {teapot: true}}"),
        (200, None, "{answer: accept, status: 200}"),
    ],
)
def test_an_answer_is_a_word_or_the_map_that_says_it(code: int, answer: Any, reply: str) -> None:
    text, _ = recorded(create(code=code, answer=answer))
    (line,) = (line for line in text.splitlines() if line.startswith("reply: "))
    assert strict_yaml.read(line, "x").value == strict_yaml.read(f"reply: {reply}", "x").value


def test_what_the_contract_refuses_by_itself_needs_no_entry() -> None:
    text, _ = recorded(create(), amend("09:01:00Z", 5001, 422, {**REFUSAL, "messages": ["?"]}))
    assert "amendment" not in text


def test_a_kci_that_breaks_the_contract_says_so() -> None:
    text, _ = recorded(acknowledged(), kci("09:30:00Z", 1, "AMENDED", "ACKNOWLEDGED"))
    assert without_head(text)[2] == "  - {after: 30m, send: AMENDED, illegal: true}"


def test_a_status_that_nobody_was_told_of_is_a_step_of_its_own() -> None:
    text, recording = recorded(acknowledged(), kci("09:30:00Z", 1, "COMPLETED", "COMPLETED"))
    assert without_head(text)[2:] == [
        "  # Nobody was told of this status: it must have come before what followed.",
        "  - {after: 30m, status: IN_PROGRESS}",
        "  - {after: 0s, send: COMPLETED}",
    ]
    assert len(recording.warnings) == 1


def test_a_retry_is_left_out_and_told() -> None:
    first = kci("09:30:00Z", 1, "UPDATE", "ACKNOWLEDGED", answered=503)
    again = kci("09:31:00Z", 1, "UPDATE", "ACKNOWLEDGED")
    text, recording = recorded(acknowledged(), first, again)
    assert without_head(text)[2:] == ["  - {after: 30m, send: UPDATE}"]
    assert recording.warnings == ["KCI 1 was sent more than once: the first time is kept"]
    assert f"# {recording.warnings[0]}" in text.splitlines()


def test_what_cannot_be_said_is_a_comment_and_a_warning() -> None:
    odd = kci("09:30:00Z", 1, "UPDATE", "ACKNOWLEDGED", {"weather": "rain"})
    text, recording = recorded(acknowledged(), odd)
    said = "KCI 1 had other values that are not repeated here: weather"
    assert recording.warnings == [said] and f"  # {said}" in text.splitlines()


def test_a_wrong_number_is_told_and_not_repeated() -> None:
    kcis = [kci(f"09:{number}0:00Z", number, "UPDATE", "ACKNOWLEDGED") for number in (1, 3, 4)]
    text, recording = recorded(acknowledged(), *kcis)
    said = "a KCI had the number 3 where 2 was due: the number is not repeated"
    assert recording.warnings == [said]
    assert without_head(text)[3:5] == [f"  # {said}", "  - {after: 20m, send: UPDATE}"]


def test_one_of_several_orders_is_chosen_by_any_of_its_names() -> None:
    lines = [acknowledged(), acknowledged(4102), kci("09:30:00Z", 1, "UPDATE", "ACKNOWLEDGED")]
    for name in ("4101", "TENANT1/4101"):
        assert "UPDATE" in recorded(*lines, order=name)[0]
    assert "UPDATE" not in recorded(*lines, order="4102")[0]
    for name, said in (
        ("", "there are 2 orders: choose one with --order: TENANT1/4101, TENANT1/4102"),
        ("7", "--order 7: none of these orders: TENANT1/4101, TENANT1/4102"),
    ):
        with pytest.raises(Invalid, match=said):
            recorded(*lines, order=name)


def test_a_life_without_its_beginning_is_refused() -> None:
    with pytest.raises(Invalid, match="does not have the beginning of order TENANT1/4101"):
        recorded(kci("09:30:00Z", 1, "UPDATE", "ACKNOWLEDGED"))
    with pytest.raises(Invalid, match="there is no order in this recording"):
        recorded(cancel("09:30:00Z", 1))


def test_a_later_request_is_found_without_its_tenant() -> None:
    asked = cancel("09:40:00Z", 5003)
    asked["headers"] = {"Content-Type": "application/json"}
    placed = acknowledged()
    placed["headers"] = {**placed["headers"], "tenant": "OTHER"}
    placed["body"], placed["answer"]["tenant"] = document(tenant="OTHER"), "OTHER"
    assert "cancellation:" in recorded(placed, asked)[0]


@pytest.mark.parametrize(
    "value",
    [
        "NO",
        "on",
        "12:30",
        "010",
        "1e3",
        "",
        "a: b",
        "a, b",
        "# x",
        "{{ now | plus('3d') }}",
        'say "hi"',
        "zwölf",
        "two\nlines",
        " x ",
        None,
        True,
        1,
        1.5,
        [],
        {},
        {"a": ["b", {"c": 1}]},
    ],
)
def test_what_is_written_in_flow_style_is_read_back(value: Any) -> None:
    text = flow({"key": value})
    assert "\n" not in text
    assert strict_yaml.read(f"top: {text}", "x").value == {"top": {"key": value}}
