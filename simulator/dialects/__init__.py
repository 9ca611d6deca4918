"""The wire contracts. A dialect is one package here; the engine, the store and the sender do not
know its words.

To add one: a package with a class that is a `Dialect`, a function `dialect(options, kci_path)` that
makes it, and a schema `Options` of its settings; its scenarios in `scenarios/NAME/`; one line in
`_HOMES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol

from simulator.base.errors import Invalid, Problem, nearest
from simulator.dialects.counterpart import Counterpart
from simulator.dialects.routes import Route
from simulator.dialects.wire import Wire
from simulator.engine.rules import Rules
from simulator.formats.schema import Strict, dotted, load

__all__ = ["Counterpart", "Dialect", "Route", "Wire", "get", "names", "options_of"]

_HOMES = {"fibre_cafe": "simulator.dialects.fibre_cafe", "mef": "simulator.dialects.mef"}


class Dialect(Rules, Counterpart, Protocol):
    """Everything that is particular to one contract, in three parts: `engine.rules.Rules` for the
    engine, `Wire` for the front and the sender, `Counterpart` for the pretend gateway and for
    rehearsals. A dialect is a subclass, so that mypy checks each package.
    """


def names() -> tuple[str, ...]:
    """The dialects that exist."""
    return tuple(_HOMES)


def get(
    name: str, options: Mapping[str, Any] | None = None, *, kci_path: str | None = None
) -> Dialect:
    """A dialect by name, with its settings (all defaults otherwise); `kci_path` replaces the
    contract's own. Invalid names the nearest, or what is wrong with the settings.
    """
    loaded, problems = load(options_of(name), dict(options or {}))
    if problems:
        raise Invalid(
            [Problem(message=f"contract: {dotted(path)}: {message}") for path, message in problems]
        )
    dialect: Dialect = _home(name).dialect(loaded, kci_path)
    return dialect


def options_of(name: str) -> Strict:
    """The schema of a dialect's own settings. Invalid names the nearest dialect."""
    schema: Strict = _home(name).Options()
    return schema


def _home(name: str) -> Any:
    if name not in _HOMES:
        raise Invalid([Problem(message=f"unknown dialect `{name}`", hint=nearest(name, _HOMES))])
    return import_module(_HOMES[name])
