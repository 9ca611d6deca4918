"""The members that a step or a reply may set (`set`), and send (`with`)."""

from __future__ import annotations

from typing import Any

from simulator.base.errors import closest
from simulator.formats.strict_yaml import Path
from simulator.language import paths
from simulator.language.paths import Member, Part
from simulator.model import Vocabulary
from simulator.scenario.constructs import is_template
from simulator.scenario.documents import inside, known_at, strange
from simulator.scenario.findings import Findings
from simulator.scenario.words import parts_of, replies_of, steps_of

_OF_ORDER = "`set` changes members of the order"
_OF_MESSAGE = "`with` gives members of the message"
_BY_WITH = "the simulator writes it; one message may say anything by `with`"


def check_members(findings: Findings, vocabulary: Vocabulary) -> None:
    """Report members that `set` and `with` may not name; with `illegal: true` they name any that
    reaches the wire.
    """
    for path, _, part in parts_of(findings.document, vocabulary):
        allowed = part.get("illegal") is True
        for where, reply in replies_of(part.get("reply"), (*path, "reply")):
            if isinstance(reply, dict):
                _check_set(findings, reply.get("set"), (*where, "set"), vocabulary, allowed)
        for where, step in steps_of(part, path):
            allowed = step.get("illegal") is True
            _check_set(findings, step.get("set"), (*where, "set"), vocabulary, allowed)
            if not allowed and "start" not in step:
                _check_with(findings, step.get("with"), (*where, "with"), vocabulary)


def _check_with(findings: Findings, members: Any, path: Path, vocabulary: Vocabulary) -> None:
    for key in members if isinstance(members, dict) else ():
        if key not in vocabulary.members:
            of_order = not closest(key, vocabulary.members) and key in vocabulary.order
            hint = _OF_ORDER if of_order else ""
            said = f"with: unknown member `{key[:60]}`"
            where = (*path, key)
            findings.unknown(where, said, key, vocabulary.members, at_key=True, hint=hint)


def _check_set(
    findings: Findings, changes: Any, path: Path, vocabulary: Vocabulary, allowed: bool
) -> None:
    for key, value in changes.items() if isinstance(changes, dict) else ():
        where = (*path, key)
        try:
            paths.check_change(key)
        except ValueError as error:
            findings.wrong(where, f"`{key[:60]}`: {error}", code="path", at_key=True)
            continue
        parts = list(paths.parse(key))
        if allowed and str(parts[0]) in vocabulary.ours:
            said = f"set: `{parts[0]}` cannot be set, not even with `illegal: true`"
            findings.wrong(where, said, code="fixed", hint=_BY_WITH, at_key=True)
        elif vocabulary.order and not allowed:
            _check_change(findings, where, parts, value, vocabulary)


def _check_change(
    findings: Findings, where: Path, parts: list[Part], value: Any, vocabulary: Vocabulary
) -> None:
    """Report what a legal step may not set: a member, one within it, or a value."""
    if not _check_path(findings, where, parts, vocabulary):
        return
    _check_value(findings, where, parts, value, vocabulary)
    for keys, deeper in inside(parts, value):
        if _check_path(findings, (*where, *keys), deeper, vocabulary):
            inner = findings.value((*where, *keys))
            _check_value(findings, (*where, *keys), deeper, inner, vocabulary)


def _check_value(
    findings: Findings, where: Path, parts: list[Part], value: Any, vocabulary: Vocabulary
) -> None:
    """Report a value that is not in the contract's enumeration."""
    known = known_at(vocabulary.order, parts)
    values = known.values if known else ()
    if values and isinstance(value, str) and not is_template(value) and value not in values:
        findings.unknown(where, f"set: unknown `{value[:60]}`", value, values)


def _check_path(findings: Findings, where: Path, parts: list[Part], vocabulary: Vocabulary) -> bool:
    """Report a member of the order that nobody may set; whether this one may be set."""
    first = parts[0]
    fixed = vocabulary.fixed.get(first.name, "") if isinstance(first, Member) else ""
    if fixed:
        said = f"set: `{first}` cannot be set"
        findings.wrong(where, said, code="fixed", hint=fixed, at_key=True)
        return False
    found = strange(vocabulary.order, parts)
    if found is None:
        return True
    name, meant = str(parts[-1]), found.meant
    hint = _OF_MESSAGE if not meant and name in vocabulary.members else found.hint
    if where[-2] != "set":
        meant = meant.rpartition(".")[2]  # a key of a map that is set whole
    if "[*]" in meant:
        meant = ""
    findings.wrong(
        where, f"set: {found.message}", code="unknown_word", hint=hint, meant=meant, at_key=True
    )
    return False
