"""Where requests go is checked when the connection is made, on the address that a name has then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.config import Config
from simulator.gateway import Result
from tests.gateway.raw import names, with_client
from tests.receiver import Receiver

OPEN = {"server": {"host": "0.0.0.0"}}


def post(config: Config, url: str, *answers: list[str]) -> Result:
    """Post one message to a URL of a supplier that was not configured."""
    return with_client(config, lambda post: post(url), names(*answers or [["203.0.113.7"]]))


@pytest.fixture
def settings(make_config: Callable[..., Config]) -> Callable[..., Config]:
    def make(targets: list[str] | None = None, **overrides: Any) -> Config:
        gateway = {"url": "https://gateway.example", "auth": {"kind": "none"}}
        delivery = {"targets": targets, "timeout": "2s", "connect_timeout": "1s"}
        return make_config(**{"gateway": gateway, "delivery": delivery, **overrides})

    return make


def check_refused(result: Result, said: str) -> None:
    (finding,) = result.findings
    assert result.code is None and said in result.error
    assert (finding.rule, finding.message) == ("delivery.target_refused", result.error)


@pytest.mark.parametrize("targets", [None, ["any"], ["0.0.0.0/0"]])
def test_a_name_that_leads_to_a_metadata_address_gets_nothing(
    settings: Callable[..., Config], targets: list[str] | None
) -> None:
    result = post(settings(targets), "http://evil.test:80", ["169.254.169.254"])
    check_refused(result, "evil.test (169.254.169.254) is a link-local or metadata address")


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]", "[fd00:ec2::254]"]
)
def test_a_metadata_address_itself_gets_nothing(settings: Callable[..., Config], host: str) -> None:
    check_refused(post(settings(), f"http://{host}/latest"), "is a link-local or metadata address")


@pytest.mark.parametrize("host", ["2852039166", "169.254.43518", "169.254.169.254."])
def test_a_number_that_is_no_canonical_address_is_refused_by_ourselves(
    settings: Callable[..., Config], host: str
) -> None:
    refusal = settings(["any"]).targets.refusal(host)
    assert refusal == f"{host} is not a canonical IPv4 address"


@pytest.mark.parametrize("host", ["2852039166", "0xa9fea9fe", "169.254.43518"])
def test_an_address_in_disguise_gets_nothing(settings: Callable[..., Config], host: str) -> None:
    """Whether the client's library or the system's resolver reads it as an address."""

    result = with_client(settings(), lambda post: post(f"http://{host}"))
    assert result.code is None
    assert "metadata address" in result.error or "canonical" in result.error, result.error


def test_a_server_for_others_posts_to_no_strange_name(settings: Callable[..., Config]) -> None:
    result = post(settings(**OPEN), "http://other.test", ["203.0.113.7"])
    check_refused(result, "other.test (203.0.113.7) may not be posted to")


def test_only_the_allowed_addresses_of_a_name_are_used(
    settings: Callable[..., Config], receiver: Receiver
) -> None:
    port = receiver.url.rpartition(":")[2]
    both = ["169.254.169.254", "127.0.0.1"]
    result = post(settings(**OPEN), f"http://both.test:{port}", both)
    assert result.code == 204 and len(receiver.arrivals) == 1


def test_a_listed_name_is_posted_to(settings: Callable[..., Config], receiver: Receiver) -> None:
    port = receiver.url.rpartition(":")[2]
    allowed = settings(["*.test"], **OPEN)
    assert post(allowed, f"http://fine.test:{port}", ["127.0.0.1"]).code == 204


def test_a_name_that_changes_its_address_is_checked_again(
    settings: Callable[..., Config], receiver: Receiver
) -> None:
    """First a good address, and a bad one when the next connection is made."""
    port = receiver.url.rpartition(":")[2]

    name_server = names(["127.0.0.1"], ["169.254.169.254"])
    first, second = (  # another client each: no connection and no name is remembered
        with_client(settings(**OPEN), lambda post: post(f"http://rebound.test:{port}"), name_server)
        for _ in range(2)
    )
    assert first.code == 204 and len(receiver.arrivals) == 1
    check_refused(second, "rebound.test (169.254.169.254) is a link-local")


def test_a_token_is_not_asked_for_at_a_refused_address(
    settings: Callable[..., Config], receiver: Receiver
) -> None:
    auth = {"kind": "oauth2", "token_url": "http://tokens.test/t"}
    config = settings(gateway={"url": receiver.url, "auth": auth})
    result = post(config, receiver.url, ["169.254.169.254"])
    assert "tokens.test (169.254.169.254) is a link-local" in result.error
    assert receiver.arrivals == [] and result.no_token
