"""The small parts below everything: durations, instants, JSON, templates, paths, conditions,
clocks, chance, settings.
"""

from __future__ import annotations

from typing import Any

import pytest

from simulator.base import instants, seed
from simulator.base.clock import Clock
from simulator.base.errors import RenderFailed
from simulator.formats import redact, strict_json
from simulator.language import matching, paths, template
from simulator.model import Condition


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("250ms", 0.25),
        ("5s", 5),
        ("3m", 180),
        ("1h30m", 5400),
        ("4d", 345_600),
        ("6w", 3_628_800),
        ("PT1H30M", 5400),
        ("P1DT0.5S", 86_400.5),
        ("0.2", 0.2),
        (30, 30),
        (0, 0),
    ],
)
def test_durations(text: Any, seconds: float) -> None:
    assert instants.parse_duration(text) == round(seconds * instants.SECOND)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s",
        "5 parsecs",
        "-5s",
        "1e30s",
        "P999Y",
        "PT",
        "11y",
        float("nan"),
        float("inf"),
        True,
        None,
        [],
        "3650d1s",
        "wd",
    ],
)
def test_what_is_no_duration(text: Any) -> None:
    with pytest.raises(ValueError, match=r"duration|working days"):
        instants.parse_duration(text)


def test_a_duration_is_written_as_a_person_writes_it() -> None:
    for text in ("0s", "250ms", "1h30m", "2d", "1d1h1m1s1ms"):
        assert instants.format_duration(instants.parse_duration(text)) == text


def test_instants_keep_their_moment() -> None:
    assert (
        instants.format_instant(instants.parse_instant("2026-03-29T01:30:00+01:00"))
        == "2026-03-29T00:30:00.000Z"
    )
    assert (
        instants.format_instant(instants.parse_instant("2026-03-02")) == "2026-03-02T00:00:00.000Z"
    )
    assert instants.shift_text("2024-02-28", instants.DAY) == "2024-02-29"
    assert (
        instants.shift_text("2026-01-01T00:00:00Z", -instants.SECOND) == "2025-12-31T23:59:59.000Z"
    )
    for text in ("9999-12-31", "9999-12-31T23:59:59Z"):
        with pytest.raises(ValueError, match="calendar"):
            instants.shift_text(text, instants.DAY)
    for wrong in ("2026-03-02T09:00:00", "2026-02-30", "soon", None):
        with pytest.raises(ValueError, match=r"instant|offset"):
            instants.parse_instant(wrong)


NAMES = {
    "order": {
        "ref": "7",
        "items": [1, 2],
        "document": {"date": "2026-03-02", "items": "mine", "name": "{{ 1 }}"},
    },
    "n": 3,
    "none": None,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("{{ n }}", 3),
        ("{{ order['items'] }}", [1, 2]),
        ("{{ order.document.items }}", "mine"),
        ("{{ order.document.name }}", "{{ 1 }}"),
        ("n is {{ n }}", "n is 3"),
        ("{{ n }}\n", "3\n"),
        ("{{ n + 1 - 2 / 2 }}", 3.0),
        ("{{ 'a' ~ n ~ none }}", "a3None"),
        ("{{ 'x' if n > 2 and not none else 'y' }}", "x"),
        ("{{ order.nope.deeper | default('d') }}", "d"),
        ("{{ order.document.date | plus('3d') }}", "2026-03-05"),
        ("{{ order.document.date | minus('1w') | upper }}", "2026-02-23"),
        ("{{ order['items'] | join('-') }}", "1-2"),
        ("{{ order['items'] | first }}{{ order['items'] | last }}{{ order.ref | length }}", "121"),
        ("{{ 2.567 | round(1) }}", 2.6),
    ],
)
def test_templates(text: str, value: Any) -> None:
    assert template.render(text, NAMES) == value


@pytest.mark.parametrize(
    "text",
    [
        "{{ nobody }}",
        "{{ order.nobody }}",
        "{{ order.__class__ }}",
        "{{ ''.__class__ }}",
        "{{ 'a' + 'b' }}",
        "{{ 1 / 0 }}",
        "{{ n | first }}",
        "{{ n | plus('1d') }}",
        "{{ order.document.date | plus('soon') }}",
        "{{ 'x' | join }}",
    ],
)
def test_what_cannot_be_rendered_says_so(text: str) -> None:
    with pytest.raises(RenderFailed):
        template.render(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "{{ f() }}",
        "{{ order.items() }}",
        "{% if 1 %}{% endif %}",
        "{# hidden #}",
        "{% raw %}x{% endraw %}",
        "{{ 'a' * 1000000000 }}",
        "{{ 2 ** 9 }}",
        "{{ '%99d' % 1 }}",
        "{{ n | center(9) }}",
        "{{ n is defined }}",
        "{{ {'a': 1} }}",
        "{{ " + "(" * 50 + "1" + ")" * 50 + " }}",
        "{{ n",
        "{{ }}",
        "{{ n }}" + "x" * 5000,
        "{{ " + " ~ ".join(["n"] * 200) + " }}",
        "{{ order.document.name.format(1) }}",
    ],
)
def test_what_a_template_may_not_hold_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        template.names_in(text)


