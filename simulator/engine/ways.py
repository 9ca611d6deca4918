"""Where a story parts: behind a wait that ends by itself, and behind a message whose answer counts.

All ways are planned at once, so that a plan stays fixed. One of them is taken when the signal
comes, or when it is the turn of the step that decides. Then what lies on the others is withdrawn,
and what has waited for the way goes on. `Step.lies_on` says where a step lies: `(1,)` behind the
first parting of its timeline, `(0, 2, 0)` on the second way beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from simulator.base import instants
from simulator.base.copies import replace
from simulator.base.errors import Illegal
from simulator.engine.queue import Taken
from simulator.language.answers import is_one_of
from simulator.model import WAY_SIGNAL, Kci, KciState, Step

_HELD = "!"
"""With this ends the signal of a step that a request has paused too."""

REST = 0
"""The way that goes on with the rest of the timeline."""


def way_signal(turn: Step, way: int) -> str:
    """What the steps of a way wait for, where a step decides: those of the rest for the signal of
    that name, the others for nothing that a person gives.
    """
    name = turn.wait if way == REST else ""
    return name + WAY_SIGNAL + ".".join(map(str, (*turn.lies_on, way)))


def wait_signal(name: str, position: int) -> str:
    """What the steps behind a wait without an end wait for. The first of them has this position."""
    return f"{name}{WAY_SIGNAL}{position}"


def is_paused_by_request(kci: Kci) -> bool:
    """Whether a request paused this KCI, and it does not only wait for a signal."""
    return kci.state == KciState.PAUSED and (not kci.signal or kci.signal.endswith(_HELD))


def held(waiting: Iterable[Kci]) -> tuple[Kci, ...]:
    """The steps that wait for a signal, until another request lets them go on: meanwhile no signal
    counts.
    """
    waits = (kci for kci in waiting if kci.signal and not is_paused_by_request(kci))
    return tuple(replace(kci, signal=kci.signal + _HELD) for kci in waits)


def released(waiting: Iterable[Kci], since: int, now: int) -> tuple[Kci, ...]:
    """The steps that wait for a signal again, after a request held them `since` then."""
    paused = (kci for kci in waiting if kci.signal.endswith(_HELD))
    waits = [replace(kci, signal=kci.signal.removesuffix(_HELD)) for kci in paused]
    return delayed(waits, since, now - since)


def awaited(waiting: Sequence[Kci]) -> list[Kci]:
    """For each timeline that waits for a signal, the first step that does, or the one that ends the
    wait; none of a way beside the rest that is not taken yet.
    """
    partings = {(kci.request, *kci.step.lies_on) for kci in waiting if kci.step.decides}
    heads: dict[str, Kci] = {}
    for kci in sorted(waiting, key=_position):
        lengths = range(1, len(kci.step.lies_on), 2)
        is_aside = any((kci.request, *kci.step.lies_on[:length]) in partings for length in lengths)
        if _awaits(kci) and not is_aside:
            heads.setdefault(kci.request, kci)
    return list(heads.values())


def signalled(waiting: Sequence[Kci], name: str, now: int) -> Taken:
    """What a signal changes: it ends the next wait of a timeline. The steps behind it go on, and
    later ones that wait for another signal move with them. What would come without the signal is
    withdrawn.

    Illegal says which signal is awaited instead. A signal may come before the story comes to its
    wait: then nothing is later than planned.
    """
    if any(is_paused_by_request(kci) for kci in waiting):
        raise Illegal("a request has paused the order: let it go on first")
    heads = awaited(waiting)
    head = next((kci for kci in heads if _awaits(kci) == name), None)
    if head is None:
        names = ", ".join(sorted(set(map(_awaits, heads))))
        raise Illegal(
            f"the order does not wait for the signal {name[:80]}"
            + (f": it waits for {names}" if names else "")
        )
    if head.signal:
        mine = [kci for kci in waiting if kci.request == head.request]
        return Taken(moved=_gone_on(mine, head, now))
    rest = _taken(waiting, head, REST, now)
    return Taken(withdraw=(head.id, *rest.withdraw), moved=rest.moved)


def decided(turn: Kci, message: Kci | None) -> tuple[int, str]:
    """The way that a step which decides takes, and why; the reason is empty where nothing special
    happened. `message` is the one whose answer counts, as it ended.
    """
    step = turn.step
    if step.wait:
        ((way, _),) = step.decides
        how = "goes on" if way == REST else "goes on otherwise"
        return way, f"no signal {step.wait} within {instants.format_duration(step.within)}: {how}"
    code = message.last["code"] if message and message.last else None
    if message and message.state == KciState.DELIVERED and code is not None:
        for way, answers in step.decides:
            if is_one_of(code, answers):
                return way, f"{message.send} was answered {code}: goes way {way} of on_answer"
    return REST, ""


def taken(waiting: Sequence[Kci], turn: Kci, way: int) -> Taken:
    """What changes when a step that decides takes a way. Time counts from the moment at which it
    was due.
    """
    return _taken(waiting, turn, way, turn.due_at)


def _taken(waiting: Sequence[Kci], turn: Kci, way: int, at: int) -> Taken:
    mine = [kci for kci in waiting if kci.request == turn.request]
    off = {kci.id: kci for kci in mine if _is_off(kci, turn, way)}
    left = [kci for kci in mine if kci.id not in off]
    waited = (kci for kci in left if kci.signal == way_signal(turn.step, way))
    first = min(waited, key=_position, default=None)
    return Taken(withdraw=tuple(off), moved=_gone_on(left, first, at) if first else ())


def delayed(waiting: Sequence[Kci], since: int, pause: int) -> tuple[Kci, ...]:
    """The steps that wait for a signal, after a `pause` that begins at `since`: a signal that comes
    before its end counts as if it came at its end.
    """
    later = {
        kci.request: pause + max(0, since - _begins(waiting, kci, since))
        for kci in awaited(waiting)
    }
    return tuple(
        _later(kci, later.get(kci.request, pause))
        for kci in waiting
        if kci.signal and not is_paused_by_request(kci)
    )


def leaving(kcis: Iterable[Kci], stays: Callable[[Kci], bool]) -> tuple[str, ...]:
    """Those of the KCIs that do not stay. A step that decides stays as long as another one does
    that hangs on it.
    """
    listed = list(kcis)
    kept = [kci for kci in listed if not kci.step.decides and stays(kci)]
    kept += [kci for kci in listed if kci.step.decides and any(_hangs_on(o, kci) for o in kept)]
    ids = {kci.id for kci in kept}
    return tuple(kci.id for kci in listed if kci.id not in ids)


def _awaits(kci: Kci) -> str:
    """The signal that a step waits for, or that it ends the wait for; empty where there is none."""
    return kci.waits_for or (kci.step.wait if not kci.signal else "")


def _position(kci: Kci) -> int:
    return kci.position


def _begins(waiting: Sequence[Kci], head: Kci, at: int) -> int:
    """When the wait begins that a timeline comes to next; `at` where nothing is behind it."""
    signal = head.signal or way_signal(head.step, REST)
    found = (kci for kci in waiting if (kci.request, kci.signal) == (head.request, signal))
    return min((kci.signal_at for kci in found if kci.signal_at is not None), default=at)


def _gone_on(mine: Sequence[Kci], first: Kci, at: int) -> tuple[Kci, ...]:
    """A timeline whose steps have waited with the `first` one until this moment. On the rest of a
    timeline nothing is earlier than planned; a way beside it begins when it is taken.
    """
    late = at - (first.signal_at or 0)
    if first.waits_for:
        late = max(0, late)
    moved = (_later(kci, late) for kci in mine if kci.signal)
    return tuple(
        replace(kci, state=KciState.WAITING, signal="", signal_at=None)
        if kci.signal == first.signal
        else kci
        for kci in moved
    )


def _later(kci: Kci, by: int) -> Kci:
    """A step that waits for a signal, with later moments."""
    return replace(kci, due_at=kci.due_at + by, signal_at=(kci.signal_at or 0) + by)


def _is_beside(kci: Kci, turn: Kci) -> bool:
    """Whether a step lies on one of the ways beside the rest, where a step decides."""
    at, ways = [*turn.step.lies_on], [*kci.step.lies_on]
    return kci.request == turn.request and len(ways) > len(at) and ways[: len(at)] == at


def _is_behind(kci: Kci, turn: Kci) -> bool:
    """Whether a step lies on the rest of the timeline in which a step decides, or beside that."""
    *above, number = turn.step.lies_on
    ways = [*kci.step.lies_on]
    is_same = kci.request == turn.request and ways[: len(above)] == above
    return is_same and ways[len(above)] > number


def _is_off(kci: Kci, turn: Kci, way: int) -> bool:
    """Whether a step lies on another way than the one that is taken."""
    if _is_beside(kci, turn):
        return kci.step.lies_on[len(turn.step.lies_on)] != way
    return way != REST and _is_behind(kci, turn)


def _hangs_on(kci: Kci, turn: Kci) -> bool:
    return _is_beside(kci, turn) or _is_behind(kci, turn)
