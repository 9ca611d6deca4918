"""What is wrong with a scenario, and which part of its file is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.base.errors import RenderFailed, split_hint
from simulator.language import template
from simulator.model import Path, Reply, Step

ILLEGAL, HEADER, TEMPLATE, PLAIN_STORY = "illegal", "header", "template", "plain_story"
UNANSWERED, UNREACHED, NO_BODY = "unanswered", "unreached", "no_body"
FAULT, START, NO_WAY = "fault", "start", "no_way"
NEVER_RENDERS = "never_renders"

_HINTS = {
    ILLEGAL: "a step that breaks the contract on purpose says `illegal: true`",
    PLAIN_STORY: "so in an order that goes well; those that its `when` means may differ",
    NO_WAY: "right where one of its conditions always holds",
    UNANSWERED: "an earlier answer, or `pending: pause`",
}
_OF_EACH_ORDER = [["id"], ["ref"], ["tenant"], ["operation"], ["scenario"], ["received_at"]]
_LACKING = "add `| default(...)` where a request may lack it"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong at a part of the file. It is `certain` when the contract forbids it; else the
    sample request may only lack what a template asks for, or it is allowed and yet rarely meant.
    """

    message: str
    path: Path
    code: str = ILLEGAL
    advice: str = ""

    @property
    def certain(self) -> bool:
        return self.code in (ILLEGAL, HEADER, FAULT, START, NEVER_RENDERS)

    @property
    def hint(self) -> str:
        return self.advice or _HINTS.get(self.code, "")


def flaw_of(error: Exception, path: Path, params: Mapping[str, Any]) -> Flaw:
    """A flaw from what the engine or the dialect raised. `params` are those of the rehearsal."""
    if not isinstance(error, RenderFailed):
        return Flaw(str(error), path)
    text, hint = split_hint(str(error))
    is_lacking = "there is no" in text
    if not hint.startswith("did you mean"):
        hint = _LACKING if is_lacking else ""
    is_sure = not is_lacking and _is_known(error.source, params)
    return Flaw(text, path, NEVER_RENDERS if is_sure else TEMPLATE, hint)


def _is_known(source: str, params: Mapping[str, Any]) -> bool:
    """Whether a template reads only what is the same, or of the same kind, for each order."""
    known = {name for name, value in params.items() if value is not None}
    return "{{" in source and all(
        name == "now" or name in known or (name == "order" and asked[:1] in _OF_EACH_ORDER)
        for name, *asked in template.reads(source)
    )


@dataclass(slots=True)
class Refusals:
    """What a gateway would refuse of the messages of a story. A value that is wrong where it was
    set is told there, and not again of each message that carries it.
    """

    replies: list[tuple[Path, Reply]] = field(default_factory=list)
    """The replies of the story so far, whose `set` a message may carry, with their places."""

    told: set[str] = field(default_factory=set)

    def of(self, step: Step, messages: Iterable[str]) -> Iterator[Flaw]:
        """One flaw for each part of the step, or of a reply before it."""
        found: dict[Path, str] = {}
        for said in messages:
            path, wrong = in_step(step, said), _wrong(said)
            if not _is_value(path):
                if wrong in self.told:
                    continue
                path = self._in_replies(said) or path
            if _is_value(path):
                self.told.add(wrong)
            if path not in found or str(path[-1]) in said:
                found[path] = said
        for path, said in found.items():
            text, hint = split_hint(said)
            what = "the messages that carry this" if "reply" in path else "this message"
            hint = hint or ("the order keeps what a reply sets" if "reply" in path else "")
            yield Flaw(f"a gateway would refuse {what}: {text}", path, advice=hint)

    def _in_replies(self, said: str) -> Path:
        """The part of a reply's `set` that a message is about; empty where there is none."""
        parts = (in_reply(reply, path, said) for path, reply in self.replies)
        return next(filter(_is_value, parts), ())


def _is_value(path: Path) -> bool:
    """Whether a place is one in a `set` or a `with`."""
    return bool({"set", "with"} & {*path})


def _wrong(said: str) -> str:
    """What is wrong, whichever member it is told of; the whole where it quotes no value."""
    text, _ = split_hint(said)
    rest = text.partition(": ")[2]
    return rest if rest.startswith("`") else text


def in_step(step: Step, error: Exception | str) -> Path:
    """The part of a step that is wrong."""
    said = str(error)
    source = error.source if isinstance(error, RenderFailed) else ""
    parts: dict[str, Any] = {
        "with": step.fields,
        "set": step.set,
        "at": step.at,
        "after": step.after,
        "tenant": step.tenant,
        "params": step.params,
        "fault": {step.fault: step.argument},
    }
    found: Path = next(_texts(parts, source), ()) if source else ()
    found = found or _named(step, said)
    if not found and step.status and re.search(rf"\b{step.status}\b", said):
        found = ("status",)
    if not found:
        verbs = ("send", "status", "mark", "start", "signal")
        found = next(((verb,) for verb in verbs if getattr(step, verb)), ())
    return (*step.path, *found) if step.path else ("timeline",)


def _named(step: Step, said: str) -> Path:
    """The member of `with` or `set` that a message names, or whose value it quotes."""
    for key, members in (("with", step.fields), ("set", step.set)):
        for path, value in members.items():
            if isinstance(value, str) and value and f"`{value}`" in said:
                return (key, path)
    for subject in re.findall(r"[A-Za-z]\w*(?:\[\d+\]|\.\w+)*(?=: )", said):
        parts = [int(part) if part.isdigit() else part for part in re.findall(r"\w+", subject)]
        if parts[0] in step.fields:
            return ("with", *parts)
    words = re.findall(r"\w+", said)
    for word in words:
        if word in step.fields:
            return ("with", word)
        for path in step.set:
            if path == word or re.split(r"[.\[]", path)[0] == word or path.endswith(f".{word}"):
                return ("set", path)
    return ()


def in_reply(reply: Reply, path: Path, error: Exception | str) -> Path:
    """The part of a reply that is wrong: the reply itself where no part can be named."""
    source = error.source if isinstance(error, RenderFailed) else ""
    for where, each in ((path, reply), *attempts(reply, path)):
        parts = {
            "reject": list(each.messages),
            "headers": dict(each.headers),
            "body": each.body,
            "set": dict(each.set),
            "delay": each.delay,
            "fault": {each.fault.word: each.fault.argument} if each.fault else {},
        }
        if source and (found := next(_texts(parts, source), ())):
            return (*where, *found)
        for key, value in each.set.items():
            is_named = re.search(rf"\b{re.escape(re.split(r'[.[]', key)[0])}\b", str(error))
            if is_named or (value and f"`{value}`" in str(error)):
                return (*where, "set", key)
    return path


def attempts(reply: Reply, path: Path) -> Iterator[tuple[Path, Reply]]:
    """The attempts of a reply, each with its path."""
    for index, each in enumerate(reply.attempts):
        yield (*path, "attempts", index), each


def _texts(value: Any, source: str) -> Iterator[Path]:
    """The paths at which a text stands."""
    if value == source:
        yield ()
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from ((key, *path) for path in _texts(member, source))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from ((index, *path) for path in _texts(member, source))
