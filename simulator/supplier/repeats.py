"""How a request is known again, and which of its repeats one is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.base import seed
from simulator.formats import strict_json
from simulator.model import EntryName, Outgoing, Reply, Scenario, Submission
from simulator.store import Tx, orders, repeats
from simulator.supplier.sent import kept


def fingerprint(submission: Submission) -> str:
    """What tells two documents of one id apart."""
    return seed.digest(submission.operation, strict_json.canonical(submission.document))


def answered(
    submission: Submission, outgoing: Outgoing, entry: EntryName | None = None, edition: str = ""
) -> orders.Answered:
    """What is kept of a request for its repeats; `edition` names that of a scenario of its own."""
    answer = kept(outgoing, entry) | ({"edition": edition} if edition else {})
    return orders.Answered(fingerprint=fingerprint(submission), answer=answer)


def edition_of(first: Mapping[str, Any]) -> str:
    """The edition that is kept with an answer; empty where there is none."""
    return str(first.get("edition", ""))


def attempts_for(scenario: Scenario, action: str, entry: str) -> Reply | None:
    """The reply whose `attempts` answer the repeats of a request that an `entry` answered, none for
    a create; None where nothing but the first answer, as it was kept, is given again.
    """
    replies = (
        {"": scenario.reply}
        if action == "create"
        else {
            str(scenario.entry_name(action, index)): entry.reply
            for index, entry in enumerate(scenario.entries.get(action, ()))
        }
    )
    reply = replies.get(entry)
    return reply if reply and reply.attempts else None


def has_attempts(scenario: Scenario, action: str) -> bool:
    """Whether a scenario answers repeats of this action in its own way."""
    if action == "create":
        return bool(scenario.reply.attempts)
    return any(entry.reply.attempts for entry in scenario.entries.get(action, ()))


def count_repeat(tx: Tx, supplier: str, submission: Submission, scenario: Scenario) -> int:
    """Which of the caller's repeats this is, where the scenario answers by that."""
    if not has_attempts(scenario, submission.action):
        return 1
    return repeats.count(
        tx, supplier, submission.action, submission.tenant, _ref(submission), scenario.name
    )


def scenario_before(
    tx: Tx, supplier: str, submission: Submission, parts: Iterable[Scenario]
) -> str:
    """Which of these scenarios answered an attempt of the same request before; empty where none
    did. A scenario without `attempts` has nothing to go on with.
    """
    if not any(has_attempts(part, submission.action) for part in parts):
        return ""
    return repeats.scenario(tx, supplier, submission.action, submission.tenant, _ref(submission))


def _ref(submission: Submission) -> str:
    """What a request is known by: its id, else its content."""
    return submission.ref or seed.digest(submission.order_number, fingerprint(submission))
