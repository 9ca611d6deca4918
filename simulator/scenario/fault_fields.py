"""The marshmallow fields of a step's fault, and of the answer that it wants."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError

from simulator.base.errors import closest, nearest
from simulator.formats.reply_faults import FAULTS as OF_REPLIES
from simulator.formats.schema import Note
from simulator.language import paths
from simulator.language.faults import FAULTS, Argument
from simulator.scenario.constructs import NO_VALUE, Construct

_ANSWER = re.compile(r"[1-5](xx|[0-9]{2})")
_ANSWERS = "204, [404, 422] or 4xx"


class FaultField(Construct):
    """A fault's word, or `{word: argument}`; read as the step's members `fault` and `argument`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, Any]:
        if isinstance(value, dict) and len(value) == 1:
            word, given = next(iter(value.items()))
            try:
                return self._read(word, given)
            except ValidationError as error:
                raise ValidationError({word: error.messages}) from None
        if isinstance(value, str):
            return self._read(value)
        hint = nearest("", FAULTS)
        raise ValidationError(Note("must be one fault's word, or {word: argument}", hint=hint))

    def _read(self, word: Any, *given: Any) -> dict[str, Any]:
        fault = FAULTS.get(word)
        if fault is None:
            said, meant = f"unknown fault `{str(word)[:60]}`", closest(word, FAULTS)
            hint = "it is a fault of a reply" if word in OF_REPLIES else nearest(word, FAULTS)
            raise ValidationError(Note(said, hint=hint, meant=meant, at_key=bool(given)))
        wanted = fault.argument
        if given and wanted is None:
            raise ValidationError(Note(f"`{word}` takes no argument", hint=f"fault: {word}"))
        if wanted is None:
            return {"fault": word}
        if not given and wanted.default is None:
            hint = f"fault: {{{word}: {_EXAMPLES[wanted.kind]}}}"
            raise ValidationError(Note(f"`{word}` needs an argument", hint=hint))
        argument = _argument(wanted, given[0]) if given else wanted.default
        return {"fault": word, "argument": argument}


_EXAMPLES = {"count": "2", "number": "7", "path": "some.member"}
BOUNDS = {"count": (1, 100), "number": (0, 999_999)}


def _argument(wanted: Argument, value: Any) -> Any:
    if value is None:
        raise ValidationError(NO_VALUE)
    if wanted.kind == "path":
        return _path(value)
    least, most = BOUNDS[wanted.kind]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValidationError(f"must be a whole number from {least} to {most}")
    return value


def _path(value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError("must be the path of a member of the message")
    try:
        paths.check_lookup(value)
        paths.check_change(value)
    except ValueError as error:
        raise ValidationError(f"`{value[:60]}`: {error}") from None
    return value


class Answered(Construct):
    """An HTTP status, a class such as `4xx`, or a list of them; read as texts."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[str, ...]:
        if not isinstance(value, list):
            return (_answer(value),)
        if not value:
            raise ValidationError(Note("an empty list is no answer", hint=_ANSWERS))
        found: list[str] = []
        wrong: dict[Any, Any] = {}
        for index, entry in enumerate(value):
            try:
                found.append(_answer(entry))
            except ValidationError as error:
                wrong[index] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return tuple(found)


def _answer(value: Any) -> str:
    if isinstance(value, bool) or not _ANSWER.fullmatch(str(value)):
        said = f"`{str(value)[:60]}` is no answer of a gateway"
        raise ValidationError(Note(said, hint=_ANSWERS))
    return str(value)
