"""Every rule of a finding and every act has one stable name, and docs/admin.md explains it."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from simulator.model import Rule
from simulator.supplier import acts

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "admin.md").read_text()
ROW = re.compile(r"^\| `([a-z_]+(?:\.[a-z_]+)?)` \| ([a-z ]+) \|", re.MULTILINE)


def section(title: str) -> list[tuple[str, str]]:
    """The first two columns of a section's table."""
    text = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    return ROW.findall(text)


def sources() -> list[Path]:
    return sorted((ROOT / "simulator").rglob("*.py"))


def test_every_rule_has_its_own_name_and_a_row_in_the_docs() -> None:
    with_rules = [path for path in sources() if re.search(r"= Rule\(", path.read_text())]
    rules: dict[str, Rule] = {}
    for path in with_rules:
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for rule in vars(module).values():
            if isinstance(rule, Rule):
                assert rules.setdefault(rule.id, rule) is rule, f"two rules are named {rule.id}"
    assert len(rules) > 10
    assert section("Findings") == sorted((rule.id, rule.severity) for rule in rules.values())


def test_every_act_has_a_row_in_the_docs() -> None:
    word = re.compile(r'"((?:kci|order|gateway)\.[a-z_]+)"')
    told = {
        what
        for path in sources()
        if "Act(" in path.read_text() and path.name != "records.py"
        for what in word.findall(path.read_text())
    }
    told |= {f"kci.{act}" for act in acts.FROM}
    told |= {f"order.{act}" for act in acts.ACTS_ON_ORDERS}
    told |= {f"gateway.{act}" for act in acts.ACTS_ON_GATEWAYS}
    rows = {what for what, _ in section("Acts")}
    assert rows == told | {"legacy"}
