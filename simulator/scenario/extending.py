"""`extends`: a document together with what it takes from its base, before anything checks it.

Maps are merged, everything else is replaced. Each value keeps the place where it stands, in its own
file, so that a mistake is told there.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

from simulator.base.errors import Invalid, Problem
from simulator.formats import strict_yaml
from simulator.formats.strict_yaml import Located, Path, Place
from simulator.formats.yaml_writing import flow
from simulator.scenario.bases import Bases, name_of

KEY = "extends"
_OWN = (KEY, "scenario", "about")
"""What a file never takes from its base."""

_DATA = ("when", "set", "body")
"""Maps in which null is a value; elsewhere it removes what the base says."""


def word_of(document: Located) -> str:
    """The name of the base; empty where there is none."""
    value = document.value
    word = value.get(KEY) if isinstance(value, dict) else None
    return word if isinstance(word, str) else ""


def base_of(document: Located, bases: Bases) -> tuple[Located, Bases] | None:
    """The base of a document, and where that finds its own; where there is none of the name, the
    one that was probably meant.
    """
    word, own = word_of(document), name_of(document)
    found = bases.find(word, own)
    if found is None and word != own:
        found = bases.find(bases.near(word, own)[0], own)
    return found


def extended(document: Located, bases: Bases) -> Located:
    """A document with what it takes from its base, and from that one's. `extends` is left in it
    only where that cannot be known: then one of the problems says why.
    """
    chain, problems = _chain(document, bases)
    if not chain:
        return replace(document, problems=[*document.problems, *problems])
    *over, merged = chain
    for each in reversed(over):
        merged = _Merge(each, merged).merged()
    return replace(merged, problems=[*merged.problems, *problems]) if problems else merged


def _chain(document: Located, bases: Bases) -> tuple[list[Located], list[Problem]]:
    """A document, its base, the base of that, and so on, and what is wrong with their names; no
    documents where one of them cannot be known.
    """
    chain, scope = [document], bases
    problems: list[Problem] = []
    while word_of(chain[-1]):
        problems += _about_name(chain[-1], scope)
        found = base_of(chain[-1], scope)
        if found is None:
            return [], problems
        base, scope = found
        if ring := chain[_seen(base, chain) :]:
            return [], [*problems, _cycle(ring)]
        chain.append(base)
    return chain, problems


def _about_name(document: Located, bases: Bases) -> list[Problem]:
    """What is wrong with the name of a base."""
    word, own = word_of(document), name_of(document)
    if bases.find(word, own):
        return []
    if word == own:
        return [_cycle([document])]
    said, hint = f"extends: unknown scenario `{word[:80]}`", bases.near(word, own)[1]
    return [document.problem((KEY,), said, code="unknown_word", hint=hint)]


def _seen(base: Located, chain: list[Located]) -> int:
    """At which place of a chain a document stands; behind its end where it does not."""
    known = [(one.file, name_of(one)) for one in chain]
    return [*known, (base.file, name_of(base))].index((base.file, name_of(base)))


def _cycle(ring: list[Located]) -> Problem:
    names = [*map(name_of, ring), name_of(ring[0])]
    said = f"extends: {' extends '.join(names)}: it goes round in a circle"
    return ring[0].problem((KEY,), said, code="cycle")


class _Merge:
    """One document over another."""

    def __init__(self, over: Located, under: Located) -> None:
        problems = [*over.problems, *under.problems]
        self.over, self.under = over, under
        self.result = Located(None, over.file, problems=problems)

    def merged(self) -> Located:
        """The document that both make."""
        mine = {key: value for key, value in self.over.value.items() if key != KEY}
        theirs = {key: value for key, value in self.under.value.items() if key not in self._own}
        self._copy(self.over, (), None)
        self.result.value = self._maps(mine, theirs, ())
        return self.result

    @property
    def _own(self) -> tuple[str, ...]:
        """A `when` of the base would fit the very requests that the base is for. So only a file
        that narrows it has it, or one that plays in its place.
        """
        in_place = name_of(self.over) == name_of(self.under)
        return _OWN if in_place or "when" in self.over.value else (*_OWN, "when")

    def _maps(self, mine: Mapping[str, Any], theirs: Mapping[str, Any], path: Path) -> Any:
        members: dict[str, Any] = {}
        for key in dict.fromkeys([*theirs, *mine]):
            inner = (*path, key)
            if key not in mine:
                members[key] = self._copy(self.under, inner, theirs[key])
            elif key not in theirs:
                members[key] = self._copy(self.over, inner, mine[key])
            elif mine[key] is not None or _is_data(inner):
                members[key] = self._both(mine[key], theirs[key], inner)
        return members

    def _both(self, mine: Any, theirs: Any, path: Path) -> Any:
        if path[:-1] == ("params",):
            mine, theirs = _whole(mine), _whole(theirs)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            self._copy(self.over, path, None)
            return self._maps(mine, theirs, path)
        return self._copy(self.over, path, mine)

    def _copy(self, source: Located, path: Path, value: Any) -> Any:
        """A value with the places of all that is in it."""
        self.result.places[path] = self._place(source, source.place(path))
        if path in source.broken:
            self.result.broken.add(path)
        parts: list[tuple[Hashable, Any]] = []
        if isinstance(value, dict):
            parts = [*value.items()]
        elif isinstance(value, list):
            parts = [*enumerate(value)]
        for key, part in parts:
            self._copy(source, (*path, key), part)
        return value

    def _place(self, source: Located, place: Place) -> Place:
        return place if source is self.over else replace(place, file=place.file or source.file)


def _whole(param: Any) -> Any:
    """A parameter's long form: the short one is its default."""
    return param if isinstance(param, dict) else {"default": param}


def _is_data(path: Path) -> bool:
    """Whether a null at a path is a value."""
    return path[-1] == "body" or any(key in _DATA for key in path[:-1])


def text_of(document: Located) -> str:
    """A document that was put together as the text of one file, which needs no other. Invalid where
    it is larger than a file may be.
    """
    lines = [f"# {name_of(document)}, with what it extends"]
    for key, value in document.value.items():
        if isinstance(value, list) and value:
            lines += [f"{key}:", *(f"  - {flow(entry)}" for entry in value)]
        else:
            lines.append(f"{key}: {flow(value)}")
    text = "\n".join(lines) + "\n"
    strict_yaml.load(text, document.file)
    return text


def written(document: Located) -> tuple[str, list[Problem]]:
    """The same text, and what is wrong with it."""
    try:
        return text_of(document), []
    except Invalid as error:
        said = f"extends: together with its base, {error.problems[0].message}"
        return "", [document.problem(("scenario",), said, code=error.problems[0].code)]
