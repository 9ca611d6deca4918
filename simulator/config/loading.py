"""Reading the settings: defaults, then the file, the environment, the command line."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields

from simulator.base.errors import Invalid, Problem
from simulator.config import advice
from simulator.config.building import Config, build_config, merge
from simulator.config.table import DEFAULTS, Settings, Url
from simulator.formats import files, strict_yaml
from simulator.formats.schema import String, dotted, flatten

PREFIX = "SIMULATOR_"


def load(
    path: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Config:
    """Read the settings. `path` None takes `config.yaml` of the working directory, if it is there.

    Invalid lists all problems.
    """
    located = _read(path)
    problems: list[Problem] = _interpolations(located) if located else []
    given = os.environ if environment is None else environment
    layers = [
        ("", located.value if located else {}, located),
        ("environment", _from_environment(given), None),
        ("command line", dict(overrides or {}), None),
    ]
    values = _load_checked(DEFAULTS, "defaults", None, problems)
    for name, layer, where in layers:
        values = merge(values, _load_checked(layer, name, where, problems))
    if problems:
        raise Invalid(problems)
    try:
        built = build_config(values)
    except Invalid as error:
        raise Invalid([_placed(problem, located) for problem in error.problems]) from None
    return replace(built, advice=_advice(built, located, [layer for _, layer, _ in layers]))


def _advice(
    built: Config, located: strict_yaml.Located | None, layers: list[Any]
) -> tuple[str, ...]:
    """What to warn of; only the first layer is a file."""
    file = located.file if located else ""
    said = [*advice.of_layer(layers[0], file)]
    for layer in layers[1:]:
        said += advice.of_layer(layer, "")
    for supplier in built.suppliers:
        gateway = supplier.gateway
        said += advice.of_gateway(supplier.name, gateway.url, gateway.auth.kind)
    return tuple(dict.fromkeys(said))


def _read(path: Path | None) -> strict_yaml.Located | None:
    if path is None:
        path = Path("config.yaml")
        if not path.exists():
            return None
    return strict_yaml.load(files.load(path, strict_yaml.LARGEST), str(path))


def _interpolations(located: strict_yaml.Located) -> list[Problem]:
    """Texts like `${NAME}` mean nothing here: each is a problem."""
    problems = []
    for place, variable in advice.interpolations(located.value):
        instead = PREFIX + "__".join(map(str, place)).upper()
        said = f"variables are not filled in here ({variable}): leave it out and set {instead}"
        problems.append(located.problem(place, f"{dotted(place)}: {said}"))
    return problems


def _placed(problem: Problem, located: strict_yaml.Located | None) -> Problem:
    """A problem of several settings, at the place of the first one, where the file has that."""
    path = tuple(problem.message.partition(" ")[0].rstrip(":").split("."))
    known = located is not None and path[:1] in located.places
    return located.problem(path, problem.message) if located and known else problem


def _load_checked(
    layer: Any, name: str, where: strict_yaml.Located | None, problems: list[Problem]
) -> dict[str, Any]:
    try:
        return dict(Settings().load(layer if layer is not None else {}))
    except ValidationError as error:
        for path, message in flatten(error.messages):
            problems.append(_problem(path, message, name, where))
        return {}


def _problem(
    path: strict_yaml.Path, message: str, name: str, where: strict_yaml.Located | None
) -> Problem:
    if where:
        unknown = message.startswith("unknown key")
        said = message if unknown or not path else f"{dotted(path)}: {message}"
        return where.problem(path, said, at_key=unknown)
    if name == "environment":
        return Problem(message=f"{environment_name(path)}: {message}")
    return Problem(message=f"{name}: {dotted(path)}: {message}")


def environment_name(path: strict_yaml.Path) -> str:
    """How a setting is named in the environment: `SIMULATOR_GATEWAY__URL` for `gateway.url`."""
    return PREFIX + "__".join(str(part).upper() for part in path)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """The settings in the environment; numbers, booleans and lists are read as JSON."""
    tree: dict[str, Any] = {}
    for name in sorted(environment):
        if not name.startswith(PREFIX):
            continue
        keys = name[len(PREFIX) :].lower().split("__")
        branch = tree
        for key in keys[:-1]:
            is_map = isinstance(branch.get(key, {}), dict)
            branch = branch.setdefault(key, {}) if is_map else {}
        branch[keys[-1]] = _typed(keys, environment[name])
    return tree


def _typed(keys: list[str], text: str) -> Any:
    """Environment text becomes what the field of that name takes; a string field keeps its text."""
    schema: Any = Settings()
    found: Any = None
    for key in keys:
        found = schema.fields.get(key) if schema is not None else None
        schema = found.schema if isinstance(found, fields.Nested) else None
    if isinstance(found, (String, Url)) and not (found.allow_none and text == "null"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
