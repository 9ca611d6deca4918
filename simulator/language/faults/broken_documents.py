"""Documents that no gateway can accept."""

from __future__ import annotations

from typing import Any

from simulator.base.errors import RenderFailed
from simulator.formats import strict_json
from simulator.language import paths
from simulator.language.faults.fault import Argument, Fault

_INVALID = ("400", "422")


class BadJson(Fault):
    """JSON whose last character is missing."""

    word = "bad_json"
    about = "with a body that is no JSON"
    answered = _INVALID
    is_probe = True

    def body(self, body: str, argument: Any) -> str:
        return body[:-1]


class MissingField(Fault):
    """A message without one of its members."""

    word = "missing_field"
    about = "without a member that it must have"
    argument = Argument(kind="path")
    answered = _INVALID
    is_probe = True

    def body(self, body: str, argument: Any) -> str:
        document, _ = _found(body, argument)
        return strict_json.dumps(paths.assign_all(document, {argument: None}))


class WrongType(Fault):
    """A message in which one member is of another type: a text for anything else, a number for a
    text.
    """

    word = "wrong_type"
    about = "with a member of a wrong type"
    argument = Argument(kind="path")
    answered = _INVALID
    is_probe = True

    def body(self, body: str, argument: Any) -> str:
        document, value = _found(body, argument)
        other = 1 if isinstance(value, str) else "of a wrong type"
        return strict_json.dumps(paths.assign_all(document, {argument: other}))


def _found(body: str, path: str) -> tuple[dict[str, Any], Any]:
    """The document of a message, and the value that stands at a path."""
    document = strict_json.loads_kept(body)
    values = paths.look_up(document, path)
    if not values:
        raise RenderFailed(f"the message has no member `{path}`", source=path)
    return document, values[0]
