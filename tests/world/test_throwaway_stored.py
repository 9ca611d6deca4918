"""Throw-away suppliers are in the store: other processes see them, and so does the next start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from simulator.client import Client
from simulator.store import lanes, tables
from simulator.store.tables import suppliers
from simulator.web import Embedded, create_app
from simulator.world import open_world
from tests.world.conftest import FC, Made


def test_every_process_of_a_store_sees_it(make_config: Callable[..., Any], store_url: str) -> None:
    with Embedded(make_config(store={"url": store_url})) as running:
        other = open_world(make_config(store={"url": store_url}), running.url, beginning=False)
        try:
            made = Made(running, name="seen")
            sample = FC.sample("provide", None, 1)
            door = create_app(other).test_client()
            assert (
                door.post(
                    f"/suppliers/seen{sample.path}", data=sample.body, headers=dict(sample.headers)
                ).status_code
                == 202
            )
            assert [kci["last"]["code"] for kci in made.client.advance(by="42d")["kcis"]] == [
                204,
                204,
                204,
            ]
            made.delete()
            assert (
                door.post(
                    f"/suppliers/seen{sample.path}", data=sample.body, headers=dict(sample.headers)
                ).status_code
                == 404
            )
            made.client.close()
        finally:
            other.close()


def test_a_contract_that_no_standing_supplier_has_comes_with_the_shipped_scenarios(
    make_config: Callable[..., Any],
) -> None:
    with Embedded(make_config()) as running:
        made = [Made(running, dialect="mef", default=default) for default in ("JEOPARDY", "POLLED")]
        assert [supplier.shape["default"] for supplier in made] == ["JEOPARDY", "POLLED"]
        refused = requests.post(
            f"{running.url}/__admin/suppliers",
            json={"dialect": "mef", "default": "ORDER_DELAYED"},
            timeout=30,
        )
        assert refused.status_code == 422
        for supplier in made:
            supplier.client.close()


def test_a_supplier_outlives_a_restart(make_config: Callable[..., Any]) -> None:
    with Embedded(make_config()) as running:
        made = Made(running, name="kept")
        made.place()
        made.client.close()
    with Embedded(make_config()) as running, Client(running.url, supplier="kept") as client:
        assert [order["ref"] for order in client.orders()] == ["1"]


def test_a_supplier_whose_default_is_gone_after_a_restart_plays_the_usual_one(
    make_config: Callable[..., Any], scenario_folder: Callable[..., str]
) -> None:
    folder = scenario_folder(OLD="reply: {reject: [no]}\n")
    standing = [{"name": "default", "path": "/", "scenarios": folder}]
    with Embedded(make_config(suppliers=standing)) as running:
        Made(running, name="kept", default="OLD").client.close()
    with Embedded(make_config()) as running, Client(running.url) as client:
        kept = next(shape for shape in client.suppliers() if shape["name"] == "kept")
        assert kept["default"] == "ORDER_SUCCESSFUL"


def test_a_supplier_whose_settings_do_not_fit_any_more_hurts_nobody_else(
    make_config: Callable[..., Any],
) -> None:
    with Embedded(make_config()) as running, Client(running.url) as client:
        broken = Made(running, name="broken")
        broken.place()
        broken.client.close()
        with running.world.store.write() as tx:
            tx.execute(
                suppliers.update().values(
                    settings={"name": "broken", "path": "/suppliers/broken", "contract": {"was": 1}}
                )
            )
            tx.execute(suppliers.update().values(edition="another"))
            tx.execute(tables.lanes.update().values(wake=tx.wall))
        assert [shape["name"] for shape in client.suppliers()] == ["default"]
        whole = Made(running, name="whole")
        whole.place()
        assert [kci["state"] for kci in whole.client.advance(by="42d")["kcis"]] == ["delivered"] * 3
        whole.client.close()
        client.delete_supplier("broken")


def test_lanes_of_a_supplier_that_is_not_served_here_do_not_keep_the_sender_busy(
    make_config: Callable[..., Any],
) -> None:
    both = [{"name": "default", "path": "/"}, {"name": "other", "path": "/other"}]
    with Embedded(make_config(suppliers=both)) as running:
        sample = FC.sample("provide", None, 1)
        requests.post(
            f"{running.url}/other{sample.path}",
            data=sample.body,
            headers=sample.headers,
            timeout=30,
        )
        with running.world.store.write() as tx:
            tx.execute(tables.lanes.update().values(wake=None))
    with Embedded(make_config()) as running:
        with running.world.store.write() as tx:
            tx.execute(tables.lanes.update().values(wake=tx.wall))
            tx.wake_senders()
        for serial in range(2, 6):
            requests.post(
                f"{running.url}{sample.path}",
                data=FC.sample("provide", None, serial).body,
                headers=sample.headers,
                timeout=30,
            )
        with Client(running.url) as client:
            assert len(client.advance(by="42d")["kcis"]) == 12
        with running.world.store.read() as tx:
            (again,) = lanes.pending(tx).values()
            assert again > tx.wall + 30_000_000, "and it is looked at again later"
