"""What a gateway has to prove when it calls: none, bearer, basic, OAuth2 at our own token endpoint;
and that no secret is kept.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from simulator import config
from simulator.base import instants
from simulator.base.errors import Invalid
from simulator.config import Config
from simulator.formats import oauth
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.running import until

SECRET = "s3cret-Of-The-Gateway"
TOKEN_PATH = "/auth/supplier/access-token"
FORM = {"grant_type": "client_credentials", "client_id": "gw", "client_secret": SECRET}
KINDS: dict[str, dict[str, Any]] = {
    "bearer": {"tokens": ["one-token", SECRET]},
    "basic": {"users": {"gw": SECRET, "other": "x"}},
    "oauth2": {"clients": {"gw": SECRET}},
}


@pytest.fixture
def guarded(make_config: Callable[..., Config]) -> Iterator[Callable[..., Gateway]]:
    """A simulator whose door wants credentials of a kind."""
    opened: list[Any] = []

    def open_one(kind: str, **more: Any) -> Gateway:
        simulator = Embedded(make_config(auth={"kind": kind, **KINDS[kind], **more}))
        gateway = Gateway(simulator.__enter__().url)
        opened.extend([simulator, gateway])
        return gateway

    yield open_one
    for one in reversed(opened):
        one.__exit__(None, None, None)


def token_of(gateway: Gateway, **more: Any) -> requests.Response:
    return requests.post(gateway.url + TOKEN_PATH, data={**FORM, **more}, timeout=30)


def kept(gateway: Gateway) -> str:
    return json.dumps(gateway.admin("GET", "/journal?limit=1000"))


def test_without_settings_nobody_has_to_prove_anything(gateway: Gateway) -> None:
    assert gateway.post("/service-orders", gateway.provide()).status_code == 202
    assert gateway.http.get(f"{gateway.url}/openapi.json", timeout=30).json()["security"] == [{}]


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (
            "bearer",
            f"Bearer {SECRET}",
            ["Bearer wrong", "Bearer", f"Basic {SECRET}", "Bearer \u00e9"],
        ),
        (
            "basic",
            requests.auth._basic_auth_str("gw", SECRET),
            [requests.auth._basic_auth_str("other", SECRET), "Basic %%%", "Basic Z3c="],
        ),
    ],
)
def test_only_the_right_credentials_come_in(
    guarded: Callable[..., Gateway], kind: str, right: str, wrong: list[str]
) -> None:
    gateway = guarded(kind)
    for given in ["", *wrong]:
        headers = {
            name: value.encode() for name, value in gateway.headers(Authorization=given).items()
        }
        answer = gateway.http.post(
            gateway.url + "/service-orders", json=gateway.provide(), headers=headers, timeout=30
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "NOT_AUTHORISED"), given
        assert answer.headers["WWW-Authenticate"].startswith(
            "Basic" if kind == "basic" else "Bearer"
        )
    assert (
        gateway.post("/service-orders", gateway.provide(), Authorization=right).status_code == 202
    )
    assert gateway.post("/nothing/here", {}).status_code == 401, (
        "who is not known learns nothing of our paths"
    )
    assert gateway.post("/nothing/here", {}, Authorization=right).status_code == 404
    assert len(gateway.admin("GET", "/journal")["items"]) == len(wrong) + 4
    assert SECRET not in kept(gateway)


def test_client_credentials_get_a_token_that_is_accepted(
    guarded: Callable[..., Gateway],
) -> None:
    gateway = guarded("oauth2")
    assert gateway.post("/service-orders", gateway.provide()).status_code == 401
    answer = token_of(gateway)
    body = answer.json()
    assert (
        answer.status_code,
        body["token_type"],
        body["expires_in"],
        answer.headers["Cache-Control"],
    ) == (
        200,
        "Bearer",
        3600,
        "no-store",
    )
    assert (
        jwt.decode(body["access_token"], options={"verify_signature": False})["client_id"] == "gw"
    )
    assert (
        gateway.post(
            "/service-orders", gateway.provide(), Authorization=f"Bearer {body['access_token']}"
        ).status_code
        == 202
    )
    by_header = requests.post(
        gateway.url + TOKEN_PATH,
        data={"grant_type": "client_credentials"},
        auth=("gw", SECRET),
        timeout=30,
    )
    assert by_header.status_code == 200
    everything = kept(gateway)
    assert (
        SECRET not in everything
        and body["access_token"] not in everything
        and "client_secret=***" in everything
    )


def test_no_secret_is_kept_wherever_and_however_a_gateway_sends_it(
    guarded: Callable[..., Gateway],
) -> None:
    gateway = guarded("oauth2")
    for path in (TOKEN_PATH, "/oauth/token", "/service-orders"):
        requests.post(gateway.url + path, json=FORM, timeout=30)
        requests.post(
            gateway.url + path,
            data=f"grant_type=password&client%5Fsecret={SECRET}&password={SECRET}",
            timeout=30,
        )
        requests.post(gateway.url + path, params=FORM, timeout=30)
        requests.put(gateway.url + path, data=FORM, timeout=30)
    everything = kept(gateway)
    assert (
        SECRET not in everything
        and "client_id=gw" in everything
        and len(gateway.admin("GET", "/journal")["items"]) == 12
    )


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
    ],
)
def test_a_wrong_token_request_is_told_in_the_words_of_the_standard(
    guarded: Callable[..., Gateway], form: dict[str, str], error: str
) -> None:
    gateway = guarded("oauth2")
    answer = token_of(gateway, **form)
    assert (answer.status_code, answer.json()) == (400, {"error": error})
    assert requests.post(gateway.url + TOKEN_PATH, json=FORM, timeout=30).json() == {
        "error": "invalid_request"
    }
    assert requests.get(gateway.url + TOKEN_PATH, timeout=30).status_code == 405


def test_a_foreign_token_is_refused(guarded: Callable[..., Gateway]) -> None:
    gateway = guarded("oauth2")
    foreign = jwt.encode({"client_id": "gw"}, "k" * 32, algorithm="HS256")
    unsigned = jwt.encode({"client_id": "gw"}, "", algorithm="none")
    deep = base64.urlsafe_b64encode(b"[" * 5000).decode()
    for token in (
        foreign,
        unsigned,
        "x.y.z",
        "x",
        f"{foreign.split('.')[0]}.{deep}.AAAA",
        f"{deep}.e30.AAAA",
    ):
        answer = gateway.post("/service-orders", gateway.provide(), Authorization=f"Bearer {token}")
        assert (answer.status_code, answer.json()["messages"]) == (
            401,
            ["Authorization: the token is not one of ours"],
        )


@pytest.mark.slow  # a second, until it expires
def test_an_expired_token_is_refused(guarded: Callable[..., Gateway]) -> None:
    gateway = guarded("oauth2", lifetime="1s")
    bearer = f"Bearer {token_of(gateway).json()['access_token']}"

    def answer() -> requests.Response:
        return gateway.post("/service-orders", gateway.provide(), Authorization=bearer)

    until(lambda: answer().status_code == 401)
    assert answer().json()["messages"] == ["Authorization: the token has expired"]


@pytest.mark.parametrize(("lifetime", "refusal"), [(60, ""), (-60, "the token has expired")])
def test_a_token_is_good_until_it_expires(lifetime: int, refusal: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    key = oauth.key_of("k")
    _, given = oauth.grant("", form, {"a": "b"}, key, lifetime * instants.SECOND)
    assert oauth.refusal_of(given["access_token"], key) == refusal


def test_each_supplier_accepts_its_own_tokens_only(make_config: Callable[..., Config]) -> None:
    oauth2 = {"kind": "oauth2", **KINDS["oauth2"]}
    suppliers = [
        {"name": "open", "path": "/"},
        {"name": "one", "auth": oauth2},
        {"name": "two", "auth": oauth2},
    ]
    with Embedded(make_config(suppliers=suppliers)) as simulator, Gateway(simulator.url) as gateway:
        token = requests.post(f"{gateway.url}/one{TOKEN_PATH}", data=FORM, timeout=30).json()[
            "access_token"
        ]
        sent = {"Authorization": f"Bearer {token}"}
        codes = [
            gateway.post(f"{path}/service-orders", gateway.provide(), **sent).status_code
            for path in ("/one", "/two", "")
        ]
        assert codes == [202, 401, 202]
        shut = gateway.admin("POST", "/suppliers", {"auth": {"kind": "basic"}}, 422)
        assert "auth.users is empty: nobody could call" in shut["detail"]
        made = gateway.admin(
            "POST", "/suppliers", {"auth": {"kind": "bearer", "tokens": ["t"]}}, 201
        )
        assert (
            requests.post(
                f"{made['url']}/service-orders",
                json=gateway.provide(),
                headers=gateway.headers(),
                timeout=30,
            ).status_code
            == 401
        )
        document = gateway.http.get(f"{gateway.url}/one/openapi.json", timeout=30).json()
        assert document["security"] == [{"oauth2": []}]
        flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
        assert flow["tokenUrl"] == f"{gateway.url}/one{TOKEN_PATH}"


def test_a_made_supplier_takes_the_tokens_of_the_path_that_it_is_called_at(
    make_config: Callable[..., Config],
) -> None:
    with (
        Embedded(make_config(auth={"kind": "oauth2", **KINDS["oauth2"]})) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        made = gateway.admin(
            "POST", "/suppliers", {"client": "gw", "default": "ORDER_ACKNOWLEDGED"}, 201
        )
        for given in (
            {"data": FORM},
            {"data": {"grant_type": "client_credentials"}, "auth": ("gw", SECRET)},
        ):
            token = requests.post(gateway.url + TOKEN_PATH, timeout=30, **given).json()[
                "access_token"
            ]  # type: ignore[arg-type]
            assert (
                gateway.post(
                    "/service-orders", gateway.provide(), Authorization=f"Bearer {token}"
                ).status_code
                == 201
            )
        assert len(gateway.admin("GET", f"/suppliers/{made['name']}/orders")["items"]) == 2


def test_a_mef_supplier_checks_credentials_too(make_config: Callable[..., Config]) -> None:
    suppliers = [
        {
            "name": "m",
            "path": "/",
            "dialect": "mef",
            "auth": {"kind": "basic", "users": {"gw": SECRET}},
        }
    ]
    with Embedded(make_config(suppliers=suppliers)) as simulator:
        refused = requests.get(f"{simulator.url}/orders", timeout=30)
        assert (refused.status_code, refused.json()["reason"]) == (401, "invalidCredentials")
        assert (
            requests.get(f"{simulator.url}/orders", auth=("gw", SECRET), timeout=30).status_code
            == 200
        )


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        ({"kind": "oauth2"}, "auth.clients is empty: nobody could call"),
        ({"kind": "bearer"}, "auth.tokens is empty"),
        ({"kind": "basic", "users": {"a:b": "c"}}, "a name has no `:`"),
        ({"kind": "basic", "users": {"a": 5}}, "must be a map of names to secrets"),
        ({"kind": "digest"}, "`digest` is not valid"),
        ({"lifetime": "0s"}, "must be at least"),
        ({"clientz": {}}, "did you mean `clients`?"),
    ],
)
def test_wrong_auth_settings_are_refused_before_the_start(auth: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        config.load(environment={}, overrides={"auth": auth})
    assert said in str(caught.value)


def test_secrets_come_from_files_without_their_newline(tmp_path: Path) -> None:
    for name, text in (("one", f"{SECRET}\n"), ("two", f"{SECRET}-2\r\n")):
        (tmp_path / name).write_text(text)
    environment = {
        "SIMULATOR_GATEWAY__AUTH__CLIENT_SECRET__FILE": str(tmp_path / "one"),
        "SIMULATOR_ADMIN__TOKEN__FILE": str(tmp_path / "two"),
        "SIMULATOR_AUTH__CLIENTS": json.dumps({"gw": {"file": str(tmp_path / "one")}}),
        "SIMULATOR_AUTH__TOKENS": json.dumps([{"file": str(tmp_path / "two")}]),
    }
    loaded = config.load(environment=environment)
    supplier = loaded.suppliers[0]
    assert (supplier.gateway.auth.client_secret, loaded.admin_token) == (SECRET, f"{SECRET}-2")
    assert (supplier.auth.clients, supplier.auth.tokens) == ({"gw": SECRET}, (f"{SECRET}-2",))
    assert SECRET not in repr(loaded)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "must hold one line"),
        (b"\n", "must hold one line"),
        (b"two\nlines\n", "must hold one line"),
        (b"x" * 5000, "must hold one line"),
        (b"\xff\xfe", "holds no text"),
    ],
)
def test_a_secrets_file_that_cannot_be_used_is_named(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        config.load(environment={}, overrides={"gateway": {"auth": {"token": {"file": str(path)}}}})
    assert f"the file {path} {said}" in str(caught.value)
    with pytest.raises(Invalid, match="cannot be read: it is a folder, not a regular file"):
        config.load(environment={}, overrides={"admin": {"token": {"file": str(tmp_path)}}})


def test_the_admin_api_takes_no_secret_from_a_file(gateway: Gateway, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    for asked in (
        {"gateway": {"auth": {"kind": "bearer", "token": {"file": str(secret)}}}},
        {"auth": {"kind": "oauth2", "clients": {"gw": {"file": str(secret)}}}},
        {"auth": {"kind": "bearer", "tokens": [{"file": str(secret)}]}},
    ):
        told = gateway.admin("POST", "/suppliers", asked, 400)
        assert (
            "a file is for the settings of this simulator" in told["detail"]
            and SECRET not in told["detail"]
        )


def test_secrets_come_from_the_environment_and_are_not_printed() -> None:
    environment = {
        "SIMULATOR_AUTH__KIND": "oauth2",
        "SIMULATOR_AUTH__CLIENTS": json.dumps({"gw": SECRET}),
    }
    loaded = config.load(environment=environment)
    assert loaded.suppliers[0].auth.clients == {"gw": SECRET}
    assert SECRET not in repr(loaded)
