"""marshmallow, the strict way: no type is ever coerced, and the message for an unknown key names
the nearest valid one.

Each message knows its class. A `Misfit` reads well but is not possible (an enumeration, a range, a
length, a pattern); every other message says that the document is malformed (a missing member, a
wrong type). The dialects answer 422 and 400 by that.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from marshmallow import (
    EXCLUDE,
    INCLUDE,
    Schema,
    ValidationError,
    fields,
    validates_schema,
)

from simulator.base import errors, instants
from simulator.formats.validators import Misfit, brief

Path = tuple[Hashable, ...]


class Note(str):
    """A message with its parts: the `hint` in brackets at its end, the valid word that was probably
    `meant`, whether it is about a key and not about a value, and its code.
    """

    text: str
    hint: str
    meant: str
    at_key: bool
    code: str

    def __new__(
        cls,
        text: str,
        *,
        hint: str = "",
        meant: str = "",
        at_key: bool = False,
        code: str = "invalid",
    ) -> Note:
        note = super().__new__(cls, f"{text} ({hint})" if hint else text)
        note.text, note.hint, note.meant, note.at_key, note.code = text, hint, meant, at_key, code
        return note


def unknown_key(key: str, known: Iterable[str], hint: str = "") -> Note:
    """The refusal of a key that is not known, with the one that was probably meant."""
    words = list(known)
    hint = hint or errors.nearest(key, words) or "there are none here"
    meant = errors.closest(key, words)
    return Note(f"unknown key `{key}`", hint=hint, meant=meant, at_key=True, code="unknown_key")


class String(fields.String):
    """A JSON string, nothing else."""

    default_error_messages = {"invalid": "must be a string"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return value


class Integer(fields.Integer):
    """A JSON integer; neither "12", 12.5 nor true."""

    default_error_messages = {"invalid": "must be an integer"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        return value


class Number(fields.Float):
    """A JSON number, not a boolean."""

    default_error_messages = {"invalid": "must be a number"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.make_error("invalid")
        return value


class Boolean(fields.Boolean):
    """true or false, nothing that looks like them."""

    default_error_messages = {"invalid": "must be true or false"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class CalendarDate(fields.Date):
    """An ISO 8601 date, kept as the string that came."""

    by_value = True
    """The verdict hangs on the value alone: `compiled` may ask this class, but no subclass."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError("must be a string")
        try:
            if len(value) != 10:
                raise ValueError
            date.fromisoformat(value)
        except ValueError:
            raise ValidationError(
                f"`{brief(value)}` is not a date YYYY-MM-DD (date_range)"
            ) from None
        return value


class Moment(fields.DateTime):
    """An ISO 8601 date-time with an offset, kept as the string that came."""

    by_value = True

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError("must be a string")
        try:
            if len(value) == 10:
                raise ValueError("a date alone is not a date-time")
            instants.parse_instant(value)
        except (ValueError, OverflowError) as error:
            raise ValidationError(f"{error} (date_range)") from None
        return value


