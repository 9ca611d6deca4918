"""The scenarios of one supplier, and which of them a request plays.

For a new order: 1 a pin, 2 the header `X-Scenario: NAME?param=value&...`, 3 the best `when` (most
conditions, then the order of the book), 4 the default. For a later request, the last is what its
order's own scenario says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from simulator.base import cookbook
from simulator.base.copies import replace
from simulator.base.errors import Problem, Refused, nearest
from simulator.base.seed import Chance
from simulator.language import matching
from simulator.language.weights import share
from simulator.model import Conditions, Order, Scenario, Vocabulary
from simulator.scenario.constructs import is_template
from simulator.scenario.headers import SCENARIO_HEADER
from simulator.scenario.mixing import drawn
from simulator.scenario.params import asked_of, params_of
from simulator.scenario.reading import parse
from simulator.scenario.templates import texts

MOST_EDITIONS = 1000
_NO_WHEN = "it has no `when`"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """The next `times` orders (all, when None) that fit `when` play `scenario`."""

    id: int
    scenario: str
    times: int | None = None
    when: Conditions = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The decision: which scenario, with which parameters, and why. `reasons` has the first
    difference of each other one behind it. The `params` of a mix are those that X-Scenario gives to
    the scenarios in it; `mix` names the one that drew the scenario.
    """

    scenario: Scenario
    params: Mapping[str, Any]
    reasons: tuple[str, ...]
    pin: int | None = None
    mix: str = ""


