"""Was the promise kept? Asked of the receiver's log, and of what the client was answered; of
nothing else.

I1 every KCI of every accepted order arrived · I2 the next never came before the one before it was
answered 2xx · I3 numbers without gap, each one message · I4 every repeat the same bytes · I5
nothing that a cancellation withdrew was sent for the first time after its answer · I6 few
duplicates.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TIMELINE = ["ACKNOWLEDGED", "COMMITTED", "UPDATE", "UPDATE", "UPDATE", "COMPLETED"]
SCENARIO = """\
scenario: MANY
about: Six KCIs in a second; a cancellation ends it.
reply: accept
timeline:
  - {after: 100ms, send: ACKNOWLEDGED}
  - {after: 150ms, send: COMMITTED}
  - {after: 150ms, send: UPDATE}
  - {after: 150ms, send: UPDATE}
  - {after: 150ms, send: UPDATE}
  - {after: 150ms, send: COMPLETED}
cancellation:
  - reply: accept
    pending: withdraw
    timeline:
      - {after: 400ms, send: CANCELLED}
"""
"""The only scenario of the suite: what arrives is known without asking the simulator."""


@dataclass
class Asked:
    """What the client asked for, and when it was answered 2xx; `tried` are orders whose answer was
    lost or was a refusal.
    """

    orders: dict[int, float] = field(default_factory=dict)
    cancelled: dict[int, float] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    tried_to_cancel: set[int] = field(default_factory=set)


@dataclass
class Post:
    at: float
    code: int
    order: int
    number: int
    reason: str
    raw: str


def read(log: Path) -> list[Post]:
    """The log, in the order in which the posts came; a last line that is still being written is
    left out.
    """
    found = []
    for line in log.read_text().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        body = json.loads(entry["body"])
        order = next(value for value in body.values() if isinstance(value, dict))
        found.append(
            Post(
                entry["t"],
                entry["code"],
                order["id"],
                body["sequenceNumber"],
                body["reasonCode"],
                entry["body"],
            )
        )
    return found


def missing(asked: Asked, posts: Iterable[Post]) -> list[str]:
    """The accepted orders whose last KCI was not taken yet."""
    ended = {
        post.order
        for post in posts
        if post.reason in ("COMPLETED", "CANCELLED") and 200 <= post.code < 300
    }
    return [
        f"I1: order {order} has not come to its end" for order in asked.orders if order not in ended
    ]


def violations(asked: Asked, posts: list[Post], *, duplicates: int) -> list[str]:
    """Everything that breaks the promise, each beginning with the name of what it breaks; so many
    duplicates are allowed.
    """
    of_order: dict[int, list[Post]] = defaultdict(list)
    for post in posts:
        of_order[post.order].append(post)
    found = missing(asked, posts)
    repeats = 0
    for order, mine in of_order.items():
        cancelled = order in asked.cancelled or order in asked.tried_to_cancel
        found += [
            f"{said} (order {order})"
            for said in [*_numbers(mine), *_first_arrivals(mine, cancelled)]
        ]
        if order in asked.cancelled:
            found += _late(mine, asked.cancelled[order])
        repeats += _repeats(mine)
    if repeats > duplicates:
        found.append(f"I6: {repeats} duplicates, {duplicates} are allowed")
    strange = set(of_order) - set(asked.orders) - asked.tried
    found += [f"I1: order {order} was never placed" for order in strange]
    return found


def _firsts(mine: list[Post]) -> dict[int, Post]:
    firsts: dict[int, Post] = {}
    for post in mine:
        firsts.setdefault(post.number, post)
    return firsts


def _numbers(mine: list[Post]) -> list[str]:
    firsts = _firsts(mine)
    found = []
    if sorted(firsts) != list(range(1, len(firsts) + 1)):
        found.append(f"I3: the numbers are {sorted(firsts)}")
    if any(post.reason != firsts[post.number].reason for post in mine):
        found.append("I3: one number, two messages")
    if any(post.raw != firsts[post.number].raw for post in mine):
        found.append("I4: a repeat has other bytes")
    return found


def _first_arrivals(mine: list[Post], cancelled: bool) -> list[str]:
    """The story as it first arrived, and that each came after the one before it was taken."""
    firsts = _firsts(mine)
    story = [firsts[number].reason for number in sorted(firsts)]
    told = story[:-1] if cancelled and story and story[-1] == "CANCELLED" else story
    whole = story[-1:] == ["CANCELLED"] or told == TIMELINE
    found = [] if told == TIMELINE[: len(told)] else [f"I2: the story was {', '.join(story)}"]
    if not whole and not found:
        found.append(f"I1: the story ended with {', '.join(story)}")
    if list(firsts) != sorted(firsts):
        found.append(f"I2: the numbers first came as {list(firsts)}")
    taken: dict[int, int] = {}
    for place, post in enumerate(mine):
        if 200 <= post.code < 300:
            taken.setdefault(post.number, place)
    for place, post in enumerate(mine):
        if (
            firsts[post.number] is post
            and post.number > 1
            and taken.get(post.number - 1, len(mine)) > place
        ):
            found.append(f"I2: number {post.number} came before {post.number - 1} was taken")
    return found


def _late(mine: list[Post], answered: float) -> list[str]:
    """One may have been on its way when the cancellation was answered; a second one was sent in
    spite of it.
    """
    late = [
        post for post in _firsts(mine).values() if post.at > answered and post.reason != "CANCELLED"
    ]
    if len(late) < 2:
        return []
    said = "KCIs were first sent after the cancellation was answered"
    return [f"I5: {len(late)} {said} ({late[0].order})"]


def _repeats(mine: list[Post]) -> int:
    taken: set[int] = set()
    repeats = 0
    for post in mine:
        repeats += post.number in taken
        if 200 <= post.code < 300:
            taken.add(post.number)
    return repeats


def told(found: list[str]) -> str:
    """The first few, and how many."""
    return "\n".join([f"{len(found)} violations", *found[:12]])


def shown(posts: list[Post], order: int) -> list[Any]:
    """One order's posts, for whoever looks for a defect."""
    return [
        (round(post.at, 3), post.code, post.number, post.reason)
        for post in posts
        if post.order == order
    ]
