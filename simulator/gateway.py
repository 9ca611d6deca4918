"""The HTTP client towards the gateway: posting messages, bearer tokens, and what an answer means.

Asynchronous, because a total deadline must hold even against a gateway that drips one byte a second, and because a few hanging
posts must not hold up the others. Everything here runs in wall time.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from simulator import __version__, clock, instants, seed, strict_json
from simulator.config import Auth, Delivery, Gateway, Policy
from simulator.config.tls import context_of
from simulator.model import Kci

log = logging.getLogger("simulator.gateway_client")

KEPT_BODY = 1024
MOST_GATEWAYS = 1000
RETRYABLE = {408, 425, 429}
FINAL_5XX = {501, 505}
_ALWAYS = {"User-Agent": f"supplier-simulator/{__version__}", "Accept-Encoding": "identity"}
_NO_ENDPOINT = (204, 404, 405, 501)
_ASK_AGAIN = instants.MINUTE
_TOKEN_WAITS = (1, 2, 5, 10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What came of one try: an answer's `code`, or an `error`; `note` is for the journal.

    `no_token` is how long to wait when no post was made, for want of a token; `silent` when nothing was sent at all.
    """

    code: int | None = None
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    took: int = 0
    sent: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    no_token: int | None = None
    silent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What to do with the KCI now: delivered, retry after `wait` microseconds (`counts`: a try was used up), or dead.

    `sign` is what it says of the gateway, as `reason` tells: well, ill, gone, busy (it wants nothing for `pause` microseconds) or
    unready (so long there is no token for it). `remark` is for the journal.
    """

    state: str
    wait: int = 0
    counts: bool = True
    sign: str = "well"
    pause: int = 0
    reason: str = ""
    remark: str = ""


def decide(result: Result, kci: Kci, accepted: tuple[int, ...], policy: Policy) -> Decision:
    """Read an answer: 2xx delivered, weather is tried again, a refusal is final. `kci` is as it was handed out, this try counted.

    The waits vary by a fifth, from KCI to KCI: what failed together does not come back together.
    """
    attempts = kci.attempts
    if result.no_token is not None:
        return Decision(state="retry", wait=result.no_token, counts=False, sign="unready", pause=result.no_token, reason=result.error)
    code = result.code
    if code is not None and (code in accepted or 200 <= code < 300):
        return Decision(state="delivered")
    if code == 409 and (attempts > 1 or (kci.last and kci.last["took_ms"])):
        return Decision(state="delivered")  # the gateway has it from an earlier try, counted or not, whose answer was lost
    failing = code is None or code == 401 or (code >= 500 and code not in FINAL_5XX)
    weather = failing or code in RETRYABLE or (policy.retry_on == "everything" and code != 410)
    asked, remark = _retry_after(result, policy.retry_after_max)
    sign = "gone" if code == 410 else "busy" if asked else "ill" if failing else "well"
    reason = result.error or f"answered {code}" + (f", Retry-After {instants.format_duration(asked)}" if asked else "")
    if not weather or attempts > len(policy.retry):
        return Decision(state="dead", sign=sign, pause=asked, reason=reason, remark=remark)
    varied = round(policy.retry[attempts - 1] * seed.between(0.8, 1.2, kci.id, str(attempts)))
    return Decision(state="retry", wait=max(varied, asked), sign=sign, pause=asked, reason=reason, remark=remark)


def _retry_after(result: Result, most: int) -> tuple[int, str]:
    """How long the gateway wants nothing, at most `most`, and what is odd about that.

    Seconds, or an HTTP date, relative to the answer's own Date; nonsense counts as absent.
    """
    text = result.headers.get("Retry-After", "").strip()
    if result.code not in (429, 503) or not text:
        return 0, ""
    asked = (
        int(text) * instants.SECOND if text.isascii() and text.isdigit() and len(text) < 9 else _until(text, result.headers.get("Date", ""))
    )
    if asked is None or asked < 0:
        return 0, f"Retry-After `{text[:40]}` cannot be read: ignored"
    if asked > most:
        return most, f"Retry-After `{text[:40]}` is cut to {instants.format_duration(most)} (delivery.retry_after_max)"
    return asked, ""


def _until(text: str, date: str) -> int | None:
    try:
        until = parsedate_to_datetime(text).timestamp()
        since = parsedate_to_datetime(date).timestamp() if date else clock.wall() / instants.SECOND
        return max(0, round((until - since) * instants.SECOND))
    except (ValueError, TypeError, OverflowError):
        return None


class Client:
    """One per sender process: keep-alive connections to every supplier's gateway, and their tokens. Use inside an event loop."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.credentials: dict[Gateway, _Credentials] = {}
        self.session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        connector = aiohttp.TCPConnector(limit=self.delivery.in_flight, keepalive_timeout=1.5)
        jar = aiohttp.DummyCookieJar()  # what one gateway sets is no business of the next message
        self.session = aiohttp.ClientSession(connector=connector, cookie_jar=jar, auto_decompress=False, headers=_ALWAYS)

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()

    async def post(self, gateway: Gateway, policy: Policy, path: str, body: str, headers: Mapping[str, str]) -> Result:
        """Post one message, within the policy's time. A 401 costs one new token and one more post, within the same try."""
        assert self.session is not None
        try:
            credentials = self._credentials_of(gateway, policy)
        except ValueError as error:  # a certificate that was there when we started
            return Result(error=str(error))
        for last in (False, True):
            try:
                authorization = await credentials.header(self.session)
            except _NoToken as error:
                return Result(error=str(error), no_token=error.wait, silent=error.silent)
            sent = {**headers, "Content-Type": "application/json", **authorization}
            result = await self._send(f"{gateway.url}{path}", policy, body, sent, credentials)
            if result.code != 401 or last or not credentials.forget(authorization):
                return result
        raise AssertionError("unreachable")

    def _credentials_of(self, gateway: Gateway, policy: Policy) -> _Credentials:
        """Those of a gateway, shared by all suppliers that know it alike; the oldest are forgotten when many came and went."""
        known = self.credentials.pop(gateway, None) or _credentials(gateway, policy)
        self.credentials[gateway] = known
        while len(self.credentials) > MOST_GATEWAYS:
            self.credentials.pop(next(iter(self.credentials)))
        return known

    async def _send(self, url: str, policy: Policy, body: str, headers: Mapping[str, str], credentials: _Credentials) -> Result:
        assert self.session is not None
        begun, seconds = clock.monotonic(), instants.SECOND
        timeout = aiohttp.ClientTimeout(total=policy.timeout / seconds, sock_connect=policy.connect_timeout / seconds)
        try:
            async with self.session.post(
                url, data=body.encode(), headers=headers, allow_redirects=False, timeout=timeout, ssl=credentials.tls
            ) as response:
                kept = await response.content.read(KEPT_BODY)
                answer = {name: value for name, value in response.headers.items()}
                text = kept.decode("utf-8", "replace").replace("\x00", "\ufffd")
                came: dict[str, Any] = {"code": response.status, "headers": answer, "body": text}
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            came = {"error": _said(error)}
        return Result(**came, took=clock.monotonic() - begun, sent=headers, note=credentials.note)


