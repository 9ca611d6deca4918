"""What is expected of a gateway, as sentences and as data. Neither says that it is met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from simulator.base import instants
from simulator.language import matching
from simulator.model import Count, Expectation, ExpectedKcis, ExpectedRequest, NoKci, NoRequest


def told(expectations: Iterable[Expectation]) -> list[str]:
    """A line for each of them."""
    return [f"expects: {in_words(each)}" for each in expectations]


def in_words(expectation: Expectation) -> str:
    """An expectation as a person says it."""
    match expectation:
        case ExpectedKcis():
            return _kcis(expectation)
        case NoKci():
            return "no KCI is sent"
        case ExpectedRequest():
            return _request(expectation)
        case NoRequest(operations=operations):
            return f"no {_any_of(operations)} request comes{_within(expectation.within)}"


def _kcis(kcis: ExpectedKcis) -> str:
    which = kcis.send or "every KCI"
    sent = f" is sent {_times(kcis.count)}, and" if kcis.count else ""
    answer = f"answered {_any_of(kcis.answered) or 'with success'}"
    tries = f", in {kcis.attempts} attempts at most" if kcis.attempts else ""
    if kcis.attempts == 1:
        tries = ", at the first attempt"
    return f"{which}{sent} is {answer}{_within(kcis.within)}{tries}"


def _request(request: ExpectedRequest) -> str:
    words = _any_of(request.operations)
    article = "an" if words[:1] in tuple("aeiou") else "a"
    which = f"{article} {words} request" if words else "the request of this scenario"
    often = f" {_times(request.count)}" if request.count else ""
    parts = [f"{which} comes{often}{_within(request.within)}"]
    parts += [f"with {request.spaced} pauses"] if request.spaced else []
    parts += ["the same body each time"] if request.same_body else []
    parts += [f"when {matching.in_words(request.when)}"] if request.when else []
    return ", ".join(parts)


def _any_of(words: Sequence[str]) -> str:
    return " or ".join(words)


def _times(count: Count) -> str:
    least, most = count.at_least, count.at_most
    if most is None:
        return f"at least {_number(least)}"
    if not least:
        return f"at most {_number(most)}"
    return _number(most) if least == most else f"{least} to {most} times"


def _number(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _within(within: Any) -> str:
    return "" if within is None else f" within {_length(within)}"


def _length(within: Any) -> str:
    return instants.format_duration(within) if isinstance(within, int) else str(within)


def show(expectation: Expectation) -> dict[str, Any]:
    """An expectation as the admin API shows it: its sentence as `text`, its word as `kind`, and
    what the file says beside it.
    """
    shape: dict[str, Any] = {"text": in_words(expectation)}
    match expectation:
        case ExpectedKcis(send=send):
            own: dict[str, Any] = {
                "kind": "kci" if send else "every_kci",
                "send": send,
                "answered": list(expectation.answered),
                "attempts": expectation.attempts,
                "count": _bounds(expectation.count),
            }
        case NoKci():
            return shape | {"kind": "no_kci"}
        case ExpectedRequest(operations=operations):
            own = {
                "kind": "request",
                "operation": list(operations),
                "when": [matching.describe(condition) for condition in expectation.when],
                "count": _bounds(expectation.count),
                "spaced": expectation.spaced,
                "same_body": expectation.same_body,
            }
        case NoRequest(operations=operations):
            own = {"kind": "no_request", "operation": list(operations)}
    within = None if expectation.within is None else _length(expectation.within)
    return shape | {key: value for key, value in (own | {"within": within}).items() if value}


def _bounds(count: Count | None) -> dict[str, int] | None:
    if count is None:
        return None
    most = {} if count.at_most is None else {"at_most": count.at_most}
    return {"at_least": count.at_least, **most}
