"""Parts of a scenario file that can never play."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError

from simulator.base import instants
from simulator.formats.strict_yaml import Path
from simulator.language import conflicts, matching
from simulator.language.answers import is_one_of, listed
from simulator.language.faults import BeforeReply, SwapWithNext
from simulator.model import MOST_STEPS, Conditions, Vocabulary
from simulator.scenario.findings import Findings
from simulator.scenario.schema import TIMES
from simulator.scenario.when_field import When
from simulator.scenario.words import (
    PlacedStep,
    asides_of,
    every_one,
    inner_of,
    maps_in,
    parts_of,
    replies_of,
    steps_of,
)


def check_reach(findings: Findings, vocabulary: Vocabulary) -> None:
    """Warn of timelines of a refusal, of what `attempts` hide, of entries behind one that always
    answers, and of signals that reach nobody.
    """
    _check_signals(findings, vocabulary)
    for path, action, part in parts_of(findings.document, vocabulary):
        steps = maps_in(part, path)
        _check_length(findings, steps, (*path, "timeline"))
        for where, step in steps_of(part, path):
            _check_ways(findings, step, where)
            _check_own(findings, part.get("when"), step, where)
            _check_answers(findings, step, where)
        _check_places(findings, steps, is_first=True, follows=False)
        if part.get("timeline") and refuses(part.get("reply")):
            what = "there is no order" if action == "create" else f"the {action} is refused"
            said = f"this timeline never plays: {what}"
            findings.doubt((*path, "timeline"), said, code="unreached", at_key=True)
        for where, reply in replies_of(part.get("reply"), (*path, "reply")):
            if isinstance(reply, dict) and "attempts" in reply:
                _check_beside(findings, reply, where)
    is_refused = refuses(findings.document.get("reply"))
    for action in vocabulary.actions:
        entries = findings.document.get(action)
        if isinstance(entries, list):
            _check_entries(findings, action, entries)
        if entries and is_refused:
            said = f"no {action} is ever answered here: there is no order"
            findings.doubt((action,), said, code="unreached", at_key=True)


def _check_signals(findings: Findings, vocabulary: Vocabulary) -> None:
    """An order that a gateway begins, and that starts none, is linked to none. Whose request a file
    answers is not known.
    """
    document = findings.document
    if document.get("begins") == "supplier" or document.get("for", "order") != "order":
        return
    parts = parts_of(document, vocabulary)
    steps = [found for path, _, part in parts for found in steps_of(part, path)]
    if any("start" in step for _, step in steps):
        return
    for path, step in steps:
        if "signal" in step:
            said = "this signal reaches nobody: no order is linked to one that starts none"
            findings.doubt((*path, "signal"), said, code="unreached")


def _check_places(
    findings: Findings, steps: Sequence[PlacedStep], *, is_first: bool, follows: bool
) -> None:
    """A message that goes behind the next one needs a next one; one that goes before the answer is
    due at once. `is_first`: nothing stands before these steps. `follows`: a message stands behind.
    """
    for number, (path, step) in enumerate(steps):
        leads = is_first and number == 0 and _is_now(step.get("after", 0))
        followed = _is_followed(steps[number + 1 :], follows)
        if step.get("fault") == BeforeReply.word and not leads:
            said = f"`{BeforeReply.word}`: only the first step can go first, with `after: 0s`"
            findings.wrong((*path, "fault"), said, code="unreached")
        if step.get("fault") == SwapWithNext.word and not followed:
            said = f"`{SwapWithNext.word}`: no message follows it"
            findings.wrong((*path, "fault"), said, code="unreached")
        for inner in inner_of(step, path):
            _check_places(findings, inner, is_first=leads, follows=followed)
        for aside in asides_of(step, path):
            _check_places(findings, aside, is_first=False, follows=False)


def _is_followed(steps: Sequence[PlacedStep], follows: bool) -> bool:
    """Whether a message comes in any case before the story may part."""
    for path, step in steps:
        inner = (each for timeline in inner_of(step, path) for _, each in every_one(timeline))
        if "send" in step or any("send" in each for each in inner):
            return True
        if "within" in step:
            return False
    return follows


def _check_answers(findings: Findings, step: dict[str, Any], path: Path) -> None:
    """Of two ways for one answer, the first is taken."""
    known: set[str] = set()
    for where, way in maps_in(step, path, "on_answer"):
        for answer in listed(way.get("answered")):
            if is_one_of(answer, known):
                said = f"this way is never taken for {answer}: one before it is"
                findings.doubt((*where, "answered"), said, code="unreached")
            known.add(answer)


def _check_ways(findings: Findings, step: dict[str, Any], path: Path) -> None:
    """A way is taken that has the first `when` that holds, or else one that is drawn."""
    ways = [way for _, way in maps_in(step, path, "branch")]
    drawn = [way for way in ways if "when" not in way and way.get("weight", 1)]
    for index, way in enumerate(ways):
        place = (*path, "branch", index)
        if "when" in way and way["when"] in [each.get("when") for each in ways[:index]]:
            said = "this way is never taken: one before it has the same `when`"
            findings.doubt((*place, "when"), said, code="unreached")
        elif "when" in way and "weight" in way:
            said = "`weight` has no effect beside `when`"
            hint = "ways without a `when` are drawn, where no `when` holds"
            findings.doubt((*place, "weight"), said, code="unreached", hint=hint, at_key=True)
        elif way not in drawn and "when" not in way:
            said = "this way is never taken: its weight is 0"
            findings.doubt((*place, "weight"), said, code="unreached")
    if "by" in step and ways and len(drawn) < 2:
        said = "`by` has no effect: there are no two ways to draw from"
        findings.doubt((*path, "by"), said, code="unreached", at_key=True)


def _check_own(findings: Findings, when: Any, step: dict[str, Any], path: Path) -> None:
    """A way is never taken that asks for what the `when` of its file or entry excludes."""
    wanted = _conditions(when)
    for where, way in maps_in(step, path, "branch"):
        own = _conditions(way.get("when"))
        if any(conflicts.exclude_each_other(one, other) for one in wanted for other in own):
            said = f"this way is never taken: `{matching.in_words(wanted)[:80]}` is asked before"
            findings.doubt((*where, "when"), said, code="unreached")


def _conditions(when: Any) -> Conditions:
    """A raw `when`; nothing where it cannot be read."""
    try:
        return When().deserialize(when) if when else ()
    except ValidationError:
        return ()


def _check_length(findings: Findings, steps: Sequence[PlacedStep], path: Path) -> None:
    count = _check_rounds(findings, steps)
    if count > MOST_STEPS:
        said = f"{count} steps, those of all rounds counted: a timeline has at most {MOST_STEPS}"
        findings.wrong(path, said, code="too_long", at_key=True)


def _check_rounds(findings: Findings, steps: Sequence[PlacedStep]) -> int:
    """How many steps a plan has of these at most, those of all rounds counted; a problem where they
    are too many. Of a branch it has one way, of a parting story all.
    """
    count = 0
    for path, step in steps:
        inner = max((_check_rounds(findings, each) for each in inner_of(step, path)), default=0)
        count += sum(_check_rounds(findings, each) for each in asides_of(step, path))
        repeat = step.get("repeat")
        if isinstance(repeat, dict):
            if repeat.get("timeline") == []:
                said = "timeline: is empty: nothing is repeated"
                findings.wrong((*path, "repeat", "timeline"), said)
            inner = _in_rounds(findings, repeat.get("times"), max(inner, 1), (*path, "repeat"))
        is_step = bool({*TIMES} & step.keys()) or not {"branch", "repeat"} & step.keys()
        count += inner + is_step
    return count


def _in_rounds(findings: Findings, times: Any, inner: int, path: Path) -> int:
    """How many steps all rounds have; those of one, where they are too many."""
    rounds = times if isinstance(times, int) else 1
    if inner * rounds <= MOST_STEPS:
        return inner * rounds
    steps = "1 step" if inner == 1 else f"{inner} steps"
    said = f"{rounds} rounds of {steps}: a timeline has at most {MOST_STEPS} steps"
    findings.wrong((*path, "times"), said, code="too_long")
    return inner


def _is_now(time: Any) -> bool:
    try:
        return instants.parse_duration(time) == 0
    except ValueError:
        return False


def _check_beside(findings: Findings, reply: dict[str, Any], path: Path) -> None:
    """Each of `attempts` is a whole reply."""
    for key in reply:
        if key != "attempts":
            said = f"`{key}` has no effect beside `attempts`"
            hint = "write it into each of them"
            findings.doubt((*path, key), said, code="unreached", hint=hint, at_key=True)


def refuses(reply: Any) -> bool:
    """Whether a reply always refuses."""
    if not isinstance(reply, dict):
        return bool(reply == "reject")
    if "attempts" in reply:
        return False
    status = reply.get("status")
    refused = isinstance(status, int) and status >= 400
    word = reply.get("answer", "reject" if "reject" in reply or refused else "")
    return bool(word == "reject")


def _check_entries(findings: Findings, action: str, entries: list[Any]) -> None:
    """The engine asks entries with `illegal: true` first: they are a list of their own. An entry
    that answers every time leaves nothing to those behind it that ask for the same.
    """
    for illegal in (True, False):
        known: list[tuple[Any, int]] = []
        for index, entry in enumerate(entries):
            if not isinstance(entry, dict) or (entry.get("illegal") is True) is not illegal:
                continue
            when = entry.get("when") or {}
            first = next((line for asked, line in known if asked in ({}, when)), 0)
            if first:
                what = (
                    "has the same `when`" if ({}, first) not in known else f"answers every {action}"
                )
                said = f"this entry never answers: the one on line {first} {what}"
                findings.doubt((action, index), said, code="unreached")
            elif "times" not in entry:
                known.append((when, findings.located.place((action, index)).line))
