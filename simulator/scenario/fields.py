"""The marshmallow fields of a scenario file: each reads one construct of the format into its type
of `model`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast, get_args

from marshmallow import ValidationError, fields

from simulator.base import instants
from simulator.base.errors import closest, nearest, split_hint
from simulator.formats.schema import Note, not_yet, unknown_key
from simulator.language import matching
from simulator.model import Condition, Param, Pending, PendingVerb, Reply
from simulator.scenario.reply_faults import read_fault, why_not_played

LATER_TESTS = ("in", "not", "contains", "starts", "ends", "less", "more", "before", "after")
LATER_NESTS = ("any", "all", "not")
LATER_DRAWS = ("uniform", "normal", "lognormal", "pick")
KINDS = ("string", "integer", "boolean", "duration", "choice")
NO_VALUE = "has no value"
_WHOLE = re.compile(r"-?[0-9]{1,18}")

Wrong = dict[Any, Any]
"""What is wrong with the parts of a construct, by their keys, as marshmallow wants it."""


def is_template(value: Any) -> bool:
    """Whether a value is text with an expression in it."""
    return isinstance(value, str) and "{{" in value


def _not_valid(value: Any, known: tuple[str, ...]) -> Note:
    meant = closest(value, known)
    return Note(f"`{str(value)[:60]}` is not valid", hint=nearest(value, known), meant=meant)


class Construct(fields.Field):  # type: ignore[type-arg]
    """What all fields share: the message for a key without a value."""

    default_error_messages = {"null": NO_VALUE, "required": "is required"}


class When(Construct):
    """A map of paths to values, lists of values, or a map with one test."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[Condition, ...]:
        if not isinstance(value, dict):
            raise ValidationError(Note("must be a map of paths to values", hint="path: value"))
        conditions = []
        wrong: Wrong = {}
        for path, wanted in value.items():
            try:
                conditions.append(_condition(path, wanted))
            except ValidationError as error:
                wrong[path] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return tuple(conditions)


def _condition(path: str, wanted: Any) -> Condition:
    if path in LATER_NESTS:
        raise ValidationError(not_yet(path))
    try:
        matching.check_path(path)
    except ValueError as error:
        raise ValidationError(Note(f"`{path[:60]}`: {error}", at_key=True, code="path")) from None
    if not isinstance(wanted, dict):
        nested: Wrong = {
            index: ["a list holds plain values, any of which may stand there"]
            for index, entry in enumerate(wanted if isinstance(wanted, list) else ())
            if isinstance(entry, (dict, list))
        }
        if nested:
            raise ValidationError(nested)
        return Condition(path=path, test="equal", value=wanted)
    return _test(path, wanted)


def _test(path: str, wanted: Mapping[str, Any]) -> Condition:
    known = ", ".join(f"{{{test}: ...}}" for test in matching.TESTS)
    if not wanted:
        raise ValidationError(Note("an empty test never holds", hint=known))
    if len(wanted) != 1:
        raise ValidationError(Note("must be a value, a list of values or one test", hint=known))
    test, value = next(iter(wanted.items()))
    if test in LATER_TESTS:
        raise ValidationError({test: [not_yet(test)]})
    if test not in matching.TESTS:
        hint, meant = nearest(test, matching.TESTS), closest(test, matching.TESTS)
        said = Note(f"{path}: unknown test `{test}`", hint=hint, meant=meant, at_key=True)
        raise ValidationError({test: [said]})
    if test == "exists" and not isinstance(value, bool):
        raise ValidationError({test: ["must be true or false"]})
    if test == "matches":
        if not isinstance(value, str):
            raise ValidationError({test: ["must be a regular expression in quotes"]})
        try:
            matching.check_pattern(value)
        except ValueError as error:
            raise ValidationError({test: [_split(error)]}) from None
    return Condition(path=path, test=test, value=value)


