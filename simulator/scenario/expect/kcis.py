"""What a scenario expects of its KCIs, beside what its own timelines send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, prod
from typing import Any

from simulator.formats.strict_yaml import Path
from simulator.language.answers import listed, overlap
from simulator.language.faults import Drop
from simulator.model import Vocabulary
from simulator.scenario.expect.lines import ExpectLine
from simulator.scenario.findings import Findings
from simulator.scenario.words import parts_of, steps_of


@dataclass(frozen=True, slots=True)
class _Sending:
    """A step that sends a KCI, so often at `most`. `is_own`: it stands in the file's own timeline,
    not in an entry.
    """

    path: Path
    code: Any
    answered: Any
    is_own: bool
    most: float


def check_kcis(findings: Findings, lines: Sequence[ExpectLine], vocabulary: Vocabulary) -> None:
    """Report codes that the contract does not have; doubt what the file's own steps do not do."""
    sendings = _sendings(findings, vocabulary)
    for line in lines:
        code = line.members.get("send")
        if line.word == "kci" and isinstance(code, str) and code not in vocabulary.codes:
            findings.unknown(line.at("send"), f"unknown code `{code[:60]}`", code, vocabulary.codes)
        elif sendings is not None:
            _check(findings, line, sendings)


def _sendings(findings: Findings, vocabulary: Vocabulary) -> list[_Sending] | None:
    """None where a mistake leaves open what is sent."""
    if any("timeline" in path for path in findings.dropped - findings.replaced.keys()):
        return None
    return [
        _Sending(
            where,
            findings.replaced.get((*where, "send"), step["send"]),
            step.get("answered"),
            is_own=not path,
            most=_most(findings, where, step) * _asked(part, path),
        )
        for path, _, part in parts_of(findings.document, vocabulary)
        for where, step in steps_of(part, path)
        if "send" in step and step.get("fault") != Drop.word
    ]


def _asked(part: Mapping[str, Any], path: Path) -> float:
    """How often a timeline is played at most: that of an entry as often as it answers."""
    times = part.get("times", inf) if path else 1
    return times if isinstance(times, int) else inf


def _most(findings: Findings, path: Path, step: Mapping[str, Any]) -> float:
    """How often a step sends its message when its timeline is played: in each round. A fault may
    send it more often.
    """
    if "fault" in step:
        return inf
    places = [path[:end] for end, key in enumerate(path, 1) if key == "repeat"]
    rounds = [findings.value((*place, "times")) for place in places]
    return prod(each if isinstance(each, int) else inf for each in rounds)


def _check(findings: Findings, line: ExpectLine, sendings: Sequence[_Sending]) -> None:
    code = line.members.get("send")
    if line.word == "kci" and isinstance(code, str):
        alike = [sending for sending in sendings if sending.code == code]
        if not alike:
            said = f"no step of this file sends {code}"
            findings.doubt(line.at("send"), said, code="unmet", hint=_known(sendings))
        elif not findings.is_wrong(line.at("count")):
            _check_count(findings, line, sum(sending.most for sending in alike))
        _check_answer(findings, line, alike)
    elif line.word == "every_kci" and not sendings:
        findings.doubt(line.at(), "no step of this file sends a KCI", code="unmet", at_key=True)
    elif findings.value(line.at()) is True:
        own = next((sending for sending in sendings if sending.is_own), None)
        if own:
            number = findings.located.place(own.path).line
            said = f"`no_kci`, but the step on line {number} sends {own.code}"
            hint = "right only where a request withdraws that before it is due"
            findings.doubt(line.at(), said, code="unmet", hint=hint)


def _check_count(findings: Findings, line: ExpectLine, most: float) -> None:
    if line.least > most:
        often = "once" if most == 1 else f"{most:g} times"
        said = f"count: this file sends {line.members['send']} {often} at most"
        findings.doubt(line.at("count"), said, code="unmet")


def _known(sendings: Sequence[_Sending]) -> str:
    codes = dict.fromkeys(str(sending.code) for sending in sendings)
    return f"one of: {', '.join(codes)}" if codes else "there are none here"


def _check_answer(findings: Findings, line: ExpectLine, alike: Sequence[_Sending]) -> None:
    """Report an answer that each step with this code excludes."""
    wanted = line.members.get("answered")
    given = [sending.answered for sending in alike]
    if wanted is None or not given or None in given:
        return
    if not any(overlap(listed(wanted), listed(each)) for each in given):
        number = findings.located.place(alike[0].path).line
        said = f"answered: the step on line {number} wants another answer"
        findings.wrong(line.at("answered"), said, code="never")
