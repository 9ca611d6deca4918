"""What a library says of a mistake in an expression, in words for people."""

from __future__ import annotations

import re

OF_TEMPLATES = (
    (r"(?i)(?:un)?expected .*'end of [^']*'", "something is missing at its end"),
    (r"expected token 'end of .*', got '(.*)'", r"`\1` does not belong here"),
    (r"expected token '(.*)', got '(.*)'", r"`\1` must stand where `\2` stands"),
    (r"unexpected (?:char )?(['\"])(.*?)\1.*", r"`\2` does not belong here"),
)
OF_PATTERNS = (
    (r"invalid perl operator: (.*)", r"it has no `\1`"),
    (r"missing (.*)", r"`\1` is missing"),
    (r"no argument for repetition operator: (.*)", r"nothing stands before `\1`"),
)


def plainly(message: str, table: tuple[tuple[str, str], ...]) -> str:
    """The message, said plainly where the table knows it."""
    for pattern, plain in table:
        if found := re.fullmatch(pattern, message):
            return found.expand(plain)
    return message
