"""Questions to the journal: which lines fit a `match`, how many, in which order, and what missed by
least when none fits.

A match is written like a scenario's `when`: it maps paths into a thing's shape (`views.resources`)
to what must stand there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from simulator.base.errors import Refused, nearest
from simulator.formats.schema import dotted, load_field
from simulator.language import matching
from simulator.model import Condition, Conditions, JournalLine
from simulator.scenario.when_field import When, conditions_in
from simulator.store import Store, journal
from simulator.views import resources

LINE_MEMBERS = (
    "id",
    "at",
    "at_wall",
    "direction",
    "order",
    "kci",
    "method",
    "path",
    "request",
    "response",
    "scenario",
    "reasons",
    "findings",
    "fault",
    "took_ms",
    "act",
    "header",
    "body",
    "status",
)
KCI_MEMBERS = (
    "id",
    "order",
    "position",
    "send",
    "state",
    "due_at",
    "sequence",
    "attempts",
    "last",
    "waits_for",
    "body",
)
ORDER_MEMBERS = (
    "id",
    "supplier",
    "tenant",
    "ref",
    "number",
    "status",
    "action",
    "scenario",
    "marks",
    "conversation_id",
    "received_at",
    "updated_at",
    "document",
    "open_requests",
    "kcis",
    "begun_by",
    "began",
)
MOST_NEAREST = 3
MOST_EVIDENCE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class NearMiss:
    """A thing that does not fit, and in what."""

    item: Mapping[str, Any]
    differences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What a `verify` found. `found` is how many lines (or steps), `detail` a sentence, `nearest`
    what missed by least.
    """

    verified: bool
    detail: str
    found: int
    evidence: tuple[Mapping[str, Any], ...] = ()
    nearest: tuple[NearMiss, ...] = ()


def read_match(
    given: Mapping[str, Any], members: Sequence[str], where: str = "match"
) -> Conditions:
    """A match's conditions. Refused (invalid) names every path that cannot be read, or is not a
    member.
    """
    conditions, problems = load_field(When(has_now=False), dict(given))
    wrong = [f"{dotted((where, *path))}: {message}" for path, message in problems]
    for place, path, _ in conditions_in(given, (where,)) if not problems else ():
        head = path.split(".", 1)[0].split("[", 1)[0]
        if head not in members:
            said = f"there is no member `{head}` ({nearest(head, members)})"
            wrong.append(f"{dotted(place)}: {said}")
    if wrong:
        raise Refused("invalid", wrong)
    read: Conditions = conditions
    return read


def equal_text(conditions: Conditions, path: str) -> str:
    """The one text that a path must equal; empty where no condition says so. The store can filter
    by it.
    """
    for condition in conditions:
        if isinstance(condition, Condition) and condition.path == path:
            wanted = condition.tests.get("equal")
            return wanted if isinstance(wanted, str) else ""
    return ""


def in_words(conditions: Conditions) -> str:
    """A match as a person says it."""
    return matching.in_words(conditions) or "anything at all"


class NearMisses:
    """The few things that missed by least, of all that it sees."""

    def __init__(self) -> None:
        self.misses: list[NearMiss] = []

    def see(self, shape: Mapping[str, Any], differences: Sequence[str]) -> None:
        """Keep a thing if it is among the nearest so far."""
        self.misses.append(NearMiss(item=shape, differences=tuple(differences)))
        self.misses.sort(key=lambda miss: len(miss.differences))
        del self.misses[MOST_NEAREST:]


