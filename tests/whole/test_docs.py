"""What a user can type is documented, and what the documents say is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from marshmallow import fields

from simulator import config, dialects
from simulator.base.seed import FAKE_WORDS
from simulator.cli import main
from simulator.config import pages, table
from simulator.front.paths import ADMIN
from simulator.language.template import FILTERS
from simulator.language.times import DRAWS
from simulator.rehearsal.books import bases_in
from simulator.rehearsal.folders import shipped_folder
from simulator.scenario import Bases, layer_of_texts, parse, schema_for
from simulator.scenario.expect.fields import BOUNDS
from simulator.scenario.fields import ParamsField, ReplyField
from simulator.scenario.schema import EntrySchema, RepeatSchema, StepSchema, WaySchema
from simulator.scenario.when_field import NESTS, TESTS
from simulator.web import Embedded

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()
PAGES = {path.name: path.read_text() for path in (ROOT / "docs").glob("*.md")}
VOCABULARY = dialects.get("fibre_cafe").vocabulary


def settings_of(schema: Any, prefix: str = "") -> Iterator[str]:
    for name, field in schema.fields.items():
        if isinstance(field, fields.Nested):
            yield from settings_of(field.schema, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_every_setting_is_documented_and_in_the_example_with_its_default(tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("{}")
    shown = PAGES["configuration.md"]
    assert [name for name in settings_of(table.Settings()) if f"`{name}`" not in shown] == []
    assert yaml.safe_load((ROOT / "config.yaml").read_text()) == table.DEFAULTS
    assert config.load(ROOT / "config.yaml", environment={}) == config.load(empty, environment={})


def test_the_example_and_the_page_are_what_the_table_of_settings_writes() -> None:
    assert (ROOT / "config.yaml").read_text() == pages.example(), "make docs"
    assert PAGES["configuration.md"] == pages.page(PAGES["configuration.md"]), "make docs"
    assert max(map(len, pages.example().splitlines())) <= pages.WIDTH


def test_every_clause_of_the_promise_names_tests_that_exist() -> None:
    promise = README[README.index("## The promise") : README.index("## Use it")]
    clauses = [line for line in promise.splitlines() if line.startswith("| ")][1:]
    assert len(clauses) == 11 and all(
        "`test_" in line or "not tested here" in line for line in clauses
    )
    defined = set(
        re.findall(
            r"def (test_\w+)",
            "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py")),
        )
    )
    assert sorted(set(re.findall(r"`(test_\w+)`", promise)) - defined) == []


def test_every_command_is_in_the_readme() -> None:
    assert [name for name in main.commands if f"`simulator {name}" not in README] == []


def test_every_admin_path_is_documented(simulator: Embedded) -> None:
    from simulator.web import create_app

    page = PAGES["admin.md"]
    rules = {
        rule.rule
        for rule in create_app(simulator.world).url_map.iter_rules()
        if rule.rule.startswith(ADMIN)
    }
    own = {
        re.sub("<(order|kci)_id>", "ID", rule).replace("<name>", "NAME")
        for rule in rules
        if "<supplier_name>" not in rule
    }
    assert [rule for rule in sorted(own) if f"`{rule}`" not in page and rule not in page] == []


def test_every_scenario_key_filter_and_fake_is_documented() -> None:
    page = PAGES["scenarios.md"]
    schema: Any = schema_for(VOCABULARY)
    keys = {field.data_key or name for name, field in schema.fields.items()}
    for part in (StepSchema(), WaySchema(), RepeatSchema(), EntrySchema()):
        keys |= {field.data_key or name for name, field in part.fields.items()}
    for part in schema.fields["expect"].inner.schema.fields.values():
        inner = part.schema.fields if isinstance(part, fields.Nested) else {}
        keys |= {field.data_key or name for name, field in inner.items()} | {part.name, *BOUNDS}
    keys |= {word for draw, parts in DRAWS.items() for word in (draw, *parts)}
    words = [*keys, *ReplyField.KEYS, *ParamsField.KEYS, *FILTERS, *FAKE_WORDS, *VOCABULARY.members]
    assert [word for word in words if not re.search(rf"\b{word}\b", page)] == []


def test_every_test_and_nest_of_a_when_is_documented() -> None:
    page = PAGES["scenarios.md"]
    assert [test for test in TESTS if f"`{test}: " not in page] == []
    assert [nest for nest in NESTS if f"`{nest}`" not in page] == []


def test_every_shipped_scenario_is_in_the_table() -> None:
    names = {
        yaml.safe_load(path.read_text())["scenario"]
        for path in (ROOT / "scenarios").rglob("*.yaml")
    }
    table = set(re.findall(r"^\| ([A-Z_]+) \|", PAGES["scenarios.md"], re.MULTILINE))
    assert table == names
    assert f"{len(names)} scenarios are shipped" in README


@pytest.mark.parametrize("name", ["README.md", *PAGES])
def test_the_scenarios_in_the_documents_are_right(name: str) -> None:
    from simulator import rehearsal

    dialect = dialects.get("mef" if name == "mef.md" else "fibre_cafe")
    blocks = re.findall(r"```yaml\n(.*?)```", PAGES.get(name, README), re.DOTALL)
    beside = layer_of_texts([(name, block) for block in blocks])
    bases = Bases((beside, *bases_in([shipped_folder(dialect.name)]).layers))
    for block in blocks:
        scenario = parse(block, name, dialect.vocabulary, bases)
        assert (
            rehearsal.flaws(scenario, dialect) == []
            and rehearsal.flaws(scenario, dialect, certain=False) == []
        )


def test_every_word_and_switch_of_the_second_contract_is_on_its_page() -> None:
    vocabulary, page = dialects.get("mef").vocabulary, PAGES["mef.md"]
    replies = {word for words in vocabulary.replies.values() for word in words}
    words = {
        *vocabulary.codes,
        *vocabulary.statuses,
        *vocabulary.members,
        *vocabulary.operations,
        *replies,
        *dialects.options_of("mef").fields,
    }
    assert [word for word in sorted(words) if not re.search(rf"\b{word}\b", page)] == []
    defaults = dialects.get("mef").settings  # type: ignore[attr-defined]
    for name in dialects.options_of("mef").fields:
        shown = re.search(rf"^\| `{name}` \| (\w+) \|", page, re.MULTILINE)
        assert shown is not None and shown.group(1) == str(getattr(defaults, name)).lower(), name


def test_the_page_of_the_first_contract_maps_each_word_to_a_scenario_and_a_test() -> None:
    from simulator.dialects.fibre_cafe.settings import Settings

    dialect, page = dialects.get("fibre_cafe"), PAGES["fibre-cafe.md"]
    shipped = {
        yaml.safe_load(path.read_text())["scenario"]
        for path in (ROOT / "scenarios" / "fibre_cafe").glob("*.yaml")
    }
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| ")
    ]
    first = {row[0].split(",")[0] for row in rows}
    assert [code for code in dialect.vocabulary.codes if code not in first] == []
    assert [status for status in dialect.vocabulary.statuses if status not in first] == []
    assert [name for name in shipped if not re.search(rf"\b{name}\b", page)] == []
    known = shipped | set(dialect.vocabulary.codes)
    named = set(
        re.findall(
            r"\b(?:ORDER|AMENDMENT|CANCELLATION|CEASE|MODIFY|ETHERNET|UNSOLICITED)_[A-Z_]+\b", page
        )
    )
    assert named - known == set(), "a scenario that does not exist"
    tests = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert {name for row in rows for name in re.findall(r"`(test_\w+)`", row[-1])} <= tests
    assert [
        path
        for path in {route.path for route in dialect.routes if route.shown}
        if f"`{path}`" not in page
    ] == []
    defaults = Settings()
    for name in dialects.options_of("fibre_cafe").fields:
        shown = re.search(rf"^\| `{name}` \| ([^|]+) \|", page, re.MULTILINE)
        assert shown is not None, name
        if not isinstance(default := getattr(defaults, name), dict):
            assert shown.group(1) == str(default).lower(), name


def test_what_the_readme_shows_of_explain_is_what_it_prints() -> None:
    shown = re.search(r"\$ \.venv/bin/simulator explain (\w+)\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    assert (
        CliRunner().invoke(main, ["explain", shown.group(1)]).stdout.strip()
        == shown.group(2).strip()
    )


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_documents_link_to_files_and_headings_that_exist() -> None:
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        text = path.read_text()
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^):]+))?\)", text):
            linked = path.parent / target if target else path
            assert linked.exists(), f"{path.name}: {target}"
            assert not anchor or anchor in anchors(linked.read_text()), f"{path.name}: {anchor}"


def test_the_makefile_has_what_the_readme_names() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(
        re.findall(r"(?:`|\$ )make\s(\w+)", README + (ROOT / "CONTRIBUTING.md").read_text())
    ):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_compose_file_is_what_the_simulator_understands() -> None:
    text = (ROOT / "examples" / "three_hosts" / "compose.yaml").read_text()
    given = re.sub(r"\$\{\w+:\?[^}]*\}", "given", text)  # `:?` wants a value, `:-` has a default
    services = yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", given))["services"]
    for name in ("one", "two", "three", "gateway"):
        loaded = config.load(environment=services[name]["environment"])
        assert (
            loaded.store.url == "postgresql://simulator:simulator@db/simulator"
            and loaded.suppliers[0].gateway.url == "http://gateway:9000"
        )
        assert services[name].get("command", ["serve"])[0] in main.commands
