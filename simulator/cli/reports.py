"""What `check` prints: lines for people, a list for programs, or the commands by which a GitHub
workflow marks the lines of a change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from simulator.base.errors import Problem, in_one_line


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What was found in so many files. When it is `strict`, a warning fails too."""

    files: int
    errors: Sequence[Problem]
    warnings: Sequence[Problem]
    strict: bool = False

    @property
    def failed(self) -> bool:
        return bool(self.errors or (self.strict and self.warnings))

    def rows(self) -> Iterator[tuple[str, Problem]]:
        """Each problem with its severity: the errors first."""
        yield from (("error", problem) for problem in self.errors)
        yield from (("warning", problem) for problem in self.warnings)

    def summary(self) -> str:
        """One sentence about all files."""
        wrong = len({problem.file for problem in self.errors})
        said = [f"{_count(len(self.errors), 'problem')} in {wrong}"] if self.errors else []
        if not self.failed:
            said.append("all right")
        if self.warnings:
            said.append(_count(len(self.warnings), "warning"))
        return f"{_count(self.files, 'file')}: {', '.join(said)}"


def as_text(report: Report) -> str:
    """A line for each problem."""
    marks = {"error": "", "warning": "warning: "}
    return "\n".join(f"{marks[severity]}{problem}" for severity, problem in report.rows())


def as_json(report: Report) -> str:
    """A list of the problems."""
    rows = [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "code": problem.code,
            "severity": severity,
            "message": problem.message,
            "hint": problem.hint,
        }
        for severity, problem in report.rows()
    ]
    return _writable(json.dumps(rows, indent=2, ensure_ascii=False))


def as_github(report: Report) -> str:
    """A workflow command for each problem."""
    return "\n".join(_command(severity, problem) for severity, problem in report.rows())


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}


def _command(severity: str, problem: Problem) -> str:
    place = {"file": problem.file, "line": problem.line, "col": problem.column}
    about = {name: value for name, value in {**place, "title": problem.code}.items() if value}
    named = ",".join(f"{name}={_property(str(value))}" for name, value in about.items())
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"::{severity} {named}::{_data(problem.message + hint)}"


def _data(text: str) -> str:
    """A message as GitHub wants it: no line breaks, and `%` only where it escapes something."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return in_one_line(escaped)


def _property(text: str) -> str:
    """A value that stands before the message: it may not end the value or the properties either."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _writable(text: str) -> str:
    """A name of a file may have bytes that are no text: JSON has an escape for them."""
    return text.encode("utf-8", "backslashreplace").decode()


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
