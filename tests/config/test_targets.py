"""Where messages may go (`delivery.targets`)."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import config
from simulator.config import Targets

OPEN = "0.0.0.0"
LOOPBACK = "127.0.0.1"
METADATA = [
    "169.254.169.254",
    "169.254.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fe80::1",
    "fe80::1%eth0",
    "100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd20:ce::254",
]


def targets(host: str, listed: list[str] | None = None, **gateway: Any) -> Targets:
    """The targets of a server that listens at a host, with one gateway."""
    overrides = {
        "server": {"host": host},
        "delivery": {"targets": listed},
        "gateway": {"url": "https://gateway.example:8443/base", **gateway},
    }
    return config.load(environment={}, overrides=overrides).targets


@pytest.mark.parametrize("host", [LOOPBACK, "::1", "localhost"])
def test_a_server_for_its_own_machine_posts_everywhere(host: str) -> None:
    found = targets(host)
    for address in ("10.0.0.1", "203.0.113.7", "fd00::1", LOOPBACK):
        assert found.refusal("other.example", address) == "" == found.refusal(address)


def test_a_server_for_others_posts_to_loopback_and_to_configured_gateways() -> None:
    found = targets(OPEN, auth={"token_url": "https://tokens.example/t"})
    for host in ("gateway.example", "GATEWAY.example", "tokens.example"):
        assert found.refusal(host, "203.0.113.7") == ""
    for address in (LOOPBACK, "127.8.8.8", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::"):
        assert found.refusal("localhost", address) == "" == found.refusal(address)
    for host, address in (
        ("other.example", "203.0.113.7"),
        ("gateway.example.evil.test", "203.0.113.7"),
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
    ):
        assert "add it to delivery.targets" in found.refusal(host, address), host
    assert found.refusal("other.example") == "", "a name alone says nothing"


def test_a_server_posts_to_its_own_pretend_gateway() -> None:
    assert targets("192.0.2.10").refusal("192.0.2.10") == ""


@pytest.mark.parametrize(
    ("entry", "host", "address", "allowed"),
    [
        ("10.0.0.0/8", "10.1.2.3", "10.1.2.3", True),
        ("10.0.0.0/8", "other.example", "10.1.2.3", True),
        ("10.0.0.0/8", "::ffff:10.1.2.3", "::ffff:10.1.2.3", True),
        ("10.0.0.0/8", "other.example", "11.1.2.3", False),
        ("10.1.2.3", "other.example", "10.1.2.3", True),
        ("fd00::/8", "other.example", "fd12::1", True),
        ("fd00::/8", "other.example", "fe00::1", False),
        ("Other.Example", "other.example", "203.0.113.7", True),
        ("other.example", "deep.other.example", "203.0.113.7", False),
        ("*.example", "deep.other.example", "203.0.113.7", True),
        ("*.other.example", "other.example", "203.0.113.7", False),
        ("*.example", "example.evil.test", "203.0.113.7", False),
        ("any", "other.example", "203.0.113.7", True),
    ],
)
@pytest.mark.parametrize("server", [OPEN, LOOPBACK])
def test_a_list_allows_what_it_names(
    server: str, entry: str, host: str, address: str, allowed: bool
) -> None:
    assert (targets(server, [entry]).refusal(host, address) == "") is allowed


@pytest.mark.parametrize("address", METADATA)
@pytest.mark.parametrize("listed", [None, ["any"], ["0.0.0.0/0", "::/0"], ["169.0.0.0/8"]])
def test_link_local_and_metadata_addresses_are_never_posted_to(
    listed: list[str] | None, address: str
) -> None:
    for server in (LOOPBACK, OPEN):
        found = targets(server, listed)
        for host in (address, "other.example", "gateway.example"):
            assert "is a link-local or metadata address" in found.refusal(host, address)


@pytest.mark.parametrize(
    ("entry", "host", "address"),
    [
        ("169.254.0.0/16", "169.254.7.7", "169.254.7.7"),
        ("169.254.169.254", "other.example", "::ffff:169.254.169.254"),
        ("fe80::/10", "fe80::1", "fe80::1"),
        ("100.100.100.200", "100.100.100.200", "100.100.100.200"),
        ("metadata.example", "metadata.example", "169.254.169.254"),
    ],
)
def test_an_entry_of_its_own_allows_such_an_address(entry: str, host: str, address: str) -> None:
    assert targets(OPEN, [entry]).refusal(host, address) == ""
