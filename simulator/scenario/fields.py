"""The marshmallow fields of a scenario file: each reads one construct of the format into its type
of `model`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast, get_args

from marshmallow import ValidationError

from simulator.base.errors import closest, nearest
from simulator.formats.schema import Note, unknown_key
from simulator.language import times
from simulator.model import Param, Pending, PendingVerb, Reply
from simulator.scenario.constructs import NO_VALUE, Construct, Wrong, read_each, split_note
from simulator.scenario.reply_faults import read_fault, why_not_played
from simulator.scenario.time_field import read_length

KINDS = ("string", "integer", "boolean", "duration", "choice")
_WHOLE = re.compile(r"-?[0-9]{1,18}")


def _not_valid(value: Any, known: tuple[str, ...]) -> Note:
    if value is None:
        return Note("has no value", hint=nearest("", known))
    meant = closest(value, known)
    return Note(f"`{str(value)[:60]}` is not valid", hint=nearest(value, known), meant=meant)


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
            is_status = isinstance(value, int) and not isinstance(value, bool)
            raise ValidationError(
                Note(self.SHAPE, hint=f"{{status: {value}}}" if is_status else "")
            )
        wrong: Wrong = {}
        for key in value:
            if key not in self.KEYS:
                wrong[key] = [unknown_key(key, set(self.KEYS) - value.keys())]
        members = self._members(value, wrong)
        answer = value.get("answer", "reject")
        if "reject" in value and isinstance(answer, str) and not closest(answer, ["reject"]):
            hint = "`reject` is the answer, with its reasons"
            wrong["answer"] = [Note(f"`{answer[:60]}` contradicts `reject`", hint=hint)]
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
            "delay": ("delay", read_length),
            "set": ("set", _map),
            "headers": ("headers", _map),
            "status": ("status", _status),
            "fault": ("fault", lambda fault: read_fault(fault, read_length)),
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
        replies = read_each(
            dict(enumerate(value)), lambda _, entry: self._deserialize(entry, None, None)
        )
        return tuple(replies.values())


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError(NO_VALUE if value is None else "must be a word")
    return value


def _messages(value: Any) -> tuple[str, ...]:
    messages = [value] if isinstance(value, str) else value
    if not isinstance(messages, list) or not messages:
        raise ValidationError(Note("must be a list of messages", hint='["the reason"]'))
    wrong: Wrong = {
        index: [
            Note("must be a text", hint="quote a text that has `: ` in it" if message else "")
            if isinstance(message, dict)
            else "must be a text"
        ]
        for index, message in enumerate(messages)
        if not isinstance(message, str) or not message
    }
    if wrong:
        raise ValidationError(wrong)
    return tuple(messages)


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
        return read_each(value, _param)


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
            wrong["default"] = [split_note(error)]
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
    if not isinstance(default, str) or not any(map(str.isalpha, default)):
        return "string"  # a duration without its unit would be a guess
    try:
        times.read(default)
    except ValueError:
        return "string"
    return "duration"


def read_param(param: Param, value: Any) -> Any:
    """A parameter's value from YAML, a header or a query text. ValueError says what it must be."""
    if param.kind == "duration":
        times.read(value)
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
