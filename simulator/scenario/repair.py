"""A file with mistakes, mended: the words that were probably meant, without the rest of what is
wrong.

Only a rehearsal plays it, so that one mistake does not hide the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.base.errors import Problem
from simulator.formats.strict_yaml import Located, Path
from simulator.scenario.constructs import TIMELINES
from simulator.scenario.findings import Findings
from simulator.scenario.schema import TIMES, VERBS

_STORY = ("answer", "status", "attempts")
_WHOLE: Path = ()
_UNDIVIDED = (*TIMES, "delay", "expect")


@dataclass(slots=True)
class Rest:
    """The mended document. `origin` maps each path in it to the path in the file.

    In the entries that `unsure` names, and from a step that it names on, the status of the order is
    not known: what the contract forbids there may be no mistake.
    """

    document: dict[str, Any]
    origin: dict[Path, Path]
    unsure: set[Path] = field(default_factory=set)

    def is_unsure(self, path: Path) -> bool:
        """Whether a fault at a path may only follow from a mistake elsewhere."""
        if _WHOLE in self.unsure:
            return True
        return any(_follows(path, mistake) for mistake in self.unsure)


def _follows(path: Path, mistake: Path) -> bool:
    *timeline, step = mistake
    if mistake[-2:-1] != ("timeline",):
        return path[: len(mistake)] == mistake  # within the same entry
    if path[: len(timeline)] == tuple(timeline):
        index = path[len(timeline)] if len(path) > len(timeline) else 0
        return isinstance(index, int) and isinstance(step, int) and index >= step
    return len(mistake) == 2  # the entries answer requests to an order of the file's own timeline


def _outer(place: Path) -> Path:
    """The step of the entry's own timeline in which a place lies."""
    return place[: place.index("timeline") + 2]


def renamed(findings: Findings) -> tuple[Located, list[Problem]]:
    """The file with its misspelt keys corrected, and the problems that name them."""
    located = findings.located
    problems: list[Problem] = []
    result = Located(None, located.file, problems=located.problems)

    def copy(value: Any, old: Path, new: Path) -> Any:
        if old in located.places:
            result.places[new] = located.places[old]
        if old in located.broken:
            result.broken.add(new)
        if isinstance(value, list):
            return [copy(entry, (*old, at), (*new, at)) for at, entry in enumerate(value)]
        if not isinstance(value, dict):
            return value
        members: dict[str, Any] = {}
        for key, member in value.items():
            meant, problem = findings.renamed.get((*old, key), ("", None))
            name = key
            if problem is not None and meant not in value and meant not in members:
                name = meant
                problems.append(problem)
            members[name] = copy(member, (*old, key), (*new, name))
        return members

    result.value = copy(located.value, (), ())
    return result, problems


def rest_of(findings: Findings) -> Rest | None:
    """The part of a file that can be rehearsed; None when there is none."""
    document = findings.document
    if not document or _is_lost(findings, ("for",)) or _is_lost(findings, ("begins",)):
        return None
    rest = Rest({}, {})
    rest.document = _Mender(findings, rest).mend(document, (), ())
    rest.document.setdefault("scenario", "UNNAMED")
    return rest


def _is_lost(findings: Findings, path: Path) -> bool:
    return path in findings.dropped and path not in findings.replaced


def _is_emptied(value: Any, rest: Any, new: Path) -> bool:
    """Whether nothing is left of a condition or a nest."""
    return "when" in new and rest in ({}, []) and value not in ({}, [])


@dataclass(frozen=True, slots=True)
class _Mender:
    """Copies a document without its mistakes. `old` is a part's path in the file, `new` its path in
    the copy.
    """

    findings: Findings
    rest: Rest

    def mend(self, value: Any, old: Path, new: Path) -> Any:
        self.rest.origin[new] = old
        if old in self.findings.replaced:
            return self.findings.replaced[old]
        if isinstance(value, dict):
            return self._map(value, old, new)
        if isinstance(value, list):
            return self._list(value, old, new)
        return value

    def _map(self, value: dict[str, Any], old: Path, new: Path) -> dict[str, Any]:
        mended: dict[str, Any] = {}
        for key, member in value.items():
            path = (*old, key)
            if self._is_dropped(path):
                self._note_doubt(path, new)
                continue
            kept = self.mend(member, path, (*new, key))
            if not _is_emptied(member, kept, new):
                mended[key] = kept
        needed: dict[str, Any] = {}
        if old[-1:] == ("repeat",):
            needed = {"times": 1, "timeline": []}
        elif "otherwise" in mended and "wait" in mended:
            needed = {"within": 0}
        return needed | mended

    def _list(self, value: list[Any], old: Path, new: Path) -> list[Any]:
        mended: list[Any] = []
        for index, member in enumerate(value):
            path, place = (*old, index), (*new, len(mended))
            if self._is_dropped(path):
                self._note_doubt(path, new)
                continue
            entry = self.mend(member, path, place)
            if old[-1:] in TIMELINES and not self._is_step(entry):
                self.rest.unsure.add(_outer(place))
            elif not _is_emptied(member, entry, new):
                mended.append(entry)
        return mended

    def _is_step(self, step: Any) -> bool:
        """Whether a step can be played; one without a time happens at once."""
        if not isinstance(step, dict) or not any(verb in step for verb in VERBS):
            return False
        if not any(time in step for time in TIMES):
            step["after"] = 0
        return True

    def _is_dropped(self, path: Path) -> bool:
        findings = self.findings
        lost = (*findings.dropped, *findings.located.broken)
        if path[-1] in _UNDIVIDED and any(each[: len(path)] == path for each in lost):
            return True  # what is left of it says something else
        return (path in findings.dropped and path not in findings.replaced) or (
            path in findings.located.broken
        )

    def _note_doubt(self, path: Path, new: Path) -> None:
        """Note where the order's status is not known, because of a part that is left out."""
        key = path[-1]
        part = new[: 2 if len(new) > 1 and isinstance(new[1], int) else 0]
        if "timeline" in new:
            if key in VERBS:
                self.rest.unsure.add(_outer(new))
            elif isinstance(key, int):
                self.rest.unsure.add(_outer((*new, key)))
        elif (
            key == "reply"
            or ("reply" in new and key in _STORY)
            or (part and (key in ("status", "pending") or "when" in new))
        ):
            self.rest.unsure.add(part)