@dataclass
class Book:
    """The current edition of each scenario, in file order, and every other edition that was asked
    for. `scenarios` stay as they are.
    """

    vocabulary: Vocabulary
    scenarios: dict[str, Scenario]
    default: str
    editions: dict[str, Scenario] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    def edition(self, digest: str, source_of: Callable[[str], str]) -> Scenario:
        """The edition that an order plays, also after its file changed; `source_of` fetches a kept
        source by digest.
        """
        for scenario in self.scenarios.values():
            if scenario.digest == digest:
                return scenario
        found = self.editions.get(digest)
        if found is None:
            name = f"edition {digest[:8]}"
            found = parse(source_of(digest), name, self.vocabulary, kept=True)
            self.editions[digest] = found
            for oldest in list(self.editions)[:-MOST_EDITIONS]:
                self.editions.pop(oldest, None)
        return found

    def named(self, name: str, label: str = "scenario", action: str = "") -> Scenario:
        """A scenario by name. Refused says where it was asked for (`label`), names the nearest and
        lists all.

        With an `action`, only one that may answer such a request: `create`, or a later one.
        """
        fitting = self._for(action) if action else self.scenarios
        found = fitting.get(name)
        if found is not None:
            return found
        other = self.scenarios.get(name)
        known = ", ".join(fitting) or "none"
        if other is not None:
            said = f"{label}: {name} {purpose_of(other)}, not {_article(action)}"
            raise Refused("invalid", [f"{said}; for that there are: {known}"])
        close = nearest(name, fitting)
        hint = f" ({close})" if close.startswith("did") else ""
        if cookbook.file_of(name, self.vocabulary.dialect):
            hint = f" ({cookbook.ASK_FOR_IT})"
        raise Refused("invalid", [f"{label}: no scenario `{name[:80]}`{hint}; there are: {known}"])

    def beginning(self, name: str) -> Scenario:
        """A scenario that the supplier begins. Refused lists them."""
        begun = [
            scenario.name for scenario in self.scenarios.values() if scenario.begins == "supplier"
        ]
        if name in begun:
            return self.scenarios[name]
        why = "is begun by the gateway" if name in self.scenarios else "is not here"
        known = ", ".join(begun) or "none"
        said = f"scenario: {name[:80]} {why}; the supplier begins: {known}"
        raise Refused("invalid", [said])

    def choose(self, facts: Mapping[str, Any], pins: Sequence[Pin] = ()) -> Choice:
        """Decide which scenario a new order plays. Refused when a control header is wrong. `facts`
        as in `matching`.
        """
        fitting = self._for("create")
        choice = self._asked("create", fitting, facts, pins) or self._by_when(
            fitting, facts, self.default
        )
        assert choice is not None  # there is a default
        return choice

    def draw(
        self, choice: Choice, facts: Mapping[str, Any], chance: Chance, key: str, known: str = ""
    ) -> Choice:
        """What an order plays: of a mix one of its scenarios, by the order's `key` or by what
        stands in the request, or the one that is `known` from an attempt before. Refused where that
        scenario is there no more.
        """
        mix = choice.scenario
        if not mix.mix:
            return choice
        name = known if known in mix.mix else drawn(mix, chance, key, facts)
        part = self._for("create").get(name)
        if part is None:
            said = f"the mix {mix.name} has {name}, and no scenario here has that name any more"
            raise Refused("fault", [said])
        given = {name: value for name, value in choice.params.items() if name in part.params}
        first, *rest = choice.reasons
        reason = f"{first}; mix {mix.name} drew {name} ({share(mix.mix, name)})"
        params = params_of(part, facts["header"], given=given)
        return replace(choice, scenario=part, params=params, reasons=(reason, *rest), mix=mix.name)

    def parts(self, mix: Scenario) -> dict[str, Scenario]:
        """The scenarios of a mix that are here."""
        return {name: part for name, part in self._for("create").items() if name in mix.mix}

    def choose_answer(
        self, action: str, facts: Mapping[str, Any], pins: Sequence[Pin], order: Order | None
    ) -> Choice | None:
        """Decide whether a scenario of its own answers a request that is not a create; None leaves
        it to the scenario of its order, or to the default. Refused as `choose`.

        The header may name the order's own scenario, or a mix that has it, as it does where a
        caller sends the same headers with every request.
        """
        fitting = {
            name: scenario
            for name, scenario in self._for(action).items()
            if not _used_up(scenario, action, order.used if order else {})
        }
        asked = facts["header"].get(SCENARIO_HEADER, "").strip().partition("?")[0]
        if order and order.scenario in (asked, *self.shares(asked)):
            facts = {
                **facts,
                "header": {
                    name: value
                    for name, value in facts["header"].items()
                    if name != SCENARIO_HEADER
                },
            }
        return self._asked(action, fitting, facts, pins) or self._by_when(fitting, facts)

    def choose_again(self, action: str, entry: str, headers: Mapping[str, str]) -> Choice | None:
        """Who answers the repeat of a request that an `entry` answered: its scenario, whatever pins
        and headers say by now; None where that is the scenario of the order.
        """
        scenario = self._for(action).get(entry.rpartition("[")[0])
        if scenario is None:
            return None
        name, _, query = headers.get(SCENARIO_HEADER, "").strip().partition("?")
        params = params_of(scenario, headers, query if name == scenario.name else "")
        return Choice(scenario=scenario, params=params, reasons=())

    def others(
        self, action: str, chosen: str, facts: Mapping[str, Any], mix: str = ""
    ) -> dict[str, str]:
        """Why each scenario but the chosen one does not play: the first thing that differs, or that
        the `mix` drew another one.
        """
        found = {
            name: self._why_not(action, scenario, facts)
            for name, scenario in self.scenarios.items()
            if name not in (chosen, mix)
        }
        shares = self.shares(mix)
        return {
            name: f"mix {mix} drew {chosen}: this one is {shares[name]}" if name in shares else why
            for name, why in found.items()
        }

    def shares(self, mix: str) -> dict[str, str]:
        """The scenarios of a mix, each with its share; none where this is no name of a mix."""
        found = self.scenarios.get(mix)
        return {name: share(found.mix, name) for name in found.mix} if found else {}

    def guard_default(self, scenario: Scenario) -> None:
        """Refused when a scenario of the default's name is not for new orders: then nothing would
        answer those that nothing else picks.
        """
        if scenario.name == self.default and not is_playable(scenario):
            said = f"scenario: {scenario.name} is what new orders play by default"
            raise Refused("invalid", [f"{said}; this one {purpose_of(scenario)}"])

    @cached_property
    def draws_later(self) -> bool:
        """Whether a file for one later request draws anything."""
        return any(
            scenario.draws for scenario in self.scenarios.values() if scenario.answers != "create"
        )

    @cached_property
    def _by_action(self) -> dict[str, dict[str, Scenario]]:
        found: dict[str, dict[str, Scenario]] = {}
        for name, scenario in self.scenarios.items():
            if scenario.begins == "gateway":
                found.setdefault(scenario.answers, {})[name] = scenario
        return found

    @cached_property
    def _asked_with(self) -> dict[str, tuple[Mapping[str, Any], bool]]:
        """The parameters' defaults of each scenario, and whether its `when` has no templates."""
        return {
            name: (
                {param.name: param.default for param in scenario.params.values()},
                not any(
                    is_template(text)
                    for leaf in matching.leaves(scenario.when)
                    for _, text in texts(leaf.tests, ())
                ),
            )
            for name, scenario in self.scenarios.items()
        }

    @cached_property
    def _without_when(self) -> dict[str, str]:
        return {name: f"not {name}: {_NO_WHEN}" for name in self.scenarios}

    def _why_not(self, action: str, scenario: Scenario, facts: Mapping[str, Any]) -> str:
        if scenario.name not in self._for(action):
            return purpose_of(scenario)
        if not scenario.when:
            return _NO_WHEN
        return self._difference(scenario, facts) or _fits_too(scenario)

    def _for(self, action: str) -> Mapping[str, Scenario]:
        """Those that may answer a request of the gateway, by name."""
        return self._by_action.get(action, {})

    def _asked(
        self,
        action: str,
        fitting: Mapping[str, Scenario],
        facts: Mapping[str, Any],
        pins: Sequence[Pin],
    ) -> Choice | None:
        """What a pin or the header wants."""
        headers = facts["header"]
        for pin in pins:
            if pin.scenario in fitting and not matching.first_difference(pin.when, facts):
                scenario = fitting[pin.scenario]
                return Choice(
                    scenario=scenario,
                    params=self._params(scenario, headers),
                    reasons=(f"pin {pin.id}",),
                    pin=pin.id,
                )
        asked = headers.get(SCENARIO_HEADER, "").strip()
        if not asked:
            return None
        name, _, query = asked.partition("?")
        scenario = self.named(name, "X-Scenario", action)
        if name not in fitting:
            return None  # it has answered as often as it may
        return Choice(
            scenario=scenario,
            params=self._params(scenario, headers, query),
            reasons=(f"header X-Scenario: {asked[:200]}",),
        )

    def _params(
        self, scenario: Scenario, headers: Mapping[str, str], query: str = ""
    ) -> Mapping[str, Any]:
        if scenario.mix:
            return asked_of(scenario, self.parts(scenario), query)
        return params_of(scenario, headers, query)

    def _by_when(
        self, fitting: Mapping[str, Scenario], facts: Mapping[str, Any], default: str = ""
    ) -> Choice | None:
        """The `when` that fits with the most conditions; where none does, the default, if there is
        one.
        """
        differences = {
            name: self._difference(scenario, facts)
            for name, scenario in fitting.items()
            if scenario.when
        }
        fits = [fitting[name] for name, difference in differences.items() if not difference]
        if not fits and not default:
            return None
        # the first of equals
        best = (
            max(fits, key=lambda scenario: matching.count(scenario.when))
            if fits
            else fitting[default]
        )
        reason = (
            f"when {matching.in_words(best.when)}"
            if fits
            else "the supplier's default: no `when` fits"
        )
        others = {name: self._without_when[name] for name in fitting}
        for name, difference in differences.items():
            why = difference or _fits_too(fitting[name])
            others[name] = f"not {name}: {why}"
        del others[best.name]
        return Choice(
            scenario=best,
            params=self._params(best, facts["header"]),
            reasons=(reason, *others.values()),
        )

    def _difference(self, scenario: Scenario, facts: Mapping[str, Any]) -> str:
        """The first difference from a scenario's `when`, with the defaults of its parameters."""
        params, is_plain = self._asked_with[scenario.name]
        facts = {**facts, "param": params}
        if is_plain:
            return matching.first_difference(scenario.when, facts)
        return matching.unmet(scenario.when, facts, matching.names_of(facts))


def _conditions(scenario: Scenario) -> str:
    number = matching.count(scenario.when)
    return f"{number} condition{'' if number == 1 else 's'}"


def is_playable(scenario: Scenario) -> bool:
    """Whether a new order of the gateway may play it."""
    return scenario.answers == "create" and scenario.begins == "gateway"


def _used_up(scenario: Scenario, action: str, used: Mapping[str, int]) -> bool:
    (entry,) = scenario.entries[action]
    return bool(entry.times) and used.get(str(scenario.entry_name(action, 0)), 0) >= (
        entry.times or 0
    )


def _fits_too(scenario: Scenario) -> str:
    return f"fits too, with {_conditions(scenario)}"


def purpose_of(scenario: Scenario) -> str:
    """What a scenario is for, in words that follow its name."""
    if scenario.begins == "supplier":
        return "is begun by the supplier (POST /__admin/start)"
    return f"is for {_article(scenario.answers)}"


def _article(action: str) -> str:
    noun = "order" if action == "create" else action
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
