"""`demo`: every scenario, against a fresh simulator on a manual clock, over real HTTP.

The stories are printed and judged: what the simulator kept and its pretend gateway answered is
compared with the rehearsal.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click
import requests

from simulator import rehearsal
from simulator.base import cookbook, instants
from simulator.base.errors import Invalid, Problem, nearest
from simulator.base.seed import Chance
from simulator.client import Client
from simulator.config import ClockStart, Config, StoreConfig
from simulator.formats import strict_json
from simulator.formats.reply_faults import FAULTS
from simulator.model import Incoming, KciState, Order, Scenario
from simulator.pretend_gateway import RECEIVED
from simulator.rehearsal import Rehearsal, RehearsedEntry
from simulator.supplier import Supplier
from simulator.supplier.new_orders import seed_key
from simulator.views import story
from simulator.views.story import Describe, Line, told_fault
from simulator.web import Embedded

WITHIN = "60s"
SPOILT = "spoilt"
TIMEOUT = 90
"""Seconds that an answer may take, an advance included."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """One order to play: a scenario's own story, or that story with one later request in it."""

    title: str
    rehearsed: Rehearsal
    entry: RehearsedEntry | None = None

    @property
    def expected(self) -> list[Line]:
        """What must happen, by the rehearsal."""
        lines = list(self.rehearsed.lines)
        if self.entry is None:
            return lines
        asked_at = rehearsal.START + self.entry.asked[0].after
        return [*(line for line in lines if line.at <= asked_at), *self.entry.lines]


def demo(settings: Config, names: Sequence[str]) -> bool:
    """Play scenarios by name, or all; whether each went as rehearsed."""
    logging.basicConfig(level=logging.ERROR)
    wrong: list[str] = []
    count = 0
    with tempfile.TemporaryDirectory(prefix="simulator-demo-") as folder:
        with Embedded(_fresh(settings, folder)) as simulator, requests.Session() as http:
            http.trust_env = False
            suppliers = list(simulator.world.suppliers.values())
            known = [name for supplier in suppliers for name in supplier.book.scenarios]
            for supplier in suppliers:
                with Client(simulator.url, supplier=supplier.name, timeout=TIMEOUT) as admin:
                    player = _Player(simulator.url, http, admin, supplier)
                    for run in _runs(supplier, names):
                        count += 1
                        wrong += [f"{run.title}: {fault}" for fault in player.play(run)]
    if not count:
        raise Invalid([_missing(settings, name, known) for name in names if name not in known])
    for fault in wrong:
        click.echo(f"WRONG  {fault}", err=True)
    click.echo(f"{count} {'story' if count == 1 else 'stories'} played, {len(wrong)} faults")
    return not wrong


def _missing(settings: Config, name: str, known: Sequence[str]) -> Problem:
    """What is said of a name that no supplier plays."""
    is_case = any(cookbook.file_of(name, each.dialect) for each in settings.suppliers)
    hint = cookbook.ASK_FOR_IT if is_case else nearest(name, known)
    return Problem(message=f"no scenario `{name}`", hint=hint)


def _fresh(settings: Config, folder: str) -> Config:
    """The same suppliers on a new store, a free port and manual clocks.

    They send to the pretend gateway and ask for no credentials. A seed makes their draws known.
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
        seed=settings.seed or "demo",
        pretend_gateway=replace(settings.pretend_gateway, mount=True),
    )


def _runs(supplier: Supplier, names: Sequence[str]) -> Iterator[_Run]:
    """What to play of a supplier's scenarios: for a mix those that it mixes."""
    book = supplier.book
    wanted = {*names, *(part for name in names for part in book.shares(name))}
    for scenario in book.scenarios.values():
        if scenario.mix or (names and scenario.name not in wanted):
            continue
        rehearsed = _rehearsed(supplier, scenario)
        if scenario.answers == "create":
            yield _Run(title=scenario.name, rehearsed=rehearsed)
        elif supplier.dialect.vocabulary.default_scenario not in book.scenarios:
            continue  # it is rehearsed against the story of that one
        for entry in rehearsed.entries:
            if entry.natural:
                yield _Run(
                    title=f"{scenario.name}, {entry.action} {entry.index + 1}",
                    rehearsed=rehearsed,
                    entry=entry,
                )


