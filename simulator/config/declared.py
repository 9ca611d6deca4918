"""How a setting is declared: once, as a field of a frozen dataclass.

From these declarations come the checks (a marshmallow schema), the defaults, the names in the
environment, the example `config.yaml` and the table of docs/configuration.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from simulator.formats.schema import Strict, nested


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One setting: what it may be, its default as a user writes it, and what it means.

    `about` is for the example file, `more` is what the documentation adds.
    """

    field: fields.Field[Any]
    default: Any
    about: str
    more: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A map of settings inside another; `key` is its name in the file."""

    kind: type
    about: str
    key: str = ""


def setting(
    default: Any, field: fields.Field[Any], about: str, more: str = "", *, secret: bool = False
) -> Any:
    """Declare a setting. A secret one is left out of the dataclass's `repr`."""
    declared = Setting(field=field, default=default, about=about, more=more)
    return dataclasses.field(repr=not secret, metadata={"declared": declared})


def section(kind: type, about: str = "", *, key: str = "") -> Any:
    """Declare a map of settings; `key` where the file's name for it is not the attribute's."""
    return dataclasses.field(metadata={"declared": Section(kind=kind, about=about, key=key)})


def members(kind: type) -> Iterator[tuple[str, str, Setting | Section]]:
    """Each member of a declared dataclass: its name in the file, its attribute, its declaration."""
    for field in dataclasses.fields(kind):
        declared = field.metadata.get("declared")
        if declared is not None:
            key = declared.key if isinstance(declared, Section) and declared.key else field.name
            yield key, field.name, declared


def schema_of(*kinds: type, base: type[Strict] = Strict) -> type[Strict]:
    """The schema of a map that holds the settings of these dataclasses; each may be left out."""
    declared: dict[str, Any] = {}
    for kind in kinds:
        for key, _, one in members(kind):
            is_section = isinstance(one, Section)
            declared[key] = nested(schema_of(one.kind)) if is_section else one.field  # type: ignore[union-attr]
    name = kinds[0].__name__ + "Settings"
    return base.from_dict(declared, name=name)  # type: ignore[return-value]


def defaults_of(*kinds: type) -> dict[str, Any]:
    """The defaults as a user would write them."""
    return {
        key: defaults_of(one.kind) if isinstance(one, Section) else one.default
        for kind in kinds
        for key, _, one in members(kind)
    }


def build(kind: Any, values: Mapping[str, Any]) -> Any:
    """A declared dataclass from checked values; lists become tuples."""
    built: dict[str, Any] = {}
    for key, attribute, one in members(kind):
        value = values[key]
        if isinstance(one, Section):
            built[attribute] = build(one.kind, value)
        else:
            built[attribute] = tuple(value) if isinstance(value, list) else value
    return kind(**built)
