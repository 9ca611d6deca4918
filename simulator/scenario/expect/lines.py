"""The expectations of a raw document, and the requests that they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from simulator.base.errors import closest
from simulator.formats.strict_yaml import Path
from simulator.model import Vocabulary
from simulator.scenario.words import action_of

OF_KCIS, OF_REQUESTS = ("every_kci", "kci"), ("request", "no_request")
WORDS = (*OF_KCIS, "no_kci", *OF_REQUESTS)


@dataclass(frozen=True, slots=True)
class ExpectLine:
    """One expectation of a file: its place, its word, and what belongs to it."""

    path: Path
    word: str
    members: Mapping[str, Any]

    def at(self, *keys: Any) -> Path:
        """The place of its word, or of a part behind it."""
        return (*self.path, self.word, *keys)

    @property
    def least(self) -> float:
        """How many there must be of what it is about."""
        return self._bound("at_least", 0)

    @property
    def most(self) -> float:
        """How many there may be."""
        return self._bound("at_most", inf)

    def _bound(self, key: str, unbound: float) -> float:
        count = self.members.get("count")
        bound = count.get(key) if isinstance(count, dict) else count
        return bound if isinstance(bound, int) else unbound

    def operations(self) -> list[tuple[Path, Any]]:
        """The operations that it names, each with its place."""
        named = self.members.get("operation")
        if isinstance(named, list):
            return [(self.at("operation", index), each) for index, each in enumerate(named)]
        return [] if named is None else [(self.at("operation"), named)]

    def actions(self, document: Mapping[str, Any], vocabulary: Vocabulary) -> dict[Path, str]:
        """The action of each operation that it means, by its place; of a misspelt one too. A
        request without an operation is the one that the file answers.
        """
        known = vocabulary.operations
        if self.word == "request" and "operation" not in self.members:
            return {self.at(): action_of(document, vocabulary)}
        meant = {path: closest(whole_word(word, known), known) for path, word in self.operations()}
        return {path: known[word] for path, word in meant.items() if word}


def lines_in(document: Mapping[str, Any]) -> Iterator[ExpectLine]:
    """The expectations whose word can be told."""
    listed = document.get("expect")
    for index, entry in enumerate(listed if isinstance(listed, list) else []):
        for word in WORDS if isinstance(entry, dict) else ():
            if word in entry:
                members = entry[word] if isinstance(entry[word], dict) else {}
                yield ExpectLine(("expect", index), word, members)


def whens_in(
    document: Mapping[str, Any], vocabulary: Vocabulary
) -> Iterator[tuple[Path, str, Any]]:
    """Each `when` of an expected request: its place, the request's action, and its conditions."""
    for line in lines_in(document):
        actions = line.actions(document, vocabulary)
        if "when" in line.members and actions:
            yield line.at("when"), next(iter(actions.values())), line.members["when"]


def whole_word(word: Any, known: Iterable[str]) -> str:
    """The known word that begins so: `cancel` is meant for `cancellation`."""
    text = str(word)
    return next((each for each in known if len(text) > 3 and each.startswith(text)), text)
