"""The answers of a gateway as files name them: codes, and classes such as `4xx`."""

from __future__ import annotations

from collections.abc import Sequence


def is_one_of(code: int, wanted: Sequence[str]) -> bool:
    """Whether an answer is one of those that a step wants."""
    return any(each in (str(code), f"{code // 100}xx") for each in wanted)
