"""A compiled check takes only what marshmallow takes, and a rule that it does not know is refused
translation.
"""

from __future__ import annotations

import inspect
from typing import Any, ClassVar

import pytest
from marshmallow import (
    Schema,
    ValidationError,
    fields,
    post_dump,
    post_load,
    pre_load,
    validate,
    validates,
    validates_schema,
)

from simulator.formats.compiled import Untranslatable, fits, translate
from simulator.formats.schema import (
    Boolean,
    CalendarDate,
    Excluding,
    Integer,
    Mapped,
    Moment,
    Number,
    OneOfTypes,
    Strict,
    String,
    Tolerant,
    listed,
    nested,
    unknown_members,
)
from simulator.formats.validators import Length, OneOf, Range, Regexp

AWKWARD: list[Any] = [
    *(None, True, False, 0, 1, 2, 3, 4, -1, 1.0, 1.5, 4.0, 2**53, float(2**53), 1e300, 10**30),
    *("", "a", "ab", "abc", "abcd", "a\n", "A", "é", "1", "true", "\U0001f600"),
    *("2026-03-02", "2026-02-30", "20260302", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00"),
    *("2026-03-02T09:00+01:00", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"),
    *([], {}, ["a"], [None], [[]], [1], [True], ["a", "b", "c", "d"], [{}], {"a": 1}, {"b": None}),
    *({"a": "a"}, {"kind": "one"}, {"kind": "one", "a": 1}, {"kind": ["one"]}, {"kind": None}),
    *({"kind": "two", "a": 1}, {"kind": "one", "a": 1, "b": 2}, [{"a": 1}], [{"a": 1, "b": 1}]),
]


class Inner(Tolerant):
    a = Integer(required=True)


class Typed(Tolerant):
    kind = String(required=True)
    a = Integer(required=True)


FIELDS: dict[str, Any] = {
    "text": String(),
    "short": String(validate=Length(min=1, max=3)),
    "exact": String(validate=Length(equal=2)),
    "choice": String(validate=OneOf(["a", "é"])),
    "pattern": String(validate=Regexp(r"[a-z]{1,3}$")),
    "both": String(validate=[Regexp(r"[a-z]+$"), OneOf(["a", "A"])]),
    "whole": Integer(validate=Range(min=1, max=3)),
    "open": Integer(validate=Range(min=1, max=3, min_inclusive=False, max_inclusive=False)),
    "status": Integer(validate=OneOf([1, 4])),
    "number": Number(validate=Range(min=1.5)),
    "flag": Boolean(),
    "date": CalendarDate(),
    "short_date": CalendarDate(validate=Length(max=9)),
    "moment": Moment(),
    "map": Mapped(validate=Length(max=1)),
    "list": listed(String(validate=Length(min=1))),
    "few": listed(String(allow_none=True), validate=Length(min=1, max=3)),
    "lists": listed(listed(Integer())),
    "inner": nested(Inner),
    "inners": listed(nested(Inner)),
    "part": nested(Inner(partial=True)),
    "typed": OneOfTypes("kind", {"one": Typed}),
    "plain": OneOfTypes("kind", {"one": Typed}, plain=True),
    "null": String(allow_none=True, validate=Length(min=2)),
    "named": String(data_key="theName"),
}


def variants(name: str) -> list[Schema]:
    """A schema with one field: as it is, required, and with nulls; each also for a part."""
    found: list[Schema] = []
    for options in ({}, {"required": True}, {"allow_none": True}):
        field = FIELDS[name]
        for option, value in options.items():
            field = type(field).__new__(type(field))
            field.__dict__.update(FIELDS[name].__dict__)
            setattr(field, option, value)
        kind = Tolerant.from_dict({"member": field})
        found += [kind(), kind(partial=True), kind(partial=False)]
    return found


@pytest.mark.parametrize("name", FIELDS)
def test_it_says_what_marshmallow_says(name: str) -> None:
    taken = 0
    for schema in variants(name):
        translate(schema)
        key = FIELDS[name].data_key or "member"
        for document in [{}, *({key: value} for value in AWKWARD)]:
            wrong = schema.validate(document) or list(unknown_members(schema, document))
            whole_as_float = any(
                isinstance(value, float) and value.is_integer() for value in document.values()
            )
            if not whole_as_float:
                assert fits(schema, document) is not bool(wrong), document
            assert not (fits(schema, document) and wrong), document
            taken += not wrong
        assert not fits(schema, {key: AWKWARD[17], "strange": 1})
    assert taken > 6


@pytest.mark.parametrize("document", [None, [], "a", 1, True, [{}]])
def test_what_is_no_object_does_not_fit(document: Any) -> None:
    assert not fits(Inner(partial=True), document)


class Known(fields.String):
    """A type that nobody told the translator of, though its parent is known."""


class Dated(CalendarDate):
    """A subclass says for itself that its verdict hangs on the value alone."""


class Chosen(OneOf):
    pass


class Elsewhere(Strict):
    elsewhere: ClassVar = {"a": "it belongs elsewhere"}
    a = String()


class Without(Excluding):
    forbids = ("a",)
    a = String()


class Hooked(Tolerant):
    a = String()

    @validates_schema
    def check(self, data: Any, **kwargs: Any) -> None:
        raise ValidationError("never")


class FieldHooked(Tolerant):
    a = String()

    @validates("a")
    def check(self, value: Any, **kwargs: Any) -> None:
        raise ValidationError("never")


class Before(Tolerant):
    a = String()

    @pre_load
    def change(self, data: Any, **kwargs: Any) -> Any:
        raise ValidationError("never")


class After(Tolerant):
    a = String()

    @post_load
    def change(self, data: Any, **kwargs: Any) -> Any:
        raise ValidationError("never")


class Overridden(Tolerant):
    a = String()

    def handle_error(self, *args: Any, **kwargs: Any) -> None:
        raise ValidationError("never")


class AnotherHook(Excluding):
    a = String()

    @validates_schema(pass_original=True)
    def refuse_foreign(self, data: Any, original: Any, **kwargs: Any) -> None:  # type: ignore[override]
        raise ValidationError("never")


class Endless(Tolerant):
    a = fields.Nested(lambda: Endless())


def odd_option() -> Any:
    field = String()
    field.casefold = True  # type: ignore[attr-defined]
    return field


def odd_schema() -> Schema:
    schema = Inner()
    schema.casefold = True  # type: ignore[attr-defined]
    return schema


def of(field: Any) -> Schema:
    return Tolerant.from_dict({"a": field})()


REFUSED: dict[str, Schema] = {
    "a field type": of(fields.Email()),
    "marshmallow's own type": of(fields.String()),
    "a subclass of a known type": of(Known()),
    "a subclass of a dated type": of(Dated()),
    "a field type in a list": of(listed(fields.Url())),
    "a field type in a part": of(nested(Tolerant.from_dict({"b": fields.UUID()}))),
    "a field type of one choice": of(
        OneOfTypes("kind", {"b": Tolerant.from_dict({"b": fields.UUID()})})
    ),
    "a validator": of(String(validate=validate.Email())),
    "marshmallow's own validator": of(String(validate=validate.OneOf(["a"]))),
    "a subclass of a known validator": of(String(validate=Chosen(["a"]))),
    "a function": of(String(validate=lambda value: value)),
    "a validator of an odd field": of(Number(validate=OneOf([1]))),
    "an odd choice": of(String(validate=OneOf(["a", None]))),
    "a validator of a part": of(nested(Inner, validate=Length(min=1))),
    "a default": of(String(load_default="b")),
    "a dotted name": of(String(attribute="b.c")),
    "an option of a field": of(odd_option()),
    "an option of a schema": odd_schema(),
    "many": Inner(many=True),
    "many of a part": of(fields.Nested(Inner, many=True)),
    "a part by names": Inner(partial=("a",)),
    "a schema's rule": Hooked(),
    "a field's rule": FieldHooked(),
    "a schema's step before": Before(),
    "a schema's step after": After(),
    "a changed method": Overridden(),
    "a changed rule": AnotherHook(),
    "a part of itself": Endless(),
    "a known key that belongs elsewhere": Elsewhere(),
    "a known key that is forbidden": Without(),
}

if "pre_load" in inspect.signature(fields.Field.__init__).parameters:  # not in marshmallow 4.0
    REFUSED |= {
        "a step before": of(String(pre_load=str.strip)),
        "a step after": of(String(post_load=str.strip)),
    }


@pytest.mark.parametrize("what", REFUSED)
def test_an_unknown_rule_is_refused_translation(what: str) -> None:
    with pytest.raises(Untranslatable, match=r"\w"):
        translate(REFUSED[what])
    assert not fits(REFUSED[what], {"a": "a"}) and not fits(REFUSED[what], {})


def test_rules_about_unknown_members_and_about_writing_are_known() -> None:
    class Written(Strict):
        elsewhere = {"c": "it is elsewhere"}
        later = ("d",)
        a = String()

        @post_dump
        def change(self, data: Any, **kwargs: Any) -> Any:
            return data

    assert fits(Written(), {"a": "a"})
    assert not any(fits(Written(), {name: "a"}) for name in ("b", "c", "d"))