def test_the_output_of_a_template_is_bounded() -> None:
    with pytest.raises(RenderFailed, match="longer than"):
        template.render("{{ a ~ a }}", {"a": "x" * 60_000})


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"a.b": 1}, {"a": {"b": 1, "x": 0}, "l": [{"n": "A", "v": "1"}]}),
        ({"a": None}, {"l": [{"n": "A", "v": "1"}]}),
        ({"l[n=A].v": "2"}, {"a": {"x": 0}, "l": [{"n": "A", "v": "2"}]}),
        ({"l[n=B].v": "3"}, {"a": {"x": 0}, "l": [{"n": "A", "v": "1"}, {"n": "B", "v": "3"}]}),
        ({"l[+]": "z"}, {"a": {"x": 0}, "l": [{"n": "A", "v": "1"}, "z"]}),
        ({"l[0]": None}, {"a": {"x": 0}, "l": []}),
        (
            {"l[n=A]": None, "new.deep[k=1].v": 2},
            {"a": {"x": 0}, "l": [], "new": {"deep": [{"k": "1", "v": 2}]}},
        ),
        ({"gone.deeper": None}, {"a": {"x": 0}, "l": [{"n": "A", "v": "1"}]}),
    ],
)
def test_paths_change_a_copy(change: dict[str, Any], result: dict[str, Any]) -> None:
    document = {"a": {"x": 0}, "l": [{"n": "A", "v": "1"}]}
    assert paths.assign_all(document, change) == result
    assert document == {"a": {"x": 0}, "l": [{"n": "A", "v": "1"}]}


@pytest.mark.parametrize("path", ["a.x.y", "a[0]", "l.x", "l[7]"])
def test_a_path_that_leads_nowhere_says_so(path: str) -> None:
    with pytest.raises(RenderFailed, match="set "):
        paths.assign_all({"a": {"x": 0}, "l": []}, {path: 1})


FACTS = {
    "body": {
        "type": "NEW",
        "n": 3,
        "ok": True,
        "sites": [{"role": "A"}, {"role": "B"}],
        "chars": [{"name": "P", "value": "1"}],
    },
    "order": {"status": "HELD", "document": {"x": None}},
    "header": {"x-mode": "7"},
    "param": {"p": "v"},
    "tenant": "T",
    "operation": "provide",
    "marked": ("M",),
    "open": ["amendment"],
    "now": "2026",
}


@pytest.mark.parametrize(
    ("path", "test", "value", "holds"),
    [
        ("type", "equal", "NEW", True),
        ("type", "equal", ["OLD", "NEW"], True),
        ("type", "equal", "new", False),
        ("n", "equal", 3, True),
        ("n", "equal", "3", True),
        ("ok", "equal", True, True),
        ("ok", "equal", 1, False),
        ("sites[1].role", "equal", "B", True),
        ("sites[*].role", "equal", "B", True),
        ("sites[9].role", "exists", False, True),
        ("chars[name=P].value", "equal", "1", True),
        ("chars[name=Q].value", "exists", False, True),
        ("order.status", "equal", "HELD", True),
        ("order.document.x", "exists", True, True),
        ("header.X-Mode", "equal", 7, True),
        ("header.X-Other", "exists", False, True),
        ("param.p", "equal", "v", True),
        ("tenant", "equal", "T", True),
        ("marked", "equal", "M", True),
        ("marked", "equal", "N", False),
        ("open", "equal", "amendment", True),
        ("type", "matches", "^N.W$", True),
        ("type", "matches", "^W", False),
        ("missing", "matches", ".*", False),
        ("missing.deep", "exists", True, False),
    ],
)
def test_conditions(path: str, test: str, value: Any, holds: bool) -> None:
    difference = matching.first_difference([Condition(path=path, test=test, value=value)], FACTS)
    assert (difference == "") is holds, difference


def test_a_hostile_pattern_takes_no_time() -> None:
    matching.check_pattern("(a+)+$")
    assert matching.first_difference(
        [Condition(path="t", test="matches", value="(a+)+$")], {"body": {"t": "a" * 50_000 + "!"}}
    )


@pytest.mark.parametrize(
    ("mode", "rate"), [("real", 1.0), ("scaled", 60.0), ("scaled", 0.25), ("scaled", 1234.567)]
)
def test_a_lane_never_wakes_before_its_moment(mode: str, rate: float) -> None:
    clock = Clock(mode=mode, rate=rate, anchor=1_000_000, anchor_wall=5_000_000)
    for due in (1_000_001, 1_234_567, 99_999_999, 10**15 + 7):
        wake = clock.wake(due)
        assert wake is not None and clock.now(wake) >= due and clock.now(wake - 1) < due + rate


def test_chance_hangs_on_names_alone() -> None:
    one = seed.Chance("root", ("s", "SCENARIO", "key"))
    assert (
        one.at(3).random().random()
        == seed.Chance("root", ("s", "SCENARIO", "key", "3")).random().random()
    )
    assert (
        one.at(3).fake()["service_id"]
        == one.at(3).fake()["service_id"]
        != one.at(4).fake()["service_id"]
    )
    assert one.fake()["name"] == one.fake()["name"] and isinstance(one.fake()["latitude"], str)
    assert (
        one.uuid() != one.uuid()
        and seed.Chance("r", ("x",), True).uuid() == seed.Chance("r", ("x",), True).uuid()
    )
    for word in ("nothing_such", "_private", "seed_instance", "__class__"):
        with pytest.raises(KeyError):
            one.fake()[word]
    assert len({seed.reference(str(number)) for number in range(2000)}) == 2000


def test_secrets_are_masked_and_other_headers_kept() -> None:
    given = {"Authorization": "Bearer abc", "Cookie": "a=b", "X-Other": "kept", "Set-Cookie": "s"}
    assert redact.headers(given) == {
        "Authorization": "Bearer ***",
        "Cookie": "***",
        "X-Other": "kept",
        "Set-Cookie": "***",
    }


def test_canonical_json_does_not_see_the_order_of_members() -> None:
    assert (
        strict_json.canonical({"b": 1, "a": [2]})
        == strict_json.canonical({"a": [2], "b": 1})
        == '{"a":[2],"b":1}'
    )
