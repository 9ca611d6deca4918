"""What the admin API shows beside orders, KCIs and lines of the journal (`simulator.views`):
stories, clocks, advances, scenarios, suppliers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.base import instants
from simulator.base.clock import Clock
from simulator.dialects import Dialect
from simulator.language import matching
from simulator.language.weights import share
from simulator.rehearsal import Rehearsal
from simulator.store.journal import Dropped
from simulator.store.suppliers import Called
from simulator.supplier import Supplier
from simulator.supplier.clock_advance import AdvanceResult
from simulator.supplier.explaining import Explained
from simulator.supplier.inquiry import NearMiss
from simulator.views.expectations import show
from simulator.views.resources import show_kci
from simulator.views.story import Story, parsed

_TEXT, _TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
_NUMBER = {"type": "integer", "minimum": 0}
_EXPECTATION = {
    "type": "object",
    "description": "what the gateway ought to do; what the scenario does not say is left out",
    "required": ["scenario", "text", "kind"],
    "properties": {
        "scenario": {**_TEXT, "description": "the scenario that expects it"},
        "text": {**_TEXT, "description": "the whole expectation as a sentence"},
        "kind": {"enum": ["every_kci", "kci", "no_kci", "request", "no_request"]},
        "send": {**_TEXT, "description": "the code of a KCI"},
        "answered": {**_TEXTS, "description": "codes, and classes such as 4xx"},
        "within": {**_TEXT, "description": "a duration, or a time in working days"},
        "attempts": {**_NUMBER, "description": "how many there are at most"},
        "count": {"type": "object", "properties": {"at_least": _NUMBER, "at_most": _NUMBER}},
        "operation": {**_TEXTS, "description": "of a request; none: the one that was answered"},
        "when": {**_TEXTS, "description": "the conditions that a request fulfils, as sentences"},
        "spaced": {"enum": ["growing"]},
        "same_body": {"type": "boolean"},
    },
}
_EVENT = {"type": "object", "properties": dict.fromkeys(("at", "kind", "text"), _TEXT)}
STORY: dict[str, Any] = {
    "type": "object",
    "required": ["order", "expects", "events"],
    "properties": {
        "order": _TEXT,
        "expects": {"type": "array", "items": _EXPECTATION},
        "events": {"type": "array", "items": _EVENT},
    },
}
"""The JSON Schema of `show_story`."""


def show_story(story: Story) -> dict[str, Any]:
    """An order's story."""
    expects = [{"scenario": scenario, **show(each)} for scenario, each in story.expects]
    events = [
        {"at": instants.format_instant(line.at), "kind": line.kind, "text": line.text}
        for line in story.lines
    ]
    return {"order": story.order.id, "expects": expects, "events": events}


def show_supplier(supplier: Supplier, server: str) -> dict[str, Any]:
    """A supplier; `server` is how the caller reached this server."""
    return {
        "name": supplier.name,
        "path": supplier.config.path or "/",
        "url": server + supplier.config.path,
        "dialect": supplier.dialect.name,
        "clock": show_clock(*supplier.clock()),
        "gateway": {"url": supplier.config.gateway.url},
        "default": supplier.book.default,
        "seed": supplier.run_seed,
        "called": show_called(supplier.called),
    }


def show_clock(clock: Clock, now: int) -> dict[str, Any]:
    """A clock and what it shows."""
    return {"mode": clock.mode, "rate": clock.rate, "now": instants.format_instant(now)}


def show_advanced(advanced: AdvanceResult) -> dict[str, Any]:
    """What an advance did; `unsettled` is there only where something did not come to rest."""
    shape: dict[str, Any] = {
        "now": instants.format_instant(advanced.now),
        "moved": instants.format_duration(advanced.moved),
        "kcis": [show_kci(kci) for kci in advanced.kcis],
        "not_sent": [show_kci(kci) for kci in advanced.not_sent],
        "retried": [show_kci(kci) | {"posts": posts} for kci, posts in advanced.retried],
        "overdue": [show_kci(kci) for kci in advanced.overdue],
        "parked": [show_kci(kci) for kci in advanced.parked],
    }
    return shape | (
        {"unsettled": [show_kci(kci) for kci in advanced.unsettled]} if advanced.unsettled else {}
    )


def show_scenario(rehearsed: Rehearsal, dialect: Dialect) -> dict[str, Any]:
    """A scenario with a sample request that plays it: one of the gateway, or of the admin API where
    the supplier begins the order.
    """
    scenario = rehearsed.scenario
    params: Mapping[str, Any] = {
        name: {
            "type": param.kind,
            "default": param.default,
            "choices": list(param.choices),
            "header": param.header or None,
        }
        for name, param in scenario.params.items()
    }
    return {
        "name": scenario.name,
        "dialect": scenario.dialect,
        "about": scenario.about,
        "params": params,
        "for": "order" if scenario.answers == "create" else scenario.answers,
        "begins": scenario.begins,
        "mix": {name: share(scenario.mix, name) for name in scenario.mix} or None,
        "when": [matching.describe(condition) for condition in scenario.when],
        "expects": [show(expectation) for expectation in rehearsed.expects],
        "source": scenario.source,
        "digest": scenario.digest,
        "sample": _sample(rehearsed, dialect),
        "errors": [],
    }


def _sample(rehearsed: Rehearsal, dialect: Dialect) -> dict[str, Any]:
    scenario = rehearsed.scenario
    if scenario.begins == "supplier":
        tenant, document = dialect.sample_beginning()
        body = {"scenario": scenario.name, "tenant": tenant, "document": document}
        return {
            "method": "POST",
            "path": "/__admin/start",
            "headers": {"content-type": "application/json"},
            "body": body,
        }
    later = scenario.answers != "create"
    operation = dialect.sample_operations(scenario.answers)[0] if later else rehearsed.operation
    sample = dialect.sample(operation, rehearsed.order if later else None, 1)
    chosen = {} if scenario.when else {"x-scenario": scenario.name}
    return {
        "method": sample.method,
        "path": sample.path,
        "headers": {**sample.headers, **chosen},
        "body": parsed(sample.body.decode()),
    }


def show_explained(explained: Explained) -> dict[str, Any]:
    """What a request would meet; `scenario` is null where none would play, `mix` where none drew
    it, `answer` where the contract answers without a scenario.
    """
    outgoing = explained.outgoing
    return {
        "scenario": explained.scenario or None,
        "why": explained.why,
        "mix": dict(explained.mix) or None,
        "others": dict(explained.others),
        "answer": outgoing
        and {"code": outgoing.code, "headers": dict(outgoing.headers), "body": outgoing.body},
    }


def show_misses(misses: Iterable[NearMiss]) -> list[dict[str, Any]]:
    """The items that came nearest, each with its differences."""
    return [{"differences": list(miss.differences), "item": miss.item} for miss in misses]


def show_dropped(dropped: Dropped) -> dict[str, Any] | None:
    """How many lines the journal dropped, and why; null when it dropped none."""
    if not dropped.count:
        return None
    until = instants.format_instant(dropped.until_wall)
    return {
        "count": dropped.count,
        "last": dropped.last,
        "until_wall": until,
        "why": "journal.most, journal.keep",
    }


def show_called(called: Called | None) -> dict[str, Any] | None:
    """The standing supplier whose path a throw-away one answers too, and for whom; else null."""
    if called is None or not called.standing:
        return None
    return {
        "instead_of": called.standing,
        "tenant": called.tenant or None,
        "client": called.client or None,
    }
