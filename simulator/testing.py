"""A supplier for one test, in any framework: make it, say what it plays, move its clock, ask what
happened, delete it.

    with Supplier.make("http://127.0.0.1:8080", gateway="http://127.0.0.1:9000") as supplier:
        supplier.plays("ORDER_DELAYED")
        ...                                  # let the gateway place an order at supplier.url
        supplier.advance(days=3)
        supplier.wait_for_kci("COMPLETED")

For pytest there are fixtures (`simulator.pytest_plugin`). The methods return the shapes of the
admin API (`docs/admin.md`) as plain dicts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any
from urllib.parse import quote

from simulator.client import DEFAULT_URL, Client, Failed

__tracebackhide__ = True
"""pytest shows the line of a test that asked, and not the lines of this module."""

WITHIN = "10s"
LONGEST = 330
"""Seconds that an answer may take. The simulator itself waits for five minutes at most."""

MOST_STORIES = 10
Shape = dict[str, Any]


class NotSo(AssertionError):
    """What a test expected is not so. The text says what is, and what missed by least."""


class Advanced(list[Shape]):
    """What an advance returns: a list of the KCIs that were sent, each with its answer.

    `not_sent` are the KCIs that their gateway does not want, although the order moved. `retried`
    are those that were posted more than once, each with its `posts`. `overdue` are those that were
    due and wait for another try, or for a gateway that is down. `parked` are the dead KCIs behind
    which an order stands: nothing more of it is sent.
    """

    def __init__(self, shape: Mapping[str, Any]) -> None:
        super().__init__(shape["kcis"])
        self.now: str = shape["now"]
        self.not_sent: list[Shape] = shape["not_sent"]
        self.retried: list[Shape] = shape["retried"]
        self.overdue: list[Shape] = shape["overdue"]
        self.parked: list[Shape] = shape["parked"]


class Supplier:
    """A throw-away supplier. The gateway sends its orders to `url`; `name` is for the admin API."""

    def __init__(self, client: Client, shape: Mapping[str, Any]) -> None:
        self.client = client
        self.name: str = shape["name"]
        self.url: str = shape["url"]
        self.gateway_url: str = shape["gateway"]["url"]
        self.dialect: str = shape["dialect"]
        self.default: str = shape["default"]

    @classmethod
    def make(
        cls,
        url: str = DEFAULT_URL,
        *,
        token: str | None = None,
        gateway: str | None = None,
        clock: str = "manual",
        **given: Any,
    ) -> Supplier:
        """Make one at a running simulator. KCIs go to `gateway`, by default to the built-in pretend
        gateway.

        `given`: dialect, default, seed, name, contract, tenant, client ... as POST
        `/__admin/suppliers` takes them. Failed says what is wrong with them.
        """
        if gateway is not None:
            given["gateway"] = {**given.get("gateway", {}), "url": gateway}
        with Client(url, token=token) as whole:
            shape = whole.make_supplier(clock={"mode": clock}, **given)
        return cls(Client(url, token=token, supplier=shape["name"], timeout=LONGEST), shape)

    def __enter__(self) -> Supplier:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.delete()

    def delete(self) -> None:
        """Delete it and everything that belongs to it."""
        with suppress(Failed):
            self.client.delete_supplier(self.name)
        self.client.close()

    # ---- what it does

    def plays(
        self, scenario: str, *, times: int | None = None, when: Mapping[str, Any] | None = None
    ) -> Supplier:
        """Let the next `times` orders that fit `when` play a scenario; without `times`, all."""
        self.client.pin(scenario, times=times, when=when)
        return self

    def plays_text(self, text: str, **options: Any) -> Supplier:
        """Let orders play a scenario that the test writes as in a file. Failed lists what is wrong
        with it, with line and column.
        """
        named = re.search(r"^scenario:\s*[\"']?([\w.-]+)", text, re.MULTILINE)
        name = named.group(1) if named else "UNNAMED"
        self.client.put_scenario(name, text)
        return self.plays(name, **options)

    def advance(
        self, *, to: str | None = None, to_next: bool = False, within: str = "30s", **length: float
    ) -> Advanced:
        """Move the clock by `weeks`, `days`, `hours`, `minutes`, `seconds`, or `to` an instant, or
        to the next due moment.

        Returns the KCIs that fell due when each has its answer; `overdue`, `parked` and `not_sent`
        name what did not go. NotSo when one did not come to rest `within`.
        """
        by = {"by": timedelta(**length).total_seconds()} if length else {}
        goal: dict[str, Any] = (
            by | ({"to": to} if to is not None else {}) | ({"to_next": True} if to_next else {})
        )
        try:
            return Advanced(self.client.advance(**goal, within=within))
        except Failed as error:
            raise _as_assertion(error) from None

    def signal(self, name: str, order: str = "") -> Shape:
        """Give the signal that an order's story waits for (`wait: NAME`). `order` is its id;
        without it, the only order. Returns the order.
        """
        return self.client.signal(name, order or self.order["id"])

    def starts(
        self,
        scenario: str,
        tenant: str = "TENANT1",
        document: Mapping[str, Any] | None = None,
        **params: Any,
    ) -> Shape:
        """Begin an order that no gateway asked for (an unsolicited cease), by default with the
        scenario's sample document. Returns the order.
        """
        given = document if document is not None else self.sample(scenario)["body"]["document"]
        return self.client.start(scenario, tenant, given, params)

    # ---- what is waited for

    def wait_for_kci(
        self, send: str, match: Mapping[str, Any] | None = None, *, within: str = WITHIN
    ) -> Shape:
        """Wait for the first delivered KCI of this code that fits the match. NotSo when none comes
        `within`.
        """
        return self._wait("kci", {"send": send, **(match or {})}, within)

    def wait_for_request(
        self, match: Mapping[str, Any] | None = None, *, within: str = WITHIN
    ) -> Shape:
        """Wait for the first request of the gateway that fits the match: `path`, `header.NAME`,
        `body.PATH`, `status` of our answer ...
        """
        return self._wait("request", dict(match or {}), within)

    def wait_for_status(
        self, status: str, match: Mapping[str, Any] | None = None, *, within: str = WITHIN
    ) -> Shape:
        """Wait for the first order in this status that fits the match: `ref`, `tenant` ..."""
        return self._wait("status", {"status": status, **(match or {})}, within)

    def wait_until_idle(self, *, within: str = WITHIN) -> None:
        """Wait until nothing more happens by itself."""
        self._wait("idle", {}, within)

    def _wait(self, kind: str, match: Mapping[str, Any], within: str) -> Shape:
        try:
            return next(iter(self.client.wait(kind, match, within=within)), {})
        except Failed as error:
            raise _as_assertion(error) from None

    # ---- what happened

    @property
    def orders(self) -> list[Shape]:
        """Its orders, in the order of their arrival."""
        return list(self.client.orders())

    @property
    def order(self) -> Shape:
        """Its only order. NotSo when there is none, or more than one."""
        found = self.orders
        if len(found) != 1:
            raise NotSo(f"there are {len(found)} orders, not one")
        return found[0]

    @property
    def kcis(self) -> list[Shape]:
        """The KCIs that were sent, by due moment; those of one order by their numbers."""
        sent = [kci for kci in self.client.kcis() if kci["sequence"] is not None]
        return sorted(sent, key=lambda kci: (kci["due_at"], kci["sequence"]))

    @property
    def journal(self) -> list[Shape]:
        """Every exchange with the gateway and every act, oldest first."""
        return list(self.client.journal())

    def verify(self, match: Mapping[str, Any] | None = None, **expected: Any) -> None:
        """NotSo when more or fewer exchanges fit (`count`, `at_least`, `at_most`), or not in this
        order (`sequence`).
        """
        try:
            self.client.verify(**({} if match is None else {"match": dict(match)}), **expected)
        except Failed as error:
            raise _as_assertion(error) from None

    def sample(self, scenario: str = "") -> Shape:
        """A request that this supplier takes: `method`, `path`, `headers`, `body`. For a first
        order by hand, and for tests without a gateway.
        """
        return self.client.sample(scenario or self.default)

    def stories(self) -> str:
        """The story of each order, and the refused requests, as text for people."""
        stories = [self.client.story(order["id"]).rstrip() for order in self.orders[:MOST_STORIES]]
        refused = [
            line
            for line in self.client.find({"direction": "in", "status": {"matches": "^[45]"}})
            if not line["order"]
        ]
        lines = [f"refused: {_refusal(line)}" for line in refused]
        return "\n\n".join([*stories, *lines[:MOST_STORIES]]) or "no order came"


class PretendGateway:
    """The built-in counterpart of a supplier. It takes KCIs, checks them as a gateway would, and
    keeps them.
    """

    def __init__(self, supplier: Supplier) -> None:
        self.supplier = supplier
        self.url = supplier.gateway_url

    @property
    def received(self) -> list[Shape]:
        """What came, oldest first: `body`, `headers`, the `code` of the answer, `findings` (gaps,
        repeats, broken messages).
        """
        return self.of()

    def of(self, order: str = "") -> list[Shape]:
        """What came of one order (`TENANT/REF`), or of all."""
        client = self.supplier.client
        asked = f"{self.url}/kcis?limit={client.page}&order={quote(order, safe='')}"
        found: list[Shape] = []
        after: int | None = 0
        while after is not None:
            page = client.fetch(f"{asked}&after={after}")
            found += page["items"]
            after = page["next"]
        return found

    @property
    def findings(self) -> list[Shape]:
        """Everything that a gateway would notice in them: `rule`, `severity`, `message` ..."""
        return [finding for row in self.received for finding in row["findings"]]


def _refusal(line: Mapping[str, Any]) -> str:
    response = line["response"]
    return f"{line['method']} {line['path']} -> {response['code']} {response['body']}"


def _as_assertion(error: Failed) -> Exception:
    """NotSo for what is not as expected. What cannot be asked is an error of the test itself."""
    return (
        NotSo(error.detail)
        if error.status in (408, 409) and error.code in ("timeout", "not_verified", "")
        else error
    )
