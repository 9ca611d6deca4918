"""`demo`: every scenario, against a fresh simulator on a manual clock, over real HTTP; the stories
are printed and judged.

What must happen is what the rehearsal told; what did happen is what the simulator kept and the
pretend gateway answered.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click
import requests

from simulator import rehearsal
from simulator.base import instants
from simulator.base.errors import Invalid, Problem, nearest
from simulator.config import ClockStart, Config, StoreConfig
from simulator.formats import strict_json
from simulator.model import Incoming, Order, Scenario
from simulator.pretend_gateway import RECEIVED
from simulator.rehearsal import Rehearsal, RehearsedEntry
from simulator.supplier import Supplier
from simulator.views import story
from simulator.views.story import Describe, Line
from simulator.web import Embedded

WITHIN = "60s"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """One order to play: a scenario's own story, or that story with one later request in it."""

    title: str
    rehearsed: Rehearsal
    entry: RehearsedEntry | None = None


def demo(settings: Config, names: Sequence[str]) -> bool:
    """Play scenarios by name, or all; whether every one went as its rehearsal told."""
    logging.basicConfig(level=logging.ERROR)
    wrong: list[str] = []
    count = 0
    with tempfile.TemporaryDirectory(prefix="simulator-demo-") as folder:
        with Embedded(_fresh(settings, folder)) as simulator:
            with requests.Session() as http:
                player = _Player(simulator.url, http)
                known = [
                    name
                    for supplier in simulator.world.suppliers.values()
                    for name in supplier.book.scenarios
                ]
                for supplier in simulator.world.suppliers.values():
                    for run in _runs(supplier, names):
                        count += 1
                        wrong += [f"{run.title}: {fault}" for fault in player.play(supplier, run)]
    if not count:
        raise Invalid(
            [
                Problem(message=f"no scenario `{name}`", hint=nearest(name, known))
                for name in names
                if name not in known
            ]
        )
    for fault in wrong:
        click.echo(f"WRONG  {fault}", err=True)
    click.echo(f"{count} {'story' if count == 1 else 'stories'} played, {len(wrong)} faults")
    return not wrong


def _fresh(settings: Config, folder: str) -> Config:
    """The same suppliers, but on a store, a port and a manual clock of their own, towards the
    pretend gateway, behind open doors.
    """
    suppliers = tuple(
        replace(
            supplier,
            clock=ClockStart(mode="manual", rate=1.0),
            gateway=replace(supplier.gateway, url=None),
            auth=replace(supplier.auth, kind="none"),
        )
        for supplier in settings.suppliers
    )
    return replace(
        settings,
        suppliers=suppliers,
        store=StoreConfig(url=f"sqlite:///{folder}/demo.db", durability="normal"),
        server=replace(settings.server, host="127.0.0.1", port=0),
        admin_token=None,
        pretend_gateway=replace(settings.pretend_gateway, mount=True),
    )


def _runs(supplier: Supplier, names: Sequence[str]) -> Iterator[_Run]:
    for scenario in supplier.book.scenarios.values():
        if names and scenario.name not in names:
            continue
        rehearsed = rehearsal.rehearse(scenario, supplier.dialect)
        if scenario.answers == "create":
            yield _Run(title=scenario.name, rehearsed=rehearsed)
        elif supplier.dialect.vocabulary.default_scenario not in supplier.book.scenarios:
            continue  # it is told against that one's story
        for entry in rehearsed.entries:
            if entry.natural:
                yield _Run(
                    title=f"{scenario.name}, {entry.action} {entry.index + 1}",
                    rehearsed=rehearsed,
                    entry=entry,
                )


