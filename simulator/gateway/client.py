"""The HTTP client towards gateways.

It is asynchronous: a total deadline must hold against a gateway that sends one byte a second, and a
few hanging posts must not hold up the others. Everything here runs in wall time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from simulator.base import clock, instants
from simulator.config import Delivery, Gateway, Policy, Targets
from simulator.gateway.answers import Answer, NoAnswer
from simulator.gateway.connecting import TargetRefused
from simulator.gateway.credentials import Credentials, NoToken, credentials_for
from simulator.gateway.decision import Result
from simulator.gateway.names import LookUp, look_up
from simulator.gateway.outbound import Outbound
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

    def __init__(self, delivery: Delivery, targets: Targets, look_up: LookUp = look_up) -> None:
        self.delivery = delivery
        self.targets = targets
        self.look_up = look_up
        self.credentials: dict[Gateway, Credentials] = {}
        self.outbound: Outbound | None = None

    async def open(self) -> None:
        self.outbound = Outbound(self.targets, self.delivery.in_flight, self.look_up)

    async def close(self) -> None:
        if self.outbound is not None:
            await self.outbound.close()

    async def post(
        self, gateway: Gateway, policy: Policy, message: Message, *, patient: bool = True
    ) -> Result:
        """Post one message, within the policy's time. A 401 costs one new token and one more post,
        within the same try, unless the gateway refused new tokens a moment ago. Credentials that
        are wrong on purpose are tried once. `patient`: a token endpoint that failed is left alone
        for a while; without it, whoever moves a manual clock has waited for that.
        """
        assert self.outbound is not None
        try:
            credentials = self._credentials_of(gateway, policy)
        except ValueError as error:  # a certificate that cannot be read any more
            return Result(error=str(error))
        url = gateway.url or ""
        if message.wrong:
            sent = {**message.headers, **credentials.wrong(message.wrong)}
            return await self._send(url, policy, message, sent, credentials)
        for last in (False, True):
            try:
                authorization = await credentials.header(self.outbound, patient=patient)
            except NoToken as error:
                return Result(error=str(error), no_token=error.wait, silent=error.silent)
            sent = {**message.headers, **authorization}
            result = await self._send(url, policy, message, sent, credentials)
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
        begun, answer, error, finding = clock.monotonic(), Answer(), "", None
        try:
            answer = await self.outbound.request(
                message.method,
                url,
                message.path,
                headers=headers,
                body=message.body,
                tls=credentials.tls,
                timeout=policy.timeout / instants.SECOND,
                connect_timeout=policy.connect_timeout / instants.SECOND,
                keep=KEPT_BODY,
                most=MOST_READ,
            )
            finding = _long(answer) if answer.is_cut else None
        except NoAnswer as no_answer:
            finding = _finding_of(no_answer)
            error = finding.message if finding else str(no_answer)
        return Result(
            code=answer.status,
            error=error,
            headers=answer.headers,
            body=answer.text,
            took=clock.monotonic() - begun,
            sent=headers,
            findings=(*credentials.findings, finding) if finding else credentials.findings,
        )


def _long(answer: Answer) -> Finding:
    message = f"the answer {answer.status} is longer than {MOST_READ} bytes: its rest was not read"
    return LONG_ANSWER.finding(message, expected=MOST_READ)


def _finding_of(error: NoAnswer) -> Finding | None:
    """What stands out where no whole answer came: a refused target, and an answer that broke off
    behind its head.
    """
    if isinstance(error, TargetRefused):
        return TARGET_REFUSED.finding(str(error))
    came = error.answer
    if came.status is None:
        return None
    message = f"the answer {came.status} broke off behind {came.length} bytes of its body: {error}"
    return INCOMPLETE_ANSWER.finding(message[:300], got=came.length)