class Mapped(fields.Raw):
    """A map whose members are free."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("must be a map")
        return value


class OneOfTypes(fields.Field):  # type: ignore[type-arg]
    """An object whose member `key` says which schema it keeps; a `plain` one may be a string
    instead.
    """

    def __init__(
        self, key: str, schemas: Mapping[str, type[Schema]], *, plain: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self.key = key
        self.schemas = {name: schema() for name, schema in schemas.items()}
        self.plain = plain

    def schema_of(self, value: Any) -> Schema | None:
        """The schema of an object, None when its type is not known."""
        name = value.get(self.key) if isinstance(value, dict) else None
        return self.schemas.get(name) if isinstance(name, str) else None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if self.plain and isinstance(value, str):
            return value
        if not isinstance(value, dict):
            raise ValidationError("must be an object")
        schema = self.schema_of(value)
        if schema is None:
            name = value.get(self.key)
            known = Misfit(f"`{brief(name)}` is not valid, one of: {', '.join(self.schemas)}")
            said = (
                "is required"
                if name is None
                else known
                if isinstance(name, str)
                else "must be a string"
            )
            raise ValidationError({self.key: [said]})
        messages = schema.validate(value, partial=kwargs.get("partial"))
        if messages:
            raise ValidationError(dict(messages))
        return value


class Tolerant(Schema):
    """For documents from outside: unknown members are let through (a conformance tool must carry
    what it does not know).
    """

    error_messages = {"type": "must be an object"}

    class Meta:
        unknown = EXCLUDE


class Excluding(Tolerant):
    """The bodies of one path exclude each other by their members."""

    forbids: tuple[str, ...] = ()

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_foreign(self, data: Any, original: Any, **kwargs: Any) -> None:
        found = [name for name in self.forbids if isinstance(original, dict) and name in original]
        if found:
            said = Misfit("is not part of this kind of order")
            raise ValidationError({name: [said] for name in found})


class Strict(Schema):
    """For our own files: an unknown key is a problem that names the nearest valid one."""

    error_messages = {"type": "must be a map"}
    elsewhere: Mapping[str, str] = {}
    """Keys that belong somewhere else, and what to say of them."""

    class Meta:
        unknown = INCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_unknown(self, data: Any, original: Any, **kwargs: Any) -> None:
        if not isinstance(original, dict):
            return
        known = {field.data_key or name for name, field in self.fields.items()}
        free = known - original.keys()  # a key that is there is not what another one was to be
        found: dict[str, list[str]] = {}
        for key in original:
            if key not in known:
                hint = "" if errors.closest(key, free) else self.elsewhere.get(key, "")
                found[key] = [unknown_key(key, free, hint)]
        if found:
            raise ValidationError(found)


def nested(schema: type[Schema] | Schema | Callable[[], Schema], **options: Any) -> fields.Nested:
    """A nested schema whose wrong type is said plainly."""
    message = (
        "must be a map"
        if isinstance(schema, type) and issubclass(schema, Strict)
        else "must be an object"
    )
    return fields.Nested(schema, error_messages={"type": message, **_REQUIRED}, **options)


def listed(inner: Any, **options: Any) -> fields.List[Any]:
    """A list whose wrong type is said plainly."""
    return fields.List(inner, error_messages={"invalid": "must be a list", **_REQUIRED}, **options)


_REQUIRED = {"required": "is required", "null": "must not be null"}
for _field in (String, Integer, Number, Boolean, CalendarDate, Moment, Mapped, OneOfTypes):
    _field.default_error_messages = {**getattr(_field, "default_error_messages", {}), **_REQUIRED}


def load(schema: Schema, document: Any) -> tuple[Any, list[tuple[Path, str]]]:
    """What a document says by a schema, and the problems that keep it from being loaded: one of
    them is empty.
    """
    try:
        return schema.load(document), []
    except ValidationError as error:
        return None, list(flatten(error.messages))


def load_field(field: fields.Field[Any], value: Any) -> tuple[Any, list[tuple[Path, str]]]:
    """The same for one field alone."""
    try:
        return field.deserialize(value), []
    except ValidationError as error:
        return None, list(flatten(error.messages))


def flatten(messages: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Turn marshmallow's nested messages into (path, message) pairs; `_schema` means the object
    itself.
    """
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from flatten(inner, path if key == "_schema" else (*path, key))
    elif isinstance(messages, str):
        yield path, messages
    elif isinstance(messages, Iterable):
        for inner in messages:
            yield from flatten(inner, path)


def dotted(path: Path) -> str:
    """A field path as people write it: `address.id`, `engineerTasks[2]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def unknown_members(schema: Schema, document: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of members that the schema does not know, for findings; nothing is refused here."""
    if not isinstance(document, dict):
        return
    known = {field.data_key or name: field for name, field in schema.fields.items()}
    for key, value in document.items():
        field = known.get(key)
        if field is None:
            yield (*path, key)
        elif isinstance(field, fields.Nested):
            yield from unknown_members(field.schema, value, (*path, key))
        elif isinstance(field, OneOfTypes):
            chosen = field.schema_of(value)
            yield from unknown_members(chosen, value, (*path, key)) if chosen else ()
        elif (
            isinstance(field, fields.List)
            and isinstance(field.inner, fields.Nested)
            and isinstance(value, list)
        ):
            for index, entry in enumerate(value):
                yield from unknown_members(field.inner.schema, entry, (*path, key, index))
