"""TLS towards the gateway, and mutual TLS: the gateway knows us by a certificate."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from simulator.base.errors import Invalid
from simulator.config import Config
from simulator.web import Embedded
from tests.conftest import Gateway
from tests.receiver import Receiver


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
