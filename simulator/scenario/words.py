"""The second reading of a scenario file: is every word one that the dialect, the format or the file
itself knows?

It walks the raw document, so that it finds its problems beside those of the schema, all in one go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.base import seed
from simulator.base.errors import Problem, nearest
from simulator.formats.strict_yaml import Located, Path
from simulator.language import paths, template
from simulator.model import Vocabulary

ORDER_NAMES = (
    "id",
    "ref",
    "tenant",
    "number",
    "status",
    "operation",
    "scenario",
    "document",
    "received_at",
)
_ENTRY_KEYS = ("times", "pending", "status", "illegal")
TEMPLATE_NAMES = ("order", "request", "now", "fake", "supplier")
TEMPLATE_MEMBERS = {"order": ORDER_NAMES, "fake": seed.FAKE_WORDS, "supplier": ("name",)}
"""What may be asked of a name; of one that is not here, anything."""


def check_words(located: Located, vocabulary: Vocabulary) -> list[Problem]:
    """Every unknown status, code, reply, member, operation or template name, each at its place."""
    document = located.value
    params = document.get("params") if isinstance(document.get("params"), dict) else {}
    names = {*TEMPLATE_NAMES, *params}
    problems = [
        *_templates(located, document, (), names),
        *_header(located, document, vocabulary, params),
    ]
    problems += _purpose(located, document, vocabulary)
    answers = document.get("for", "order")
    problems += _playing(
        located, document, (), answers if answers in vocabulary.actions else "create", vocabulary
    )
    for action in vocabulary.actions:
        entries = document.get(action)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict):
                problems += _playing(located, entry, (action, index), action, vocabulary)
                problems += _conditions(located, entry, (action, index), vocabulary)
    return problems


def _header(
    located: Located, document: dict[str, Any], vocabulary: Vocabulary, params: dict[str, Any]
) -> Iterator[Problem]:
    if document.get("dialect", vocabulary.dialect) != vocabulary.dialect:
        yield located.problem(
            ("dialect",), f"the dialect here is {vocabulary.dialect}", code="dialect"
        )
    for name in params:
        if name in TEMPLATE_NAMES:
            yield located.problem(
                ("params", name),
                f"`{name}` is a name of the format already",
                at_key=True,
                code="reserved",
            )
    yield from _conditions(located, document, (), vocabulary)


def _purpose(
    located: Located, document: dict[str, Any], vocabulary: Vocabulary
) -> Iterator[Problem]:
    """What a file is for, and whether its keys belong to that."""
    answers = document.get("for", "order")
    if answers not in ("order", *vocabulary.actions):
        hint = nearest(answers, ("order", *vocabulary.actions))
        yield located.problem(("for",), f"for: unknown `{answers}`", code="unknown_word", hint=hint)
        return
    begun = document.get("begins") == "supplier"
    if begun and not vocabulary.begins:
        yield located.problem(
            ("begins",),
            f"no order of {vocabulary.dialect} is begun by the supplier",
            code="purpose",
        )
    misplaced: list[tuple[tuple[str, ...], str]] = []
    if answers == "order":
        misplaced += [(_ENTRY_KEYS, "belongs to an entry, or to a file `for:` one later request")]
    else:
        misplaced += [
            (
                (*vocabulary.actions, "begins"),
                f"belongs to an order's file: this one is for one {answers}",
            )
        ]
    if begun:
        misplaced += [
            (("reply", "when"), "has no sense here: nobody asks for what the supplier begins")
        ]
    for keys, said in misplaced:
        for key in keys:
            if key in document:
                yield located.problem((key,), f"`{key}` {said}", code="purpose", at_key=True)


def _conditions(
    located: Located, entry: dict[str, Any], path: Path, vocabulary: Vocabulary
) -> Iterator[Problem]:
    when = entry.get("when")
    known = {
        "operation": vocabulary.operations,
        "order.status": vocabulary.statuses,
        "open": vocabulary.actions,
    }
    for key, wanted in when.items() if isinstance(when, dict) else ():
        values = wanted if isinstance(wanted, list) else [wanted]
        for value in values if key in known else ():
            if isinstance(value, str) and "{{" not in value and value not in known[key]:
                where = (
                    (*path, "when", key, values.index(value))
                    if isinstance(wanted, list)
                    else (*path, "when", key)
                )
                yield located.problem(
                    where,
                    f"{key}: unknown `{value}`",
                    code="unknown_word",
                    hint=nearest(value, known[key]),
                )


def _playing(
    located: Located, part: dict[str, Any], path: Path, action: str, vocabulary: Vocabulary
) -> Iterator[Problem]:
    yield from _reply(located, part.get("reply"), (*path, "reply"), action, vocabulary)
    yield from _pending(located, part.get("pending"), (*path, "pending"), vocabulary)
    if path or action != "create":
        yield from _word(
            located, part.get("status"), (*path, "status"), "status", vocabulary.statuses
        )
    timeline = part.get("timeline")
    behind = ""
    for index, step in enumerate(timeline if isinstance(timeline, list) else []):
        if not isinstance(step, dict):
            continue
        yield from _step(located, step, (*path, "timeline", index), vocabulary)
        if behind and "at" in step:
            said = f"behind `wait: {behind}` time counts from the signal: `after`, not `at`"
            yield located.problem((*path, "timeline", index, "at"), said, code="wait", at_key=True)
        behind = str(step["wait"]) if "wait" in step else behind
        if "wait" in step and index == len(timeline or ()) - 1:
            yield located.problem(
                (*path, "timeline", index, "wait"),
                "nothing comes behind this `wait`",
                code="wait",
                at_key=True,
            )


def _step(
    located: Located, step: dict[str, Any], path: Path, vocabulary: Vocabulary
) -> Iterator[Problem]:
    yield from _word(located, step.get("send"), (*path, "send"), "code", vocabulary.codes)
    yield from _word(located, step.get("status"), (*path, "status"), "status", vocabulary.statuses)
    code, status = str(step.get("send")), step.get("status")
    if code in vocabulary.codes and status in vocabulary.statuses and not step.get("illegal"):
        allowed = vocabulary.codes[code]
        if status not in allowed:
            hint = f"one of: {', '.join(allowed)}" if allowed else "leave `status` out"
            yield located.problem(
                (*path, "status"), f"{code} never brings {status}", code="illegal", hint=hint
            )
    for key in step["set"] if isinstance(step.get("set"), dict) else ():
        try:
            paths.check_change(key)
        except ValueError as error:
            yield located.problem(
                (*path, "set", key), f"`{key[:60]}`: {error}", code="path", at_key=True
            )
    members = step.get("with")
    for key in members if isinstance(members, dict) and not step.get("illegal") else ():
        if key not in vocabulary.members:
            where = (*path, "with", key)
            yield located.problem(
                where,
                f"unknown member `{key}`",
                code="unknown_word",
                hint=nearest(key, vocabulary.members),
                at_key=True,
            )


def _reply(
    located: Located, reply: Any, path: Path, action: str, vocabulary: Vocabulary
) -> Iterator[Problem]:
    if isinstance(reply, str):
        yield from _word(located, reply, path, "reply", vocabulary.replies[action])
    elif isinstance(reply, dict):
        yield from _word(
            located, reply.get("answer"), (*path, "answer"), "reply", vocabulary.replies[action]
        )
        attempts = reply.get("attempts")
        for index, attempt in enumerate(attempts if isinstance(attempts, list) else []):
            yield from _reply(located, attempt, (*path, "attempts", index), action, vocabulary)


def _pending(
    located: Located, pending: Any, path: Path, vocabulary: Vocabulary
) -> Iterator[Problem]:
    codes = pending.get("withdraw") if isinstance(pending, dict) else None
    for index, code in enumerate(codes if isinstance(codes, list) else []):
        yield from _word(located, code, (*path, "withdraw", index), "code", vocabulary.codes)


def _word(located: Located, word: Any, path: Path, what: str, known: Any) -> Iterator[Problem]:
    if isinstance(word, str) and word not in known and "{{" not in word:
        yield located.problem(
            path, f"unknown {what} `{word}`", code="unknown_word", hint=nearest(word, known)
        )


def _templates(located: Located, value: Any, path: Path, names: set[str]) -> Iterator[Problem]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _templates(located, member, (*path, key), names)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _templates(located, member, (*path, index), names)
    elif isinstance(value, str):
        try:
            reads = template.reads(value)
        except ValueError as error:
            yield located.problem(path, f"template {error}", code="template")
            return
        for name, *asked in sorted(reads):
            yield from _read(located, path, name, asked[0] if asked else "", names)


def _read(
    located: Located, path: Path, name: str, member: str, names: set[str]
) -> Iterator[Problem]:
    """What is wrong with a name of a template and the first member that is asked of it."""
    known = TEMPLATE_MEMBERS.get(name)
    if name not in names:
        said, hint = f"template: unknown name `{name}`", nearest(name, names)
    elif known is not None and member and member not in known:
        said, hint = f"template: {name} has no `{member}`", nearest(member, known)
    elif name == "fake" and not member:
        said, hint = "template: `fake` needs a word", "such as `fake.name`"
    else:
        return
    yield located.problem(path, said, code="unknown_word", hint=hint)
