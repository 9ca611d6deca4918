"""The words of a scenario file: codes, statuses, replies, and keys that belong somewhere else.

These checks walk the raw document, so that they find their problems beside those of the schema, all
in one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.base.errors import closest
from simulator.formats.strict_yaml import Path
from simulator.model import Vocabulary
from simulator.scenario.findings import Findings

_ENTRY_KEYS = ("times", "pending", "status", "illegal")


def parts_of(
    document: Mapping[str, Any], vocabulary: Vocabulary
) -> Iterator[tuple[Path, str, Any]]:
    """The parts that answer a request: the file itself and each entry, each with its path and its
    action.
    """
    yield (), action_of(document, vocabulary), document
    for action in vocabulary.actions:
        entries = document.get(action)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict):
                yield (action, index), action, entry


def action_of(document: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    """The kind of request that a file is for."""
    answers = document.get("for")
    return answers if answers in vocabulary.actions else "create"


PlacedStep = tuple[Path, dict[str, Any]]
"""A step, or a way of one, with its path."""


def maps_in(part: Mapping[str, Any], path: Path, key: str = "timeline") -> list[PlacedStep]:
    """The maps of a list: the steps of a timeline, the ways of a branch."""
    listed = part.get(key)
    parts = enumerate(listed if isinstance(listed, list) else [])
    return [((*path, key, index), each) for index, each in parts if isinstance(each, dict)]


def rounds_of(step: Mapping[str, Any], path: Path) -> list[PlacedStep]:
    """The steps of one round of what a step repeats."""
    repeat = step.get("repeat")
    return maps_in(repeat, (*path, "repeat")) if isinstance(repeat, dict) else []


def asides_of(step: Mapping[str, Any], path: Path) -> Iterator[list[PlacedStep]]:
    """The timelines that are played instead of what stands behind a step."""
    yield maps_in(step, path, "otherwise")
    for where, way in maps_in(step, path, "on_answer"):
        yield maps_in(way, where)


def inner_of(step: Mapping[str, Any], path: Path) -> Iterator[list[PlacedStep]]:
    """The timelines within a step, after which the story goes on behind it."""
    for where, way in maps_in(step, path, "branch"):
        yield maps_in(way, where)
    yield rounds_of(step, path)


def steps_of(part: Mapping[str, Any], path: Path) -> Iterator[PlacedStep]:
    """The steps of a timeline and those of all its ways."""
    yield from every_one(maps_in(part, path))


def every_one(steps: Iterable[PlacedStep]) -> Iterator[PlacedStep]:
    """Some steps and those of all their ways."""
    for path, step in steps:
        yield path, step
        for timeline in (*inner_of(step, path), *asides_of(step, path)):
            yield from every_one(timeline)


def replies_of(reply: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """A reply, and each of its attempts."""
    yield path, reply
    attempts = reply.get("attempts") if isinstance(reply, dict) else None
    for index, attempt in enumerate(attempts if isinstance(attempts, list) else []):
        yield from replies_of(attempt, (*path, "attempts", index))


def check_purpose(findings: Findings, vocabulary: Vocabulary) -> None:
    """Report keys that do not belong to what the file is for."""
    document = findings.document
    _check_dialect(findings, vocabulary)
    answers, begun = document.get("for", "order"), document.get("begins") == "supplier"
    kinds = ("order", *vocabulary.actions)
    if not isinstance(answers, str):
        return
    if answers not in kinds:
        findings.unknown(("for",), f"for: unknown `{answers[:60]}`", answers, kinds)
        return
    if begun and not vocabulary.begins:
        said = f"no order of {vocabulary.dialect} is begun by the supplier"
        findings.wrong(("begins",), said, code="purpose")
    if answers == "order":
        hint = "it belongs to an entry, or to a file `for:` one later request"
        _misplaced(findings, _ENTRY_KEYS, "is no key of an order's file", hint)
    else:
        _misplaced(
            findings,
            (*vocabulary.actions, "begins"),
            "belongs to an order's file",
            f"this one is for one {answers}",
        )
    if begun:
        _misplaced(
            findings, ("reply", "when"), "has no sense here", "no request begins such an order"
        )


def _check_dialect(findings: Findings, vocabulary: Vocabulary) -> None:
    word, own = findings.document.get("dialect"), vocabulary.dialect
    if not isinstance(word, str) or word == own:
        return
    if closest(word, [own]):
        findings.unknown(("dialect",), f"unknown dialect `{word}`", word, [own])
    else:
        said = f"`dialect: {word[:60]}`, but the dialect here is {own}"
        findings.wrong(("dialect",), said, code="dialect")


def _misplaced(findings: Findings, keys: Iterable[str], said: str, hint: str) -> None:
    for key in keys:
        if key in findings.document:
            findings.wrong((key,), f"`{key}` {said}", code="purpose", hint=hint, at_key=True)


def check_words(findings: Findings, vocabulary: Vocabulary) -> None:
    """Report every unknown reply, code and status."""
    for path, action, part in parts_of(findings.document, vocabulary):
        for where, reply in replies_of(part.get("reply"), (*path, "reply")):
            known = vocabulary.replies[action]
            if isinstance(reply, dict):
                _word(findings, reply.get("answer"), (*where, "answer"), "reply", known)
                _check_status(findings, reply, (*where, "status"))
            else:
                _word(findings, reply, where, "reply", known)
        _pending(findings, part.get("pending"), (*path, "pending"), vocabulary)
        if path or action != "create":
            status = part.get("status")
            _word(findings, status, (*path, "status"), "status", vocabulary.statuses)
        for where, step in steps_of(part, path):
            _step(findings, step, where, vocabulary)


def _check_status(findings: Findings, reply: dict[str, Any], path: Path) -> None:
    """A rejection leaves nothing behind, so it cannot be told as a success."""
    status = reply.get("status")
    rejects = "reject" in reply or reply.get("answer") == "reject"
    if rejects and type(status) is int and 200 <= status < 300:
        said = f"status: {status} says that the request was done, and this reply rejects it"
        hint = "leave `status` out, or `answer` with a word that does it"
        findings.wrong(path, said, code="illegal", hint=hint)


def _step(findings: Findings, step: dict[str, Any], path: Path, vocabulary: Vocabulary) -> None:
    _errand(findings, step, path, vocabulary)
    code, status = str(step.get("send")), step.get("status")
    hints = _hints(step, vocabulary) if step.get("illegal") else ("", "")
    _word(findings, step.get("send"), (*path, "send"), "code", vocabulary.codes, hints[0])
    _word(findings, status, (*path, "status"), "status", vocabulary.statuses, hints[1])
    if code in vocabulary.codes and status in vocabulary.statuses and not step.get("illegal"):
        allowed = vocabulary.codes[code]
        if status not in allowed:
            hint = f"one of: {', '.join(allowed)}" if allowed else "leave `status` out"
            said = f"{code} never brings {status}"
            findings.wrong((*path, "status"), said, code="illegal", hint=hint)


def _hints(step: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[str, str]:
    """How an illegal step says a code, or a status, that the contract does not have."""
    if not vocabulary.coded:
        return "", ""
    code = f"{vocabulary.coded}: {str(step.get('send'))[:60]}"
    return (
        f"send a code of the contract with this one written over it: `with: {{{code}}}`",
        "an order has none but those of the contract; a message may say another one by `with`",
    )


def _errand(findings: Findings, step: dict[str, Any], path: Path, vocabulary: Vocabulary) -> None:
    """Where the supplier begins no orders, none can be started, and none is linked."""
    for verb in ("start", "signal") if not vocabulary.begins else ():
        if verb in step:
            said = f"no order of {vocabulary.dialect} is begun by the supplier"
            hint = "so no order is linked to another" if verb == "signal" else ""
            findings.wrong((*path, verb), said, code="purpose", hint=hint, at_key=True)


def _pending(findings: Findings, pending: Any, path: Path, vocabulary: Vocabulary) -> None:
    codes = pending.get("withdraw") if isinstance(pending, dict) else None
    for index, code in enumerate(codes if isinstance(codes, list) else []):
        _word(findings, code, (*path, "withdraw", index), "code", vocabulary.codes)


def _word(
    findings: Findings, word: Any, path: Path, what: str, known: Iterable[str], hint: str = ""
) -> None:
    if isinstance(word, str) and word not in known:
        findings.unknown(path, f"unknown {what} `{word[:60]}`", word, known, hint=hint)
