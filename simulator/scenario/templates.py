"""The templates of a scenario file: their syntax, and the names and members that they read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.base import seed
from simulator.base.errors import split_hint
from simulator.formats.strict_yaml import Path
from simulator.language import template
from simulator.scenario.findings import Findings

ORDER_NAMES = (
    *("id", "ref", "tenant", "number", "status", "operation", "scenario"),
    *("document", "received_at", "begun_by"),
)
TEMPLATE_NAMES = ("order", "request", "now", "fake", "supplier")
ROUND = "round"
"""A name that only the steps of a `repeat` have."""

CONDITION_NAMES = ("order", "request", "now")
"""What the values of a `when` may read, beside parameters. A new order has no `order` yet."""

TEMPLATE_MEMBERS = {"order": ORDER_NAMES, "fake": seed.FAKE_WORDS, "supplier": ("name",)}
"""The members of a name. A name that is not here may have any."""


def check_templates(findings: Findings, params: dict[str, Any] | None) -> None:
    """Report templates that cannot be read, and names and members that do not exist. Without
    `params` the names are not known, and only members are checked.
    """
    names = None if params is None else {*TEMPLATE_NAMES, *params}
    for path, text in texts(findings.document, ()):
        try:
            reads = template.reads(text)
        except ValueError as error:
            said, hint = split_hint(str(error))
            findings.wrong(path, f"template {said}", code="template", hint=hint)
            continue
        known = {*names, ROUND} if names is not None and "repeat" in path else names
        allowed = _in_when(findings.document, path)
        for name, *asked in sorted(reads):
            if allowed and name in {*TEMPLATE_NAMES} - {*allowed}:
                said = f"template: a `when` cannot read `{name}` here"
                hint = f"it reads {', '.join(allowed)} and parameters"
                findings.wrong(path, said, code="template", hint=hint)
                continue
            _check_name(findings, path, name, asked[0] if asked else "", known)


def _in_when(document: dict[str, Any], path: Path) -> tuple[str, ...]:
    """The names that a value of a `when` may read, beside parameters: that of the file, of an entry
    or of a way. Empty elsewhere.
    """
    if path[0] == "when":
        is_new = document.get("for", "order") == "order"
        return CONDITION_NAMES[1:] if is_new else CONDITION_NAMES
    is_entry = path[2:3] == ("when",) and isinstance(path[1], int)
    is_way = any(path[at : at + 3 : 2] == ("branch", "when") for at in range(len(path)))
    return CONDITION_NAMES if is_entry or is_way else ()


def _check_name(
    findings: Findings, path: Path, name: str, member: str, names: set[str] | None
) -> None:
    known = TEMPLATE_MEMBERS.get(name)
    if name == ROUND and names is not None and name not in names:
        hint = "only inside a `repeat`"
        findings.wrong(path, f"template: there is no `{ROUND}` here", code="template", hint=hint)
        return
    if names is not None and name not in names:
        findings.unknown(path, f"template: unknown name `{name[:60]}`", name, names)
    elif known is not None and member and member not in known:
        hint = "docs/scenarios.md has the words" if name == "fake" else ""
        said = f"template: {name} has no `{member[:60]}`"
        findings.unknown(path, said, member, known, hint=hint)
    elif name == "fake" and not member:
        said, hint = "template: `fake` needs a word", "such as `fake.name`"
        findings.wrong(path, said, code="template", hint=hint)
    else:
        return
    # what was meant is a part of the text, not the text
    findings.replaced.pop(path, None)
    findings.dropped.add(path)


def texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text of a value, with its path."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from texts(member, (*path, key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from texts(member, (*path, index))
    elif isinstance(value, str):
        yield path, value