class Inquiry:
    """Questions about one supplier's journal."""

    def __init__(self, store: Store, supplier: str) -> None:
        self.store = store
        self.name = supplier

    def find(
        self,
        match: Mapping[str, Any],
        *,
        limit: int,
        after: int = 0,
        since: int | None = None,
        until: int | None = None,
    ) -> list[dict[str, Any]]:
        """The lines that fit, oldest first, behind the line `after`. `since` and `until` (before
        it) are instants of the supplier.
        """
        conditions = read_match(match, LINE_MEMBERS)
        fitting = self._fitting(conditions, after=after, since=since, until=until)
        return list(islice(fitting, limit))

    def count(
        self, match: Mapping[str, Any], *, since: int | None = None, until: int | None = None
    ) -> int:
        """How many lines fit."""
        conditions = read_match(match, LINE_MEMBERS)
        return sum(1 for _ in self._fitting(conditions, since=since, until=until))

    def verify_count(self, match: Mapping[str, Any], least: int, most: int | None) -> Verification:
        """Whether at least `least` lines fit, and at most `most`."""
        conditions = read_match(match, LINE_MEMBERS)
        found = 0
        evidence: list[Mapping[str, Any]] = []
        for shape in self._fitting(conditions):
            found += 1
            if len(evidence) < MOST_EVIDENCE:
                evidence.append(shape)
        misses = self._nearest(conditions, 0) if found < least else ()
        wanted = f"wanted {_amount(least, most)} where {in_words(conditions)}; found {found}"
        detail = self._ended(wanted, misses)
        verified = least <= found and (most is None or found <= most)
        return Verification(
            verified=verified, detail=detail, found=found, evidence=tuple(evidence), nearest=misses
        )

    def verify_sequence(self, matches: Sequence[Mapping[str, Any]]) -> Verification:
        """Whether a line for each match came, in this order. Other lines may lie between them."""
        steps = [
            read_match(match, LINE_MEMBERS, f"sequence[{number}]")
            for number, match in enumerate(matches)
        ]
        evidence: list[Mapping[str, Any]] = []
        for line in journal.every(self.store, self.name):
            shape, differences = judged(line, steps[len(evidence)])
            evidence += [] if differences else [shape]
            if len(evidence) == len(steps):
                detail = f"all {len(steps)} came in this order"
                found = tuple(evidence)
                return Verification(verified=True, detail=detail, found=len(found), evidence=found)
        return self._missing(steps, tuple(evidence))

    def _missing(
        self, steps: Sequence[Conditions], evidence: tuple[Mapping[str, Any], ...]
    ) -> Verification:
        """The answer where the step after the evidence did not come."""
        missing = steps[len(evidence)]
        reached = evidence[-1]["id"] if evidence else 0
        earlier = next((shape for shape in self._fitting(missing) if shape["id"] <= reached), None)
        behind = f"after {_named(evidence[-1])}" if evidence else "in the journal"
        detail = (
            f"step {len(evidence) + 1} of {len(steps)} is missing {behind}:"
            f" no exchange where {in_words(missing)}"
        )
        misses: tuple[NearMiss, ...] = ()
        if earlier is None:
            misses = self._nearest(missing, reached)
            detail = self._ended(detail, misses)
        else:
            detail += f"; it came before: {_named(earlier)}"
        return Verification(
            verified=False, detail=detail, found=len(evidence), evidence=evidence, nearest=misses
        )

    def _fitting(self, conditions: Conditions, **bounds: Any) -> Iterator[dict[str, Any]]:
        """Every line that fits. The store filters what it can."""
        exact = {name: equal_text(conditions, name) for name in journal.EXACT}
        for line in journal.every(self.store, self.name, **exact, **bounds):
            shape, differences = judged(line, conditions)
            if not differences:
                yield shape

    def _nearest(self, conditions: Conditions, after: int) -> tuple[NearMiss, ...]:
        close = NearMisses()
        for line in journal.every(self.store, self.name, after=after):
            shape, differences = judged(line, conditions)
            if differences:
                close.see(shape, differences)
        return tuple(close.misses)

    def _ended(self, detail: str, misses: Sequence[NearMiss]) -> str:
        """The sentence, with what missed by least and how many lines the journal dropped."""
        if misses:
            detail += f"; the nearest, {_named(misses[0].item)}: {'; '.join(misses[0].differences)}"
        with self.store.read() as tx:
            lost = journal.what_was_dropped(tx, self.name)
        if lost.count:
            detail += f"; {lost.count} older exchanges were dropped (journal.most, journal.keep)"
        return detail


def _amount(least: int, most: int | None) -> str:
    if least == most:
        return f"exactly {least}"
    return f"at least {least}" if most is None else f"{least} to {most}"


def judged(line: JournalLine, conditions: Conditions) -> tuple[dict[str, Any], list[str]]:
    """A line's shape, and what of a match it does not fit."""
    shape = resources.show_line(line)
    return shape, list(matching.differences(conditions, resources.line_facts(shape)))


def _named(shape: Mapping[str, Any]) -> str:
    if shape["act"]:
        return f"act {shape['id']} {shape['act']['what']}"
    answer = shape["response"].get("code") or shape["response"].get("error")
    return f"exchange {shape['id']} {shape['method']} {shape['path']} -> {answer}"
