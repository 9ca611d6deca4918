"""TLS towards the gateway, and mutual TLS: the gateway knows us by a certificate."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from simulator.base.errors import Invalid
from simulator.config import Config
from simulator.config.tls import Tls
from simulator.gateway import Result
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.gateway.raw import OK, TAKEN, Post, Raw, names, with_client
from tests.receiver import Receiver

pytestmark = pytest.mark.slow  # certificates are made, and hands shaken


@dataclass
class Guarded:
    """A receiver behind TLS that wants a certificate of its own authority, and the files that a
    caller needs.
    """

    receiver: Receiver
    url: str
    files: dict[str, str]


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    authority = trustme.CA()
    ours, theirs = authority.issue_cert("simulator"), authority.issue_cert("127.0.0.1")
    files = {name: str(tmp_path / f"{name}.pem") for name in ("ca", "certificate", "key", "both")}
    authority.cert_pem.write_to_path(files["ca"])
    ours.cert_chain_pems[0].write_to_path(files["certificate"])
    ours.private_key_pem.write_to_path(files["key"])
    ours.private_key_and_cert_chain_pem.write_to_path(files["both"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    with Receiver(tls=context) as receiver:
        yield Guarded(receiver, receiver.url, files)


def settings(guarded: Guarded, **tls: str | None) -> dict[str, Any]:
    return {
        "gateway": {"url": guarded.url, "tls": tls},
        "delivery": {"retry": "none", "timeout": "2s"},
    }


@pytest.mark.parametrize("names", [("ca", "certificate", "key"), ("ca", "both")])
def test_the_gateway_knows_us_by_our_certificate(
    make_config: Callable[..., Config], guarded: Guarded, names: tuple[str, ...]
) -> None:
    tls: dict[str, str | None] = {
        "certificate" if name == "both" else name: guarded.files[name] for name in names
    }
    with (
        Embedded(make_config(**settings(guarded, **tls))) as simulator,
        Gateway(simulator.url) as gateway,
    ):
        gateway.place()
        gateway.advance()
    assert len(guarded.receiver.arrivals) == 3
    assert guarded.receiver.tokens == ["token-1"], "the token came the same way"


@pytest.mark.parametrize(("given", "said"), [((), "certificate verify failed"), (("ca",), "")])
def test_without_the_right_files_nothing_arrives_and_it_is_said(
    make_config: Callable[..., Config], guarded: Guarded, given: tuple[str, ...], said: str
) -> None:
    overrides = settings(guarded, **{name: guarded.files[name] for name in given})
    overrides["gateway"]["auth"] = {"kind": "none"}
    with Embedded(make_config(**overrides)) as simulator, Gateway(simulator.url) as gateway:
        order = gateway.place()
        gateway.advance("31s")
        kci = gateway.kcis(order)[0]
    assert kci["state"] == "dead" and said in kci["last"]["error"]
    assert guarded.receiver.arrivals == []


def test_files_that_cannot_be_used_are_named_before_anything_starts(
    make_config: Callable[..., Config], guarded: Guarded, tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("no certificate")
    other = trustme.CA().issue_cert("other")
    other.private_key_pem.write_to_path(str(tmp_path / "other.pem"))
    wrong: list[tuple[dict[str, str | None], str]] = [
        ({"ca": "/none.pem"}, "gateway.tls.ca: /none.pem cannot be used: No such file"),
        ({"ca": str(tmp_path / "text")}, "gateway.tls.ca: "),
        ({"certificate": str(tmp_path / "text")}, "gateway.tls.certificate: "),
        (
            {"certificate": guarded.files["certificate"], "key": str(tmp_path / "other.pem")},
            "key values mismatch",
        ),
        ({"key": guarded.files["key"]}, "there is no gateway.tls.certificate that it belongs to"),
    ]
    for tls, said in wrong:
        with pytest.raises(Invalid, match=said.replace(".", r"\.")):
            make_config(**settings(guarded, **tls))


def test_files_cannot_be_named_over_the_network(gateway: Gateway) -> None:
    given = {"gateway": {"url": "https://127.0.0.1:1", "tls": {"certificate": "/etc/passwd"}}}
    assert (
        "for the settings of this simulator"
        in gateway.admin("POST", "/suppliers", given, 400)["detail"]
    )


# ---- the connection itself


@dataclass
class Secured:
    """A server behind TLS for one name, which wants no certificate, and the names it was called."""

    server: Raw
    ca: str
    called: list[str]


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Secured]:
    authority, called = trustme.CA(), []
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("gateway.test").configure_cert(context)
    context.sni_callback = lambda connection, name, context: called.append(name)
    with Raw([(TAKEN, False)] * 3, tls=context) as server:
        yield Secured(server, str(tmp_path / "ca.pem"), called)


def post_all(config: Config, *tls: Tls | None) -> list[Result]:
    """Post a message with each of these, where every name is this machine's."""

    async def work(post: Post) -> list[Result]:
        return [await post(tls=one) for one in tls]

    return with_client(config, work, names(["127.0.0.1"]))


