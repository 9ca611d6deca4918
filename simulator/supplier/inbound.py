"""Inbound requests: each is read, played and journaled in one transaction, which it may share with
others that came at the same moment.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.base.clock import monotonic
from simulator.base.copies import replace
from simulator.base.errors import Illegal, Outdated, Refused, RenderFailed, Unavailable
from simulator.dialects import Route, Wire
from simulator.formats import redact, strict_json
from simulator.model import Exchange, Incoming, JournalLine, Outgoing, Query, Submission
from simulator.ops import crash, logs
from simulator.store import Store, Task, Together, Tx, Work, clocks, journal, locks, orders
from simulator.supplier.inbound_auth import InboundAuth
from simulator.supplier.playing import Player, unplayable
from simulator.supplier.sent import Played, acts_of, journaled

log = logging.getLogger("simulator.supplier")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that was read, and when it came (microseconds, a clock that only goes forward)."""

    incoming: Incoming
    submission: Submission
    begun: int


class InboundRequests:
    """Answers the requests that come to one supplier."""

    def __init__(self, name: str, dialect: Wire, player: Player, store: Store) -> None:
        self.name = name
        self.dialect = dialect
        self.player = player
        self.store = store

    def receive(self, incoming: Incoming, route: Route) -> Task[Outgoing]:
        """Answer one request of the gateway by the contract, and journal it, whatever happens."""
        begun = monotonic()
        submission: Submission | Query | None = None
        try:
            submission = self.dialect.read(incoming, route)
            if isinstance(submission, Query):
                shown: Outgoing = yield self._showing(incoming, submission, begun)
                return shown
            played: Played = yield self._playing(_Asked(incoming, submission, begun))
            crash.point("order-before-answer")
            self._log(
                incoming,
                played.outgoing,
                begun,
                submission,
                order=played.order,
                scenario=played.scenario,
            )
            return played.outgoing
        except Outdated:
            raise
        except Refused as error:
            refused = error
        except (Illegal, RenderFailed) as error:
            log.error(
                "%s %s: the scenario cannot be played: %s", incoming.method, incoming.path, error
            )
            refused = unplayable(error)
        except Unavailable as error:
            log.error("%s %s: %s", incoming.method, incoming.path, error)
            return self.dialect.refuse(Refused("unavailable", [str(error)]))
        except Exception:
            log.exception("%s %s: an internal fault", incoming.method, incoming.path)
            said = "An internal fault of the simulator: its log has the details"
            refused = Refused("fault", [said])
        return (yield from self.refuse(incoming, refused, begun, submission))

    def grant(self, incoming: Incoming, inbound_auth: InboundAuth) -> Task[Outgoing]:
        """Answer our token endpoint; the exchange is kept without its secrets."""
        begun = monotonic()
        try:
            outgoing = inbound_auth.grant(incoming)
        except Refused as refused:
            return (yield from self.refuse(incoming, refused, begun))
        yield from self._journal(incoming, outgoing, begun)
        self._log(incoming, outgoing, begun, None)
        return outgoing

    def refuse(
        self,
        incoming: Incoming,
        refused: Refused,
        begun: int | None = None,
        submission: Submission | Query | None = None,
    ) -> Task[Outgoing]:
        """The contract's refusal, journaled in a transaction of its own."""
        outgoing = self.dialect.refuse(refused)
        if refused.challenge:
            outgoing = replace(
                outgoing, headers={**outgoing.headers, "WWW-Authenticate": refused.challenge}
            )
        yield from self._journal(incoming, outgoing, begun, submission)
        self._log(
            incoming,
            outgoing,
            begun,
            submission if isinstance(submission, Submission) else None,
            why=str(refused),
        )
        return outgoing

    def _journal(
        self,
        incoming: Incoming,
        outgoing: Outgoing,
        begun: int | None,
        submission: Submission | Query | None = None,
    ) -> Task[None]:
        """Journal an exchange that changed nothing."""
        findings = submission.findings if submission else ()

        def keep(tx: Tx) -> None:
            if not locks.share(tx, self.name, incoming.found_by):
                return  # deleted meanwhile: it has no journal any more
            order = None
            if isinstance(submission, Submission) and submission.action != "create":
                order = self.player.order_of(tx, submission)
            about = order.id if order else ""
            exchange = self._exchange(tx, incoming, outgoing, begun, findings=findings, order=about)
            journal.note(tx, self.name, exchange)

        try:
            yield keep
        except Unavailable as error:
            log.error("the journal cannot be written: %s", error)

    def begin(
        self, name: str, tenant: str, document: Mapping[str, Any], params: Mapping[str, Any]
    ) -> str:
        """Begin an order that nobody asked for; its id. Refused as `Player.begin`."""

        def begin(tx: Tx) -> str:
            self._share(tx)
            return self.player.new_orders.begin(tx, name, tenant, document, params)

        try:
            return self.store.run(begin)
        except (Illegal, RenderFailed) as error:
            raise Refused("invalid", [f"scenario: {name} cannot be played: {error}"]) from None

    def _showing(self, incoming: Incoming, query: Query, begun: int) -> Work[Outgoing]:
        """Answer a question from one consistent view, and journal it."""

        def show(tx: Tx) -> Outgoing:
            self._share(tx, incoming)
            found, total = orders.asked(
                tx,
                self.name,
                tenant=query.tenant,
                ref=query.ref,
                number=query.number,
                offset=query.offset,
                limit=query.limit,
            )
            outgoing = query.show(found, total)
            about = found[0].id if total == 1 and found else ""
            exchange = self._exchange(
                tx, incoming, outgoing, begun, order=about, findings=query.findings
            )
            journal.note(tx, self.name, exchange)
            return outgoing

        return show

    def _playing(self, asked: _Asked) -> Work[Played]:
        """Play a request and journal it: new orders of one moment together."""
        if asked.submission.action == "create":
            return Together(asked, self._play_new, self._play)
        return lambda tx: self._play(tx, asked)

    def _play(self, tx: Tx, asked: _Asked) -> Played:
        self._share(tx, asked.incoming)
        return self._noted(tx, [asked], [self.player.play(tx, asked.submission)])[0]

    def _play_new(self, tx: Tx, all_asked: list[_Asked]) -> list[Played]:
        for asked in all_asked:
            self._share(tx, asked.incoming)
        played = self.player.new_orders.play_first(tx, [asked.submission for asked in all_asked])
        return self._noted(tx, all_asked, played)

    def _noted(self, tx: Tx, all_asked: Sequence[_Asked], all_played: list[Played]) -> list[Played]:
        """Journal what was played."""
        lines: list[JournalLine] = []
        for asked, played in zip(all_asked, all_played, strict=True):
            exchange = self._exchange(
                tx,
                asked.incoming,
                played.outgoing,
                asked.begun,
                order=played.order,
                scenario=played.scenario,
                reasons=played.reasons,
                findings=asked.submission.findings,
            )
            acts = acts_of(played.branches, exchange.at, played.order, played.scenario)
            lines += [exchange, *acts]
        journal.note_all(tx, [(self.name, line) for line in lines])
        crash.point("order-before-commit")
        return all_played

    def _log(
        self,
        incoming: Incoming,
        outgoing: Outgoing,
        begun: int | None,
        submission: Submission | None,
        *,
        why: str = "",
        **ids: str,
    ) -> None:
        """Write one log line for each request."""
        took = 0 if begun is None else monotonic() - begun
        whose = (
            f"{submission.tenant}/{submission.order_ref or submission.order_number}"
            if submission
            else ""
        )
        said = f": {why[:200]}" if why else f" ({ids['scenario']})" if ids.get("scenario") else ""
        extra = logs.about(
            supplier=self.name,
            tenant=submission.tenant if submission else "",
            ref=submission.order_ref if submission else "",
            request_id=incoming.headers.get("x-request-id"),
            conversation_id=incoming.headers.get("x-conversation-id"),
            code=outgoing.code,
            **ids,
        )
        log.info(
            "%s %s%s -> %s%s in %.0f ms%s",
            incoming.method,
            incoming.path[:200],
            f" of {whose}" if whose.strip("/") else "",
            outgoing.code,
            f", {outgoing.fault.word}," if outgoing.fault else "",
            took / 1000,
            said,
            extra=extra,
        )

    def _share(self, tx: Tx, incoming: Incoming | None = None) -> None:
        """Refused when this supplier was deleted while the request was on its way; Outdated when
        another one may have to answer it.
        """
        if not locks.share(tx, self.name, incoming.found_by if incoming else ""):
            raise Refused("unknown_path", [f"there is no supplier {self.name} any more"])

    def _exchange(
        self, tx: Tx, incoming: Incoming, outgoing: Outgoing, begun: int | None, **members: Any
    ) -> Exchange:
        query = f"?{redact.fields(incoming.query)}" if incoming.query else ""
        headers = {
            name: strict_json.keepable(value)
            for name, value in redact.headers(incoming.headers).items()
        }
        body = (
            strict_json.keepable(redact.body(incoming.body.decode("utf-8", "replace")))
            if incoming.body
            else None
        )
        return Exchange(
            at=clocks.get(tx, self.name).now(tx.wall),
            direction="in",
            method=incoming.method,
            path=strict_json.keepable(incoming.path + query),
            request={"headers": headers, "body": body},
            response=journaled(outgoing),
            took=monotonic() - begun if begun is not None else 0,
            **members,
        )
