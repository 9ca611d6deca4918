"""The front answers without a web server: which supplier or pretend gateway a path belongs to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from simulator.config import Config
from simulator.front import AdminGuard, Front
from simulator.model import Incoming, Outgoing
from simulator.world import World, open_world

HERE = "http://supplier.test"
JSON = {"content-type": "application/json", "host": "127.0.0.1"}
SUPPLIERS = [
    {"name": "one", "path": "/networks"},
    {"name": "two", "path": "/networks/two"},
    {"name": "mef", "path": "/mef", "dialect": "mef"},
]

Open = Callable[..., "Server"]


class Server:
    """A front over an open world, asked without any server."""

    def __init__(self, world: World) -> None:
        self.world = world
        config = world.config
        self.front = Front(world, AdminGuard(config.admin_token, config.server.host))
        self.serial = 10

    def ask(self, method: str, path: str, **members: Any) -> Outgoing:
        path, _, query = path.partition("?")
        given = {"headers": JSON, "base_url": HERE, "query": query, **members}
        return self.front.answer(Incoming(method=method, path=path, **given))

    def place(self, path: str, supplier: str = "one", tenant: str = "TENANT1") -> Outgoing:
        self.serial += 1
        dialect = self.world.suppliers[supplier].dialect
        operation = dialect.sample_operations("create")[0]
        sample = dialect.sample(operation, None, self.serial)
        document = json.loads(sample.body)
        document |= {"tenant": tenant} if "tenant" in document else {}
        return self.front.answer(
            replace(
                sample,
                path=path + sample.path,
                base_url=HERE,
                headers={**sample.headers, "tenant": tenant},
                body=json.dumps(document).encode(),
            )
        )

    def orders(self, supplier: str) -> int:
        return len(self.world.supplier(supplier).orders())


@pytest.fixture
def opened(make_config: Callable[..., Config]) -> Iterator[Open]:
    worlds = []

    def open_one(**settings: Any) -> Server:
        world = open_world(make_config(**{"suppliers": SUPPLIERS, **settings}), HERE)
        worlds.append(world)
        return Server(world)

    yield open_one
    for world in worlds:
        world.close()


def test_the_longest_path_of_a_supplier_counts(opened: Open) -> None:
    server = opened()
    assert server.place("/networks").code == 202
    assert server.place("/networks/two").code == 202
    assert server.place("/mef", "mef").code == 201
    assert [server.orders(name) for name in ("one", "two", "mef")] == [1, 1, 1]


@pytest.mark.parametrize("path", ["/network", "/networkstwo", "/service-orders"])
def test_a_path_of_no_supplier_is_a_404_problem(opened: Open, path: str) -> None:
    answer = opened().ask("GET", path)
    assert (answer.code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.body["detail"] == f"no supplier answers at {path}"


def test_an_unknown_path_below_a_supplier_gets_the_error_of_its_contract(opened: Open) -> None:
    server = opened()
    answer = server.ask("POST", "/networks/nothing")
    assert (answer.code, answer.body["code"]) == (404, "NOT_FOUND")
    wrong = server.ask("GET", "/networks/service-orders")
    assert (wrong.code, wrong.headers["Allow"]) == (405, "POST")
    assert len(server.world.suppliers["one"].journal()) == 2


def test_a_throw_away_supplier_has_its_path_and_the_requests_of_its_tenant(opened: Open) -> None:
    server = opened()
    server.world.make({"name": "own"}, tenant="TENANT7")
    assert server.place("/suppliers/own").code == 202
    assert server.place("/networks", tenant="TENANT7").code == 202
    assert server.place("/networks").code == 202
    assert (server.orders("own"), server.orders("one")) == (2, 1)
    assert server.ask("GET", "/suppliers/nobody/openapi.json").code == 404


def test_the_contract_is_described_at_each_path(opened: Open) -> None:
    server = opened()
    for path in ("/networks", "/networks/two", "/mef"):
        answer = server.ask("GET", f"{path}/openapi.json")
        assert answer.code == 200
        assert answer.body["servers"][0]["url"] == HERE + path


def test_the_token_endpoint_and_the_credentials_of_a_supplier(opened: Open) -> None:
    server = opened(auth={"kind": "oauth2", "clients": {"gw": "s3cret"}})
    assert server.place("/networks").code == 401
    headers = {**JSON, "content-type": "application/x-www-form-urlencoded"}
    form = b"grant_type=client_credentials&client_id=gw&client_secret=s3cret"
    path = "/networks/auth/supplier/access-token"
    granted = server.ask("POST", path, headers=headers, body=form)
    assert granted.code == 200
    bearer = {**JSON, "authorization": f"Bearer {granted.body['access_token']}"}
    assert server.ask("POST", "/networks/nothing", headers=bearer).code == 404


def test_a_body_is_measured_before_anyone_reads_it(opened: Open) -> None:
    server = opened(server={"port": 0, "max_body": 1024})
    for path, said in (("/networks/service-orders", "messages"), ("/gateway/kcis", "detail")):
        declared = {**JSON, "content-length": "9999"}
        unread = server.ask("POST", path, headers=declared)
        chunks = server.ask("POST", path, body=b"a" * 1025)
        assert (unread.code, chunks.code) == (413, 413)
        assert "the body is larger than 1024 bytes" in unread.body[said]
        half = server.ask("POST", path, headers={**JSON, "content-length": "9"}, body=b"half")
        assert half.code == 400
        assert "the body breaks off after 4 of 9 bytes" in half.body[said]


def test_each_supplier_has_its_pretend_gateway(opened: Open) -> None:
    server = opened()
    server.world.make({"name": "own"})
    for path in ("/gateway", "/gateway/two", "/gateway/mef", "/gateway/suppliers/own"):
        assert server.ask("GET", f"{path}/kcis").body == {"items": [], "next": None}
        refused = server.ask("POST", f"{path}/auth/supplier/access-token")
        assert (refused.code, refused.body) == (400, {"error": "invalid_request"})
        assert server.ask("DELETE", f"{path}/kcis").code == 204
    unsigned = server.ask("POST", "/gateway/kcis", body=b"{}")
    assert (unsigned.code, unsigned.body["code"]) == (401, "NOT_AUTHORISED")
    kept = server.ask("GET", "/gateway/kcis").body["items"]
    assert [row["code"] for row in kept] == [401]
    assert server.ask("GET", "/gateway/two/kcis").body["items"] == []


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/gateway", 404),
        ("GET", "/gateway/nothing", 404),
        ("GET", "/gateway/suppliers/nobody/kcis", 404),
        ("LOCK", "/gateway/kcis", 405),
        ("GET", "/gateway/auth/supplier/access-token", 405),
    ],
)
def test_an_unknown_path_or_method_of_a_pretend_gateway_is_a_problem(
    opened: Open, method: str, path: str, code: int
) -> None:
    answer = opened().ask(method, path)
    assert (answer.code, answer.headers["Content-Type"]) == (code, "application/problem+json")
    assert bool(answer.headers.get("Allow")) == (code == 405)


def test_what_a_pretend_gateway_received_wants_the_admin_token(opened: Open) -> None:
    server = opened(admin={"token": "t0ken"})
    server.world.make({"name": "own"})
    proof = {**JSON, "authorization": "Bearer t0ken"}
    for path in ("/gateway/kcis", "/gateway/mef/kcis", "/gateway/suppliers/own/kcis"):
        for method, answered in (("GET", 200), ("DELETE", 204)):
            assert server.ask(method, path).code == 401
            assert server.ask(method, path, headers=proof).code == answered
    unknown = "/gateway/suppliers/nobody/kcis"
    assert server.ask("GET", unknown).code == 401, "it does not tell which suppliers there are"
    assert server.ask("GET", unknown, headers=proof).code == 404
    kci = server.ask("POST", "/gateway/kcis", body=b"{}")
    assert kci.body["code"] == "NOT_AUTHORISED", "a supplier has its own credentials"


def test_a_page_of_another_origin_may_not_empty_a_pretend_gateway(opened: Open) -> None:
    server = opened()
    for headers in ({"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}):
        refused = server.ask("DELETE", "/gateway/kcis", headers={**JSON, **headers})
        assert (refused.code, refused.body["code"]) == (403, "foreign_origin")
    assert server.ask("DELETE", "/gateway/kcis").code == 204


def test_without_pretend_gateways_their_path_is_nobodys(opened: Open) -> None:
    server = opened(
        pretend_gateway={"mount": False}, gateway={"url": "http://127.0.0.1:9", "auth": {}}
    )
    assert server.ask("GET", "/gateway/kcis").code == 404


def test_a_store_that_is_gone_is_a_503(opened: Open) -> None:
    server = opened()
    store = server.world.store
    store.path.unlink()
    store.path.mkdir()
    store.engine.dispose()
    assert server.place("/networks") == Outgoing(code=503), "the contract has no body for it"
    listed = server.ask("GET", "/gateway/kcis")
    assert (listed.code, listed.body["code"]) == (503, "unavailable")