def test_the_gateway_is_called_by_its_name_and_its_connection_used_again(
    settings_for: Callable[..., Config], secured: Secured
) -> None:
    config = settings_for(f"https://gateway.test.:{secured.server.port}", tls={"ca": secured.ca})
    results = post_all(config, None, None)
    assert [result.code for result in results] == [204, 204]
    assert (secured.server.connections, secured.called) == (1, ["gateway.test"])
    assert f"Host: gateway.test:{secured.server.port}\r\n".encode() in secured.server.received[0]


def test_a_certificate_for_another_name_is_not_taken(
    settings_for: Callable[..., Config], secured: Secured
) -> None:
    config = settings_for(f"https://other.test:{secured.server.port}", tls={"ca": secured.ca})
    (result,) = post_all(config, None)
    where = f"cannot connect to other.test:{secured.server.port}: "
    assert result.error.startswith(where) and "Hostname mismatch" in result.error
    assert secured.server.requests == 0


def test_the_next_address_is_tried_when_the_first_does_not_shake_hands(
    settings_for: Callable[..., Config], secured: Secured
) -> None:
    port = secured.server.port
    config = settings_for(
        f"https://gateway.test:{port}", tls={"ca": secured.ca}, connect_timeout="300ms"
    )
    with Raw([], host="127.0.0.2", port=port) as other:
        result = with_client(config, lambda post: post(), names(["127.0.0.2", "127.0.0.1"]))
        other.hang_up()
    assert (result.code, other.connections) == (204, 1)


@pytest.mark.parametrize("head", [OK + b"Content-Length: 500000\r\n\r\n", OK + b"\r\n"])
def test_a_long_answer_is_read_to_its_end_though_its_connection_has_ended(
    settings_for: Callable[..., Config], secured: Secured, head: bytes
) -> None:
    secured.server.answers = [(head + b"x" * 500_000, True)] * 3
    config = settings_for(f"https://gateway.test:{secured.server.port}", tls={"ca": secured.ca})
    results = post_all(config, None, None, None)
    assert [(result.code, len(result.body)) for result in results] == [(200, 1024)] * 3


def test_a_connection_is_only_for_whom_it_was_made(
    settings_for: Callable[..., Config], secured: Secured
) -> None:
    """Another supplier may trust others, and show another certificate."""
    config = settings_for(f"https://gateway.test:{secured.server.port}")
    trusting = replace(config.suppliers[0].gateway.tls, ca=secured.ca)
    results = post_all(config, trusting, None, trusting)
    assert [result.code for result in results] == [204, None, 204]
    assert "certificate verify failed" in results[1].error
    assert secured.server.connections == 2


def test_a_gateway_that_never_shakes_hands_is_given_up(
    settings_for: Callable[..., Config],
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        config = settings_for(url, connect_timeout="200ms", timeout="9s")
        result = with_client(config, lambda post: post())
    assert result.error == "timeout: no complete answer in time"
    assert 200_000 <= result.took < 5_000_000


def test_a_gateway_that_speaks_no_tls_is_named(settings_for: Callable[..., Config]) -> None:
    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(TAKEN)

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        threading.Thread(target=answer, daemon=True).start()
        result = with_client(settings_for(f"https://127.0.0.1:{port}"), lambda post: post())
    assert result.error.startswith(f"cannot connect to 127.0.0.1:{port}: [SSL")
