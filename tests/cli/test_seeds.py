"""The seed of a run, with real processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.test_processes import serving
from tests.conftest import Gateway
from tests.receiver import Receiver

pytestmark = pytest.mark.slow


def test_the_same_seed_gives_the_same_bytes_with_one_worker_and_four(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    mixed = "mix: {ORDER_ACKNOWLEDGED_LATER: 1, ORDER_DELAYED: 1, ORDER_PENDING: 1}"
    (tmp_path / "own" / "mixed.yaml").write_text(f"scenario: MIXED\n{mixed}\n")
    runs = []
    for workers in ("1", "4"):
        folder = tmp_path / workers
        folder.mkdir()
        with Receiver() as receiver:
            more = ["--gateway-url", receiver.url, "--store", f"sqlite:///{folder}/s.db"]
            more += ["--seed", "7", "--clock", "manual", "--scenarios", str(tmp_path / "own")]
            with serving(folder, "--workers", workers, *more) as (_, url):
                runs.append(_played_by_many(url, receiver))
    assert runs[0] == runs[1] and len(runs[0]) == 40
    assert {len(raws) for raws in runs[0].values()} == {3, 4, 5}, "each of the mix was drawn"


def _played_by_many(url: str, receiver: Receiver) -> dict[int, list[bytes]]:
    """The KCIs of orders that are placed by many threads at once, by the order's id."""

    def place(number: int) -> None:
        with Gateway(url) as gateway:
            body = {**gateway.provide(notes=f"order {number}"), "id": number}
            assert gateway.post("/service-orders", body, X_Scenario="MIXED").status_code == 202

    with Gateway(url) as gateway, ThreadPoolExecutor(16) as pool:
        gateway.admin("PUT", "/clock", {"now": "2026-03-02T09:00:00Z"})
        list(pool.map(place, range(1, 41)))
        gateway.advance()
    found: dict[int, list[bytes]] = {}
    for arrival in receiver.arrivals:
        found.setdefault(arrival.body["provideServiceOrder"]["id"], []).append(arrival.raw)
    return found


def test_a_run_tells_its_seed_ready_to_be_given_again(tmp_path: Path) -> None:
    for given, told in ((["--seed", "my seed"], "'my seed'"), ([], "run-")):
        with serving(tmp_path, *given) as (process, _):
            process.terminate()
            assert process.wait(timeout=30) == 0
        assert f"simulator serve --seed {told}" in (tmp_path / "serve.log").read_text()
