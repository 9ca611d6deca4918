"""What a scenario expects of the gateway: words that the contract does not have, and expectations
that cannot be met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.base.errors import RenderFailed
from simulator.language import template
from simulator.language.answers import listed, overlap
from simulator.model import Vocabulary
from simulator.scenario.constructs import is_template, split_note
from simulator.scenario.expect.fields import read_within
from simulator.scenario.expect.kcis import check_kcis
from simulator.scenario.expect.lines import (
    OF_KCIS,
    OF_REQUESTS,
    ExpectLine,
    lines_in,
    whole_word,
)
from simulator.scenario.findings import Findings
from simulator.scenario.reach import refuses
from simulator.scenario.templates import TEMPLATE_NAMES, texts
from simulator.scenario.timing import defaults_of


def check_expect(findings: Findings, vocabulary: Vocabulary, params: dict[str, Any]) -> None:
    """Report expectations that name what is not there, or contradict each other; doubt those that
    the file's own story does not meet.
    """
    lines = list(lines_in(findings.document))
    values = defaults_of(params)
    for number, line in enumerate(lines):
        _check_templates(findings, line)
        _check_within(findings, line, values)
        if line.word in OF_REQUESTS:
            _check_operations(findings, line, vocabulary)
            _check_actions(findings, line, vocabulary)
        _check_pairs(findings, line, lines[:number])
    check_kcis(findings, [line for line in lines if line.word not in OF_REQUESTS], vocabulary)


def _check_templates(findings: Findings, line: ExpectLine) -> None:
    """What is expected is known with the order: parameters are, other names are not."""
    for path, text in texts(line.members, line.at()):
        try:
            names = sorted({name for name, *_ in template.reads(text)} & {*TEMPLATE_NAMES})
        except ValueError:
            continue  # that is told for every template
        if names:
            said = f"template: `{names[0]}` is not known here"
            hint = "an expectation reads parameters only"
            findings.wrong(path, said, code="template", hint=hint)


def _check_within(findings: Findings, line: ExpectLine, values: Mapping[str, Any]) -> None:
    """A template with the parameters' defaults must be a time."""
    within = line.members.get("within")
    if not isinstance(within, str) or not is_template(within):
        return
    try:
        if any(values.get(name) is None for name, *_ in template.reads(within)):
            return
        read_within(template.render(within, values), calendar=line.word in OF_REQUESTS)
    except RenderFailed as error:
        findings.wrong(line.at("within"), f"within: {error}", code="template")
    except ValueError as error:
        note = split_note(error)
        findings.wrong(line.at("within"), f"within: {note.text}", hint=note.hint)


def _check_operations(findings: Findings, line: ExpectLine, vocabulary: Vocabulary) -> None:
    known = vocabulary.operations
    for path, word in line.operations():
        if isinstance(word, str) and word not in known:
            said = f"unknown operation `{word[:60]}`"
            findings.unknown(path, said, whole_word(word, known), known)
        elif word in vocabulary.begins and findings.document.get("begins") != "supplier":
            said = f"the supplier begins {word}, no request does"
            findings.doubt(path, said, code="unmet")


def _check_actions(findings: Findings, line: ExpectLine, vocabulary: Vocabulary) -> None:
    """A request can come, and its `when` is about requests of one kind."""
    document = findings.document
    actions = line.actions(document, vocabulary)
    first = next(iter(actions.values()), "")
    for path, action in actions.items():
        if document.get("begins") == "supplier" and action == "create":
            said, hint = "no request begins such an order", "name the `operation` of a later one"
            findings.wrong(path, said, code="purpose", hint=hint, at_key=path == line.at())
        elif action != first and line.word == "request":
            said = f"operation: `{findings.value(path)}` is another kind of request"
            hint = "write a line for each kind"
            findings.wrong(path, said, code="operation", hint=hint)
        elif action != "create" and _has_no_order(document):
            findings.doubt(path, "there is no order that this request is about", code="unmet")


def _has_no_order(document: Mapping[str, Any]) -> bool:
    return document.get("for", "order") == "order" and refuses(document.get("reply"))


def _check_pairs(findings: Findings, line: ExpectLine, before: Sequence[ExpectLine]) -> None:
    """Report what an expectation says against one that stands before it, or after it."""
    for first in before:
        number = findings.located.place(first.path).line
        if (line.word, line.members) == (first.word, first.members):
            said = f"the same expectation stands on line {number}"
            findings.wrong(line.path, said, code="twice")
            break
        if findings.is_wrong(line.path) or findings.is_wrong(first.path):
            continue
        if _exclude_each_other(line, first):
            said = f"`{line.word}` contradicts `{first.word}` on line {number}"
            findings.wrong(line.at(), said, code="never", at_key=True)
            break


def _exclude_each_other(line: ExpectLine, other: ExpectLine) -> bool:
    both = {line.word: line, other.word: other}
    if "no_kci" in both:
        return bool(both.keys() & {*OF_KCIS})
    if len(both) == 1:
        return _differ(line, other)
    return both.keys() == {*OF_REQUESTS} and _is_forbidden(both["request"], both["no_request"])


def _differ(one: ExpectLine, other: ExpectLine) -> bool:
    """Whether two lines with the same word are about the same and want something else of it."""
    mine, yours = one.members, other.members
    if any(mine.get(key) != yours.get(key) for key in ("send", "operation", "when")):
        return False
    if mine.keys() & yours.keys() >= {"answered"} and not overlap(
        listed(mine["answered"]), listed(yours["answered"])
    ):
        return True
    is_one_time = one.word in OF_KCIS or mine.get("within") == yours.get("within")
    return is_one_time and max(one.least, other.least) > min(one.most, other.most)


def _is_forbidden(wanted: ExpectLine, forbidden: ExpectLine) -> bool:
    """Whether every request that is wanted is forbidden."""
    named = {str(word) for _, word in wanted.operations()}
    if not named or not named <= {str(word) for _, word in forbidden.operations()}:
        return False
    if "within" not in forbidden.members:
        return True
    latest, quiet = (_length(each.members.get("within")) for each in (wanted, forbidden))
    return latest is not None and quiet is not None and latest <= quiet


def _length(within: Any) -> int | None:
    """A duration in microseconds; None where it is none, or is known with the order only."""
    try:
        read = None if is_template(within) else read_within(within, calendar=True)
    except ValueError:
        return None
    return read if isinstance(read, int) else None
