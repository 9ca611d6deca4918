"""The conditions of a `when`: those that can never hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.base.errors import closest, nearest
from simulator.formats.strict_yaml import Path
from simulator.language import matching, paths
from simulator.language.comparing import TESTS, passes, text_of
from simulator.model import Known, Members, Vocabulary
from simulator.scenario.constructs import is_template
from simulator.scenario.documents import known_at, strange
from simulator.scenario.expect.lines import whens_in
from simulator.scenario.findings import Findings
from simulator.scenario.lookup import check_by
from simulator.scenario.templates import ORDER_NAMES
from simulator.scenario.when_field import asked_in, conditions_in, is_readable
from simulator.scenario.words import maps_in, parts_of, steps_of

_OF_WORDS = TESTS.keys() - {"equal", "exists"}
"""Tests that a word of the contract may pass or not."""

_OF_ORDERS = ("marked", "open", "order")
"""Prefixes and words that mean nothing before there is an order."""

_OF_STORIES = ("marked", "open")
"""Words that mean nothing before an order's story has begun."""


def check_conditions(findings: Findings, vocabulary: Vocabulary, params: dict[str, Any]) -> None:
    """Report every condition that can never hold; warn of paths that no request has."""
    marks = {
        str(step["mark"])
        for path, _, part in parts_of(findings.document, vocabulary)
        for _, step in steps_of(part, path)
        if "mark" in step
    }
    whole = findings.document.get("for", "order") == "order"
    known_marks = marks if whole else None
    for place, action, lacking, when in _whens(findings, vocabulary):
        if when == {}:
            said = "when: is empty: it says nothing"
            findings.wrong(place, said, hint="leave it out")
        for where, key, wanted in conditions_in(when, place):
            _Condition(
                findings, vocabulary, params, known_marks, action, lacking, where, key, wanted
            ).check()
    for path, action, part in parts_of(findings.document, vocabulary):
        if part.get("illegal") is not True:
            _check_status(findings, vocabulary, action, part.get("when"), (*path, "when"))
        for where, _ in steps_of(part, path):
            check_by(findings, vocabulary, action, (*where, "by"))


def _whens(
    findings: Findings, vocabulary: Vocabulary
) -> Iterator[tuple[Path, str, Sequence[str], Any]]:
    """Every `when` of a file with its place, the action of its request, and what means nothing
    there.
    """
    for path, action, part in parts_of(findings.document, vocabulary):
        is_create = action == "create"
        yield (*path, "when"), action, _OF_ORDERS if is_create else (), part.get("when")
        for where, step in steps_of(part, path):
            for inner, way in maps_in(step, where, "branch"):
                yield (*inner, "when"), action, _OF_STORIES if is_create else (), way.get("when")
    for place, action, when in whens_in(findings.document, vocabulary):
        yield place, action, _OF_ORDERS if action == "create" else (), when


def _check_status(
    findings: Findings, vocabulary: Vocabulary, action: str, when: Any, path: Path
) -> None:
    """Warn of an entry that asks for a status in which the contract refuses the request itself."""
    taken, where = vocabulary.takes.get(action), (*path, "order.status")
    wanted = when.get("order.status") if isinstance(when, dict) else None
    asked = [value for _, test, value in asked_in(wanted, where) if test == "equal"]
    plain = isinstance(wanted, (str, list)) or (isinstance(wanted, dict) and [*wanted] == ["in"])
    known = all(value in vocabulary.statuses for value in asked)
    if taken and plain and asked and known and not set(asked) & set(taken):
        said = f"the contract takes no {action} of an order that is {' or '.join(asked)}"
        hint = f"it does in {', '.join(taken)}; `illegal: true` asks this entry before the contract"
        findings.doubt(where, f"order.status: {said}", code="unreached", hint=hint)


