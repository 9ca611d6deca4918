"""Parameters that nothing reads, and those that nothing can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from simulator.base.errors import closest
from simulator.language import template
from simulator.scenario.findings import Findings
from simulator.scenario.templates import ROUND, TEMPLATE_NAMES, texts

_WORDS = ("and", "or", "not", "if", "else", "in", "is", "true", "false", "none")
"""Words of an expression. They are read as such, also when they begin with a capital."""


def check_usage(findings: Findings, params: dict[str, Any]) -> None:
    """Report parameters that are hidden by a name of the format or a word of expressions; warn of
    those that nothing in the file reads. What comes from a base may be meant for others.
    """
    read = set(_read(findings.document))
    meant = {closest(name, params) for name in read - params.keys()}
    for name in params:
        path = ("params", name)
        if name in (*TEMPLATE_NAMES, ROUND):
            said = f"`{name}` is a name of the format already"
            findings.wrong(path, said, code="reserved", at_key=True)
        elif name.lower() in _WORDS:
            said = f"`{name}` is a word of expressions: no template can read it"
            findings.wrong(path, said, code="reserved", at_key=True)
        elif findings.is_wrong(path) or findings.located.place(path).file:
            continue
        elif name not in read | meant:
            inherited = [each for each in params if findings.located.place(("params", each)).file]
            near = closest(name, inherited)
            hint = "no template and no `when` of this file reads it"
            hint = f"did you mean `{near}`?" if near else hint
            findings.doubt(path, f"`{name}` is never used", code="unused", hint=hint, at_key=True)


def _read(document: dict[str, Any]) -> Iterator[str]:
    """The names that templates and conditions read."""
    rest = {key: value for key, value in document.items() if key != "params"}
    for _, text in texts(rest, ()):
        try:
            yield from (name for name, *_ in template.reads(text))
        except ValueError:
            yield from re.findall(r"\w+", text)  # it is told as a problem
    yield from (key.removeprefix("param.") for key in _keys(rest) if key.startswith("param."))


def _keys(value: Any) -> Iterator[str]:
    """The keys of all maps."""
    if isinstance(value, dict):
        yield from map(str, value)
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, (dict, list)):
            yield from _keys(part)
