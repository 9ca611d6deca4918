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
    Number,
    Strict,
    String,
    listed,
    nested,
)
from simulator.formats.validators import Length, OneOf, Range
from simulator.language.faults import FAULTS, Drop
from simulator.model import MOST_STEPS, Vocabulary
from simulator.scenario.constructs import NO_VALUE, Construct, is_template, read_each
from simulator.scenario.expect.shape import expect_field
from simulator.scenario.fault_fields import Answered, FaultField
from simulator.scenario.fields import ParamsField, PendingField, ReplyField
from simulator.scenario.lookup import LookupPath
from simulator.scenario.mixing import MixField
from simulator.scenario.time_field import Hours, Time, Within
from simulator.scenario.when_field import When

VERBS = ("send", "status", "mark", "wait", "branch", "repeat", "start", "signal")
TIMES = ("after", "at")
_OF_FILE = "it is a key of the file: check the indentation"
_OF_START = "it is about the order that a step starts"
_NEEDS = {
    "with": (("send", "start"), "it gives members of that step's message"),
    "fault": (("send",), "it is about that step's message"),
    "answered": (("send",), "it is the answer to that step's message"),
    "on_answer": (("send",), "it is about the answer to that step's message"),
    "tenant": (("start",), _OF_START),
    "params": (("start",), _OF_START),
}
"""Keys of a step, the verbs that they belong to, and why."""

_OF_OTHERS = ("send", "status", "mark", "start", "signal", "set", "illegal", *_NEEDS)
_ALONE = {
    "wait": ("which only waits", ("hours",)),
    "branch": ("whose ways have steps of their own", ()),
    "repeat": ("whose rounds have steps of their own", ()),
}
"""Verbs beside which no other key of a step may stand but the time: why, and what else not."""

_OF_STEPS = (
    *("after", "at", "hours", "send", "mark", "wait", "within", "otherwise", "branch", "by"),
    *("repeat", "start", "signal", "with", "fault", "on_answer"),
)
_STEP_KEYS = (*_OF_STEPS, "answered")
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


class Timeline(Construct):
    """A list of steps. A step may hold timelines itself."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise ValidationError("must be a list")
        return [*read_each(dict(enumerate(value)), _read_step).values()]


def _read_step(_: object, step: Any) -> dict[str, Any]:
    if step is None:
        raise ValidationError(NO_VALUE)
    return dict(_step_schema().load(step))


@lru_cache
def _step_schema() -> Strict:
    """Made once: making it takes longer than reading a step."""
    return StepSchema()


class Rounds(Construct):
    """How often a timeline is repeated: a number, or a template that gives one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if is_template(value) or (type(value) is int and 1 <= value <= MOST_STEPS):
            return value
        said = f"must be a whole number from 1 to {MOST_STEPS}"
        raise ValidationError(Note(said, hint='3, or "{{ param }}"'))


class WaySchema(Strict):
    """One way of a branch."""

    elsewhere = dict.fromkeys((*_STEP_KEYS, "set", "status"), _OF_STEP)

    when = When()
    weight = Number(validate=Range(min=0))
    timeline = Timeline()


class RepeatSchema(Strict):
    """What is repeated, and how often."""

    elsewhere = dict.fromkeys((*_STEP_KEYS, "set", "status"), _OF_STEP)

    times = Rounds(required=True)
    timeline = Timeline(required=True)


class AnsweredSchema(Strict):
    """A way that the story goes when the gateway gives one of these answers."""

    elsewhere = dict.fromkeys((*_OF_STEPS, "set", "status"), _OF_STEP)

    answered = Answered(required=True)
    timeline = Timeline(required=True)


