"""Paths into a document: the grammar, looking up, and changing.

A path is names with dots (`address.id`). Brackets stand for the entries of a list: `[2]` is the
third one, `[name=SPEED]` the ones whose member `name` is SPEED, `[*]` any of them (to look up),
and `[+]` a new one (to change).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simulator.base.errors import RenderFailed

_PART = re.compile(
    r"(?P<dot>\.?)(?P<name>[^.\[\]]+)|\[(?:(?P<index>[0-9]{1,9})|(?P<all>\*)|(?P<new>\+)"
    r"|(?P<key>[^\[\]=]+)=(?P<value>[^\[\]]*))\]"
)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a map."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Index:
    """The entry of a list at a place, counted from 0."""

    number: int

    def __str__(self) -> str:
        return f"[{self.number}]"


@dataclass(frozen=True, slots=True)
class Keyed:
    """The entries of a list whose member `key` is `value`."""

    key: str
    value: str

    def __str__(self) -> str:
        return f"[{self.key}={self.value}]"

    def fits(self, entry: Any) -> bool:
        """Whether an entry of a list is meant."""
        return isinstance(entry, Mapping) and str(entry.get(self.key)) == self.value


@dataclass(frozen=True, slots=True)
class Every:
    """Any entry of a list."""

    def __str__(self) -> str:
        return "[*]"


@dataclass(frozen=True, slots=True)
class Append:
    """A new entry at a list's end."""

    def __str__(self) -> str:
        return "[+]"


Part = Member | Index | Keyed | Every | Append


@lru_cache(maxsize=4096)
def parse(path: str) -> tuple[Part, ...]:
    """The parts of a path. ValueError says what a path looks like."""
    parts: list[Part] = []
    at = 0
    while at < len(path):
        found = _PART.match(path, at)
        fits = found and bool(found["dot"] or not found["name"]) is bool(parts)
        if not found or not fits:
            break
        parts.append(_part(found))
        at = found.end()
    if not parts or at < len(path):
        raise ValueError("a path is names with dots, and [n] or [name=value] for a list")
    return tuple(parts)


def _part(found: re.Match[str]) -> Part:
    if found["name"]:
        return Member(found["name"])
    if found["index"]:
        return Index(int(found["index"]))
    if found["key"]:
        return Keyed(found["key"], found["value"])
    return Every() if found["all"] else Append()


def check_lookup(path: str) -> None:
    """ValueError when nothing can be looked up by this path."""
    if Append() in parse(path):
        raise ValueError("[+] makes a new entry: to look one up, write [n], [*] or [key=value]")


def check_change(path: str) -> None:
    """ValueError when nothing can be changed by this path."""
    if Every() in parse(path):
        raise ValueError("[*] names many entries: to change one, write [n], [key=value] or [+]")


def look_up(root: Any, path: str) -> list[Any]:
    """Every value that a path reaches: one at most, unless brackets name several entries."""
    values = [root]
    for part in parse(path):
        values = [inner for value in values for inner in _inside(value, part)]
    return values


def _inside(value: Any, part: Part) -> list[Any]:
    if isinstance(part, Member):
        there = isinstance(value, Mapping) and part.name in value
        return [value[part.name]] if there else []
    if not isinstance(value, list):
        return []
    if isinstance(part, Index):
        return value[part.number : part.number + 1]
    if isinstance(part, Keyed):
        return [entry for entry in value if part.fits(entry)]
    return value if isinstance(part, Every) else []


def assign_all(document: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document with each path's value, in order: null removes, `[key=value]` makes the entry
    that is not there, `[+]` a new one. Only what lies on the way to a change is copied.

    RenderFailed when a path leads through something that is no map or list.
    """
    for path, value in changes.items():
        document = _assigned(document, parse(path), value, path)
    return document


def _assigned(target: Any, parts: tuple[Part, ...], value: Any, path: str) -> Any:
    part, rest = parts[0], parts[1:]
    if not isinstance(part, Member):
        return _with_entry(target, part, rest, value, path)
    if not isinstance(target, dict):
        raise RenderFailed(f"set {path}: `{part}` is asked of something that is no map")
    name = part.name
    if value is None and name not in target:
        return target
    if rest:
        value = _assigned(target.get(name, _empty(rest)), rest, value, path)
    elif value is None:
        return {key: member for key, member in target.items() if key != name}
    return {**target, name: value}


def _with_entry(target: Any, part: Part, rest: tuple[Part, ...], value: Any, path: str) -> Any:
    if not isinstance(target, list):
        raise RenderFailed(f"set {path}: `{part}` is asked of something that is no list")
    index = _index(target, part)
    if index is None and value is None:
        return target
    if index is None:
        if isinstance(part, Index):
            raise RenderFailed(f"set {path}: the list has no entry {part.number}")
        index = len(target)
        target = [*target, {part.key: part.value} if isinstance(part, Keyed) else _empty(rest)]
    before, entry, after = target[:index], target[index], target[index + 1 :]
    if rest:
        value = _assigned(entry, rest, value, path)
    elif value is None:
        return [*before, *after]
    elif isinstance(part, Keyed) and isinstance(value, dict):
        value = {part.key: part.value, **value}
    return [*before, value, *after]


def _empty(rest: tuple[Part, ...]) -> Any:
    """What is made on the way to the rest of a path."""
    return {} if not rest or isinstance(rest[0], Member) else []


def _index(target: list[Any], part: Part) -> int | None:
    if isinstance(part, Index):
        return part.number if part.number < len(target) else None
    if not isinstance(part, Keyed):
        return None
    return next((index for index, entry in enumerate(target) if part.fits(entry)), None)
