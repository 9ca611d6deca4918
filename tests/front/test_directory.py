"""What a server says of itself: at `/`, below `/__admin`, and in the lines that `serve` prints."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

import pytest
import requests

from simulator.cli.welcome import NUMBER, welcome
from simulator.config import Config
from simulator.web import Embedded
from simulator.web.admin import OPERATIONS
from tests.conftest import Gateway


def test_the_root_lists_the_suppliers_with_addresses_that_answer(gateway: Gateway) -> None:
    listed = requests.get(f"{gateway.url}/", timeout=30).json()
    assert [one["name"] for one in listed["suppliers"]] == ["default", "mef"]
    for one in listed["suppliers"]:
        assert requests.get(one["openapi"], timeout=30).json()["openapi"] == "3.1.0"
        assert requests.get(one["orders"], timeout=30).json()["items"] == []
        assert requests.get(one["received"], timeout=30).ok
    for name in ("admin", "health", "ready"):
        assert requests.get(listed[name], timeout=30).ok
    assert requests.head(f"{gateway.url}/", timeout=30).status_code == 200
    assert gateway.admin("GET", "/journal")["items"] == []
    assert gateway.post("/", {}).status_code == 404


def test_the_admin_api_lists_its_operations(gateway: Gateway) -> None:
    listed = requests.get(f"{gateway.url}/__admin", timeout=30).json()["items"]
    shown = {(one["method"], one["path"]) for one in listed}
    assert shown == {(one.method, f"/__admin{one.path}") for one in OPERATIONS}
    assert all(one["about"] for one in listed)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["fibre_cafe", "mef"])
def test_the_requests_that_serve_prints_are_answered(
    make_config: Callable[..., Config], dialect: str
) -> None:
    settings = make_config(suppliers=[{"name": "only", "path": "/", "dialect": dialect}])
    with Embedded(settings) as simulator:
        printed = welcome(settings, simulator.url, {"only": "run-1"})
        commands = re.findall(r"^  (curl -i .*)$", printed, re.MULTILINE)
        number, codes = "", []
        for command in commands:
            answer = ask(shlex.split(command.replace(NUMBER, number or NUMBER)))
            number = number or (answer.json()["id"] if dialect == "mef" else "")
            codes.append(answer.status_code)
            if len(codes) == 1:
                with Gateway(simulator.url) as gateway:
                    gateway.advance("3s")
    assert codes == ([201, 200, 201] if dialect == "mef" else [202, 201, 201])


def ask(words: list[str]) -> requests.Response:
    """Send what a curl command asks for."""
    given = dict(zip(words[2::2], words[3::2], strict=False)) if "-X" in words[:3] else {}
    url = next(word for word in words if word.startswith("http"))
    headers = [words[place + 1] for place, word in enumerate(words) if word == "-H"]
    body = words[words.index("-d") + 1] if "-d" in words else ""
    method = given.get("-X", "POST")
    named = dict(header.split(": ", 1) for header in headers)
    return requests.request(method, url, headers=named, data=body, timeout=30)
