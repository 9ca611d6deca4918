"""The conditions of a `when`: those that can never hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simulator.base.errors import closest, nearest
from simulator.formats.strict_yaml import Path
from simulator.language import matching, paths
from simulator.model import Known, Members, Vocabulary
from simulator.scenario.documents import known_at, strange
from simulator.scenario.fields import LATER_NESTS, is_template
from simulator.scenario.findings import Findings
from simulator.scenario.templates import ORDER_NAMES
from simulator.scenario.words import parts_of, steps_of

_OF_ORDERS = ("marked", "open", "order")
"""Prefixes and words that mean nothing before there is an order."""


def check_conditions(findings: Findings, vocabulary: Vocabulary, params: dict[str, Any]) -> None:
    """Report every condition that can never hold; warn of paths that no request has."""
    marks = {
        str(step["mark"])
        for path, _, part in parts_of(findings.document, vocabulary)
        for _, step in steps_of(part, path)
        if "mark" in step
    }
    whole = findings.document.get("for", "order") == "order"
    for path, action, part in parts_of(findings.document, vocabulary):
        when = part.get("when")
        for key, wanted in when.items() if isinstance(when, dict) else ():
            where = (*path, "when", key)
            known_marks = marks if whole else None
            checker = _Condition(
                findings, vocabulary, params, known_marks, action, where, key, wanted
            )
            checker.check()


@dataclass(frozen=True, slots=True)
class _Condition:
    """One condition: its place in the file, its path, and the values that it compares with."""

    findings: Findings
    vocabulary: Vocabulary
    params: dict[str, Any]
    marks: set[str] | None
    action: str
    where: Path
    key: str
    wanted: Any

    def check(self) -> None:
        try:
            matching.check_path(self.key)
        except ValueError:
            return  # the schema says so
        if self.key in LATER_NESTS:
            return
        if self.wanted == []:
            said = f"{self.key}: an empty list never holds"
            self.findings.wrong(self.where, said, code="never")
        if self.wanted in ([], {}):
            return  # of an empty test, the schema says so
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
        absent = isinstance(self.wanted, dict) and self.wanted.get("exists") is False
        own = name == "order" and "." not in self.key
        if self.action != "create" or name not in _OF_ORDERS or absent or own:
            return False
        said = f"`{self.key}` never holds here: a new order has none yet"
        self.findings.wrong(self.where, said, code="never", at_key=True)
        return True

    def _word(self) -> None:
        known: dict[str, Iterable[str] | None] = {
            "operation": self.vocabulary.operations,
            "open": self.vocabulary.actions,
            "marked": self.marks,
        }
        words = known.get(self.key)
        if words is not None:
            hint = "no timeline of this file sets a mark" if self.key == "marked" else ""
            self._values(words, hint)

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
            for where, value in self._wanted():
                if _text(value) not in known.values:
                    said = f"{self.key}: unknown `{_text(value)[:60]}`"
                    hint = nearest(_text(value), known.values)
                    self.findings.doubt(where, said, code="unknown_word", hint=hint)

    def _values(self, known: Iterable[str], hint: str = "") -> None:
        words = list(known)
        for where, value in self._wanted():
            if value is None:
                hint = "{exists: false} asks whether it is absent"
                self.findings.wrong(where, f"{self.key}: has no value", code="never", hint=hint)
            elif _text(value) not in words:
                said = f"{self.key}: unknown `{_text(value)[:60]}`"
                self.findings.unknown(where, said, _text(value), words, hint="" if words else hint)

    def _wanted(self) -> list[tuple[Path, Any]]:
        """The values that are compared, each with its place."""
        if isinstance(self.wanted, list):
            found = [((*self.where, index), value) for index, value in enumerate(self.wanted)]
        elif isinstance(self.wanted, dict):
            found = []
        else:
            found = [(self.where, self.wanted)]
        return [
            (where, value)
            for where, value in found
            if not is_template(value) and not isinstance(value, (dict, list))
        ]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
