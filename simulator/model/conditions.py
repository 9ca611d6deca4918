"""The conditions of a `when`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

NestWord = Literal["any", "all", "not"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One line of a `when`: a path, and the tests that what stands there must pass, each with its
    value (`{"equal": "NEW"}`, `{"more": 3, "less": 9}`). One value must pass all of them.
    """

    path: str
    tests: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Nest:
    """Parts of which `any` or `all` must hold; of `not`, the one part must not. A part holds when
    all its conditions do.
    """

    word: NestWord
    parts: tuple[Conditions, ...]


Conditions = tuple[Condition | Nest, ...]
"""What a `when` says: all must hold."""
