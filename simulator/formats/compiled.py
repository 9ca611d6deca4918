"""The happy path of a schema as one plain Python function, generated from the marshmallow schema.

marshmallow stays the only source of what a contract wants. `fits` says that a document keeps its
schema and has no member that the schema does not know. Where it says no, the document need not be
wrong: then marshmallow is asked, and the messages are its own.

A rule that is not known here is never left out: its schema, and each that holds it, is refused
(`Untranslatable` says why), and marshmallow alone reads its documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing

from simulator.formats.schema import (
    Boolean,
    Excluding,
    Integer,
    Mapped,
    Number,
    OneOfTypes,
    Strict,
    String,
)
from simulator.formats.validators import Length, OneOf, Range, Regexp

Check = Callable[[Any], bool]

_TYPES = {String: "str", Integer: "int", Boolean: "bool", Mapped: "dict", fields.List: "list"}
"""What a value of each field must be. A whole number that is written 4101.0 goes the slow way."""

_LIMITED: dict[Any, tuple[Any, ...]] = {
    Length: (String, Mapped, fields.List),
    Range: (Integer, Number),
    OneOf: (String, Integer),
    Regexp: (String,),
}
"""Which fields each validator may stand at."""

_HOOKS = {Strict.refuse_unknown: "elsewhere", Excluding.refuse_foreign: "forbids"}
"""Rules over a whole object that only refuse members which `fits` does not know either, and the
attribute that names some of them.
"""

_DUMPING = ("pre_dump", "post_dump")
_OF_A_SCHEMA = {
    *("declared_fields", "dump_fields", "dump_only", "error_messages", "exclude", "fields"),
    *("load_fields", "load_only", "many", "only", "partial", "unknown"),
}
_OF_A_CLASS = {"Meta", "error_messages", "opts", "_declared_fields", "_hooks", "_abc_impl"}
_OF_A_FIELD = {
    *("allow_nan", "allow_none", "as_string", "attribute", "data_key", "dump_default", "dump_only"),
    *("error_messages", "exclude", "inner", "key", "load_default", "load_only", "many", "metadata"),
    *("name", "nested", "only", "parent", "plain", "post_load", "pre_load", "required", "root"),
    *("schemas", "strict", "unknown", "validate", "validators", "_schema"),
}
"""What marshmallow keeps of each, where our fields do not look at `allow_nan`, `as_string` and
`strict`. Anything else is an option that was not thought of here.
"""


class Untranslatable(Exception):
    """A schema has a rule that is not known here."""


def fits(schema: Schema, document: Any) -> bool:
    """Whether a document is known to keep a schema, to the last member. No means: ask marshmallow.

    The document is what a JSON parser returns. `schema` lives as long as the process.
    """
    return _check(schema)(document)


@lru_cache(maxsize=256)
def _check(schema: Schema) -> Check:
    try:
        return translate(schema)
    except Untranslatable:
        return _never


def _never(document: Any) -> bool:
    return False


def translate(schema: Schema) -> Check:
    """The function of a schema. Untranslatable names the rule that is not known here."""
    writer = _Writer()
    name = writer.schema(schema, None)
    source = "\n".join(writer.lines)
    exec(compile(source, f"<{type(schema).__name__}>", "exec"), writer.values)
    check: Check = writer.values[name]
    return check


class _Writer:
    """Writes a function for each schema, and keeps the values that they use."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.values: dict[str, Any] = {"ABSENT": object()}
        self.names = 0
        self.open: list[type[Schema]] = []
        self.written: dict[tuple[str, ...], str] = {}

    def name(self, kind: str) -> str:
        """A name inside one function."""
        self.names += 1
        return f"{kind}_{self.names}"

    def value(self, value: Any) -> str:
        """The name under which functions read a value."""
        if type(value) is int:
            return repr(value)
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return name
        name = f"value_{len(self.values)}"
        self.values[name] = value
        return name

    def function(self, kind: str, lines: list[str]) -> str:
        """Write a function of one document; its name. What is written already is not written again:
        many parts of an order are a contact.
        """
        body = tuple(lines)
        if body not in self.written:
            name = self.written[body] = f"{kind}_{len(self.written)}"
            self.lines += [f"def {name}(document):", *_inner(lines)]
        return self.written[body]

    def schema(self, schema: Schema, partial: Any) -> str:
        """Write the function of a schema; its name. `partial` is that of the schema around it, and
        goes before its own, as in marshmallow.
        """
        if type(schema) in self.open:
            raise Untranslatable(f"{type(schema).__name__} is a part of itself")
        _guard_schema(schema)
        partial = schema.partial if partial is None else partial
        if partial not in (None, False, True):
            raise Untranslatable(f"{type(schema).__name__}: partial {partial!r}")
        self.open.append(type(schema))
        outer, self.names = self.names, 0
        needed: list[str] = []
        lines: list[str] = []
        for key, field in _members(schema).items():
            required = field.required and not partial
            needed += [key] if required else []
            lines += self.member(key, field, required, partial)
        self.open.pop()
        self.names = outer
        begun = ["if type(document) is not dict:", "    return False", f"known = {len(needed)}"]
        return self.function("check", [*begun, *lines, "return known == len(document)"])

    def member(self, key: str, field: Any, required: bool, partial: Any) -> Iterator[str]:
        """The lines about one member of an object. Every one that is there is counted in `known`,
        the required ones from the start.
        """
        name = self.name("member")
        yield f"{name} = document.get({key!r}, ABSENT)"
        if required:
            yield from (f"if {name} is ABSENT:", "    return False")
            yield from self.field(name, field, partial)
        else:
            yield f"if {name} is not ABSENT:"
            yield "    known += 1"
            yield from _inner(self.field(name, field, partial))

    def field(self, name: str, field: Any, partial: Any) -> Iterator[str]:
        """The lines that return False where the value `name` does not keep a field."""
        if type(field).__dict__.get("by_value"):
            yield f"if not {self.value(_asking(field))}({name}):"
            yield "    return False"
            return
        _guard_field(field)
        lines = [*self.typed(name, field, partial), *self.validators(name, field)]
        if field.allow_none:
            yield f"if {name} is not None:"
            yield from _inner(lines)
        else:
            yield from lines

    def typed(self, name: str, field: Any, partial: Any) -> Iterator[str]:
        """The lines about a value's type, and about what it holds. All of them refuse None."""
        kind = type(field)
        if kind is Number:
            yield f"if type({name}) is not int and type({name}) is not float:"
        elif kind in _TYPES:
            yield f"if type({name}) is not {_TYPES[kind]}:"
        elif kind is fields.Nested and not field.many:
            yield f"if not {self.schema(field.schema, partial)}({name}):"
        elif kind is OneOfTypes:
            plain = f"type({name}) is not str and " if field.plain else ""
            yield f"if {plain}not {self.choice(field, partial)}({name}):"
        else:
            raise Untranslatable(f"the field type {kind.__name__}")
        yield "    return False"
        if kind is fields.List:
            entry = self.name("entry")
            yield f"for {entry} in {name}:"
            yield from _inner(self.field(entry, field.inner, partial))

    def choice(self, field: OneOfTypes, partial: Any) -> str:
        """Write the function that chooses the schema of an object by its type; its name."""
        checks = {kind: self.schema(schema, partial) for kind, schema in field.schemas.items()}
        entries = ", ".join(f"{kind!r}: {check}" for kind, check in checks.items())
        if (entries,) not in self.written:
            self.written[(entries,)] = f"table_{len(self.written)}"
            self.lines += [f"{self.written[(entries,)]} = {{{entries}}}"]
        table = self.written[(entries,)]
        return self.function(
            "choice",
            [
                "if type(document) is not dict:",
                "    return False",
                f"kind = document.get({field.key!r})",
                f"check = {table}.get(kind) if type(kind) is str else None",
                "return check is not None and check(document)",
            ],
        )

    def validators(self, name: str, field: Any) -> Iterator[str]:
        for validator in field.validators:
            kind = type(validator)
            if type(field) not in _LIMITED.get(kind, ()):
                said = f"the validator {getattr(kind, '__name__', kind)} at a"
                raise Untranslatable(f"{said} {type(field).__name__}")
            for refusal in self.refusals(name, validator):
                yield from (f"if {refusal}:", "    return False")

    def refusals(self, name: str, validator: Any) -> Iterator[str]:
        """When a validator refuses a value, as marshmallow decides it."""
        if isinstance(validator, Length):
            if validator.equal is not None:
                yield f"len({name}) != {self.value(validator.equal)}"
                return
            low, high = "<", ">"
            name = f"len({name})"
        elif isinstance(validator, Range):
            low = "<" if validator.min_inclusive else "<="
            high = ">" if validator.max_inclusive else ">="
        elif isinstance(validator, OneOf):
            if any(type(choice) not in (str, int) for choice in validator.choices):
                raise Untranslatable("OneOf with a choice that is no string and no integer")
            yield f"{name} not in {self.value(frozenset(validator.choices))}"
            return
        else:
            yield f"{self.value(validator.regex.fullmatch)}({name}) is None"
            return
        if validator.min is not None:
            yield f"{name} {low} {self.value(validator.min)}"
        if validator.max is not None:
            yield f"{name} {high} {self.value(validator.max)}"


