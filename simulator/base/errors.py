"""Everything that can go wrong, in one tree.

SimulatorError
├── Refused       a request that the supplier says no to: only a dialect turns its kind into HTTP
├── Invalid       our own files, settings or arguments are wrong: a list of located problems
├── Illegal       a move or a message that the dialect's contract forbids at this point
├── RenderFailed  a template could not be evaluated
├── Conflict      two writers met and this one lost: begin the transaction again
└── Unavailable   the store cannot be used now; the text says what to do about it
"""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

RefusalKind = Literal[
    "malformed",
    "too_large",
    "invalid",
    "not_found",
    "unknown_path",
    "wrong_method",
    "unauthorised",
    "not_implemented",
    "unavailable",
    "fault",
    "conflict",
    "bad_query",
    "unsupported_media",
]
"""Why a request is refused. Each dialect, and the admin API, has an HTTP answer to each kind.

malformed: it cannot be read. too_large: its body is. invalid: it reads well and is not possible.
not_found: its order is not known. unknown_path, wrong_method: no operation is there. unauthorised:
the caller did not prove who it is. not_implemented: we do not play this operation. unavailable: not
now. fault: a failure of ours. conflict: not in this state, or not again. bad_query: its query
cannot be read. unsupported_media: its content type is not ours.
"""

REFUSAL_KINDS: tuple[RefusalKind, ...] = get_args(RefusalKind)


class SimulatorError(Exception):
    """The root: catch it where any of our own refusals may arrive."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong in one of our own files, and where.

    `line` and `column` count from 1; 0 means that the problem has no place (an environment
    variable, a whole file).
    """

    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    code: str = "invalid"
    hint: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        hint = f" ({self.hint})" if self.hint else ""
        said = f"{place}: {self.message}{hint}" if place else f"{self.message}{hint}"
        return in_one_line(said)


def in_one_line(text: str) -> str:
    """The same text, with escapes for line breaks and for all else that cannot be printed."""
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    return character if character.isprintable() else ascii(character)[1:-1]


class Refused(SimulatorError):
    """The supplier refuses a request. `kind` is neutral; `messages` are for the caller, all of them
    at once.

    `allow` names the methods that a wrong_method should have been, `challenge` says how an
    unauthorised caller can prove who it is.
    """

    def __init__(
        self,
        kind: RefusalKind,
        messages: Sequence[str],
        *,
        allow: Sequence[str] = (),
        challenge: str = "",
    ) -> None:
        super().__init__("; ".join(messages))
        self.kind = kind
        self.messages = tuple(messages)
        self.allow = tuple(allow)
        self.challenge = challenge


class Invalid(SimulatorError):
    """One of our own files, settings or arguments is wrong; every problem that could be found is
    listed.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class Illegal(SimulatorError):
    """The contract forbids this move from this status."""


class RenderFailed(SimulatorError):
    """A template names what is not there, mixes types, or grows past its bound.

    `source` is the template's text, `path` the part of a timeline that it gives (a step's time),
    where they are known.
    """

    def __init__(self, message: str, *, source: str = "", path: tuple[Hashable, ...] = ()) -> None:
        super().__init__(message)
        self.source = source
        self.path = path

    def at(self, path: tuple[Hashable, ...]) -> RenderFailed:
        """The same, with the part of the file that gives what failed."""
        return RenderFailed(str(self), source=self.source, path=path)


class Conflict(SimulatorError):
    """Another writer was first (a unique row, a serialisation failure)."""


class Outdated(SimulatorError):
    """A supplier was made or deleted after it was decided who answers: decide that anew."""


class Unavailable(SimulatorError):
    """The store cannot be opened or used now."""


def nearest(word: object, valid: Iterable[str]) -> str:
    """Say which valid word was probably meant, or list the valid ones: a hint for a Problem."""
    words = sorted(valid)
    if close := closest(word, words):
        return f"did you mean `{close}`?"
    return f"one of: {', '.join(words)}" if words else ""


def split_hint(text: str) -> tuple[str, str]:
    """A sentence, and the hint of `nearest` that stands at its end."""
    for mark in (", did you mean ", ", one of: ", " (did you mean ", " (one of: "):
        said, found, rest = text.partition(mark)
        if found:
            return said, mark.lstrip(", (") + (rest.removesuffix(")") if "(" in mark else rest)
    return text, ""


def closest(word: object, valid: Iterable[str]) -> str:
    """The valid word that was probably meant, maybe cut short; empty where none is near. Case does
    not count.
    """
    said = str(word).casefold()
    folded = {candidate.casefold(): candidate for candidate in sorted(valid)}
    near = []
    for candidate in folded:
        longest = max(len(said), len(candidate))
        if abs(len(said) - len(candidate)) <= longest / 3:
            slips = _slips(said[:80], candidate[:80])
            if slips <= longest / 3:
                near.append((slips, abs(len(said) - len(candidate)), candidate))
    if near:
        return folded[min(near)[2]]
    if alike := difflib.get_close_matches(said, folded, n=1, cutoff=0.7):
        return folded[alike[0]]
    longer = [candidate for candidate in folded if len(said) > 2 and candidate.startswith(said)]
    return folded[longer[0]] if len(longer) == 1 else ""


def _slips(one: str, other: str) -> int:
    """How many letters must be changed, put in, left out or swapped with the next one."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, wanted in enumerate(other, 1):
            least = min(
                last[column] + 1, line[column - 1] + 1, last[column - 1] + (letter != wanted)
            )
            swapped = (
                row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted
            )
            line.append(min(least, before[column - 2] + 1) if swapped else least)
        before, last = last, line
    return last[-1]