class Time(Construct):
    """A fixed duration (kept as microseconds) or a template; `instant` also admits an ISO 8601
    instant, kept as text.
    """

    def __init__(self, *, instant: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.instant = instant

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in LATER_DRAWS:
            draw = next(iter(value))
            raise ValidationError({draw: [not_yet(draw)]})
        if is_template(value):
            return value
        try:
            return instants.parse_duration(value)
        except ValueError as error:
            if not self.instant:
                raise ValidationError(_split(error)) from None
        try:
            instants.parse_instant(value)
        except (ValueError, OverflowError):
            said = f"`{str(value)[:40]}` is neither a duration nor an instant"
            raise ValidationError(Note(said, hint="5s, 3m, 2h, 4d or 2026-03-02T09:00:00Z")) from (
                None
            )
        return value


def _split(error: ValueError) -> Note:
    """A sentence with its advice at its end, as a message and its hint."""
    text, hint = split_hint(str(error))
    if not hint:
        text, _, hint = text.partition(": ")
    return Note(text, hint=hint)


class ReplyField(Construct):
    """A word, `{reject: [messages]}`, or a map of answer, delay, set, status, headers, body, fault,
    attempts.
    """

    KEYS = ("answer", "reject", "delay", "set", "status", "headers", "body", "fault", "attempts")
    SHAPE = "must be a word, {reject: [messages]} or a map"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Reply:
        if isinstance(value, str):
            return Reply(answer=value)
        if not isinstance(value, dict):
            raise ValidationError(self.SHAPE)
        wrong: Wrong = {}
        for key in value:
            if key not in self.KEYS:
                wrong[key] = [unknown_key(key, set(self.KEYS) - value.keys())]
        members = self._members(value, wrong)
        if wrong:
            raise ValidationError(wrong)
        reply = Reply(**members)
        if said := why_not_played(reply):
            raise ValidationError({"fault": [said]})
        return reply

    def _members(self, value: dict[str, Any], wrong: Wrong) -> dict[str, Any]:
        members: dict[str, Any] = {"answer": "reject" if "reject" in value else ""}
        readers: dict[str, tuple[str, Callable[[Any], Any]]] = {
            "answer": ("answer", _word),
            "reject": ("messages", _messages),
            "delay": ("delay", _delay),
            "set": ("set", _map),
            "headers": ("headers", _map),
            "status": ("status", _status),
            "fault": ("fault", lambda fault: read_fault(fault, _delay)),
            "attempts": ("attempts", self._attempts),
        }
        for key, (name, read) in readers.items():
            if key in value:
                try:
                    members[name] = read(value[key])
                except ValidationError as error:
                    wrong[key] = error.messages
        if "body" in value:
            members |= {"body": value["body"], "has_body": True}
        return members

    def _attempts(self, value: Any) -> tuple[Reply, ...]:
        if not isinstance(value, list) or not value:
            raise ValidationError("must be a list of replies")
        replies = []
        wrong: Wrong = {}
        for index, entry in enumerate(value):
            try:
                replies.append(self._deserialize(entry, None, None))
            except ValidationError as error:
                wrong[index] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return tuple(replies)


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError(NO_VALUE if value is None else "must be a word")
    return value


def _messages(value: Any) -> tuple[str, ...]:
    messages = [value] if isinstance(value, str) else value
    if not isinstance(messages, list) or not messages:
        raise ValidationError(Note("must be a list of messages", hint='["the reason"]'))
    wrong: Wrong = {
        index: ["must be a text"]
        for index, message in enumerate(messages)
        if not isinstance(message, str) or not message
    }
    if wrong:
        raise ValidationError(wrong)
    return tuple(messages)


def _delay(value: Any) -> Any:
    try:
        return value if is_template(value) else instants.parse_duration(value)
    except ValueError as error:
        raise ValidationError(_split(error)) from None


def _map(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValidationError(NO_VALUE if value is None else "must be a map")
    return value


def _status(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 200 <= value <= 599:
        raise ValidationError("must be an HTTP status, 200 to 599")
    return value


class PendingField(Construct):
    """keep, withdraw, pause, or `{withdraw: [CODES]}`."""

    WORDS: tuple[str, ...] = get_args(PendingVerb)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Pending:
        if isinstance(value, str):
            if value not in self.WORDS:
                raise ValidationError(_not_valid(value, self.WORDS))
            return Pending(verb=cast(PendingVerb, value))
        codes = value.get("withdraw") if isinstance(value, dict) and len(value) == 1 else None
        plain = isinstance(codes, list) and all(isinstance(code, str) for code in codes)
        if not codes or not plain:
            raise ValidationError("must be keep, withdraw, pause or {withdraw: [CODES]}")
        return Pending(verb="withdraw", codes=tuple(codes))


class ParamsField(Construct):
    """A map of names to `{type, default, choices, header}` or, in short, to a default."""

    KEYS = ("type", "default", "choices", "header")

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, Param]:
        if not isinstance(value, dict):
            raise ValidationError(Note("must be a map of names", hint="gap: 30s"))
        params = {}
        wrong: Wrong = {}
        for name, entry in value.items():
            try:
                params[name] = _param(name, entry)
            except ValidationError as error:
                wrong[name] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return params


def _param(name: str, entry: Any) -> Param:
    if not name.isidentifier():
        said = f"`{name[:60]}`: a parameter's name has letters, digits and _ only"
        raise ValidationError(Note(said, at_key=True))
    if not isinstance(entry, dict):
        return Param(name=name, kind=_kind_of(entry), default=entry)
    wrong: Wrong = {
        key: [unknown_key(key, set(ParamsField.KEYS) - entry.keys())]
        for key in entry
        if key not in ParamsField.KEYS
    }
    default, choices = entry.get("default"), entry.get("choices", [])
    kind = entry.get("type", _implied(default, choices))
    if kind not in KINDS:
        wrong["type"] = [_not_valid(kind, KINDS)]
    if kind == "choice" and "choices" not in entry:
        wrong["choices"] = [Note("is required", hint="a list of values")]
    elif not isinstance(choices, list) or (kind == "choice" and not choices):
        wrong["choices"] = ["must be a list of values"]
        choices = []
    if not isinstance(entry.get("header", ""), str):
        wrong["header"] = ["must be a header's name"]
    param = Param(
        name=name,
        kind=str(kind),
        default=default,
        choices=tuple(map(str, choices)),
        header=str(entry.get("header", "")),
    )
    if default is not None and not wrong:
        try:
            read_param(param, default)
        except ValueError as error:
            wrong["default"] = [_split(error)]
    if wrong:
        raise ValidationError(wrong)
    return param


def _implied(default: Any, choices: Any) -> str:
    """The type of a parameter that names none."""
    if choices:
        return "choice"
    return "string" if default is None or isinstance(default, str) else _kind_of(default)


def _kind_of(default: Any) -> str:
    if isinstance(default, bool):
        return "boolean"
    if isinstance(default, int):
        return "integer"
    try:
        instants.parse_duration(default)
    except ValueError:
        return "string"
    return "duration"


def read_param(param: Param, value: Any) -> Any:
    """A parameter's value from YAML, a header or a query text. ValueError says what it must be."""
    if param.kind == "duration":
        instants.parse_duration(value)
        return value
    if param.kind == "integer":
        if isinstance(value, bool) or not isinstance(value, int):
            if not isinstance(value, str) or not _WHOLE.fullmatch(value):
                raise ValueError("must be a whole number")
            return int(value)
        return value
    if param.kind == "boolean":
        if value not in (True, False, "true", "false"):
            raise ValueError("must be true or false")
        return value in (True, "true")
    if param.kind == "choice" and str(value) not in param.choices:
        raise ValueError(f"`{str(value)[:60]}` is not valid ({nearest(value, param.choices)})")
    return str(value)
