"""TLS towards a gateway: whom we trust, and the certificate by which it knows us."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import lru_cache

from simulator.config.declared import setting
from simulator.config.secret import Secret
from simulator.formats.schema import String


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM: whom we trust (`ca`; None: whom this machine trusts), and what is ours."""

    ca: str | None = setting(
        None,
        String(allow_none=True),
        "who may have signed the gateway's certificate; null is whom this machine trusts",
    )
    certificate: str | None = setting(
        None, String(allow_none=True), "ours, where the gateway wants one (mutual TLS)"
    )
    key: str | None = setting(
        None, String(allow_none=True), "its key; null where the certificate's file holds it"
    )
    password: str = setting("", Secret(), "the password of the key", secret=True)


@lru_cache(maxsize=64)  # reading whom this machine trusts takes longer than making a whole supplier
def context_of(tls: Tls) -> ssl.SSLContext:
    """The context for connections to a gateway, its files read once. ValueError says which file
    cannot be used, and why.
    """
    try:
        context = ssl.create_default_context(cafile=tls.ca)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"gateway.tls.ca: {tls.ca} cannot be used: {_said(error)}") from None
    if tls.certificate is None:
        if tls.key is not None:
            raise ValueError(
                "gateway.tls.key: there is no gateway.tls.certificate that it belongs to"
            )
        return context
    try:
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: tls.password)
    except (OSError, ssl.SSLError, ValueError) as error:
        files = f"{tls.certificate} with the key {tls.key}" if tls.key else tls.certificate
        raise ValueError(
            f"gateway.tls.certificate: {files} cannot be used: {_said(error)}"
        ) from None
    return context


def _said(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "no certificate or key in PEM").replace("_", " ").lower()
    return getattr(error, "strerror", None) or str(error)
