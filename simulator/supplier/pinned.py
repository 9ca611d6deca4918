"""The pins of a supplier: which scenario its next requests play."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.base.errors import Refused
from simulator.formats.schema import dotted, load_field
from simulator.model import Conditions
from simulator.scenario import Pin
from simulator.scenario.when_field import When
from simulator.store import Tx, pins


def read_when(when: Mapping[str, Any]) -> Conditions:
    """A pin's conditions, in the language of scenario files. Refused when they cannot be read."""
    conditions, problems = load_field(When(), dict(when))
    if problems:
        said = [f"{dotted(('when', *path))}: {message}" for path, message in problems]
        raise Refused("invalid", said)
    read: Conditions = conditions
    return read


def pins_of(tx: Tx, supplier: str) -> list[Pin]:
    """The pins that a request may play."""
    return [
        Pin(id=row["id"], scenario=row["scenario"], times=row["times"], when=read_when(row["when"]))
        for row in pins.every(tx, supplier)
    ]
