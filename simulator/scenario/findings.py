"""The problems and warnings of a scenario file, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from simulator.base.errors import Problem, closest, nearest, split_hint
from simulator.formats.schema import Note
from simulator.formats.strict_yaml import Located, Path
from simulator.scenario.constructs import TIMELINES

_PLAIN = {
    "must be a string": "must be a text",
    "must not be null": "has no value",
    "must be an integer": "must be a whole number",
}
"""Messages of the schemas, in the words of people who write files."""


def _note(message: str) -> Note:
    """A message of a schema with its hint apart."""
    text, hint = split_hint(message)
    meant = hint.removeprefix("did you mean `").removesuffix("`?")
    return Note(text, hint=hint, meant=meant if meant != hint else "")


@dataclass(slots=True)
class Findings:
    """The problems and the warnings of one file.

    Each mistake is also noted by its path, so that the rest can still be checked and rehearsed:
    `renamed` keys (by the one that was meant, and the problem that says so), `replaced` values, and
    what is `dropped`.
    """

    located: Located
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    renamed: dict[Path, tuple[str, Problem]] = field(default_factory=dict)
    replaced: dict[Path, Any] = field(default_factory=dict)
    dropped: set[Path] = field(default_factory=set)

    @property
    def document(self) -> dict[str, Any]:
        """The file's map; empty where it holds something else."""
        return self.located.value if isinstance(self.located.value, dict) else {}

    def wrong(
        self,
        path: Path,
        message: str,
        *,
        code: str = "invalid",
        hint: str = "",
        meant: str = "",
        at_key: bool = False,
    ) -> None:
        """Report a problem at the value of a path, or at its key. Nothing is reported inside a
        value that could not be read: that is a problem already.
        """
        if any(path[:length] in self.located.broken for length in range(len(path) + 1)):
            return
        problem = self.located.problem(path, message, code=code, hint=hint, at_key=at_key)
        self.problems.append(problem)
        if meant and at_key:
            self.renamed[path] = (meant, problem)
        elif meant:
            self.replaced[path] = meant
        else:
            self.dropped.add(path)

    def unknown(
        self,
        path: Path,
        message: str,
        word: str,
        known: Iterable[str],
        *,
        at_key: bool = False,
        hint: str = "",
    ) -> None:
        """Report a word that is not known, with the nearest known one."""
        words = list(known)
        meant = closest(word, words)
        hint = nearest(word, words) if meant or not hint else hint
        self.wrong(path, message, code="unknown_word", hint=hint, meant=meant, at_key=at_key)

    def noted(self, path: Path, message: str) -> None:
        """Report a problem that a schema found."""
        note = message if isinstance(message, Note) else _note(message)
        if path and path not in self.located.places:  # something is missing
            said = f"`{path[-1]}` {note.text}"
            self.wrong(path[:-1], said, code="missing", hint=note.hint)
            self.dropped.discard(path[:-1])
            return
        text, hint = self._in_words(path, note)
        self.wrong(path, text, code=note.code, hint=hint, meant=note.meant, at_key=note.at_key)
        if path[-1:] == ("illegal",) and not note.at_key:
            self.replaced[path] = True  # it was meant, whatever stands there

    def _in_words(self, path: Path, note: Note) -> tuple[str, str]:
        """A schema's message with the name that it is about, and its hint."""
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        value, text, hint = self.value(path), _PLAIN.get(note.text, note.text), note.hint
        if text == "must be a text" and isinstance(value, (int, float)):
            hint = "write it in quotes"
        if text == "must be a list" and isinstance(value, dict):
            hint = "begin each entry with `- `"
        if note.at_key or not name or note.text.startswith("a step "):
            return text, hint
        if path[-2:-1] in TIMELINES:
            return f"a step {text}", hint or "{after: 1s, send: CODE}"
        if path[-1] != name and text.startswith("must "):
            return f"each entry of `{name}` {text}", hint
        return f"{name}: {text}", hint

    def is_wrong(self, path: Path) -> bool:
        """Whether a mistake is known at a path, in it, or in what it is a part of."""
        known = (*self.dropped, *self.replaced, *self.renamed)
        return any(path[: len(one)] == one[: len(path)] for one in known)

    def value(self, path: Path) -> Any:
        """What stands at a path; None where nothing does."""
        value = self.located.value
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def doubt(
        self, path: Path, message: str, *, code: str, hint: str = "", at_key: bool = False
    ) -> None:
        """Warn of something at the value of a path, or at its key."""
        self.warnings.append(
            self.located.problem(path, message, code=code, hint=hint, at_key=at_key)
        )
