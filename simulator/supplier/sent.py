"""The answer to a request as it is sent, kept and given again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.base.copies import replace
from simulator.base.errors import RenderFailed
from simulator.base.instants import format_duration
from simulator.dialects.overwriting import overwritten
from simulator.engine import Answer
from simulator.formats import http, redact
from simulator.formats.reply_faults import tell
from simulator.model import Act, EntryName, Outgoing


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """One request's outcome, and what the journal says of it: why this scenario plays, and how
    the branches of its timeline were decided. `mix` names the one that drew the scenario.
    """

    outgoing: Outgoing
    order: str = ""
    scenario: str = ""
    mix: str = ""
    reasons: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()


def acts_of(branches: Sequence[str], at: int, order: str, scenario: str) -> list[Act]:
    """The lines of the journal that say how the branches of an order's story were decided."""
    what, by = "order.way", "supplier"
    return [
        Act(at=at, what=what, by=by, message=said, order=order, scenario=scenario)
        for said in branches
    ]


def as_sent(outgoing: Outgoing, answer: Answer, max_delay: int) -> Outgoing:
    """The dialect's answer with what the scenario overwrites.

    RenderFailed when no server could send it: nothing may fail once the plan is committed.
    """
    sent = overwritten(outgoing, answer)
    for name, value in sent.headers.items():
        if said := http.header_problem(name, value):
            raise RenderFailed(f"reply.headers: {said}")
    return sent if sent.delay <= max_delay else replace(sent, delay=max_delay)


def cut(answer: Answer, max_delay: int) -> tuple[str, ...]:
    """What the journal says of a delay that is longer than the server allows."""
    if answer.delay <= max_delay:
        return ()
    asked, most = map(format_duration, (answer.delay, max_delay))
    return (f"the delay of {asked} is cut to server.max_delay, {most}",)


def kept(outgoing: Outgoing, entry: EntryName | None) -> dict[str, Any]:
    """What is kept of an answer, to give it again: never how it left. `entry` is the one that
    answered; its `attempts` may have more to say.
    """
    return {
        "code": outgoing.code,
        "body": outgoing.body,
        "headers": dict(outgoing.headers),
        "entry": str(entry or ""),
    }


def given_again(first: Mapping[str, Any]) -> Outgoing:
    """The first answer, as it was kept: without a delay, and without a fault."""
    return Outgoing(code=first["code"], body=first["body"], headers=first["headers"])


def journaled(outgoing: Outgoing) -> dict[str, Any]:
    """An answer as the journal keeps it, without its secrets; with the fault that spoils it, and
    what leaves then.
    """
    response: dict[str, Any] = {
        "code": outgoing.code,
        "headers": redact.headers(outgoing.headers),
        "body": redact.members(outgoing.body),
    }
    if fault := outgoing.fault:
        sent = tell(fault.word, fault.argument, has_body=outgoing.body is not None)
        response["fault"] = {"word": fault.word, "sent": sent}
    return response
