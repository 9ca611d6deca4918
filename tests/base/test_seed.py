"""Under a fixed seed and a manual clock the same run comes out the same, to the byte, whatever the
order of arrival.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator import config
from simulator.base.seed import of_run
from simulator.store import Store
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver

pytestmark = pytest.mark.slow


def play(
    folder: Path,
    ids: list[int],
    seed: str | None = "42",
    *,
    restart: bool = False,
    scenarios: str | None = None,
    **headers: str,
) -> dict[str, list[Any]]:
    """Place one order per id; every KCI of each, by the text of its notes, without the gateway's
    own id. With `restart`, the simulator is another one for each order, and for the KCIs.
    `scenarios` is a folder of scenarios beside the shipped ones.
    """
    overrides: dict[str, Any] = {
        "server": {"port": 0},
        "store": {"url": f"sqlite:///{folder}/s.db"},
        "clock": {"mode": "manual"},
        "seed": seed,
        "suppliers": [{"name": "default", "path": "/", "scenarios": scenarios}],
    }
    with Receiver() as receiver:
        settings = config.load(
            environment={}, overrides={**overrides, "gateway": {"url": receiver.url}}
        )
        parts = [[number] for number in ids] if restart else [ids]
        for part in (*parts, []):
            with Embedded(settings) as simulator, Gateway(simulator.url) as gateway:
                gateway.admin("PUT", "/clock", {"now": "2026-03-02T09:00:00Z"})
                for number in part:
                    body = {**gateway.provide(notes=f"order {number % 100}"), "id": number}
                    named = {"X_Scenario": "ORDER_ACKNOWLEDGED_LATER", **headers}
                    assert gateway.post("/service-orders", body, **named).ok
                if not part:
                    gateway.advance()
    found: dict[str, list[Any]] = {}
    for arrival in receiver.arrivals:
        kci = arrival.body
        entity = kci["provideServiceOrder"]
        del entity["id"]
        found.setdefault(entity["notes"], []).append(kci)
    # between orders there is no promised order at one moment; within one order the numbers say it
    return {
        notes: sorted(kcis, key=lambda kci: (kci["sequenceNumber"], kci["id"]))
        for notes, kcis in found.items()
    }


def folders(root: Path) -> Callable[[], Path]:
    count = iter(range(10))

    def make() -> Path:
        folder = root / str(next(count))
        folder.mkdir()
        return folder

    return make


def test_the_same_run_comes_out_the_same_with_other_ids_and_in_another_order(
    tmp_path: Path,
) -> None:
    make = folders(tmp_path)
    first = play(make(), [101, 102, 103])
    assert first == play(make(), [903, 901, 902])
    assert {len(kcis) for kcis in first.values()} == {4}
    assert (
        len(
            {
                kci["provideServiceOrder"]["supplierOrderReference"]
                for kcis in first.values()
                for kci in kcis
            }
        )
        == 3
    )


def test_another_seed_and_no_seed_come_out_otherwise(tmp_path: Path) -> None:
    make = folders(tmp_path)
    known = [
        kcis[0]["id"]
        for seed in ("42", "43", None, None)
        for kcis in play(make(), [101], seed).values()
    ]
    assert len(set(known)) == 4


def test_equal_orders_differ_from_each_other_but_not_from_run_to_run(tmp_path: Path) -> None:
    make = folders(tmp_path)
    one, two = play(make(), [101, 201]), play(make(), [301, 401])
    assert one == two and len({kci["id"] for kci in one["order 1"]}) == 8


def test_a_seed_key_replaces_the_document(tmp_path: Path) -> None:
    make = folders(tmp_path)
    (one,) = play(make(), [101], X_Seed_Key="k").values()
    (other,) = play(make(), [107], X_Seed_Key="k").values()
    assert [kci["id"] for kci in one] == [kci["id"] for kci in other]


def test_a_restart_changes_nothing(tmp_path: Path) -> None:
    make = folders(tmp_path)
    ids = [101, 102, 201]
    assert play(make(), ids) == play(make(), ids, restart=True)


def test_an_unrelated_order_changes_nothing(tmp_path: Path) -> None:
    make = folders(tmp_path)
    alone, beside = play(make(), [101, 102]), play(make(), [103, 101, 104, 102, 105])
    assert alone == {notes: kcis for notes, kcis in beside.items() if notes in alone}


STORY = """scenario: STORY
timeline:
  - {after: 1m, send: ACKNOWLEDGED}
  - {at: {uniform: [1h, 2h]}, send: COMMITTED}
  - after: {uniform: [1h, 2h]}
    send: ADDITIONAL
    set: {"serviceOrderItem.serviceCharacteristics[name=SERVICE_ID].value": "{{ fake.service_id }}"}
    with: {text: The service has its id}
"""


def test_an_unrelated_step_changes_nothing(tmp_path: Path) -> None:
    make, own = folders(tmp_path), tmp_path / "own"
    own.mkdir()
    runs = []
    for more in ("", "  - {after: 1m, mark: BEGUN}\n"):
        (own / "story.yaml").write_text(STORY.replace("timeline:\n", f"timeline:\n{more}"))
        (kcis,) = play(make(), [101], scenarios=str(own), X_Scenario="STORY").values()
        runs.append([(kci["id"], kci["issuedOn"], kci["provideServiceOrder"]) for kci in kcis])
    first, second = runs
    assert [kci[0] for kci in first] == [kci[0] for kci in second], "the ids"
    assert first[1:] == second[1:], "drawn times and values"


def drawn(found: dict[str, list[Any]]) -> dict[str, set[str]]:
    """The invented ids of each order's service."""
    return {
        notes: {
            characteristic["value"]
            for kci in kcis
            for characteristic in kci["provideServiceOrder"]["serviceOrderItem"][
                "serviceCharacteristics"
            ]
            if characteristic["name"] == "SERVICE_ID"
        }
        for notes, kcis in found.items()
    }


def test_a_run_without_a_seed_has_one_that_draws_the_same_again(tmp_path: Path) -> None:
    make = folders(tmp_path)
    folder = make()
    found = play(folder, [101, 102, 201], None)
    assert [len(ids) for ids in drawn(found).values()] == [2, 1]
    store = Store(f"sqlite:///{folder}/s.db")
    seed = of_run(store.root_seed)
    assert store.root_seed not in seed
    store.close()
    again = play(make(), [101, 102, 201], seed)
    assert drawn(again) == drawn(found)
    assert again != found, "ids are only drawn under a seed that was set"
    other = play(make(), [101, 102, 201], None)
    assert drawn(other) != drawn(found)