class _Player:
    """Plays the gateway's part over HTTP."""

    def __init__(self, url: str, http: requests.Session) -> None:
        self.url = url
        self.http = http
        self.http.trust_env = False
        self.serial = 1000

    def play(self, supplier: Supplier, run: _Run) -> list[str]:
        """Play one run and print its story; what went otherwise than told."""
        admin = f"{self.url}/__admin/suppliers/{supplier.name}"
        scenario = run.rehearsed.scenario
        expected = list(run.rehearsed.lines)
        describe = supplier.dialect.describe
        click.echo(f"\n{run.title}: {scenario.about}")
        if scenario.begins == "supplier":
            tenant, document = supplier.dialect.sample_beginning()
            replies: list[requests.Response] = []
            found = [
                self._json(
                    "POST",
                    f"{admin}/start",
                    {"scenario": scenario.name, "tenant": tenant, "document": document},
                )
            ]
        else:
            sample = self._sample(supplier, run.rehearsed.operation, None)
            name = (
                scenario.name
                if scenario.answers == "create"
                else supplier.dialect.vocabulary.default_scenario
            )
            replies = self._post(supplier, sample, "create", scenario, name)
            placed = rehearsal.read_sample(supplier.dialect, sample)
            found = self._json(
                "GET", f"{admin}/orders?tenant={placed.tenant}&ref={placed.order_ref}"
            )["items"]
            if not found:
                click.echo(
                    f"  {'+0s':<14} request  {sample.method} {sample.path} {describe(placed.document)}"
                )
                click.echo(
                    f"  {'+0s':<14} reply    {replies[-1].status_code} {describe(replies[-1].json())}"
                )
                return _differences(expected, replies, [], [], describe)
        order = found[0]
        self._signal(admin, order["id"])
        if run.entry is not None:
            replies += self._ask(supplier, admin, order["id"], run.rehearsed.scenario, run.entry)
            expected = [
                *(
                    line
                    for line in expected
                    if line.at <= rehearsal.START + run.entry.asked[0].after
                ),
                *run.entry.lines,
            ]
        self._json(
            "POST", f"{admin}/clock/advance", {"by": _seconds(_length(expected)), "within": WITHIN}
        )
        click.echo(
            self.http.get(
                f"{admin}/orders/{order['id']}/story?format=text", timeout=30
            ).text.rstrip()
        )
        kcis = self._json("GET", f"{admin}/kcis?order={order['id']}")["items"]
        called = order["ref"] or self._json("GET", f"{admin}/orders/{order['id']}")["number"]
        received = self._json(
            "GET", f"{supplier.config.gateway.url}{RECEIVED}?order={order['tenant']}/{called}"
        )["items"]
        return _differences(expected, replies, kcis, received, describe)

    def _ask(
        self,
        supplier: Supplier,
        admin: str,
        order_id: str,
        scenario: Scenario,
        entry: RehearsedEntry,
    ) -> Iterator[requests.Response]:
        """Send an entry's requests, each at its moment of the story."""
        now = 0
        for asked in entry.asked:
            self._json(
                "POST",
                f"{admin}/clock/advance",
                {"by": _seconds(asked.after - now), "within": WITHIN},
            )
            now = asked.after
            sample = self._sample(supplier, asked.operation, supplier.order(order_id).order)
            yield from self._post(
                supplier,
                sample,
                entry.action,
                scenario,
                scenario.name if scenario.answers == entry.action else "",
            )
            self._signal(admin, order_id)

    def _signal(self, admin: str, order_id: str) -> None:
        """Give every signal that the story waits for before its time: then it goes as it was told."""
        waits = [
            kci["waits_for"]
            for kci in self._json("GET", f"{admin}/kcis?order={order_id}&limit=1000")["items"]
            if kci["waits_for"]
        ]
        for name in dict.fromkeys(waits):
            self._json("POST", f"{admin}/orders/{order_id}/signals/{name}")

    def _sample(self, supplier: Supplier, operation: str, order: Order | None) -> Incoming:
        self.serial += 1
        return supplier.dialect.sample(operation, order, self.serial)

    def _post(
        self, supplier: Supplier, sample: Incoming, action: str, scenario: Scenario, name: str
    ) -> list[requests.Response]:
        """Send a request, with the name of the scenario that shall answer it; again while the
        scenario's `attempts` refuse it.
        """
        url = f"{self.url}{supplier.config.path}{sample.path}"
        headers = {**sample.headers, **({"X-Scenario": name} if name else {})}
        replies = []
        for _ in range(rehearsal.attempts_of(scenario, action)):
            replies.append(
                self.http.request(sample.method, url, data=sample.body, headers=headers, timeout=30)
            )
            if replies[-1].status_code < 400:
                break
        return replies

    def _json(self, method: str, url: str, body: Any = None) -> Any:
        return self.http.request(method, url, json=body, timeout=90).json()


def _seconds(length: int) -> float:
    return length / instants.SECOND


def _length(lines: Sequence[Line]) -> int:
    return max(line.at for line in lines) - rehearsal.START + instants.SECOND


def _differences(
    expected: Sequence[Line],
    replies: Sequence[Any],
    kcis: Sequence[Any],
    received: Sequence[Any],
    describe: Describe,
) -> list[str]:
    """What went otherwise than the rehearsal told: replies, messages and their order, what the
    gateway said of them.
    """
    faults = []
    told_replies = [line.text.split(" ", 1)[0] for line in expected if line.kind == "reply"]
    got_replies = [str(reply.status_code) for reply in replies]
    if told_replies != got_replies:
        faults.append(f"replies {' '.join(got_replies)}, told were {' '.join(told_replies)}")
    told = [_heading(line.text) for line in expected if line.kind == "kci"]
    sent = sorted((kci for kci in kcis if kci["sequence"]), key=lambda kci: kci["sequence"])
    got = [_heading(describe(story.parsed(kci["body"]))) for kci in sent]
    if told != got:
        faults.append(
            f"sent {', '.join(got) or 'nothing'}, told were {', '.join(told) or 'nothing'}"
        )
    faults += [
        f"KCI {kci['sequence']} {kci['send']} is {kci['state']}: {strict_json.dumps(kci['last'])}"
        for kci in sent
        if kci["state"] != "delivered"
    ]
    faults += [
        f"the gateway says of KCI {describe(row['body'])}: {finding['message']}"
        for row in received
        for finding in row["findings"]
    ]
    if len(received) != len(got):
        faults.append(f"{len(received)} KCIs received, {len(got)} sent")
    return faults


def _heading(text: str) -> str:
    """`3 DELAY -> HELD` of a told KCI."""
    return text.split(" (", 1)[0]