def _said(error: Exception) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return "timeout: no complete answer in time"
    if isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
        number = cause.errno if isinstance(cause, ConnectionError) else None
        why = os.strerror(number) if number else cause.strerror or str(cause)
        return f"cannot connect to {error.host}:{error.port}: {why}"[:300]
    return f"{type(error).__name__}: {error}"[:300]


class _NoToken(Exception):
    """The token endpoint gave none; the text says what it did. `silent`: it was not even asked, its own back-off runs for `wait`."""

    wait = 0
    silent = False


class _Fixed:
    """Credentials that never change: none, basic, or a bearer token of the settings."""

    note = ""

    def __init__(self, tls: ssl.SSLContext, headers: Mapping[str, str]) -> None:
        self.tls = tls
        self.headers = dict(headers)

    async def header(self, session: aiohttp.ClientSession) -> dict[str, str]:
        return self.headers

    def forget(self, used: Mapping[str, str]) -> bool:
        return False


class _OAuth2:
    """Client credentials (reference 2.4): one token for all, fetched once for all who wait, renewed before it ends."""

    def __init__(self, tls: ssl.SSLContext, url: str, auth: Auth, timeout: int) -> None:
        self.tls = tls
        self.url = url
        self.auth = auth
        self.timeout = aiohttp.ClientTimeout(total=timeout / instants.SECOND)
        self.lock = asyncio.Lock()
        self.token: dict[str, str] = {}
        self.until = 0
        self.note = ""
        self.not_before = 0
        self.failures = 0
        self.failed = ""

    async def header(self, session: aiohttp.ClientSession) -> dict[str, str]:
        if clock.monotonic() < self.until:
            return self.token
        async with self.lock:
            if clock.monotonic() < self.until:
                return self.token
            self._wait_for_back_off()
            try:
                await self._fetch(session)
            except _NoToken as error:
                self.failed = str(error)
                error.wait = _TOKEN_WAITS[min(self.failures, len(_TOKEN_WAITS) - 1)] * instants.SECOND
                self.not_before = clock.monotonic() + error.wait
                self.failures += 1
                raise
            self.failures = 0
            return self.token

    def _wait_for_back_off(self) -> None:
        """One failure of the endpoint holds up everybody for a while: it is not asked again by each of them."""
        left = self.not_before - clock.monotonic()
        if left > 0:
            error = _NoToken(self.failed)
            error.wait, error.silent = left, True
            raise error

    def forget(self, used: Mapping[str, str]) -> bool:
        """Drop a token that was refused; one that came in the meantime stays."""
        if self.token == used:
            self.until = 0
        return True

    async def _fetch(self, session: aiohttp.ClientSession) -> None:
        form = {"grant_type": "client_credentials", **({"scope": self.auth.scope} if self.auth.scope else {})}
        headers = _basic(self.auth.client_id, self.auth.client_secret)
        try:
            async with session.post(
                self.url, data=form, headers=headers, timeout=self.timeout, allow_redirects=False, ssl=self.tls
            ) as response:
                body = await response.content.read(64 * 1024)
                if response.status in _NO_ENDPOINT and self.auth.optional:
                    self._do_without(response.status)
                    return
                if response.status != 200:
                    raise _NoToken(f"token endpoint {self.url} answered {response.status}")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise _NoToken(f"token endpoint {self.url}: {_said(error)}") from None
        self._keep(body)

    def _do_without(self, status: int) -> None:
        """A gateway that has no token endpoint gets its messages all the same, but it is said each time (`gateway.auth.optional`)."""
        self.note = f"sent without a token: {self.url} answered {status}"
        log.warning("%s; set gateway.auth.kind: none if this gateway wants none", self.note)
        self.token, self.until = {}, clock.monotonic() + _ASK_AGAIN

    def _keep(self, body: bytes) -> None:
        try:
            answer: Any = strict_json.loads(body)
            token, lifetime = answer["access_token"], float(answer.get("expires_in", 60))
            if not isinstance(token, str) or not token or not 0 < lifetime < 10**9:
                raise ValueError("no usable access_token and expires_in")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _NoToken(f"token endpoint {self.url} gave no token: {error}") from None
        margin = max(30.0, lifetime / 10) if lifetime > 60 else lifetime / 2
        self.token, self.note = {"Authorization": f"Bearer {token}"}, ""
        self.until = clock.monotonic() + round((lifetime - margin) * instants.SECOND)


def _basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def _credentials(gateway: Gateway, policy: Policy) -> _Credentials:
    auth, tls = gateway.auth, context_of(gateway.tls)
    if auth.kind == "oauth2":
        return _OAuth2(tls, auth.token_url or f"{gateway.url}/auth/supplier/access-token", auth, policy.timeout)
    if auth.kind == "bearer":
        return _Fixed(tls, {"Authorization": f"Bearer {auth.token}"})
    return _Fixed(tls, _basic(auth.username, auth.password) if auth.kind == "basic" else {})


_Credentials = _Fixed | _OAuth2
