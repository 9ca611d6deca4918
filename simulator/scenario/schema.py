"""The shape of a scenario file (docs/scenarios.md), as marshmallow schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError, validates_schema

from simulator.formats.schema import (
    Boolean,
    Integer,
    Mapped,
    Note,
    Strict,
    String,
    listed,
    nested,
)
from simulator.formats.validators import Length, OneOf, Range
from simulator.model import Vocabulary
from simulator.scenario.expect.shape import expect_field
from simulator.scenario.fault_fields import Answered, FaultField
from simulator.scenario.fields import ParamsField, PendingField, ReplyField
from simulator.scenario.mixing import MixField, looked_up
from simulator.scenario.time_field import Hours, Time
from simulator.scenario.when_field import When

VERBS = ("send", "status", "mark", "wait", "start", "signal")
TIMES = ("after", "at")
_OF_FILE = "it is a key of the file: check the indentation"
_OF_START = "it is about the order that a step starts"
_NEEDS = {
    "with": (("send", "start"), "it gives members of that step's message"),
    "fault": (("send",), "it is about that step's message"),
    "answered": (("send",), "it is the answer to that step's message"),
    "tenant": (("start",), _OF_START),
    "params": (("start",), _OF_START),
}
"""Keys of a step, the verbs that they belong to, and why."""

_STEP_KEYS = (
    *("after", "at", "hours", "send", "mark", "wait", "start", "signal"),
    *("with", "fault", "answered"),
)
_OF_STEP = "it is a key of a step: it belongs into `timeline`"


def _named(most: int, also: str) -> Any:
    """A validator of names: letters, digits and some other characters, a letter first."""
    pattern = re.compile(rf"[A-Za-z][A-Za-z0-9{re.escape(also)}]{{0,{most - 1}}}")
    marks = " ".join(also)

    def check(value: str) -> None:
        if not pattern.fullmatch(value):
            hint = f"a letter, then letters, digits and {marks}, {most} characters at most"
            raise ValidationError(Note(f"`{value[:60]}` cannot be a name", hint=hint))

    return check


class StepSchema(Strict):
    """A step of `timeline`: a time, one verb, and what belongs to it."""

    later = ("within", "otherwise", "branch", "repeat")
    elsewhere = dict.fromkeys(
        (
            *("scenario", "about", "for", "when", "reply", "timeline", "pending"),
            *("times", "expect"),
        ),
        "it is no key of a step: check the indentation",
    )

    after = Time()
    at = Time(instant=True)
    hours = Hours()
    send = String()
    status = String()
    mark = String(validate=_named(40, "_"))
    wait = String(validate=_named(40, "_-"))
    start = String(validate=_named(80, "_.-"))
    tenant = String()
    params = Mapped()
    signal = String(validate=_named(40, "_-"))
    set = Mapped()
    with_ = Mapped(data_key="with")
    illegal = Boolean()
    fault = FaultField()
    answered = Answered()

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_shape(self, data: Any, original: Any, **kwargs: Any) -> None:
        """One time, one verb, and nothing beside them that belongs to another verb."""
        if not isinstance(original, dict):
            return
        known = {field.data_key or name for name, field in self.fields.items()}
        unclear = bool(original.keys() - {*known, *self.later})
        said: dict[str, list[str]] = {}
        for rule in (_one_time, _one_verb, _alone):
            for key, message in rule(original, unclear).items():
                said.setdefault(key, []).append(message)
        if said:
            raise ValidationError(said)


def _one_time(step: Mapping[str, Any], unclear: bool) -> dict[str, str]:
    """`unclear`: a key is not known, which may be what is missing here."""
    times = [key for key in step if key in TIMES]
    if not times and not unclear:
        return {"_schema": "a step needs a time: `after` or `at`"}
    if len(times) > 1:
        hint = f"`{times[0]}` stands here already"
        return {times[1]: Note("a step has one time", hint=hint, at_key=True)}
    return {}


def _one_verb(step: Mapping[str, Any], unclear: bool) -> dict[str, str]:
    later = set(StepSchema.later) & step.keys()
    verbs = [key for key in step if key in VERBS]
    if not verbs and not later and not unclear:
        return {"_schema": f"a step needs a verb: {', '.join(f'`{verb}`' for verb in VERBS)}"}
    second = next((verb for verb in verbs[1:] if {verbs[0], verb} != {"send", "status"}), "")
    if second and "wait" not in step:
        hint = f"`{verbs[0]}` stands here already"
        return {second: Note("a step has one verb", hint=hint, at_key=True)}
    return {}


def _alone(step: Mapping[str, Any], unclear: bool) -> dict[str, str]:
    """What does not fit the verb."""
    if "wait" in step:
        known = ("hours", "send", "status", "mark", "set", "illegal", "start", "signal", *_NEEDS)
        said = "cannot stand beside `wait`, which only waits"
        return {key: Note(f"`{key}` {said}", at_key=True) for key in step if key in known}
    if unclear:
        return {}
    return {
        key: Note(
            f"`{key}` needs {' or '.join(f'`{verb}`' for verb in verbs)}", hint=hint, at_key=True
        )
        for key, (verbs, hint) in _NEEDS.items()
        if key in step and not step.keys() & set(verbs)
    }


class EntrySchema(Strict):
    """How a later request is answered."""

    elsewhere = {
        **dict.fromkeys(("scenario", "about", "dialect", "for", "begins", "params"), _OF_FILE),
        "expect": _OF_FILE,
        **dict.fromkeys(_STEP_KEYS, _OF_STEP),
    }

    when = When()
    times = Integer(validate=Range(min=1))
    reply = ReplyField()
    pending = PendingField()
    timeline = listed(nested(StepSchema))
    status = String()
    illegal = Boolean()


class ScenarioSchema(Strict):
    """The whole file. The entries of later requests are added for the dialect's actions."""

    later = ()
    elsewhere = dict.fromkeys((*_STEP_KEYS, "set"), _OF_STEP)

    scenario = String(required=True, validate=_named(80, "_.-"))
    about = String(validate=Length(max=200))
    dialect = String()
    extends = String()
    mix = MixField()
    by = String(validate=looked_up)
    for_ = String(data_key="for")
    begins = String(validate=OneOf(["gateway", "supplier"]))
    params = ParamsField()
    when = When()
    times = Integer(validate=Range(min=1))
    reply = ReplyField()
    pending = PendingField()
    timeline = listed(nested(StepSchema))
    status = String()
    illegal = Boolean()
    expect = expect_field()


ACTIONS = ("amendment", "cancellation", "hold", "release")
"""Of the format: which of them a contract has, its vocabulary says."""


def schema_for(vocabulary: Vocabulary) -> Strict:
    """The file's schema with the entries that this dialect has."""
    return _schema_with(vocabulary.actions, vocabulary.dialect)


@lru_cache
def _schema_with(actions: tuple[str, ...], dialect: str) -> Strict:
    """Made once: making it takes as long as reading a file."""
    entries: dict[str, Any] = {action: listed(nested(EntrySchema)) for action in actions}
    made: Any = ScenarioSchema.from_dict(entries)()
    strange = set(ACTIONS) - entries.keys()
    hint = f"{dialect} has no such request, only {', '.join(entries)}"
    made.elsewhere = {**ScenarioSchema.elsewhere, **dict.fromkeys(strange, hint)}
    schema: Strict = made
    return schema
