"""How the simulator is: senders, gateways, and the figures for Prometheus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator import __version__
from simulator.base import instants
from simulator.base.clock import monotonic, wall
from simulator.model import OPEN, KciState
from simulator.store import Store, Tx, gateway_states, outbox, senders
from simulator.store.probe import WriteProbe

BEAT_LASTS = 10 * instants.SECOND
MANY = 100_000
COUNTED_LASTS = 10 * instants.SECOND


class Health:
    """The health of one process's view of the store; `begun` is when the process started (wall
    time).
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.probe = WriteProbe(store)
        self.begun = wall()
        self.counted: dict[str, int] = {}
        self.counted_until = 0

    def report(self, gateways: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The admin API's `health`: our state, and each gateway's, without confusing the two."""
        with self.store.read() as tx:
            alive, running, totals = is_sender_alive(tx), senders.every(tx), self._totals(tx)
        waiting = sum(totals.get(state, 0) for state in OPEN)
        failed = self.failures()
        return {
            "status": "degraded" if failed else "ok",
            "failed": failed,
            "version": __version__,
            "uptime_s": round((wall() - self.begun) / instants.SECOND, 1),
            "gateways": list(gateways),
            "sender": {
                "alive": alive,
                "waiting": waiting,
                KciState.DEAD: totals.get(KciState.DEAD, 0),
                "running": [_show_sender(row) for row in running],
            },
        }

    def failures(self) -> list[str]:
        """Why the simulator is not ready: it cannot take orders, or nobody sends. Empty: it is."""
        if failure := self.probe.failure():
            return [failure]
        with self.store.read() as tx:
            alive = is_sender_alive(tx)
        lasts = instants.format_duration(BEAT_LASTS)
        return [] if alive else [f"no sender gave a sign of life in the last {lasts}"]

    def gauges(self) -> dict[str, tuple[str, dict[str, float]]]:
        """The figures that are read from the store: for `metrics.exposed`."""
        with self.store.read() as tx:
            totals: dict[str, float] = dict(self._totals(tx))
            held: dict[str, float] = dict(gateway_states.totals(tx))
            alive = is_sender_alive(tx)
        pending = sum(totals.get(state, 0) for state in OPEN)
        uptime = (wall() - self.begun) / instants.SECOND
        return {
            "kcis": ("KCIs by state.", totals),
            "kcis_pending": (
                "KCIs that are not settled: waiting, in flight, paused.",
                {"": pending},
            ),
            "gateways_held": ("Gateways that get nothing, or one message at a time, by why.", held),
            "sender_alive": (
                "Whether a sender gave a sign of life in the last ten seconds.",
                {"": float(alive)},
            ),
            "uptime_seconds": ("How long this process runs.", {"": uptime}),
        }

    def _totals(self, tx: Tx) -> dict[str, int]:
        """KCIs by state. Counting a million takes a second: then the result is kept for a while."""
        if monotonic() >= self.counted_until:
            self.counted = outbox.totals(tx)
            many = sum(self.counted.values()) > MANY
            self.counted_until = monotonic() + COUNTED_LASTS if many else 0
        return self.counted


def is_sender_alive(tx: Tx) -> bool:
    """Whether any sender of the store gave a sign of life lately."""
    return abs(tx.wall - senders.last_beat(tx)) < BEAT_LASTS


def _show_sender(row: senders.SenderRow) -> dict[str, Any]:
    since = instants.format_instant(row.started_wall)
    beat = instants.format_instant(row.beat_wall)
    return {
        "host": row.host,
        "pid": row.pid,
        "version": row.version,
        "since": since,
        "last_sign": beat,
    }
