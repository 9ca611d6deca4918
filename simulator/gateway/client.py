"""The HTTP client towards gateways.

It is asynchronous: a total deadline must hold against a gateway that sends one byte a second, and a
few hanging posts must not hold up the others. Everything here runs in wall time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver

from simulator.base import clock, instants
from simulator.config import Delivery, Gateway, Policy, Targets
from simulator.gateway.credentials import Credentials, NoToken, credentials_for
from simulator.gateway.decision import Result
from simulator.gateway.outbound import Body, Outbound, TargetRefused, in_one_line
from simulator.model import Finding, Message, Rule

KEPT_BODY = 1024
MOST_READ = 1024 * 1024
MOST_GATEWAYS = 1000
INCOMPLETE_ANSWER = Rule("delivery.incomplete_answer", "error")
LONG_ANSWER = Rule("delivery.long_answer", "note")
TARGET_REFUSED = Rule("delivery.target_refused", "error")


class Client:
    """The connections to every supplier's gateway, and their tokens; one for each sender process.
    Use it inside an event loop.
    """

    def __init__(
        self, delivery: Delivery, targets: Targets, names: AbstractResolver | None = None
    ) -> None:
        self.delivery = delivery
        self.targets = targets
        self.names = names
        self.credentials: dict[Gateway, Credentials] = {}
        self.outbound: Outbound | None = None

    async def open(self) -> None:
        self.outbound = Outbound(self.targets, self.delivery.in_flight, self.names)

    async def close(self) -> None:
        if self.outbound is not None:
            await self.outbound.close()

    async def post(self, gateway: Gateway, policy: Policy, message: Message) -> Result:
        """Post one message, within the policy's time. A 401 costs one new token and one more post,
        within the same try, unless the gateway refused new tokens a moment ago.
        """
        assert self.outbound is not None
        try:
            credentials = self._credentials_of(gateway, policy)
        except ValueError as error:  # a certificate that cannot be read any more
            return Result(error=str(error))
        for last in (False, True):
            try:
                authorization = await credentials.header(self.outbound)
            except NoToken as error:
                return Result(error=str(error), no_token=error.wait, silent=error.silent)
            sent = {**message.headers, **authorization}
            result = await self._send(gateway.url or "", policy, message, sent, credentials)
            if last and result.code is not None:
                findings = credentials.tried(authorization, refused=result.code == 401)
                return replace(result, findings=(*result.findings, *findings))
            if result.code != 401 or last or not credentials.forget(authorization):
                return result
        raise AssertionError("unreachable")

    def _credentials_of(self, gateway: Gateway, policy: Policy) -> Credentials:
        """The credentials of a gateway. Suppliers with the same settings of a gateway share them.
        Beyond `MOST_GATEWAYS` those that were not used for longest are forgotten.
        """
        known = self.credentials.pop(gateway, None) or credentials_for(gateway, policy)
        self.credentials[gateway] = known
        while len(self.credentials) > MOST_GATEWAYS:
            self.credentials.pop(next(iter(self.credentials)))
        return known

    async def _send(
        self,
        url: str,
        policy: Policy,
        message: Message,
        headers: Mapping[str, str],
        credentials: Credentials,
    ) -> Result:
        """One request and its answer. An answer that breaks off is an error, not a code."""
        assert self.outbound is not None
        begun, seconds = clock.monotonic(), instants.SECOND
        timeout = aiohttp.ClientTimeout(
            total=policy.timeout / seconds, sock_connect=policy.connect_timeout / seconds
        )
        status, body, findings = None, Body(KEPT_BODY, MOST_READ), credentials.findings
        try:
            async with self.outbound.request(
                message.method,
                f"{url}{message.path}",
                data=message.body.encode(),
                headers=headers,
                timeout=timeout,
                ssl=credentials.tls,
            ) as response:
                status = response.status
                if not await body.read(response):
                    response.close()
                    findings = (*findings, _long(status))
                answer = {name: value for name, value in response.headers.items()}
                came: dict[str, Any] = {"code": status, "headers": answer, "body": body.text}
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            came = {"error": in_one_line(error)}
            if isinstance(getattr(error, "os_error", error), TargetRefused):
                findings = (*findings, TARGET_REFUSED.finding(in_one_line(error)))
            elif status is not None:
                finding = _incomplete(status, body, in_one_line(error))
                came, findings = {"error": finding.message}, (*findings, finding)
        took = clock.monotonic() - begun
        return Result(**came, took=took, sent=headers, findings=findings)


def _long(status: int) -> Finding:
    message = f"the answer {status} is longer than {MOST_READ} bytes: its rest was not read"
    return LONG_ANSWER.finding(message, expected=MOST_READ)


def _incomplete(status: int, body: Body, why: str) -> Finding:
    message = f"the answer {status} broke off behind {body.length} bytes of its body: {why}"
    return INCOMPLETE_ANSWER.finding(message[:300], got=body.length)
