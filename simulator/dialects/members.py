"""What a contract's documents may hold, from the schemas that check them."""

from __future__ import annotations

from collections.abc import Iterator

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from simulator.formats.schema import OneOfTypes
from simulator.model import Known, Members

_ANY = Known()
_FLAGS = Known(values=("true", "false"))


def members_of(*schemas: Schema) -> Members:
    """The members of these documents. A member that several of them have may have the values of
    all.
    """
    found: dict[str, Known] = {}
    for schema in schemas:
        for path, known in _members(schema, ""):
            found[path] = _either(found[path], known) if path in found else known
    return found


def _either(one: Known, other: Known) -> Known:
    values = (*one.values, *other.values) if one.values and other.values else ()
    return Known(values=tuple(dict.fromkeys(values)), free=one.free or other.free)


def _members(schema: Schema, prefix: str) -> Iterator[tuple[str, Known]]:
    for name, field in schema.fields.items():
        yield from _field(field, f"{prefix}{field.data_key or name}")


def _field(field: fields.Field, path: str) -> Iterator[tuple[str, Known]]:  # type: ignore[type-arg]
    if isinstance(field, fields.List):
        yield path, _ANY
        yield from _field(field.inner, f"{path}[]")
    elif isinstance(field, fields.Nested):
        yield path, _ANY
        yield from _members(field.schema, f"{path}.")
    elif isinstance(field, OneOfTypes):
        yield path, _ANY
        yield f"{path}.{field.key}", Known(values=tuple(field.schemas))
        inner = members_of(*field.schemas.values())
        yield from ((f"{path}.{name}", inner[name]) for name in inner if name != field.key)
    elif isinstance(field, fields.Raw):
        yield path, Known(free=True)
    elif isinstance(field, fields.Boolean):
        yield path, _FLAGS
    else:
        yield path, Known(values=_choices(field))


def _choices(field: fields.Field) -> tuple[str, ...]:  # type: ignore[type-arg]
    """The values of an enumeration; none for any other field."""
    found = next((each for each in field.validators if isinstance(each, OneOf)), None)
    return tuple(map(str, found.choices)) if found else ()
