"""The answers of a gateway as files name them: codes, and classes such as `4xx`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def listed(given: Any) -> list[str]:
    """What a file names, one answer or a list of them, as texts."""
    return [str(each) for each in (given if isinstance(given, list) else [given])]


def is_one_of(answer: int | str, wanted: Collection[str]) -> bool:
    """Whether an answer, or a class of them, is among those that are wanted."""
    code = str(answer)
    return any(each in (code, f"{code[:1]}xx") for each in wanted)


def overlap(some: Collection[str], others: Collection[str]) -> bool:
    """Whether one answer can be among both."""
    return any(is_one_of(each, others) for each in some) or any(
        is_one_of(each, some) for each in others
    )
