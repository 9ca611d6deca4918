"""No secret stands in the journal or in the log, whichever side sent it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver

SECRET = "s3cret-of-the-test"


@pytest.mark.parametrize("path", ["/service-orders", "/nothing/here"])
def test_what_a_gateway_sends_is_kept_without_its_secrets(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level("DEBUG", logger="simulator")
    body = {**gateway.provide(), "extra": {"list": [{"apiKey": SECRET}]}, "authToken": [SECRET]}
    gateway.post(
        f"{path}?api_key={SECRET}&token={SECRET}&page=1",
        body,
        X_Auth_Token=SECRET,
        Client_Secret=SECRET,
        Referer=f"http://a.test/?access_token={SECRET}",
    )
    exchange = gateway.admin("GET", "/journal")["items"][-1]
    assert SECRET not in json.dumps(exchange)
    assert SECRET not in caplog.text
    assert exchange["path"] == f"{path}?api_key=***&token=***&page=1"
    headers = exchange["request"]["headers"]
    assert (headers["x-auth-token"], headers["client-secret"]) == ("***", "***")
    assert exchange["request"]["body"] == {
        **body,
        "extra": {"list": [{"apiKey": "***"}]},
        "authToken": "***",
    }


def test_what_we_answer_is_kept_without_its_secrets(
    make_config: Callable[..., Config], scenario_folder: Callable[..., str]
) -> None:
    folder = scenario_folder(
        TELLS="reply: {status: 202, headers: {X-Api-Token: s3cret-of-the-test},"
        " body: {data: [{clientSecret: s3cret-of-the-test, tokenUrl: here}]}}\n"
    )
    suppliers = [{"name": "default", "path": "/", "scenarios": folder, "default": "TELLS"}]
    with Embedded(make_config(suppliers=suppliers)) as simulator, Gateway(simulator.url) as gateway:
        answer = gateway.post("/service-orders", gateway.provide())
        assert answer.json()["data"][0]["clientSecret"] == SECRET, "the caller gets it"
        assert answer.headers["X-Api-Token"] == SECRET
        response = gateway.admin("GET", "/journal")["items"][-1]["response"]
    assert response["body"] == {"data": [{"clientSecret": "***", "tokenUrl": "here"}]}
    assert response["headers"]["X-Api-Token"] == "***"


@pytest.mark.parametrize("size", [0, 5000])
def test_what_a_gateway_answers_is_kept_without_its_secrets(
    make_config: Callable[..., Config], receiver: Receiver, size: int
) -> None:
    answer = json.dumps({"session": {"token": SECRET, "tokenUrl": "here"}, "pad": "x" * size})
    headers = {"X-Auth-Token": SECRET, "Content-Type": "application/json"}
    receiver.answer = lambda number, arrival: (200, headers, answer.encode())
    config = make_config(gateway={"url": receiver.url})
    with Embedded(config) as simulator, Gateway(simulator.url) as gateway:
        gateway.place()
        gateway.advance("31s")
        exchange = gateway.admin("GET", "/journal?direction=out")["items"][0]
    assert exchange["response"]["code"] == 200
    assert SECRET not in json.dumps(exchange)
    shown = exchange["response"]["body"]
    text = shown if size else json.dumps(shown)  # an answer that is cut off is shown as text
    assert '"token": "***", "tokenUrl": "here"' in text