def _inner(lines: Any) -> Iterator[str]:
    return (f"    {line}" for line in lines)


def _asking(field: Any) -> Check:
    """A field whose verdict hangs on the value alone is asked itself."""

    def keeps(value: Any) -> bool:
        try:
            field.deserialize(value)
        except ValidationError:
            return False
        return True

    return keeps


def _members(schema: Schema) -> dict[str, Any]:
    """The fields of a schema by their keys in a document. marshmallow refuses two of one key."""
    for name, field in schema.load_fields.items():
        if "." in (field.attribute or name):
            raise Untranslatable(f"{type(schema).__name__}: the member {name}")
    return {
        name if field.data_key is None else field.data_key: field
        for name, field in schema.load_fields.items()
    }


def _guard_schema(schema: Schema) -> None:
    """Untranslatable when a schema does more than its fields say."""
    kind = type(schema)
    changed = {
        name
        for home in kind.__mro__[: kind.__mro__.index(Schema)]
        for name in vars(home)
        if hasattr(Schema, name) and (name == "__init__" or not name.startswith("__"))
    }
    if strange := (changed - _OF_A_CLASS) | (vars(schema).keys() - _OF_A_SCHEMA):
        raise Untranslatable(f"{kind.__name__}: {', '.join(sorted(strange))}")
    if schema.many:
        raise Untranslatable(f"{kind.__name__}: many")
    for moment, hooks in kind._hooks.items():
        for name, *_ in hooks if moment not in _DUMPING else ():
            refused = _HOOKS.get(getattr(kind, name))
            if refused is None or set(getattr(schema, refused)) & _members(schema).keys():
                raise Untranslatable(f"{kind.__name__}.{name}")


def _guard_field(field: Any) -> None:
    """Untranslatable when a field has an option that is not known here."""
    strange = vars(field).keys() - _OF_A_FIELD
    strange |= {name for name in ("pre_load", "post_load") if getattr(field, name, None)}
    strange |= {"load_default"} if field.load_default is not missing else set()
    if strange:
        raise Untranslatable(f"{type(field).__name__}: {', '.join(sorted(strange))}")
