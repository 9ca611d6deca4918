"""What a gateway's answer means for a KCI. Pure: no socket, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum

from simulator.base import clock, instants, seed
from simulator.base.copies import replace
from simulator.config import Policy
from simulator.language.answers import is_one_of
from simulator.model import Finding, Kci, KciState, Rule, Sign

RETRYABLE = {408, 425, 429}
FINAL_5XX = {501, 505}
_PASSING = {*RETRYABLE, 502, 503, 504}
"""Answers that say nothing about the message."""

UNEXPECTED_ANSWER = Rule("delivery.unexpected_answer", "error")
UNREADABLE_RETRY_AFTER = Rule("delivery.unreadable_retry_after")
LONG_RETRY_AFTER = Rule("delivery.long_retry_after", "note")
_RETRY_AFTER = "response.headers.Retry-After"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What came of one try: an answer's `code`, or an `error`; `findings` are for the journal.

    `no_token`: no post was made, as there was no token, and there will be none for so many
    microseconds. `silent`: the token endpoint was not asked either.
    """

    code: int | None = None
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    took: int = 0
    sent: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    no_token: int | None = None
    silent: bool = False


class Outcome(StrEnum):
    """What becomes of a KCI after a post."""

    DELIVERED = KciState.DELIVERED.value
    RETRY = "retry"
    DEAD = KciState.DEAD.value


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What becomes of the KCI; it is tried again after `wait` microseconds. `counts` says whether
    the try counts.

    `sign` is what the answer says of the gateway, and `reason` puts it into words. A gateway that
    is busy or unready gets nothing for `pause` microseconds. `findings` are what stands out in the
    answer.
    """

    outcome: Outcome
    wait: int = 0
    counts: bool = True
    sign: Sign = Sign.WELL
    pause: int = 0
    reason: str = ""
    findings: tuple[Finding, ...] = ()


def decide(result: Result, kci: Kci, accepted: tuple[int, ...], policy: Policy) -> Decision:
    """Read an answer: 2xx means delivered, a temporary failure is tried again, a refusal is final.
    `kci` is as it was handed out, with this try counted.

    The answer that a step wants (`answered`) settles its KCI, whatever else it would mean, and so
    does one with which the story goes another way. So does nearly any answer to a message that is
    wrong on purpose: the story goes on, and a finding says what was wanted.

    The waits vary by a fifth from KCI to KCI, so that KCIs that failed together do not come back
    together.
    """
    wanted, code = kci.step.answered, result.code
    parts = code is not None and is_one_of(code, kci.step.settled_by)
    if code is None or not (wanted or kci.step.fault or parts):
        return _plainly(result, kci, accepted, policy)
    fits = not wanted or is_one_of(code, wanted)
    findings = () if fits else (_unexpected(code, wanted),)
    if parts or (wanted and fits) or (kci.step.fault and code not in _PASSING):
        return Decision(outcome=Outcome.DELIVERED, findings=findings)
    decision = _plainly(result, kci, accepted, policy)
    return replace(decision, findings=(*decision.findings, *findings))


def _unexpected(code: int, wanted: Sequence[str]) -> Finding:
    said = f"the gateway answered {code}, and ought to answer {' or '.join(wanted)}"
    return UNEXPECTED_ANSWER.finding(said, expected=list(wanted), got=code)


def _plainly(result: Result, kci: Kci, accepted: tuple[int, ...], policy: Policy) -> Decision:
    """What an answer means for a KCI of which its step says nothing."""
    attempts = kci.attempts
    if result.no_token is not None:
        return Decision(
            outcome=Outcome.RETRY,
            wait=result.no_token,
            counts=False,
            sign=Sign.UNREADY,
            pause=result.no_token,
            reason=result.error,
        )
    code = result.code
    if code is not None and (code in accepted or 200 <= code < 300):
        return Decision(outcome=Outcome.DELIVERED)
    if code == 409 and (attempts > 1 or (kci.last and kci.last["took_ms"])):
        # the gateway has it from an earlier try whose answer was lost, whether that try counted
        return Decision(outcome=Outcome.DELIVERED)
    failing = code is None or code == 401 or (code >= 500 and code not in FINAL_5XX)
    everything = policy.retry_on == "everything" and code != 410
    temporary = failing or code in RETRYABLE or everything
    asked, findings = _retry_after(result, policy.retry_after_max)
    sign = _sign_of(code, asked, failing=failing)
    reason = result.error or f"answered {code}" + (
        f", Retry-After {instants.format_duration(asked)}" if asked else ""
    )
    if not temporary or attempts > len(policy.retry):
        return Decision(
            outcome=Outcome.DEAD, sign=sign, pause=asked, reason=reason, findings=findings
        )
    varied = round(policy.retry[attempts - 1] * seed.between(0.8, 1.2, kci.id, str(attempts)))
    return Decision(
        outcome=Outcome.RETRY,
        wait=max(varied, asked),
        sign=sign,
        pause=asked,
        reason=reason,
        findings=findings,
    )


def _sign_of(code: int | None, asked: int, *, failing: bool) -> Sign:
    if code == 410:
        return Sign.GONE
    if asked:
        return Sign.BUSY
    return Sign.ILL if failing else Sign.WELL


def _retry_after(result: Result, most: int) -> tuple[int, tuple[Finding, ...]]:
    """How long the gateway wants nothing, `most` at the longest, and findings about its header.

    The header has seconds, or an HTTP date, which is relative to the answer's own Date. What cannot
    be read is ignored.
    """
    if result.code not in (429, 503):
        return 0, ()
    headers = {name.lower(): value.strip() for name, value in result.headers.items()}
    text = headers.get("retry-after", "")
    if not text:
        return 0, ()
    asked = (
        int(text) * instants.SECOND
        if text.isascii() and text.isdigit() and len(text) < 9
        else _until(text, headers.get("date", ""))
    )
    if asked is None or asked < 0:
        unreadable = UNREADABLE_RETRY_AFTER.finding(
            f"Retry-After `{text[:40]}` cannot be read: ignored",
            where=_RETRY_AFTER,
            expected="seconds, or an HTTP date",
            got=text[:40],
        )
        return 0, (unreadable,)
    if asked > most:
        longest = instants.format_duration(most)
        too_long = LONG_RETRY_AFTER.finding(
            f"Retry-After `{text[:40]}` is cut to {longest} (delivery.retry_after_max)",
            where=_RETRY_AFTER,
            expected=f"at most {longest}",
            got=text[:40],
        )
        return most, (too_long,)
    return asked, ()


def _until(text: str, date: str) -> int | None:
    try:
        until = parsedate_to_datetime(text).timestamp()
        since = parsedate_to_datetime(date).timestamp() if date else clock.wall() / instants.SECOND
        return max(0, round((until - since) * instants.SECOND))
    except (ValueError, TypeError, OverflowError):
        return None