def _rehearsed(supplier: Supplier, scenario: Scenario) -> Rehearsal:
    """The rehearsal of a scenario by the chance of the order that will play it."""
    dialect, plays, key = supplier.dialect, scenario.name, scenario.name
    if scenario.answers != "create":
        plays = dialect.vocabulary.default_scenario
    if scenario.begins == "supplier":  # nobody sends a key
        key = seed_key(dialect.begin(*dialect.sample_beginning()))
    chance = Chance(supplier.run_seed, (supplier.name, plays, key), True)
    calendar = supplier.config.calendar
    return rehearsal.rehearse(scenario, dialect, calendar=calendar, chance=chance)


class _Player:
    """Plays the gateway's part towards one supplier, over HTTP."""

    def __init__(self, url: str, http: requests.Session, admin: Client, supplier: Supplier) -> None:
        self.url = url + supplier.config.path
        self.http = http
        self.admin = admin
        self.supplier = supplier
        self.dialect = supplier.dialect
        self.serial = 1000

    def play(self, run: _Run) -> list[str]:
        """Play one run and print its story; what differs from the rehearsal."""
        click.echo(f"\n{run.title}: {run.rehearsed.scenario.about}")
        self._begin_anew()
        replies, order = self._place(run)
        if order is None:
            return _differences(run.expected, replies, [], [], self.dialect.describe)
        self._signal(order["id"])
        if run.entry is not None:
            replies += self._ask(order["id"], run, run.entry)
        self.admin.advance(by=_seconds(_length(run.expected)), within=WITHIN)
        click.echo(self.admin.story(order["id"]).rstrip())
        kcis = list(self.admin.kcis(order=order["id"]))
        return _differences(
            run.expected, replies, kcis, self._received(order), self.dialect.describe
        )

    def _begin_anew(self) -> None:
        """Forget the run before: this one begins at the moment of the rehearsal."""
        self.admin.reset()
        self.http.delete(f"{self.supplier.config.gateway.url}{RECEIVED}", timeout=TIMEOUT)
        self.admin.set_clock(now=instants.format_instant(rehearsal.START))

    def _place(self, run: _Run) -> tuple[list[str], Mapping[str, Any] | None]:
        """Place or begin the order: the replies, and the order when there is one."""
        scenario = run.rehearsed.scenario
        if scenario.begins == "supplier":
            tenant, document = self.dialect.sample_beginning()
            return [], self.admin.start(scenario.name, tenant, document)
        sample = self._sample(run.rehearsed.operation, None)
        default = self.dialect.vocabulary.default_scenario
        name = scenario.name if scenario.answers == "create" else default
        replies = self._post(sample, "create", run, name)
        placed = rehearsal.read_sample(self.dialect, sample)
        found = next(self.admin.orders(tenant=placed.tenant, ref=placed.order_ref), None)
        if found is None:
            asked = f"{sample.method} {sample.path} {self.dialect.describe(placed.document)}"
            click.echo(f"  {'+0s':<14} request  {asked}")
            click.echo(f"  {'+0s':<14} reply    {replies[-1]}")
        return replies, found

    def _received(self, order: Mapping[str, Any]) -> list[Any]:
        """What the pretend gateway got of an order, and what it found."""
        known_as = order["ref"] or self.admin.order(order["id"])["number"]
        listed = f"{self.supplier.config.gateway.url}{RECEIVED}"
        items = self.admin.fetch(f"{listed}?order={order['tenant']}/{known_as}")["items"]
        return list(items)

    def _ask(self, order_id: str, run: _Run, entry: RehearsedEntry) -> Iterator[str]:
        """Send an entry's requests, each at its moment of the story."""
        now = 0
        scenario = run.rehearsed.scenario
        name = scenario.name if scenario.answers == entry.action else ""
        for asked in entry.asked:
            self.admin.advance(by=_seconds(asked.after - now), within=WITHIN)
            now = asked.after
            sample = self._sample(asked.operation, self.supplier.order(order_id).order)
            yield from self._post(sample, entry.action, run, name)
            self._signal(order_id)

    def _signal(self, order_id: str) -> None:
        """Give each wait of the order its signal, as the rehearsal does."""
        while name := self._awaited(order_id):
            self.admin.signal(name, order_id)

    def _awaited(self, order_id: str) -> str:
        waiting = self.admin.kcis(order=order_id, state=KciState.PAUSED)
        return next(filter(None, (kci["waits_for"] for kci in waiting)), "")

    def _sample(self, operation: str, order: Order | None) -> Incoming:
        self.serial += 1
        return self.dialect.sample(operation, order, self.serial)

    def _post(self, sample: Incoming, action: str, run: _Run, name: str) -> list[str]:
        """Send a request that asks for a scenario by name; again while its `attempts` refuse it or
        spoil the answer. What was answered.
        """
        headers = {**sample.headers, "X-Seed-Key": run.rehearsed.scenario.name}
        headers |= {"X-Scenario": name} if name else {}
        replies = []
        for _ in range(rehearsal.attempts_of(run.rehearsed.scenario, action)):
            replies.append(self._answer_to(sample, headers))
            if replies[-1].startswith(("2", "3")):
                break
        return replies

    def _answer_to(self, sample: Incoming, headers: Mapping[str, str]) -> str:
        """The status of an answer, and SPOILT for one that cannot be read."""
        url = self.url + sample.path
        try:
            answer = self.http.request(
                sample.method, url, data=sample.body, headers=headers, timeout=TIMEOUT
            )
            body = answer.json() if answer.content else {}
        except requests.RequestException:
            return SPOILT
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            return SPOILT
        said = self.dialect.describe(body) if isinstance(body, dict) else ""
        return f"{answer.status_code} {said}"


