"""A step's time that reads what a step before it sets: it is evaluated when that has happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from simulator import dialects, rehearsal
from simulator.base import instants
from simulator.cli.explaining import as_text
from simulator.scenario import parse
from simulator.testing import Supplier
from simulator.web import Embedded

BEGIN = "2026-03-02T00:00:00Z"
COMMITTED = '{after: 1h, send: COMMITTED, set: {targetDate: "2026-03-10T09:00:00.000Z"}}'
STORY = f"""
scenario: STORY
reply: acknowledge
timeline:
  - {COMMITTED}
  - {{at: "{{{{ order.document.targetDate }}}}", send: UPDATE}}
  - {{after: 1h, send: COMPLETED}}
"""


def story(*steps: str, more: str = "") -> str:
    listed = "".join(f"  - {step}\n" for step in steps)
    return f"scenario: STORY\nreply: acknowledge\ntimeline:\n{listed}{more}"


@pytest.fixture
def make(simulator: Embedded) -> Iterator[Callable[[str], Supplier]]:
    """A supplier with one scenario, and an order of it."""
    with ExitStack() as stack:

        def made(text: str, **settings: Any) -> Supplier:
            supplier = stack.enter_context(
                Supplier.make(simulator.url, scenarios=[text], default="STORY", **settings)
            )
            supplier.client.set_clock(now=BEGIN)
            sample = supplier.sample()
            answer = requests.post(
                supplier.url + sample["path"],
                json=sample["body"],
                headers=sample["headers"],
                timeout=30,
            )
            assert answer.status_code == 201, answer.text
            return supplier

        yield made


def kcis(supplier: Supplier) -> list[dict[str, Any]]:
    return sorted(supplier.client.kcis(), key=lambda kci: kci["position"])


def outbox(supplier: Supplier) -> list[tuple[str, str, str | None]]:
    return [
        (kci["send"], kci["state"], kci["due_at"] and kci["due_at"][5:16]) for kci in kcis(supplier)
    ]


def told(supplier: Supplier) -> list[str]:
    return supplier.client.story(supplier.order["id"]).splitlines()


def moments(supplier: Supplier, **length: float) -> list[tuple[str, str]]:
    """The KCIs that were sent, each with the moment of issue."""
    sent = [kci for kci in supplier.advance(**length) if kci["body"]]
    return [(kci["send"], kci["body"]["issuedOn"][5:16]) for kci in sent]


def test_a_time_that_reads_the_order_is_known_after_the_step_before(
    make: Callable[..., Supplier],
) -> None:
    supplier = make(STORY)
    assert outbox(supplier) == [
        ("COMMITTED", "waiting", "03-02T01:00"),
        ("UPDATE", "waiting", None),
        ("COMPLETED", "waiting", None),
    ]
    unknown = "UPDATE: its time is known when the step before it has happened"
    assert any(unknown in line for line in told(supplier))
    assert moments(supplier, hours=2) == [("COMMITTED", "03-02T01:00")]
    assert outbox(supplier)[1:] == [
        ("UPDATE", "waiting", "03-10T09:00"),
        ("COMPLETED", "waiting", "03-10T10:00"),
    ]
    assert moments(supplier, days=30) == [("UPDATE", "03-10T09:00"), ("COMPLETED", "03-10T10:00")]
    assert [kci["sequence"] for kci in supplier.kcis] == [1, 2, 3]


def test_an_advance_to_the_next_moment_stops_at_it(make: Callable[..., Supplier]) -> None:
    supplier = make(STORY)
    steps = [supplier.client.advance(to_next=True)["now"][5:16] for _ in range(3)]
    assert steps == ["03-02T01:00", "03-10T09:00", "03-10T10:00"]


def test_a_time_that_cannot_be_evaluated_is_a_dead_kci_and_no_500(
    make: Callable[..., Supplier],
) -> None:
    supplier = make(
        story(
            "{after: 1h, send: COMMITTED}",
            '{at: "{{ order.document.nothing }}", send: UPDATE}',
            "{after: 1h, send: COMPLETED}",
        )
    )
    assert moments(supplier, days=30) == [("COMMITTED", "03-02T01:00")]
    (dead,) = supplier.client.kcis(state="dead")
    assert dead["send"] == "UPDATE" and "there is no `nothing`" in dead["last"]["error"]
    assert any("could not happen" in line and "nothing" in line for line in told(supplier))
    supplier.client.act_on_order("resume", supplier.order["id"])
    completed = supplier.wait_for_kci("COMPLETED")  # it is due already
    assert completed["body"]["issuedOn"][5:16] == "04-01T00:00"


def test_the_first_step_is_evaluated_at_once(make: Callable[..., Supplier]) -> None:
    known = make(story("{at: \"{{ order.received_at | plus('1d') }}\", send: COMMITTED}"))
    assert outbox(known) == [("COMMITTED", "waiting", "03-03T00:00")]
    wanted = story("{at: '{{ order.document.requestedCompletionDate }}', send: COMMITTED}")
    (fault,) = rehearsed(wanted).flaws
    assert "requestedCompletionDate" in fault.message, "nothing can bring it before the first step"


def test_a_time_that_no_step_can_change_is_evaluated_at_once(make: Callable[..., Supplier]) -> None:
    supplier = make(
        story(
            "{after: 1h, send: COMMITTED}",
            "{at: \"{{ order.received_at | plus('2d') }}\", send: COMPLETED}",
        )
    )
    assert outbox(supplier)[1] == ("COMPLETED", "waiting", "03-04T00:00")


def test_each_late_step_waits_for_the_one_before_it(make: Callable[..., Supplier]) -> None:
    later = '{at: "{{ order.document.targetDate }}", send: UPDATE, set: {targetDate: "%s"}}'
    supplier = make(
        story(
            COMMITTED,
            later % "2026-03-20T09:00:00.000Z",
            "{after: 1h, mark: HALF}",
            later % "2026-03-30T09:00:00.000Z",
            "{at: 20d, send: COMPLETED}",
        )
    )
    assert moments(supplier, days=9) == [("COMMITTED", "03-02T01:00"), ("UPDATE", "03-10T09:00")]
    assert outbox(supplier)[2:] == [
        ("UPDATE", "waiting", "03-20T09:00"),
        ("COMPLETED", "waiting", "03-22T00:00"),
    ]
    assert moments(supplier, days=90) == [("UPDATE", "03-20T09:00"), ("COMPLETED", "03-22T00:00")]


def test_a_step_whose_predecessor_was_withdrawn_gets_its_time_all_the_same(
    make: Callable[..., Supplier],
) -> None:
    supplier = make(STORY)
    supplier.client.act_on_kci("withdraw", kcis(supplier)[0]["id"])
    assert moments(supplier, days=30) == []
    (dead,) = supplier.client.kcis(state="dead")
    assert dead["send"] == "UPDATE" and "targetDate" in dead["last"]["error"]


def test_a_wait_after_a_step_with_a_late_time_waits_for_that_step(
    make: Callable[..., Supplier],
) -> None:
    supplier = make(
        story(
            COMMITTED,
            '{at: "{{ order.document.targetDate }}", send: UPDATE}',
            "{after: 1h, wait: go}",
            "{after: 2h, send: COMPLETED}",
        )
    )
    assert moments(supplier, days=9) == [("COMMITTED", "03-02T01:00"), ("UPDATE", "03-10T09:00")]
    supplier.signal("go")
    assert moments(supplier, days=1) == [("COMPLETED", "03-11T02:00")]


def test_a_signal_that_comes_early_lets_nothing_overtake(make: Callable[..., Supplier]) -> None:
    supplier = make(
        story(
            COMMITTED,
            '{at: "{{ order.document.targetDate }}", send: UPDATE}',
            "{after: 1h, wait: go}",
            "{after: 2h, send: COMPLETED}",
        )
    )
    supplier.signal("go")
    assert moments(supplier, days=30) == [
        ("COMMITTED", "03-02T01:00"),
        ("UPDATE", "03-10T09:00"),
        ("COMPLETED", "03-10T11:00"),
    ]


def test_a_time_in_the_past_waits_for_the_step_before(make: Callable[..., Supplier]) -> None:
    supplier = make(
        story(
            '{after: 1h, send: COMMITTED, set: {targetDate: "2026-03-01T09:00:00.000Z"}}',
            '{at: "{{ order.document.targetDate }}", send: COMPLETED}',
        )
    )
    assert moments(supplier, hours=1) == [
        ("COMMITTED", "03-02T01:00"),
        ("COMPLETED", "03-02T01:00"),
    ]


def rehearsed(text: str) -> rehearsal.Rehearsal:
    dialect = dialects.get("fibre_cafe")
    return rehearsal.rehearse(parse(text, "x.yaml", dialect.vocabulary), dialect)


def test_explain_and_check_evaluate_late_times() -> None:
    played = rehearsed(STORY)
    shown = as_text(played, {})
    assert played.flaws == () and "UPDATE -> IN_PROGRESS" in shown
    update, completed = (line for line in played.lines if line.text[:2] in ("2 ", "3 "))
    target = instants.parse_instant("2026-03-10T09:00:00.000Z")
    assert (update.at, completed.at) == (target, target + instants.HOUR)
    wrong = STORY.replace("document.targetDate", "document.nothing")
    told = rehearsed(wrong)
    (fault,) = told.flaws
    assert "there is no `nothing`" in fault.message and told.scenario.where(fault.path)[0] == 6


@pytest.mark.slow
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_late_times_work_on_postgresql_too(store_url: str, make_config: Any) -> None:
    with Embedded(make_config(store={"url": store_url})) as simulator, ExitStack() as stack:
        supplier = stack.enter_context(
            Supplier.make(simulator.url, scenarios=[STORY], default="STORY")
        )
        supplier.client.set_clock(now=BEGIN)
        sample = supplier.sample()
        requests.post(
            supplier.url + sample["path"],
            json=sample["body"],
            headers=sample["headers"],
            timeout=30,
        )
        assert [send for send, _ in moments(supplier, days=30)] == [
            "COMMITTED",
            "UPDATE",
            "COMPLETED",
        ]
