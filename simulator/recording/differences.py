"""What a recorded document has that ours would not have, and how a scenario file says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from simulator.base import instants
from simulator.language import paths
from simulator.model import Vocabulary
from simulator.scenario.documents import known_at

CLOSE = instants.MINUTE
"""A date that lies this near to what the contract gives by itself is left to the contract."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_SHOWN = 3
_SHORTEST = 3
"""A shorter reference of an order may be any word of a text."""

Changes = dict[str, Any]
"""Paths of a document, and what stands there in the recorded one; None where nothing does."""


def differences(expected: Any, recorded: Any) -> Changes:
    """Where a recorded document differs from the expected one."""
    found: Changes = {}
    _compare("", expected, recorded, found)
    return found


def _compare(path: str, expected: Any, recorded: Any, found: Changes) -> None:
    if isinstance(expected, Mapping) and isinstance(recorded, Mapping):
        for name in {**expected, **recorded}:
            inner = f"{path}.{name}" if path else str(name)
            _compare(inner, expected.get(name), recorded.get(name), found)
    elif isinstance(expected, list) and isinstance(recorded, list):
        if len(expected) != len(recorded):
            found[path] = recorded
            return
        for index, (one, other) in enumerate(zip(expected, recorded, strict=True)):
            _compare(f"{path}[{index}]", one, other, found)
    elif expected != recorded and not _alike(expected, recorded):
        found[path] = recorded


def _alike(expected: Any, recorded: Any) -> bool:
    """Whether two texts differ in their UUIDs alone, or are dates that lie close together."""
    if not (isinstance(expected, str) and isinstance(recorded, str)):
        return False
    if _UUID.sub("", expected) == _UUID.sub("", recorded):
        return True
    if not (_INSTANT.fullmatch(expected) and _INSTANT.fullmatch(recorded)):
        return False
    try:
        return abs(instants.parse_instant(expected) - instants.parse_instant(recorded)) <= CLOSE
    except (ValueError, OverflowError):
        return False


def without(changes: Changes, volatile: Changes) -> Changes:
    """The changes but those of members that are never the same twice."""
    inside = tuple(f"{other}{mark}" for other in volatile for mark in ".[")
    return {
        path: value
        for path, value in changes.items()
        if path not in volatile and not path.startswith(inside)
    }


def values_at(document: Any, wanted: Callable[[Any], bool], path: str = "") -> Iterator[str]:
    """The paths of the values that are wanted."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            yield from values_at(value, wanted, f"{path}.{name}" if path else str(name))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from values_at(value, wanted, f"{path}[{index}]")
    elif wanted(document):
        yield path


def sorted_out(
    changes: Changes,
    document: Mapping[str, Any],
    vocabulary: Vocabulary,
    *,
    members_first: bool = False,
) -> tuple[Changes, Changes, Changes]:
    """The changes as `set` and as `with` of a step, and those that neither can say. `document` is
    the recorded message. What both can say is of the order, unless `members_first`.
    """
    setting: Changes = {}
    members: Changes = {}
    rest: Changes = {}
    for path, value in changes.items():
        own = _own_path(path, vocabulary)
        first = path.partition(".")[0].partition("[")[0]
        is_member = first in vocabulary.members and first not in vocabulary.fixed
        if own and not (is_member and members_first):
            setting[own] = value
        elif is_member:
            members[first] = document.get(first)
        else:
            rest[path] = value
    return setting, members, rest


def _own_path(path: str, vocabulary: Vocabulary) -> str:
    """The path in the order's own document: the same, or without the member that holds the order;
    empty where there is none that may be set.
    """
    for candidate in (path, path.partition(".")[2]):
        if not candidate:
            continue
        try:
            parts = list(paths.parse(candidate))
        except ValueError:
            continue
        if str(parts[0]) not in vocabulary.fixed and _is_member(parts, vocabulary):
            return candidate
    return ""


def _is_member(parts: Sequence[paths.Part], vocabulary: Vocabulary) -> bool:
    """Whether the contract's orders have this member, or a map of any members around it."""
    if not vocabulary.order or known_at(vocabulary.order, parts):
        return True
    around = (known_at(vocabulary.order, parts[:count]) for count in range(1, len(parts)))
    return any(known.free for known in around if known)


def as_template(value: Any, now: int, names: Mapping[str, str]) -> Any:
    """A recorded value as the file has it, so that it fits any other order. Dates are counted from
    now. `names` are expressions, and what they stand for in this life.
    """
    if isinstance(value, Mapping):
        return {name: as_template(member, now, names) for name, member in value.items()}
    if isinstance(value, list):
        return [as_template(entry, now, names) for entry in value]
    return _text(value, now, names) if isinstance(value, str) else value


def _text(text: str, now: int, names: Mapping[str, str]) -> str:
    try:
        if _INSTANT.fullmatch(text):
            return _moved(instants.parse_instant(text) - now)
        if _DATE.fullmatch(text):
            midnight = now - now % instants.DAY
            return _moved(instants.parse_instant(text) - midnight, " | date")
    except (ValueError, OverflowError):
        pass
    if "{{" in text:
        return "{{ '" + text.replace("\\", "\\\\").replace("'", "\\'") + "' }}"
    text = _UUID.sub("{{ fake.uuid4 }}", text)
    for name, own in names.items():
        if len(own) >= _SHORTEST:
            text = re.sub(rf"(?<![\w-]){re.escape(own)}(?![\w-])", f"{{{{ {name} }}}}", text)
    return text


def _moved(length: int, ending: str = "") -> str:
    """An expression for a moment, counted from now in whole seconds."""
    seconds = round(length / instants.SECOND) * instants.SECOND
    if abs(seconds) > instants.LONGEST:
        raise ValueError("no duration is as long")
    if not seconds:
        return f"{{{{ now{ending} }}}}"
    sign = "-" if seconds < 0 else ""
    return f"{{{{ now | plus('{sign}{instants.format_duration(abs(seconds))}'){ending} }}}}"


def left_out(what: str, changes: Changes) -> list[str]:
    """A remark about what the file does not repeat."""
    if not changes:
        return []
    names = [path or "the body" for path in changes][:_MOST_SHOWN]
    more = f" and {len(changes) - _MOST_SHOWN} more" if len(changes) > _MOST_SHOWN else ""
    return [f"{what} had other values that are not repeated here: {', '.join(names)}{more}"]
