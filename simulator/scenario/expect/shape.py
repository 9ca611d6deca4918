"""The shape of `expect`, as marshmallow schemas: what the gateway ought to do."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from simulator.formats.schema import (
    Boolean,
    Integer,
    Note,
    Strict,
    String,
    listed,
    nested,
)
from simulator.formats.validators import OneOf, Range
from simulator.model import Expectation, ExpectedKcis, ExpectedRequest, NoKci, NoRequest
from simulator.scenario.expect.fields import Deadline, HowOften, Operations
from simulator.scenario.fault_fields import Answered
from simulator.scenario.when_field import When

_EXAMPLE = "- {every_kci: {answered: 204, within: 2s}}"
_NEEDED = {"spaced": (3, "two pauses"), "same_body": (2, "two bodies")}


def _only_true(value: bool) -> None:
    if not value:
        raise ValidationError(Note("must be true", hint="or leave it out"))


class _Part(Strict):
    """What stands behind an expectation's word."""

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_nothing(self, data: Any, original: Any, **kwargs: Any) -> None:
        if original == {}:
            raise ValidationError("is empty: it says nothing")


class EveryKciSchema(_Part):
    """`every_kci`."""

    answered = Answered()
    within = Deadline()
    attempts = Integer(validate=Range(min=1, max=100))

    @post_load
    def make(self, data: Any, **kwargs: Any) -> ExpectedKcis:
        return ExpectedKcis(**data)


class KciSchema(EveryKciSchema):
    """`kci`."""

    send = String(required=True)
    count = HowOften()


class RequestSchema(_Part):
    """`request`."""

    operations = Operations(data_key="operation")
    when = When()
    within = Deadline(calendar=True)
    count = HowOften()
    spaced = String(validate=OneOf(["growing"]))
    same_body = Boolean(validate=_only_true)

    @validates_schema
    def check_repeats(self, data: Any, **kwargs: Any) -> None:
        """What compares requests needs enough of them."""
        most = data["count"].at_most if "count" in data else None
        wrong = {
            key: [Note(f"compares {what}: `count` must allow {least} requests", code="never")]
            for key, (least, what) in _NEEDED.items()
            if key in data and most is not None and most < least
        }
        if wrong:
            raise ValidationError(wrong)

    @post_load
    def make(self, data: Any, **kwargs: Any) -> ExpectedRequest:
        return ExpectedRequest(**data)


class NoRequestSchema(_Part):
    """`no_request`."""

    operations = Operations(data_key="operation", required=True)
    within = Deadline(calendar=True)

    @post_load
    def make(self, data: Any, **kwargs: Any) -> NoRequest:
        return NoRequest(**data)


class ExpectationSchema(Strict):
    """One line of `expect`: one word, and what belongs to it."""

    elsewhere = dict.fromkeys(
        (*KciSchema().fields, *RequestSchema().fields, "operation"),
        "it belongs to `kci`, `request` ...: check the indentation",
    )

    every_kci = nested(EveryKciSchema)
    kci = nested(KciSchema)
    no_kci = Boolean(validate=_only_true)
    request = nested(RequestSchema)
    no_request = nested(NoRequestSchema)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_one(self, data: Any, original: Any, **kwargs: Any) -> None:
        """One word."""
        if not isinstance(original, dict):
            return
        words = [key for key in original if key in self.fields]
        if not original:
            raise ValidationError(Note("an expectation needs a word", hint=_EXAMPLE))
        if len(words) > 1:
            hint = f"`{words[0]}` stands here already: begin another line with `- `"
            note = Note("an expectation has one word", hint=hint, at_key=True)
            raise ValidationError({words[1]: [note]})

    @post_load
    def make(self, data: Any, **kwargs: Any) -> Expectation:
        ((word, found),) = data.items()
        return NoKci() if word == "no_kci" else found


def _not_empty(value: list[Expectation]) -> None:
    if not value:
        raise ValidationError(Note("is empty: it says nothing", hint=_EXAMPLE))


def expect_field() -> fields.List[Any]:
    """The list of the file."""
    return listed(nested(ExpectationSchema), validate=_not_empty)
