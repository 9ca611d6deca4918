"""Credentials towards a gateway: fixed ones, and OAuth2 tokens that are fetched and renewed."""

from __future__ import annotations

import asyncio
import base64
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from simulator.base import clock, instants, seed
from simulator.config import Auth, Gateway, Policy
from simulator.config.tls import context_of
from simulator.formats import oauth, strict_json
from simulator.gateway.answers import NoAnswer
from simulator.gateway.outbound import Outbound
from simulator.model import Finding, Rule, WrongCredentials

log = logging.getLogger("simulator.gateway")

NO_TOKEN = Rule("delivery.no_token")
TOKEN_REFUSED = Rule("delivery.token_refused", "error")
_NO_ENDPOINT = (204, 404, 405, 501)
_ASK_AGAIN = instants.MINUTE
_LONGEST_TOKEN = 64 * 1024
_TOKEN_WAITS = (1, 2, 5, 10)
"""Seconds until a token endpoint that failed is asked again."""

_REFUSED_WAITS = (0, 2, 5, 10, 30, 60)
"""Seconds until a refused token is replaced: the first one at once, each later one after a longer
time.
"""


class NoToken(Exception):
    """The token endpoint gave no token; the text says what it did. It is asked again after `wait`
    microseconds. `silent`: it was not asked now either, as it failed a moment ago.
    """

    def __init__(self, message: str, *, wait: int = 0, silent: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.silent = silent


@dataclass(slots=True)
class Refusals:
    """Tokens that a gateway refused in a row: no other one is fetched until a moment, and the wait
    grows. Moments are of the clock that only goes forward.
    """

    count: int = 0
    until: int = 0
    token: Mapping[str, str] | None = None

    def add(self, token: Mapping[str, str], now: int) -> None:
        """A token was refused; each counts once, however many posts had it."""
        if token is not self.token:
            wait = _REFUSED_WAITS[min(self.count, len(_REFUSED_WAITS) - 1)]
            self.count, self.until, self.token = self.count + 1, now + wait * instants.SECOND, token

    def clear(self) -> None:
        """The gateway took a token that replaced a refused one."""
        self.count, self.until = 0, 0


class _Fixed:
    """Credentials that never change: none, basic, or a bearer token of the settings."""

    findings: tuple[Finding, ...] = ()

    def __init__(self, tls: ssl.SSLContext, headers: Mapping[str, str]) -> None:
        self.tls = tls
        self.headers = dict(headers)

    async def header(self, outbound: Outbound, *, patient: bool) -> dict[str, str]:
        return self.headers

    def wrong(self, how: WrongCredentials) -> dict[str, str]:
        return _wrong(self.headers.get("Authorization", ""), how)

    def forget(self, used: Mapping[str, str]) -> bool:
        return False

    def tried(self, used: Mapping[str, str], *, refused: bool) -> tuple[Finding, ...]:
        return ()


class _OAuth2:
    """Client credentials (docs/contract/fibre-cafe.md 2.4). All posts share one token: the first
    that needs it fetches it, the others wait. It is renewed before it ends.
    """

    def __init__(self, tls: ssl.SSLContext, url: str, auth: Auth, timeout: int) -> None:
        self.tls = tls
        self.url = url
        self.auth = auth
        self.timeout = timeout / instants.SECOND
        self.lock = asyncio.Lock()
        self.token: dict[str, str] = {}
        self.until = 0
        self.ends = 0
        self.ended: dict[str, str] = {}
        self.findings: tuple[Finding, ...] = ()
        self.not_before = 0
        self.failures = 0
        self.failed = ""
        self.refusals = Refusals()

    async def header(self, outbound: Outbound, *, patient: bool) -> dict[str, str]:
        if clock.monotonic() < self.until:
            return self.token
        async with self.lock:
            if clock.monotonic() < self.until:
                return self.token
            left = self.not_before - clock.monotonic()
            if patient and left > 0:
                raise NoToken(self.failed, wait=left, silent=True)
            try:
                await self._fetch(outbound)
            except NoToken as error:
                self.failed = str(error)
                error.wait = (
                    _TOKEN_WAITS[min(self.failures, len(_TOKEN_WAITS) - 1)] * instants.SECOND
                )
                self.not_before = clock.monotonic() + error.wait
                self.failures += 1
                raise
            self.failures = 0
            return self.token

    def wrong(self, how: WrongCredentials) -> dict[str, str]:
        """Credentials that are wrong on purpose. What is expired is a token that this gateway has
        given, once one of them has ended.
        """
        if clock.monotonic() >= self.ends:
            self.ended = self.token
        if how == "expired" and self.ended:
            return self.ended
        return _wrong("Bearer", how)

    def forget(self, used: Mapping[str, str]) -> bool:
        """Drop a token that the gateway refused, unless another one came in the meantime. False: no
        other one can be had now, as the gateway refused the last ones too.
        """
        if self.token != used:
            return True
        now = clock.monotonic()
        self.refusals.add(used, now)
        if now < self.refusals.until:
            return False
        self.until = 0
        return True

    def tried(self, used: Mapping[str, str], *, refused: bool) -> tuple[Finding, ...]:
        """Learn whether the gateway took a token that replaced a refused one. If not, it would
        refuse the next one too: none is fetched for a while, whatever KCI needs it.
        """
        if not refused:
            self.refusals.clear()
            return ()
        now = clock.monotonic()
        if self.token == used:
            self.refusals.add(used, now)
        left = instants.format_duration(max(0, round(self.refusals.until - now, -5)))
        message = f"a new token was refused too: no other one is fetched for {left}"
        return (TOKEN_REFUSED.finding(message, where="header.authorization"),)

    async def _fetch(self, outbound: Outbound) -> None:
        form = {
            "grant_type": "client_credentials",
            **({"scope": self.auth.scope} if self.auth.scope else {}),
        }
        headers = {
            **_basic(self.auth.client_id, self.auth.client_secret),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            answer = await outbound.request(
                "POST",
                self.url,
                headers=headers,
                body=urlencode(form),
                tls=self.tls,
                timeout=self.timeout,
                connect_timeout=self.timeout,
                keep=_LONGEST_TOKEN,
                most=_LONGEST_TOKEN,
            )
        except NoAnswer as error:
            raise NoToken(f"token endpoint {self.url}: {error}") from None
        if answer.status in _NO_ENDPOINT and self.auth.optional:
            self._do_without(answer.status)
        elif answer.status != 200:
            raise NoToken(f"token endpoint {self.url} answered {answer.status}")
        else:
            self._keep(answer.kept)

    def _do_without(self, status: int) -> None:
        """Go on without a token for a gateway that has no token endpoint, with a finding for each
        post (`gateway.auth.optional`).
        """
        finding = NO_TOKEN.finding(f"sent without a token: {self.url} answered {status}")
        self.findings = (finding,)
        log.warning("%s; set gateway.auth.kind: none if this gateway wants none", finding.message)
        self.token, self.until = {}, clock.monotonic() + _ASK_AGAIN

    def _keep(self, body: bytes) -> None:
        try:
            answer: Any = strict_json.loads(body)
            token, lifetime = answer["access_token"], float(answer.get("expires_in", 60))
            if not isinstance(token, str) or not token or not 0 < lifetime < 10**9:
                raise ValueError("no usable access_token and expires_in")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NoToken(f"token endpoint {self.url} gave no token: {error}") from None
        if clock.monotonic() >= self.ends:
            self.ended = self.token
        self.ends = clock.monotonic() + round(lifetime * instants.SECOND)
        margin = max(30.0, lifetime / 10) if lifetime > 60 else lifetime / 2
        self.token, self.findings = {"Authorization": f"Bearer {token}"}, ()
        self.until = clock.monotonic() + round((lifetime - margin) * instants.SECOND)


def _wrong(right: str, how: WrongCredentials) -> dict[str, str]:
    """Credentials of the same kind as the right ones, which no gateway may take."""
    if how == "none":
        return {}
    if right.startswith("Basic"):
        return _basic("nobody", seed.secret())
    token = oauth.ended_token() if how == "expired" else seed.secret()
    return {"Authorization": f"Bearer {token}"}


def _basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def credentials_for(gateway: Gateway, policy: Policy) -> Credentials:
    """The credentials of a gateway. ValueError when a certificate cannot be used any more."""
    auth, tls = gateway.auth, context_of(gateway.tls)
    if auth.kind == "oauth2":
        return _OAuth2(
            tls, auth.token_url or f"{gateway.url}{gateway.token_path}", auth, policy.timeout
        )
    if auth.kind == "bearer":
        return _Fixed(tls, {"Authorization": f"Bearer {auth.token}"})
    return _Fixed(tls, _basic(auth.username, auth.password) if auth.kind == "basic" else {})


Credentials = _Fixed | _OAuth2
