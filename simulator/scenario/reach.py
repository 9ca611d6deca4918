"""Parts of a scenario file that can never play."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.base import instants
from simulator.formats.strict_yaml import Path
from simulator.language.faults import BeforeReply, SwapWithNext
from simulator.model import Vocabulary
from simulator.scenario.findings import Findings
from simulator.scenario.words import parts_of, replies_of, steps_of


def check_reach(findings: Findings, vocabulary: Vocabulary) -> None:
    """Warn of timelines of a refusal, of what `attempts` hide, of entries behind one that always
    answers, and of signals that reach nobody.
    """
    _check_signals(findings, vocabulary)
    for path, action, part in parts_of(findings.document, vocabulary):
        _check_places(findings, list(steps_of(part, path)))
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


def _check_places(findings: Findings, steps: Sequence[tuple[Path, dict[str, Any]]]) -> None:
    """A message that goes behind the next one needs a next one; one that goes before the answer is
    due at once.
    """
    for number, (path, step) in enumerate(steps):
        if step.get("fault") == BeforeReply.word and (number or not _is_now(step.get("after"))):
            said = f"`{BeforeReply.word}`: only the first step can go first, with `after: 0s`"
            findings.wrong((*path, "fault"), said, code="unreached")
    sending = [(path, step) for path, step in steps if "send" in step]
    if sending and sending[-1][1].get("fault") == SwapWithNext.word:
        said = f"`{SwapWithNext.word}`: no message follows it"
        findings.wrong((*sending[-1][0], "fault"), said, code="unreached")


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
