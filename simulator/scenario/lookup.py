"""`by`: the path to what a draw hangs on, of a branch or of a mix."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from simulator.formats.schema import Note
from simulator.formats.strict_yaml import Path
from simulator.language import matching, paths
from simulator.model import Vocabulary
from simulator.scenario.constructs import Construct
from simulator.scenario.documents import strange
from simulator.scenario.findings import Findings

_OF_ORDERS = ("order", "param", "marked", "open", "now")
"""Prefixes and words of a path that say nothing of a new order's request."""


class LookupPath(Construct):
    """A path as that of a condition; `of_request`: one into the request of a new order."""

    def __init__(self, *, of_request: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.of_request = of_request

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(Note("must be a path into the request", hint="address.id"))
        try:
            matching.check_path(value)
        except ValueError as error:
            raise ValidationError(f"`{value[:60]}`: {error}") from None
        if self.of_request and value.partition(".")[0] in _OF_ORDERS:
            said = f"`{value[:60]}` is no part of a request"
            raise ValidationError(Note(said, hint="a path into its body, header.NAME, tenant"))
        return value


def check_by(findings: Findings, vocabulary: Vocabulary, action: str, place: Path) -> None:
    """Warn of a draw by a member that no request of an action has."""
    by, members = findings.value(place), vocabulary.requests.get(action, {})
    if not isinstance(by, str) or findings.is_wrong(place) or not members:
        return
    if by in matching.WORDS or by.partition(".")[0] in matching.PREFIXES:
        return
    if found := strange(members, paths.parse(by)):
        findings.doubt(place, f"by: {found.message}", code="unknown_path", hint=found.hint)
