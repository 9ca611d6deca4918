"""The marshmallow fields of a scenario file: each reads one construct of the format into its type
of `model`.
"""

from __future__ import annotations

from typing import Any, cast, get_args

from marshmallow import ValidationError, fields

from simulator.base import instants
from simulator.base.errors import nearest
from simulator.language import matching
from simulator.model import Condition, Param, Pending, PendingVerb, Reply

LATER_TESTS = ("in", "not", "contains", "starts", "ends", "less", "more", "before", "after")
LATER_NESTS = ("any", "all", "not")
LATER_DRAWS = ("uniform", "normal", "lognormal", "pick")
KINDS = ("string", "integer", "boolean", "duration", "choice")


def is_template(value: Any) -> bool:
    """Whether a value is text with an expression in it."""
    return isinstance(value, str) and "{{" in value


def not_yet(word: str) -> str:
    """The refusal of a word that the format has and we do not, yet."""
    return f"`{word}` is not yet supported"


class When(fields.Field):  # type: ignore[type-arg]
    """A map of paths to values, lists of values, or a map with one test."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[Condition, ...]:
        if not isinstance(value, dict):
            raise ValidationError("must be a map of paths to values")
        conditions, wrong = [], {}
        for path, wanted in value.items():
            try:
                conditions.append(_condition(path, wanted))
            except ValueError as error:
                wrong[path] = [str(error)]
        if wrong:
            raise ValidationError(wrong)
        return tuple(conditions)


def _condition(path: str, wanted: Any) -> Condition:
    if path in LATER_NESTS:
        raise ValueError(not_yet(path))
    matching.check_path(path)
    if not isinstance(wanted, dict):
        if isinstance(wanted, list) and any(isinstance(entry, (dict, list)) for entry in wanted):
            raise ValueError("a list holds plain values, any of which may stand there")
        return Condition(path=path, test="equal", value=wanted)
    if len(wanted) != 1:
        raise ValueError(f"a test is a map with one of: {', '.join(matching.TESTS)}")
    test, value = next(iter(wanted.items()))
    if test in LATER_TESTS:
        raise ValueError(not_yet(test))
    if test not in matching.TESTS:
        raise ValueError(f"unknown test `{test}` ({nearest(test, matching.TESTS)})")
    if test == "exists" and not isinstance(value, bool):
        raise ValueError("`exists` is true or false")
    if test == "matches":
        if not isinstance(value, str):
            raise ValueError("`matches` is a regular expression in quotes")
        matching.check_pattern(value)
    return Condition(path=path, test=test, value=value)


class Time(fields.Field):  # type: ignore[type-arg]
    """A fixed duration (kept as microseconds) or a template; `instant` also admits an ISO 8601
    instant, kept as text.
    """

    def __init__(self, *, instant: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.instant = instant

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in LATER_DRAWS:
            raise ValidationError(not_yet(next(iter(value))))
        if is_template(value):
            return value
        try:
            return instants.parse_duration(value)
        except ValueError as error:
            if not self.instant:
                raise ValidationError(str(error)) from None
        try:
            instants.parse_instant(value)
        except (ValueError, OverflowError) as error:
            raise ValidationError(f"neither a duration nor an instant: {error}") from None
        return value


class ReplyField(fields.Field):  # type: ignore[type-arg]
    """A word, `{reject: [messages]}`, or a map of answer, delay, set, status, headers, body,
    attempts.
    """

    KEYS = ("answer", "reject", "delay", "set", "status", "headers", "body", "attempts")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Reply:
        if isinstance(value, str):
            return Reply(answer=value)
        if not isinstance(value, dict):
            raise ValidationError("must be a word, {reject: [messages]} or a map")
        wrong: dict[str, Any] = {}
        for key in value:
            if key == "fault":
                wrong[key] = [not_yet("fault")]
            elif key not in self.KEYS:
                wrong[key] = [f"unknown key `{key}` ({nearest(key, self.KEYS)})"]
        members = self._members(value, wrong)
        if wrong:
            raise ValidationError(wrong)
        return Reply(**members)

    def _members(self, value: dict[str, Any], wrong: dict[str, Any]) -> dict[str, Any]:
        members: dict[str, Any] = {
            "answer": value.get("answer", "reject" if "reject" in value else "")
        }
        if "answer" in value and not isinstance(value["answer"], str):
            wrong["answer"] = ["must be a word"]
        if "reject" in value:
            members["messages"] = _messages(value["reject"], wrong)
        if "delay" in value:
            members["delay"] = _delay(value["delay"], wrong)
        for key in ("set", "headers"):
            if key in value:
                members[key] = value[key]
                if not isinstance(value[key], dict):
                    wrong[key] = ["must be a map"]
        if "status" in value:
            members["status"] = value["status"]
            if (
                isinstance(value["status"], bool)
                or not isinstance(value["status"], int)
                or not 200 <= value["status"] <= 599
            ):
                wrong["status"] = ["must be an HTTP status, 200 to 599"]
        if "body" in value:
            members |= {"body": value["body"], "has_body": True}
        if "attempts" in value:
            members["attempts"] = self._attempts(value["attempts"], wrong)
        return members

    def _attempts(self, value: Any, wrong: dict[str, Any]) -> tuple[Reply, ...]:
        if not isinstance(value, list) or not value:
            wrong["attempts"] = ["must be a list of replies"]
            return ()
        replies = []
        for index, entry in enumerate(value):
            try:
                replies.append(self._deserialize(entry, None, None))
            except ValidationError as error:
                wrong.setdefault("attempts", {})[index] = error.messages
        return tuple(replies)


def _messages(value: Any, wrong: dict[str, Any]) -> tuple[str, ...]:
    messages = [value] if isinstance(value, str) else value
    if (
        not isinstance(messages, list)
        or not messages
        or not all(isinstance(message, str) and message for message in messages)
    ):
        wrong["reject"] = ["must be a list of messages"]
        return ()
    return tuple(messages)


def _delay(value: Any, wrong: dict[str, Any]) -> Any:
    try:
        return value if is_template(value) else instants.parse_duration(value)
    except ValueError as error:
        wrong["delay"] = [str(error)]
        return None


class PendingField(fields.Field):  # type: ignore[type-arg]
    """keep, withdraw, pause, or `{withdraw: [CODES]}`."""

    WORDS: tuple[str, ...] = get_args(PendingVerb)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Pending:
        if isinstance(value, str):
            if value not in self.WORDS:
                raise ValidationError(f"`{value}` is not valid ({nearest(value, self.WORDS)})")
            return Pending(verb=cast(PendingVerb, value))
        codes = value.get("withdraw") if isinstance(value, dict) and len(value) == 1 else None
        if (
            not isinstance(codes, list)
            or not codes
            or not all(isinstance(code, str) for code in codes)
        ):
            raise ValidationError("must be keep, withdraw, pause or {withdraw: [CODES]}")
        return Pending(verb="withdraw", codes=tuple(codes))


class ParamsField(fields.Field):  # type: ignore[type-arg]
    """A map of names to `{type, default, choices, header}` or, in short, to a default."""

    KEYS = ("type", "default", "choices", "header")

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, Param]:
        if not isinstance(value, dict):
            raise ValidationError("must be a map of names")
        params, wrong = {}, {}
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
        raise ValidationError("a parameter's name has letters, digits and _ only")
    if not isinstance(entry, dict):
        return Param(name=name, kind=_kind_of(entry), default=entry)
    wrong: dict[str, Any] = {
        key: [f"unknown key `{key}` ({nearest(key, ParamsField.KEYS)})"]
        for key in entry
        if key not in ParamsField.KEYS
    }
    default, choices = entry.get("default"), entry.get("choices", [])
    kind = entry.get(
        "type",
        "choice"
        if choices
        else "string"
        if default is None or isinstance(default, str)
        else _kind_of(default),
    )
    if kind not in KINDS:
        wrong["type"] = [f"`{kind}` is not valid ({nearest(kind, KINDS)})"]
    if not isinstance(choices, list) or (kind == "choice" and not choices):
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
            wrong["default"] = [str(error)]
    if wrong:
        raise ValidationError(wrong)
    return param


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
            if not isinstance(value, str) or not value.lstrip("-").isdigit() or len(value) > 18:
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