def _seconds(length: int) -> float:
    return length / instants.SECOND


def _length(lines: Sequence[Line]) -> int:
    return max(line.at for line in lines) - rehearsal.START + instants.SECOND


def _differences(
    expected: Sequence[Line],
    replies: Sequence[str],
    kcis: Sequence[Any],
    received: Sequence[Any],
    describe: Describe,
) -> list[str]:
    """What differs from the rehearsal: replies, KCIs, their order, the gateway's findings. Where a
    fault was played, the gateway finds and refuses what it ought to.
    """
    faults = []
    wanted_replies = [_status(line.text) for line in expected if line.kind == "reply"]
    replied = [_status(reply) for reply in replies]
    if wanted_replies != replied:
        faults.append(f"replies {' '.join(replied)}, rehearsed were {' '.join(wanted_replies)}")
    wanted = [_heading(line.text) for line in expected if line.kind == "kci"]
    written = (kci for kci in kcis if kci["body"] is not None)
    sent = sorted(written, key=lambda kci: (kci["due_at"], kci["position"]))
    got = [_heading(_described(kci, describe)) for kci in sent]
    if wanted != got:
        faults.append(
            f"sent {', '.join(got) or 'nothing'}, rehearsed were {', '.join(wanted) or 'nothing'}"
        )
    faults += [
        f"KCI {kci['sequence']} {kci['send']} is {kci['state']}: {strict_json.dumps(kci['last'])}"
        for kci in sent
        if kci["state"] != "delivered" and not kci["fault"]
    ]
    if any(kci["fault"] for kci in sent):
        return faults
    faults += [
        f"the gateway says of KCI {describe(row['body'])}: {finding['message']}"
        for row in received
        for finding in row["findings"]
    ]
    if len(received) != len(got):
        faults.append(f"{len(received)} KCIs received, {len(got)} sent")
    return faults


def _described(kci: Mapping[str, Any], describe: Describe) -> str:
    """A message in one line; its code, where a fault has left no document of it."""
    document = story.parsed(kci["body"])
    return describe(document) if isinstance(document, Mapping) else str(kci["send"])


def _status(text: str) -> str:
    """The status that a reply begins with, SPOILT for one with a fault that spoils it."""
    faults = (word for word, kind in FAULTS.items() if kind.spoils)
    is_spoilt = any(told_fault(word, "") in text for word in faults)
    return SPOILT if is_spoilt else text.split(" ", 1)[0]


def _heading(text: str) -> str:
    """`3 DELAY -> HELD` of a described KCI."""
    return text.split(" (", 1)[0]
