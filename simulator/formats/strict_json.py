"""JSON that every store and every gateway reads the same way. Anything else is refused.

That is RFC 8259 in UTF-8, without a byte order mark, NaN, infinity, duplicate keys, lone
surrogates, NUL, numbers out of range, and nesting past 64 levels. Each refusal says what is wrong
with the document, and ends with a stable word: not_json, not_utf8, bad_text, too_deep,
number_range, duplicate_key.

orjson writes. It does not read, because it makes integers past 64 bits inexact.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson

DEEPEST = 64
_LONGEST_NUMBER = 100
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_VALUE_MARK = re.compile(
    rb'"(?:[^"\\]|\\.)*+"?|\[[ \t\r\n]*+\]|\{[ \t\r\n]*+\}|[\[\]{},]', re.DOTALL
)
"""Each comma, and each bracket that opens something that is not empty, stands for one value."""

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def loads(body: bytes, *, repeated_keys: list[str] | None = None) -> Any:
    """Parse a document. ValueError with one sentence when it cannot be read or kept.

    A key that occurs twice in one object is refused. With `repeated_keys` the last one counts, and
    its name is added to that list.
    """
    text = _decode(body)
    if not text.strip():
        raise ValueError("empty (not_json)")
    _measure_depth(text)
    try:
        try:
            value = _UNIQUE.decode(text)
        except _RepeatedKeyError as error:
            if repeated_keys is None:
                raise ValueError(str(error)) from None
            value = _decoder(partial(_last_of_each, repeated_keys)).decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON: {error.msg} at line {error.lineno} column {error.colno} (not_json)"
        ) from None
    _check_text(text, value)
    return value


def loads_kept(text: str) -> Any:
    """Parse a text that was kept as it came. ValueError when it is no JSON that can be shown.

    It is lenient with keys that occur twice (the last one counts), and quick: it is for pages.
    """
    _measure_depth(text)
    value = _LENIENT.decode(text)
    _check_text(text, value)
    return value


def has_more_values(body: bytes, most: int) -> bool:
    """Whether a document has more than `most` values: members of objects and entries of lists.

    Nothing is parsed. It takes the time of `most` values, however many there are. What is no object
    or list has none, and what nests too deep is refused by `loads`.
    """
    if len(body) <= 2 * most or not body.lstrip(b" \t\r\n").startswith((b"{", b"[")):
        return False
    count = depth = 0
    for token in _VALUE_MARK.finditer(body):
        mark = token.group()
        count += mark in (b",", b"[", b"{")
        depth += (mark in (b"[", b"{")) - (mark in (b"]", b"}"))
        if count > most or depth > DEEPEST:
            return depth <= DEEPEST
    return False


def loads_written(text: str) -> Any:
    """Parse a text that `dumps` wrote: nothing is checked again."""
    if text == "{}":  # most columns hold nothing
        return {}
    return _PLAIN.raw_decode(text)[0]


def dumps(value: Any) -> str:
    """Write compact JSON; member order is kept. ValueError or TypeError for what is no JSON."""
    return _written(value, _JSON_ONLY, _WRITER)


def canonical(value: Any) -> str:
    """Write JSON in one form only, whatever the member order: for fingerprints."""
    return _written(value, _JSON_ONLY | orjson.OPT_SORT_KEYS, _SORTING_WRITER)


def _written(value: Any, options: int, otherwise: json.JSONEncoder) -> str:
    """What orjson does not know (integers past 64 bits, names that are numbers) goes `otherwise`;
    where it may have written null for NaN, the values are looked through.
    """
    try:
        text = orjson.dumps(value, option=options).decode()
    except orjson.JSONEncodeError:
        return otherwise.encode(value)
    if "null" in text and not _is_finite(value):
        raise ValueError("NaN and infinity are not JSON")
    return text


def _is_finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, (list, tuple)):
        return all(map(_is_finite, value))
    return not isinstance(value, dict) or all(map(_is_finite, value.values()))


def keepable(text: str) -> str:
    """The text with the characters replaced that no store can keep: NUL and lone surrogates."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNKEEPABLE.sub("\ufffd", text)


def _decode(body: bytes) -> str:
    if body.startswith(b"\xef\xbb\xbf"):
        raise ValueError("begins with a byte order mark (not_utf8)")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start + 1} is not UTF-8 (not_utf8)") from None


def _measure_depth(text: str) -> None:
    """Count brackets outside strings first: the parser itself would overflow the stack."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(text):
        mark = token.group()
        if mark in "[{":
            depth += 1
            if depth > DEEPEST:
                raise ValueError(f"nests more than {DEEPEST} levels (too_deep)")
        elif mark in "]}":
            depth -= 1


def _no_constant(word: str) -> Any:
    raise ValueError(f"not JSON: {word} (not_json)")


def _float(text: str) -> float:
    number = float(text)
    if len(text) > _LONGEST_NUMBER or number in (float("inf"), float("-inf")):
        raise ValueError(f"the number {text[:20]} is out of range (number_range)")
    return number


def _int(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} digits is out of range (number_range)")
    return int(text)


class _RepeatedKeyError(Exception):
    """A key occurs twice in one object."""


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        said = f"the member {_repeated(pairs)[:60]!r} occurs twice in one object"
        raise _RepeatedKeyError(f"{said} (duplicate_key)")
    return members


def _last_of_each(repeated: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        repeated.append(keepable(_repeated(pairs)[:60]))
    return members


def _repeated(pairs: list[tuple[str, Any]]) -> str:
    """The first key that occurred before."""
    seen: set[str] = set()
    return next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]


def _decoder(pairs: Callable[[list[tuple[str, Any]]], Any] | None) -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_constant=_no_constant,
        parse_float=_float,
        parse_int=_int,
        object_pairs_hook=pairs,
    )


_UNIQUE = _decoder(_unique_keys)
_LENIENT = _decoder(None)
_PLAIN = json.JSONDecoder()
_JSON_ONLY = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""A dataclass or a date in a value is a mistake of ours, and no JSON."""

_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_SORTING_WRITER = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True
)


def _check_text(text: str, value: Any) -> None:
    """Only an escape can bring a NUL or half a surrogate pair: UTF-8 has no surrogates, and the
    parser refuses a control character that stands in a string as it is.
    """
    if "\\u" in text:
        _check_strings(value)


def _check_strings(value: Any) -> None:
    if isinstance(value, str):
        if _UNKEEPABLE.search(value):
            raise ValueError(
                "a string holds a NUL or a lone surrogate, which no store can keep (bad_text)"
            )
    elif isinstance(value, dict):
        for key, member in value.items():
            _check_strings(key)
            _check_strings(member)
    elif isinstance(value, list):
        for member in value:
            _check_strings(member)
