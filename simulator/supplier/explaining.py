"""Which scenario a request would play, and why: decided by what decides for real, and undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator import engine
from simulator.base.errors import Illegal, Refused, RenderFailed
from simulator.model import Incoming, Outgoing, Submission
from simulator.rehearsal.sampling import read
from simulator.store import Store, Tx, clocks, orders
from simulator.supplier.playing import Player, unplayable


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """What a request would meet: the scenario that would play (empty where none would), why, why
    each other one would not, and the answer on the wire. Where a mix drew it, `mix` has each of its
    scenarios with its share.
    """

    why: str
    scenario: str = ""
    mix: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    outgoing: Outgoing | None = None


class _Undone(Exception):
    """Carries what was found out of a transaction that is rolled back."""

    def __init__(self, explained: Explained) -> None:
        self.explained = explained


def explain(incoming: Incoming, player: Player, store: Store) -> Explained:
    """Explain one request. It is played in a transaction that is always rolled back, so nothing is
    kept, counted or used up. What the contract refuses is explained too.
    """
    try:
        submission = read(player.dialect, incoming)
        if not isinstance(submission, Submission):
            return Explained(why="a question about orders: it plays no scenario")
        store.run(lambda tx: _play(tx, player, submission))
    except _Undone as undone:
        return undone.explained
    except Refused as refused:
        return _refused(refused, player)
    except (Illegal, RenderFailed) as error:
        return _refused(unplayable(error), player)
    raise AssertionError("unreachable")


def _play(tx: Tx, player: Player, submission: Submission) -> None:
    now = clocks.get(tx, player.name).now(tx.wall)
    order = player.order_of(tx, submission) if submission.action != "create" else None
    requests = orders.requests_in_play(tx, [order.id], set())[order.id] if order else ()
    facts = engine.facts_of(submission, order, requests, {}, now)
    played = player.play(tx, submission)
    book = player.scenario_set.book(tx)
    raise _Undone(
        Explained(
            why=played.reasons[0],
            scenario=played.scenario,
            mix=book.shares(played.mix),
            others=book.others(submission.action, played.scenario, facts, played.mix),
            outgoing=played.outgoing,
        )
    )


def _refused(refused: Refused, player: Player) -> Explained:
    why = f"the contract refuses it: {'; '.join(refused.messages)}"
    return Explained(why=why, outgoing=player.dialect.refuse(refused))
