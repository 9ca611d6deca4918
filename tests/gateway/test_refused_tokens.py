"""How long no other token is fetched, when a gateway refuses new ones too."""

from __future__ import annotations

from simulator.base import instants
from simulator.gateway.credentials import Refusals


def test_the_wait_grows_with_each_refused_token_and_ends_with_one_that_is_taken() -> None:
    refusals, now, waits = Refusals(), 0, []
    for _ in range(8):
        refusals.add({"Authorization": "Bearer x"}, now)
        waits.append((refusals.until - now) // instants.SECOND)
        now = refusals.until
    assert waits == [0, 2, 5, 10, 30, 60, 60, 60]
    refusals.clear()
    assert refusals.until == 0
    refusals.add({"Authorization": "Bearer y"}, now)
    assert refusals.until == now, "the first one is replaced at once"


def test_a_token_counts_once_however_many_posts_had_it() -> None:
    refusals, token = Refusals(), {"Authorization": "Bearer x"}
    refusals.add({"Authorization": "Bearer w"}, 0)
    refusals.add(token, 0)
    refusals.add(token, instants.SECOND)
    assert (refusals.count, refusals.until) == (2, 2 * instants.SECOND)