class StepSchema(Strict):
    """A step of `timeline`: a time, one verb, and what belongs to it."""

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
    within = Within()
    otherwise = Timeline()
    on_answer = listed(nested(AnsweredSchema), validate=Length(min=1))
    branch = listed(nested(WaySchema), validate=Length(min=1))
    by = LookupPath()
    repeat = nested(RepeatSchema)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_shape(self, data: Any, original: Any, **kwargs: Any) -> None:
        """One time, one verb, and nothing beside them that belongs to another verb."""
        if not isinstance(original, dict):
            return
        known = {field.data_key or name for name, field in self.fields.items()}
        unclear = bool(original.keys() - known)
        said: dict[str, list[str]] = {}
        for rule in (_one_time, _one_verb, _alone):
            for key, message in rule(original, unclear).items():
                said.setdefault(key, []).append(message)
        if said:
            raise ValidationError(said)


def _one_time(step: Mapping[str, Any], unclear: bool) -> dict[str, str]:
    """`unclear`: a key is not known, which may be what is missing here."""
    times = [key for key in step if key in TIMES]
    if not times and not unclear and not {"branch", "repeat"} & step.keys():
        return {"_schema": "a step needs a time: `after` or `at`"}
    if len(times) > 1:
        hint = f"`{times[0]}` stands here already"
        return {times[1]: Note("a step has one time", hint=hint, at_key=True)}
    return {}


def _one_verb(step: Mapping[str, Any], unclear: bool) -> dict[str, str]:
    verbs = [key for key in step if key in VERBS]
    if not verbs and not unclear:
        return {"_schema": f"a step needs a verb: {', '.join(f'`{verb}`' for verb in VERBS)}"}
    second = next((verb for verb in verbs[1:] if {verbs[0], verb} != {"send", "status"}), "")
    if second and len([verb for verb in verbs if verb in _ALONE]) != 1:
        hint = f"`{verbs[0]}` stands here already"
        return {second: Note("a step has one verb", hint=hint, at_key=True)}
    return {}


def _alone(step: Mapping[str, Any], unclear: bool) -> dict[str, str]:
    """What does not fit the verb."""
    verb = next((key for key in _ALONE if key in step), "")
    why, others = _ALONE.get(verb, ("", ()))
    known = (*_OF_OTHERS, *others)
    said = f"cannot stand beside `{verb}`, {why}"
    strange = {key: said for key in step if verb and key in known}
    needed = {"by": "branch", "within": "wait", "otherwise": "within"}
    strange |= {
        key: f"needs `{other}`"
        for key, other in needed.items()
        if key in step and other not in step and not unclear
    }
    if fault := _held_back(step.get("fault")):
        keys = ("on_answer", "answered") if fault == Drop.word else ("on_answer",)
        unanswered = f"cannot stand beside the fault {fault}: no answer comes of it"
        strange |= dict.fromkeys(step.keys() & {*keys}, unanswered)
    found: dict[str, str] = {
        key: Note(f"`{key}` {said}", at_key=True) for key, said in strange.items()
    }
    if verb or unclear:
        return found
    return found | {
        key: Note(
            f"`{key}` needs {' or '.join(f'`{verb}`' for verb in verbs)}", hint=hint, at_key=True
        )
        for key, (verbs, hint) in _NEEDS.items()
        if key in step and not step.keys() & set(verbs)
    }


def _held_back(fault: Any) -> str:
    """The word of a fault with which the message does not leave when it is due, if it is one."""
    word = next(iter(fault), "") if isinstance(fault, dict) else fault
    known = FAULTS.get(word) if isinstance(word, str) else None
    return known.word if known and known.is_held else ""


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
    timeline = Timeline()
    status = String()
    illegal = Boolean()


class ScenarioSchema(Strict):
    """The whole file. The entries of later requests are added for the dialect's actions."""

    elsewhere = dict.fromkeys((*_STEP_KEYS, "set"), _OF_STEP)

    scenario = String(required=True, validate=_named(80, "_.-"))
    about = String(validate=Length(max=200))
    dialect = String()
    extends = String()
    mix = MixField()
    by = LookupPath(of_request=True)
    for_ = String(data_key="for")
    begins = String(validate=OneOf(["gateway", "supplier"]))
    params = ParamsField()
    when = When()
    times = Integer(validate=Range(min=1))
    reply = ReplyField()
    pending = PendingField()
    timeline = Timeline()
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
