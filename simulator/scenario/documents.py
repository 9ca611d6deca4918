"""Paths into the contract's documents, and the members that these have."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.base.errors import closest
from simulator.language.paths import Every, Keyed, Member, Part
from simulator.model import Known, Members


@dataclass(frozen=True, slots=True)
class Strange:
    """What is wrong with a path, and the path that was probably meant."""

    message: str
    hint: str = ""
    meant: str = ""


def strange(members: Members, parts: Sequence[Part]) -> Strange | None:
    """What is wrong with a path; None when it leads to a member, or into a map of any members."""
    prefix = ""
    for index, part in enumerate(parts):
        if isinstance(part, Member):
            name = f"{prefix}.{part.name}" if prefix else part.name
            if name not in members:
                return _unknown(members, prefix, parts, index)
            prefix = name
        else:
            if f"{prefix}[]" not in members:
                return Strange(f"`{_shown(prefix)}` is no list")
            prefix = f"{prefix}[]"
            if isinstance(part, Keyed) and part.key not in below(members, prefix):
                return _unknown_key(members, prefix, part)
        if members[prefix].free:
            return None
    return None


def known_at(members: Members, parts: Sequence[Part]) -> Known | None:
    """The member at the end of a path; None when there is none."""
    prefix = ""
    for part in parts:
        name = f".{part.name}" if isinstance(part, Member) and prefix else str(part)
        prefix += name if isinstance(part, Member) else "[]"
    return members.get(prefix)


def below(members: Members, prefix: str) -> list[str]:
    """The names of the members of a member, or of the document itself."""
    start = f"{prefix}." if prefix else ""
    rests = (path[len(start) :] for path in members if path.startswith(start))
    return [rest for rest in rests if rest and "." not in rest and "[" not in rest]


def _unknown(members: Members, prefix: str, parts: Sequence[Part], index: int) -> Strange:
    part = parts[index]
    assert isinstance(part, Member)
    if f"{prefix}[]" in members:
        said = f"`{_shown(prefix)}` is a list"
        return Strange(said, hint=f"write [n] or [name=value] before `.{part.name}`")
    near = closest(part.name, below(members, prefix))
    meant = join([*parts[:index], Member(near), *parts[index + 1 :]]) if near else ""
    meant = meant or _elsewhere(members, part.name)
    known = ", ".join(sorted(below(members, prefix)))
    hint = f"did you mean `{meant}`?" if meant else f"one of: {known}" if known else ""
    return Strange(f"unknown member `{join(parts[: index + 1])}`", hint=hint, meant=meant)


def _unknown_key(members: Members, prefix: str, part: Keyed) -> Strange:
    names = below(members, prefix)
    near = closest(part.key, names)
    hint = f"did you mean `{near}`?" if near else f"one of: {', '.join(sorted(names))}"
    return Strange(f"`{part}`: the entries have no member `{part.key}`", hint=hint)


def _elsewhere(members: Members, name: str) -> str:
    """The shortest path that ends with a name."""
    found = [path for path in members if path.rpartition(".")[2].casefold() == name.casefold()]
    return _shown(min(found, key=len)) if found else ""


def _shown(path: str) -> str:
    return path.replace("[]", "[*]")


def join(parts: Sequence[Part]) -> str:
    """A path as it is written."""
    text = ""
    for part in parts:
        text += f".{part}" if isinstance(part, Member) and text else str(part)
    return text


def inside(parts: Sequence[Part], value: Any) -> Iterator[tuple[tuple[Hashable, ...], list[Part]]]:
    """The members of a value that is a map or a list, each with its keys in the value and its path
    in the document.
    """
    if isinstance(value, dict):
        for key, member in value.items():
            deeper = [*parts, Member(str(key))]
            yield (key,), deeper
            yield from (((key, *keys), path) for keys, path in inside(deeper, member))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            deeper = [*parts, Every()]
            yield from (((index, *keys), path) for keys, path in inside(deeper, entry))
