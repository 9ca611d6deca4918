"""One order's queue of KCIs: in which order they go, and what a request, a step or a signal does to
it.

The store does the same with SQL, and a test compares the two; rehearsals use these functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.base.copies import replace
from simulator.model import Kci, KciState


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueChange:
    """What a request does to the KCIs that wait: `withdraw` names those that will never be sent,
    `paused` those that wait for another request, `moved` gives waiting or paused ones the moment
    at which they are due now. `delayed` are those that go on waiting for a signal, as they are
    then.
    """

    withdraw: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    moved: Mapping[str, int] = field(default_factory=dict)
    delayed: tuple[Kci, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What becomes of the KCIs that wait when the story goes on: `withdraw` names those that lie on
    another way, `moved` are those that go on, or are due at another moment now.
    """

    withdraw: tuple[str, ...] = ()
    moved: tuple[Kci, ...] = ()


def in_order(kcis: Iterable[Kci]) -> list[Kci]:
    """The KCI that goes next is first: the attempted one, then those that wait by due moment and
    position, then the paused ones.
    """
    return sorted(kcis, key=_place)


def _place(kci: Kci) -> tuple[bool, bool, int, int]:
    return kci.state == KciState.PAUSED, kci.state == KciState.WAITING, kci.due_at, kci.position


def changed(queue: Sequence[Kci], change: QueueChange, added: Sequence[Kci] = ()) -> list[Kci]:
    """The queue after a request. A KCI that was attempted stays as it is."""
    return in_order([*(kci for kci in _untouched(queue, change)), *added])


def _untouched(queue: Sequence[Kci], change: QueueChange) -> Iterable[Kci]:
    delayed = {kci.id: kci for kci in change.delayed}
    for kci in queue:
        if kci.state == KciState.ATTEMPTED:
            yield kci
        elif kci.id in change.withdraw:
            continue
        elif kci.id in change.moved:
            yield replace(kci, due_at=change.moved[kci.id], state=KciState.WAITING)
        elif kci.id in change.paused:
            yield replace(kci, state=KciState.PAUSED)
        else:
            yield delayed.get(kci.id, kci)


def after(queue: Sequence[Kci], taken: Taken) -> list[Kci]:
    """The queue after the story went on."""
    return replaced([kci for kci in queue if kci.id not in taken.withdraw], taken.moved)


def replaced(queue: Sequence[Kci], others: Iterable[Kci]) -> list[Kci]:
    """The queue after a signal, or a step, gave some of its KCIs other moments or states."""
    by_id = {kci.id: kci for kci in others}
    return in_order(by_id.get(kci.id, kci) for kci in queue)
