"""One scenario file (docs/scenarios.md): from text to a `Scenario`, or to every problem in it with
line and column.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, validates_schema

from simulator.base import seed
from simulator.base.errors import Invalid, Problem
from simulator.formats import strict_yaml
from simulator.formats.schema import (
    Boolean,
    Integer,
    Length,
    Mapped,
    OneOf,
    Range,
    Regexp,
    Strict,
    String,
    flatten,
    listed,
    nested,
)
from simulator.model import Entry, Reply, Scenario, Step, Vocabulary
from simulator.scenario.fields import ParamsField, PendingField, ReplyField, Time, When
from simulator.scenario.words import check_words


class StepSchema(Strict):
    """A step of `timeline`: a time, one verb, and what belongs to it."""

    later = dict.fromkeys(
        ("within", "otherwise", "branch", "repeat", "start", "fault", "answered"), ""
    )

    after = Time()
    at = Time(instant=True)
    send = String()
    status = String()
    mark = String(validate=Regexp(r"[A-Za-z][A-Za-z0-9_]{0,39}$"))
    wait = String(validate=Regexp(r"[A-Za-z][A-Za-z0-9_-]{0,39}$"))
    set = Mapped()
    with_ = Mapped(data_key="with")
    illegal = Boolean()

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_shape(self, data: Any, original: Any, **kwargs: Any) -> None:
        if not isinstance(original, dict) or not original.keys() <= {
            *self.later,
            *(field.data_key or name for name, field in self.fields.items()),
        }:
            return  # an unknown key is told already, and may be the misspelt time or verb
        said = []
        if ("after" in original) == ("at" in original):
            said.append("a step has one time: `after` or `at`")
        if any(verb in original for verb in self.later):
            verbs = ["later"]
        else:
            verbs = [verb for verb in ("send", "mark", "wait") if verb in original] or [
                verb for verb in ("status",) if verb in original
            ]
        if not verbs:
            said.append("a step has a verb: `send`, `status`, `mark` or `wait`")
        if len(verbs) > 1 or ("mark" in original and "status" in original):
            said.append("a step has one verb: `mark` stands alone")
        if "wait" in original and {"status", "set", "illegal"} & original.keys():
            said.append("`wait` stands alone: it only waits")
        if "with" in original and "send" not in original:
            said.append("`with` belongs to `send`: these are members of its message")
        if said:
            raise ValidationError(said)


class EntrySchema(Strict):
    """How a later request is answered."""

    when = When()
    times = Integer(validate=Range(min=1))
    reply = ReplyField()
    pending = PendingField()
    timeline = listed(nested(StepSchema))
    status = String()
    illegal = Boolean()


class ScenarioSchema(Strict):
    """The whole file. The entries of later requests are added for the dialect's actions."""

    later = dict.fromkeys(("extends", "mix", "expect"), "")

    scenario = String(required=True, validate=Regexp(r"[A-Za-z][A-Za-z0-9_.-]{0,79}$"))
    about = String(validate=Length(max=200))
    dialect = String()
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


def schema_for(vocabulary: Vocabulary) -> Strict:
    """The file's schema with the entries that this dialect has."""
    return ScenarioSchema.from_dict(
        {action: listed(nested(EntrySchema)) for action in vocabulary.actions}
    )()  # type: ignore[return-value]


def parse(text: str | bytes, file: str, vocabulary: Vocabulary) -> Scenario:
    """Read one scenario. Invalid lists all problems of the file, in the order of its lines."""
    located = strict_yaml.load(text, file)
    problems: list[Problem] = []
    loaded: Any = {}
    if isinstance(located.value, dict):
        try:
            loaded = schema_for(vocabulary).load(located.value)
        except ValidationError as error:
            problems += [
                _located(located, path, message)
                for path, message in _without_echoes(list(flatten(error.messages)))
            ]
        problems += check_words(located, vocabulary)
    else:
        problems.append(
            located.problem((), "a scenario file is a map with `scenario`, `reply`, `timeline` ...")
        )
    if problems:
        raise Invalid(
            sorted(
                set(problems), key=lambda problem: (problem.line, problem.column, problem.message)
            )
        )
    source = text if isinstance(text, str) else text.decode()
    return _scenario(located, loaded, source, vocabulary)


def _without_echoes(
    messages: list[tuple[strict_yaml.Path, str]],
) -> list[tuple[strict_yaml.Path, str]]:
    """Drop `is required` where the required key is there, only misspelt: one mistake, one message."""
    meant = {
        (*path[:-1], message.split("did you mean `")[1].split("`")[0])
        for path, message in messages
        if "did you mean `" in message
    }
    return [
        (path, message)
        for path, message in messages
        if not (message == "is required" and path in meant)
    ]


def _located(located: strict_yaml.Located, path: strict_yaml.Path, message: str) -> Problem:
    about_key = message.startswith("unknown key ") or message.endswith("is not yet supported")
    text, _, hint = message.partition(" (")
    name = path[-1] if path and isinstance(path[-1], str) else ""
    said = text if about_key or not name or f"`{name}`" in text else f"{name}: {text}"
    code = (
        "not_supported"
        if message.endswith("not yet supported")
        else "unknown_key"
        if about_key
        else "invalid"
    )
    if path and path not in located.places:
        return located.problem(path[:-1], f"`{path[-1]}` {message}", code="missing", at_key=False)
    return located.problem(path, said, code=code, hint=hint.removesuffix(")"), at_key=about_key)


def _scenario(
    located: strict_yaml.Located, loaded: dict[str, Any], source: str, vocabulary: Vocabulary
) -> Scenario:
    answers = loaded.get("for_", "order")
    entries = {
        action: tuple(
            _entry(located, entry, (action, index)) for index, entry in enumerate(loaded[action])
        )
        for action in vocabulary.actions
        if action in loaded
    }
    if answers != "order":  # its `when` says whether it is asked at all
        entries = {answers: (replace(_entry(located, loaded, ()), when=()),)}
    return Scenario(
        name=loaded["scenario"],
        dialect=vocabulary.dialect,
        about=loaded.get("about", ""),
        params=loaded.get("params", {}),
        when=loaded.get("when", ()),
        reply=loaded.get("reply", Reply()),
        timeline=_steps(located, loaded, ()) if answers == "order" else (),
        entries=entries,
        file=located.file,
        source=source,
        digest=seed.digest(vocabulary.dialect, source),
        answers="create" if answers == "order" else answers,
        begins=loaded.get("begins", "gateway"),
    )


def _entry(located: strict_yaml.Located, loaded: dict[str, Any], path: strict_yaml.Path) -> Entry:
    place = located.place(path)
    members = {
        key: loaded[key]
        for key in ("when", "times", "reply", "pending", "status", "illegal")
        if key in loaded
    }
    return Entry(
        **members, timeline=_steps(located, loaded, path), where=(place.line, place.column)
    )


def _steps(
    located: strict_yaml.Located, loaded: dict[str, Any], path: strict_yaml.Path
) -> tuple[Step, ...]:
    steps = []
    for index, entry in enumerate(loaded.get("timeline", ())):
        place = located.place((*path, "timeline", index))
        members = {key: value for key, value in entry.items() if key != "with_"}
        steps.append(
            Step(**members, fields=entry.get("with_", {}), where=(place.line, place.column))
        )
    return tuple(steps)