@dataclass(frozen=True, slots=True)
class _Condition:
    """One condition: its place in the file, its path, and the values that it compares with."""

    findings: Findings
    vocabulary: Vocabulary
    params: dict[str, Any]
    marks: set[str] | None
    action: str
    lacking: Sequence[str]
    where: Path
    key: str
    wanted: Any

    def check(self) -> None:
        try:
            matching.check_path(self.key)
        except ValueError:
            return  # the schema says so
        if self.wanted == []:
            said = f"{self.key}: an empty list never holds"
            self.findings.wrong(self.where, said, code="never")
            return
        prefix, dot, rest = self.key.partition(".")
        if self._is_too_early(prefix if dot else self.key):
            return
        if self.key in matching.WORDS:
            self._word()
        elif prefix == "order" and dot:
            self._order(rest)
        elif prefix == "param" and dot:
            self._known(rest, self.params, "param.", "the file has no parameter")
        elif not (prefix == "header" and dot):
            self._body()

    def _is_too_early(self, name: str) -> bool:
        """Whether the condition needs something that a new order does not have yet."""
        absent = self.wanted == {"exists": False}
        own = name == "order" and "." not in self.key
        if name not in self.lacking or absent or own:
            return False
        said = f"`{self.key}` is always absent here: a new order has none yet"
        self.findings.wrong(self.where, said, code="never", at_key=True)
        return True

    def _word(self) -> None:
        known: dict[str, Iterable[str] | None] = {
            "operation": self.vocabulary.operations,
            "open": self.vocabulary.actions,
            "marked": self.marks,
        }
        words = known.get(self.key)
        if self.key == "operation":
            self._operations()
        if words is not None:
            hint = "no timeline of this file sets a mark" if self.key == "marked" else ""
            self._values(words, hint)

    def _operations(self) -> None:
        """Doubt operations that a request of this kind never asks for."""
        known = self.vocabulary.operations
        for where, value in self._equals():
            if known.get(str(value), self.action) != self.action:
                what = "new order" if self.action == "create" else self.action
                said = f"operation: `{value}` is not the operation of any {what}"
                self.findings.doubt(where, said, code="unreached")

    def _order(self, rest: str) -> None:
        name, dot, inner = rest.partition(".")
        if not self._known(name, ORDER_NAMES, "order.", "an order has no", dot + inner):
            return
        values = {"status": self.vocabulary.statuses, "operation": self.vocabulary.operations}
        if name in values and not dot:
            self._values(values[name])
        if name == "document" and dot:
            self._member(self.vocabulary.order, inner, "order.document.")

    def _known(
        self, word: str, known: Iterable[str], prefix: str, said: str, rest: str = ""
    ) -> bool:
        if word in known:
            return True
        names = sorted(known)
        near = closest(word, names)
        self.findings.wrong(
            self.where,
            f"{self.key}: {said} `{word[:60]}`",
            code="unknown_word",
            hint=nearest(word, names),
            meant=f"{prefix}{near}{rest}" if near else "",
            at_key=True,
        )
        return False

    def _body(self) -> None:
        members = self.vocabulary.requests.get(self.action, {})
        head, dot, rest = self.key.partition(".")
        words = matching.PREFIXES if dot else matching.WORDS
        near = closest(head, words) if members and head not in members else ""
        if near and not closest(head, [path for path in members if "." not in path]):
            meant = f"{near}{dot}{rest}"
            self.findings.wrong(
                self.where,
                f"unknown path `{self.key}`",
                code="unknown_word",
                hint=f"did you mean `{meant}`?",
                meant=meant,
                at_key=True,
            )
            return
        self._member(members, self.key, "")

    def _member(self, members: Members, path: str, prefix: str) -> None:
        """Check a path into a document. An unknown member is only a warning: a contract may let it
        through.
        """
        if not members:
            return
        parts = paths.parse(path)
        if found := strange(members, parts):
            said = f"{self.key}: {found.message}"
            hint = (
                found.hint.replace(found.meant, prefix + found.meant) if found.meant else found.hint
            )
            self.findings.doubt(self.where, said, code="unknown_path", hint=hint, at_key=True)
        elif known := known_at(members, parts):
            self._enumeration(known)

    def _enumeration(self, known: Known) -> None:
        if known.values and known.refused:
            self._values(known.values)
        elif known.values:
            for where, value in self._equals():
                if text_of(value) not in known.values:
                    said = f"{self.key}: unknown `{str(value)[:60]}`"
                    hint = nearest(value, known.values)
                    self.findings.doubt(where, said, code="unknown_word", hint=hint)

    def _values(self, known: Iterable[str], hint: str = "") -> None:
        words = list(known)
        for where, value in self._equals():
            if value is None:
                hint = "{exists: false} asks whether it is absent"
                self.findings.wrong(where, f"{self.key}: has no value", code="never", hint=hint)
            elif text_of(value) not in words:
                said = f"{self.key}: unknown `{str(value)[:60]}`"
                self.findings.unknown(where, said, str(value), words, hint="" if words else hint)
        for where, test, value in self._asked():
            if test not in _OF_WORDS or not is_readable(test, value):
                continue
            if not any(passes(test, word, value) for word in words):
                said = f"{self.key}: no value {TESTS[test].words} `{str(value)[:60]}`"
                hint = f"one of: {', '.join(words)}" if words else hint
                self.findings.wrong(where, said, code="never", hint=hint)

    def _equals(self) -> list[tuple[Path, Any]]:
        """The values that are compared, each with its place."""
        return [(where, value) for where, test, value in self._asked() if test == "equal"]

    def _asked(self) -> list[tuple[Path, str, Any]]:
        """The tests whose values are known already."""
        return [
            (where, test, value)
            for where, test, value in asked_in(self.wanted, self.where)
            if not is_template(value) and not isinstance(value, (dict, list))
        ]
