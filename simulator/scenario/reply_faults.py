"""The `fault` of a reply: a word, or `{word: argument}`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError

from simulator.base.errors import closest, nearest
from simulator.formats.http import has_no_body
from simulator.formats.reply_faults import FAULTS
from simulator.formats.schema import Note
from simulator.language.faults import FAULTS as OF_STEPS
from simulator.model import Reply, ReplyFault

MOST_BYTES = 1_000_000_000


def read_fault(value: Any, read_length: Callable[[Any], Any]) -> ReplyFault:
    """Read a fault. `read_length` reads a duration or a template. ValidationError says what is
    wrong, at the word or at its argument.
    """
    if isinstance(value, str):
        _check_word(value)
        return ReplyFault(value, FAULTS[value].default)
    if not isinstance(value, dict) or len(value) != 1:
        hint = f"one of: {', '.join(FAULTS)}"
        raise ValidationError(Note("must be one word, or {word: argument}", hint=hint))
    ((word, argument),) = value.items()
    try:
        _check_word(word, at_key=True)
        return ReplyFault(word, _argument(word, argument, read_length))
    except ValidationError as error:
        raise ValidationError({word: error.messages}) from None


def why_not_played(reply: Reply) -> str:
    """Why the fault of a reply can never be played: it breaks a body, and there is none. Empty
    where it can.
    """
    if reply.fault is None or not FAULTS[reply.fault.word].of_body:
        return ""
    is_empty = reply.has_body and reply.body in (None, "")
    if is_empty or (reply.status and has_no_body(reply.status)):
        return f"`{reply.fault.word}` breaks a body, and this answer has none"
    return ""


def _check_word(word: str, *, at_key: bool = False) -> None:
    if word not in FAULTS:
        meant = closest(word, FAULTS)
        hint = "it is a fault of a step that sends" if word in OF_STEPS else nearest(word, FAULTS)
        said = f"`{word[:60]}` is no fault of a reply"
        raise ValidationError(Note(said, hint=hint, meant=meant, at_key=at_key))


def _argument(word: str, argument: Any, read_length: Callable[[Any], Any]) -> Any:
    kind = FAULTS[word].argument
    if kind == "duration":
        return read_length(argument)
    if not kind:
        raise ValidationError(Note("takes no argument", hint=f"fault: {word}"))
    is_number = isinstance(argument, int) and not isinstance(argument, bool)
    if not is_number or not 0 <= argument <= MOST_BYTES:
        raise ValidationError("must be a number of bytes, 0 or more")
    return argument
