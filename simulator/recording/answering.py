"""How a recorded request was answered, as a reply of a scenario file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.base import instants
from simulator.base.copies import replace
from simulator.model import Exchange, Reply, Request, Submission
from simulator.recording.differences import Changes, as_template, left_out, sorted_out
from simulator.recording.following import Answered, Following, Happened
from simulator.recording.lives import Request as Asked
from simulator.recording.timing import rounded
from simulator.recording.writing import plain

LONG_ANSWER = instants.SECOND
"""An answer that takes as long has a `delay`."""


class Answering:
    """Finds replies, beside the order that follows."""

    def __init__(self, follower: Following) -> None:
        self.follower = follower
        self.vocabulary = follower.dialect.vocabulary

    def reply(
        self, asked: Asked, remarks: list[str], *, illegal: bool
    ) -> tuple[Any, Answered | None]:
        """The reply of the file, with the tries that were refused before; and what the contract
        makes of the last one.
        """
        found = [self._one_reply(asked.submission, one, remarks, illegal) for one in asked.tries]
        shown = [reply for reply, _ in found if reply is not None]
        if len(shown) > 1:
            return {"attempts": shown}, found[-1][1]
        return (shown[0] if shown else None), found[-1][1]

    def _one_reply(
        self, submission: Submission, exchange: Exchange, remarks: list[str], illegal: bool
    ) -> tuple[Any, Answered | None]:
        code = exchange.response.get("code")
        if not isinstance(code, int) or not 200 <= code <= 599:
            said = f"a {submission.action} was not answered"
            remarks.append(f"{said}: here it is, as the contract answers by itself")
            word = self.follower.dialect.default_reply(submission.action)
            return word, self.follower.by_itself(submission, exchange.at)
        best = self._best(self.follower, submission, exchange, illegal=illegal)
        if best is None:
            remarks.append(f"nothing of the contract answers a {submission.action} by {code}")
            return {"status": code}, None
        return self._shown(submission, exchange, best, remarks, illegal)

    def _best(
        self, follower: Following, submission: Submission, exchange: Exchange, *, illegal: bool
    ) -> Answered | None:
        """The reply whose answer comes nearest to the recorded one: words before statuses."""
        code = exchange.response["code"]
        return min(
            follower.answers(
                submission, exchange, self._replies(submission, exchange), illegal=illegal
            ),
            key=lambda one: (code < 400 and one.reply.status is not None, len(one.changes)),
            default=None,
        )

    def silent(self, asked: Asked, owner: Request) -> Happened | None:
        """The status that the order must have got without a message before a request was taken,
        where the answer shows another one than the order would have.
        """
        submission, exchange = asked.submission, asked.last
        code = exchange.response.get("code")
        if not isinstance(code, int) or not 200 <= code < 400:
            return None
        best = self._best(self.follower, submission, exchange, illegal=False)
        if best is None or not best.changes:
            return None
        for happened, moved in self.follower.silently(owner, exchange.at):
            again = self._best(moved, submission, exchange, illegal=False)
            if again is not None and len(again.changes) < len(best.changes):
                return happened
        return None

    def _replies(self, submission: Submission, exchange: Exchange) -> Iterator[Reply]:
        """The replies that may have been meant, the plainest first."""
        code, body = exchange.response["code"], exchange.response.get("body")
        if code < 400:
            words = self.vocabulary.replies[submission.action]
            yield from (Reply(answer=word) for word in words)
            yield from (Reply(answer=word, status=code) for word in words)
            return
        for messages in ((), *_texts(body)):
            yield Reply(answer="reject", messages=messages)
        for messages in ((), *_texts(body)):
            yield Reply(answer="reject", messages=messages, status=code)
        yield Reply(answer="reject", status=code, body=body, has_body=True)

    def _shown(
        self,
        submission: Submission,
        exchange: Exchange,
        best: Answered,
        remarks: list[str],
        illegal: bool,
    ) -> tuple[Any, Answered]:
        """A reply as the file has it, with what it sets in the order."""
        reply, body = best.reply, exchange.response.get("body")
        names = {"order.ref": submission.order_ref, **self.follower.names}
        changes: Changes = {}
        if best.plan is not None and best.plan.order is not None and isinstance(body, dict):
            setting, members, rest = sorted_out(best.changes, body, self.vocabulary)
            changes = {
                path: as_template(value, exchange.at, names) for path, value in setting.items()
            }
            better = replace(reply, set=changes)
            again = next(
                self.follower.answers(submission, exchange, [better], illegal=illegal), best
            )
            if len(again.changes) < len(best.changes):
                best = again
            else:  # the answer does not show what is set
                changes, rest = {}, {**rest, **setting}
            remarks += left_out("the answer", {**members, **rest})
        else:
            remarks += left_out("the answer", best.changes)
        return _as_written(reply, changes, exchange, names), best


def _as_written(
    reply: Reply, changes: Changes, exchange: Exchange, names: Mapping[str, str]
) -> Any:
    """A word where that says it all, else a map."""
    delay = rounded(exchange.took) if exchange.took >= LONG_ANSWER else ""
    messages = as_template(list(reply.messages), exchange.at, names)
    body = as_template(reply.body, exchange.at, names)
    headers = exchange.response.get("headers", {})
    kept = {name.title(): headers[name] for name in headers if name.lower() == "retry-after"}
    head = {"reject": messages} if messages else {"answer": reply.answer}
    more = plain({"status": reply.status, "delay": delay, "set": changes, "headers": kept})
    if reply.has_body:
        more["body"] = "" if body is None else body
    return {**head, **more} if messages or more else reply.answer


def _texts(body: Any) -> Sequence[tuple[str, ...]]:
    """The texts of a refusal that may be its messages: lists of texts first, then single ones."""
    lists: list[tuple[str, ...]] = []
    singles: list[tuple[str, ...]] = []
    for value in body.values() if isinstance(body, dict) else ():
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            lists.append(tuple(value))
        elif isinstance(value, str):
            singles.append((value,))
    return [*lists, *singles]
