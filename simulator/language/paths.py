"""Changing a document by dotted paths, the format's `set`: `null` removes, `list[key=value]` names
one entry (made when absent), `list[n]` an existing one, `list[+]` appends. The document given is
never changed; a new one is returned.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from simulator.base.errors import RenderFailed

_PART = re.compile(r"([^.\[\]]+)|\[(\d+|\+|[^\[\]=]+=[^\[\]]*)\]")
_PATH = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[(?:\d+|\+|[^\[\]=]+=[^\[\]]*)\])*")


def check(path: str) -> None:
    """ValueError when a path cannot be read."""
    if not _PATH.fullmatch(path):
        raise ValueError("a path is names with dots, and [n], [key=value] or [+] for lists")


def assign_all(document: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Apply each path's value in order. RenderFailed when a path leads through something that is no
    map or list.
    """
    if not changes:
        return document
    changed = copy.deepcopy(document)
    for path, value in changes.items():
        parts = [name if name else f"[{bracket}]" for name, bracket in _PART.findall(path)]
        _assign(changed, parts, value, path)
    return changed


def _assign(target: Any, parts: list[str], value: Any, path: str) -> None:
    part, rest = parts[0], parts[1:]
    if part.startswith("["):
        _assign_entry(target, part[1:-1], rest, value, path)
        return
    if not isinstance(target, dict):
        raise RenderFailed(f"set {path}: `{part}` is asked of something that is no map")
    if not rest:
        if value is None:
            target.pop(part, None)
        else:
            target[part] = value
    elif part in target or value is not None:
        _assign(target.setdefault(part, [] if rest[0].startswith("[") else {}), rest, value, path)


def _assign_entry(target: Any, bracket: str, rest: list[str], value: Any, path: str) -> None:
    if not isinstance(target, list):
        raise RenderFailed(f"set {path}: `[{bracket}]` is asked of something that is no list")
    index = _index(target, bracket)
    if index is None and value is None:
        return
    if index is None:
        if bracket.isdigit():
            raise RenderFailed(f"set {path}: the list has no entry {bracket}")
        key, equals, wanted = bracket.partition("=")
        target.append({key: wanted} if equals else ([] if rest and rest[0].startswith("[") else {}))
        index = len(target) - 1
    if rest:
        _assign(target[index], rest, value, path)
    elif value is None:
        target.pop(index)
    elif "=" in bracket and isinstance(value, dict):
        key, _, wanted = bracket.partition("=")
        target[index] = {key: wanted, **value}
    else:
        target[index] = value


def _index(target: list[Any], bracket: str) -> int | None:
    if bracket == "+":
        return None
    if bracket.isdigit():
        return int(bracket) if int(bracket) < len(target) else None
    key, _, wanted = bracket.partition("=")
    found = (
        index
        for index, entry in enumerate(target)
        if isinstance(entry, dict) and str(entry.get(key)) == wanted
    )
    return next(found, None)
