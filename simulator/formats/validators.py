"""The validators of a schema: each says in its message what would be valid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, validate

from simulator.base import errors


class Misfit(str):
    """A message about a well-formed value that is not possible."""

    __slots__ = ()


class OneOf(validate.OneOf):
    """One of the listed values; the message names the nearest, or the new name of a renamed one.
    `only` says of some of them what they are for. `known` are the words to name where the value
    chooses the schema, so that another schema takes the others.
    """

    def __init__(
        self,
        choices: Iterable[Any],
        *,
        renamed: Mapping[str, str] | None = None,
        only: Mapping[str, str] | None = None,
        known: Sequence[str] | None = None,
    ) -> None:
        super().__init__(choices)
        self.known = known or [str(choice) for choice in self.choices]
        self.renamed = renamed or {}
        self.only = only or {}

    def _format_error(self, value: Any) -> str:
        if isinstance(value, str) and value in self.renamed:
            return Misfit(f"`{value}` is called `{self.renamed[value]}` now")
        close = errors.closest(value, self.known)
        if close in self.only:
            close_one = f"did you mean `{close}`, which is for {self.only[close]}?"
            return Misfit(f"`{brief(value)}` is not valid, {close_one}")
        said = errors.nearest(value, self.known) if close else self.listed()
        return Misfit(f"`{brief(value)}` is not valid, {said}")

    def listed(self) -> str:
        """All values, those of each purpose apart."""
        plain = sorted(word for word in self.known if word not in self.only)
        said = f"one of: {', '.join(plain)}"
        for purpose in dict.fromkeys(self.only.values()):
            special = sorted(word for word in self.only if self.only[word] == purpose)
            said += f"; for {purpose} one of: {', '.join(special)}"
        return said


class Length(validate.Length):
    """A length within bounds, inclusive."""

    def _format_error(self, value: Any, message: str) -> str:
        unit = "characters" if isinstance(value, str) else "entries"
        low, high = self.min or 0, self.max
        bounds = (
            f"at least {low}"
            if high is None
            else f"at most {high}"
            if not low
            else f"{low} to {high}"
        )
        return Misfit(f"must have {bounds} {unit}, has {len(value)}")


class Range(validate.Range):
    """A number within bounds, inclusive."""

    def _format_error(self, value: Any, message: str) -> str:
        if self.max is None:
            return Misfit(f"must be at least {self.min}, is {brief(value)}")
        return Misfit(f"must be {self.min} to {self.max}, is {brief(value)}")


class Regexp(validate.Regexp):
    """A string that a pattern matches as a whole: `$` alone would let a line break follow."""

    def __call__(self, value: Any) -> Any:
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self._format_error(value))
        return value

    def _format_error(self, value: Any) -> str:
        return Misfit(f"`{brief(value)}` does not match {self.regex.pattern!s}")


def brief(value: Any) -> str:
    """A value of a message, cut."""
    text = str(value)
    text = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return text if len(text) <= 60 else text[:57] + "..."
