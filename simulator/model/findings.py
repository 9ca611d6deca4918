"""Findings: what stands out in a message, as records that people, tests and verdicts can use."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that stands out in one message.

    `rule` is a stable dotted name, `severity` is error, warning or note, `message` is the sentence
    for people. `where` is a path as a `when` has it: into the request's body, or `header.NAME`,
    `query.NAME`, `response.headers.NAME`. `expected` and `got` are JSON values.
    """

    rule: str
    severity: str
    message: str
    where: str | None = None
    expected: Any = None
    got: Any = None

    def as_json(self) -> dict[str, Any]:
        """The shape in which it is kept and shown."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a finding is an instance of: its name and its severity, written once."""

    id: str
    severity: str = "warning"

    def finding(
        self, message: str, *, where: str | None = None, expected: Any = None, got: Any = None
    ) -> Finding:
        """A finding of this rule."""
        return Finding(
            rule=self.id,
            severity=self.severity,
            message=message,
            where=where,
            expected=expected,
            got=got,
        )


LEGACY = Rule("legacy", "note")
"""A finding of a store of schema 4 or older, which kept only its sentence."""
