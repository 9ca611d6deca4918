"""What the fields of a scenario file share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from marshmallow import ValidationError, fields

from simulator.base.errors import split_hint
from simulator.formats.schema import Note
from simulator.formats.strict_yaml import Path

NO_VALUE = "has no value"

TIMELINES: tuple[Path, ...] = (("timeline",), ("otherwise",))
"""The keys of lists of steps, as they end the path of one."""

Wrong = dict[Any, Any]
"""What is wrong with the parts of a construct, by their keys, as marshmallow wants it."""


class Construct(fields.Field):  # type: ignore[type-arg]
    """A field with the message for a key without a value."""

    default_error_messages = {"null": NO_VALUE, "required": "is required"}


_Key = TypeVar("_Key")
_Part = TypeVar("_Part")


def read_each(parts: Mapping[_Key, Any], read: Callable[[_Key, Any], _Part]) -> dict[_Key, _Part]:
    """What each part is read as. ValidationError has what is wrong with any of them."""
    found: dict[_Key, _Part] = {}
    wrong: Wrong = {}
    for key, part in parts.items():
        try:
            found[key] = read(key, part)
        except ValidationError as error:
            wrong[key] = error.messages
    if wrong:
        raise ValidationError(wrong)
    return found


def is_template(value: Any) -> bool:
    """Whether a value is text with an expression in it."""
    return isinstance(value, str) and "{{" in value


def split_note(error: ValueError) -> Note:
    """A sentence with its advice at its end, as a message and its hint."""
    text, hint = split_hint(str(error))
    if not hint:
        text, _, hint = text.partition(": ")
    return Note(text, hint=hint)
