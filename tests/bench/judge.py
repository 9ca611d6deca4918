"""What the answers and the arrivals say: rates, times, and KCIs that were lost, came twice, came
early or out of order. Nothing of any server is known here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.bench.load import Answers
from tests.bench.receiver import Arrival

Figures = dict[str, float]
COUNTS = ("failed", "unsent", "lost", "strange", "twice", "early", "disordered")
"""What must be nothing. `failed` orders had no 2xx, `unsent` ones found no free connection before
the window ended, `strange` KCIs are of orders that were not accepted.
"""


@dataclass(frozen=True)
class Accepted:
    """An order that was answered 2xx."""

    asked: float
    answered: float


def judged(answers: Answers, arrivals: Iterable[Arrival], kcis: int, delay: float) -> Figures:
    """The figures of one window in which each accepted order brings `kcis` KCIs, the first of them
    `delay` seconds later.
    """
    accepted = {
        answers.first + number: Accepted(asked, answered)
        for number, (asked, answered, code) in enumerate(
            zip(answers.asked, answers.answered, answers.codes, strict=True)
        )
        if 200 <= code < 300
    }
    came = named(accepted, arrivals)
    mine = {order: posts for order, posts in came.items() if order in accepted}
    figures = {
        "orders": float(len(accepted)),
        "failed": len(answers.codes) - len(accepted),
        "unsent": answers.unsent,
        "strange": sum(len(posts) for order, posts in came.items() if order not in accepted),
        **delivery(accepted, mine, kcis, delay),
    }
    whole = sum(len({number for number, _ in mine.get(order, [])}) >= kcis for order in accepted)
    return figures | times(accepted, mine, delay) | {"rate": rate(accepted, mine, whole, delay)}


def named(
    accepted: dict[int, Accepted], arrivals: Iterable[Arrival]
) -> dict[int, list[tuple[int, float]]]:
    """The KCIs of each order, in order of arrival: number and moment. Those that do not say
    their order belong to the accepted orders one after another.
    """
    came: dict[int, list[tuple[int, float]]] = defaultdict(list)
    nameless = iter(sorted(accepted, key=lambda order: accepted[order].answered))
    for order, number, at in sorted(arrivals, key=lambda arrival: arrival[2]):
        came[order or next(nameless, 0)].append((number, at))
    return came


def delivery(
    accepted: dict[int, Accepted],
    came: dict[int, list[tuple[int, float]]],
    kcis: int,
    delay: float,
) -> Figures:
    """What was lost, came twice, early, or out of order."""
    found = dict.fromkeys(("lost", "twice", "early", "disordered"), 0.0)
    for order, place in accepted.items():
        seen: set[int] = set()
        for number, at in came.get(order, []):
            found["twice"] += number in seen
            found["disordered"] += number not in seen and number < max(seen, default=0)
            found["early"] += at < place.asked + delay
            seen.add(number)
        found["lost"] += max(0, kcis - len(seen))
    return found


def times(
    accepted: dict[int, Accepted], came: dict[int, list[tuple[int, float]]], delay: float
) -> Figures:
    """Milliseconds: of an answer since the order was due, and of a first KCI since it was due."""
    answer = [place.answered - place.asked for place in accepted.values()]
    late = [posts[0][1] - accepted[order].answered - delay for order, posts in came.items()]
    return {
        f"{name}_{part}": 1000 * percentile(values, part)
        for name, values in (("answer", answer), ("late", late))
        for part in (50, 99)
        if values
    }


def percentile(values: Sequence[float], part: int) -> float:
    return sorted(values)[min(len(values) * part // 100, len(values) - 1)]


def rate(
    accepted: dict[int, Accepted],
    came: dict[int, list[tuple[int, float]]],
    whole: int,
    delay: float,
) -> float:
    """Orders a second that were accepted and had all their KCIs, until the last of either. The
    delay that was asked for does not count.
    """
    if not accepted:
        return 0.0
    begun = min(place.asked for place in accepted.values())
    ends = [place.answered for place in accepted.values()]
    ends += [posts[-1][1] - delay for posts in came.values()]
    return whole / max(max(ends) - begun, 1e-9)
