"""The compiled check of each contract's bodies never takes what marshmallow refuses, and a request
that it takes comes out the same.

Documents are made from the schemas: whole ones and bare ones, then changed in up to three places.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields

from simulator import dialects
from simulator.base.errors import Refused
from simulator.dialects import Dialect, Route
from simulator.dialects.fibre_cafe import schemas as fibre
from simulator.dialects.fibre_cafe import settings as fibre_settings
from simulator.dialects.fibre_cafe import statements
from simulator.dialects.mef import content
from simulator.dialects.mef import schemas as mef
from simulator.formats import strict_json
from simulator.formats.compiled import Untranslatable, fits, translate
from simulator.formats.schema import (
    Boolean,
    Integer,
    Mapped,
    Moment,
    Number,
    OneOfTypes,
    String,
    Tolerant,
    unknown_members,
)
from simulator.formats.validators import Length, OneOf, Range, Regexp
from simulator.model import Incoming

SLOW = {"KciDocument": "KciDocument.check_reason"}
"""The only schemas that marshmallow reads alone, and why. Nobody sends us a KCI but ourselves."""

INBOUND = (
    {f"fibre_cafe {name}": schema for name, schema in fibre.ORDERS.items()}
    | {f"fibre_cafe {name}": schema for name, schema in fibre.REQUESTS.items()}
    | {"mef create": mef.CREATE, "mef patch": mef.CHANGE, "mef act": mef.ACT}
)

AWKWARD = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 4101.0, 1.5, 1e300, 2**63),
        *("", " ", "A", "é", "\U0001f600", "1", "A\n", "INSTALL", "order-create-update"),
        *("2026-03-02", "2026-02-30", "2026-W10-1", "2026-03-02T09:00Z", "2026-03-02T09:00:00"),
        *("0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "CEASE", "MODIFY", "NEW"),
        *([], {}, [None], [{}], ["A"], [1], {"A": 1}),
        *({"objectType": "A"}, {"objectType": []}, {"objectType": None}),
    ]
)
LEAVES = (
    AWKWARD
    | st.sampled_from([0, 1, 4, 10, 15, 16, 25, 50, 300, 1000]).flatmap(
        lambda most: st.sampled_from(["x" * most, "x" * (most + 1)])
    )
    | st.integers(-2, 13_000)
    | st.text(max_size=3)
)
NAMES = st.sampled_from(
    [
        *("objectType", "id", "link", "notes", "orderStatus", "orderItemStatus", "orderItems"),
        *("serviceOrderItem", "serviceCharacteristics", "serviceId", "engineerTasks", "strange"),
    ]
)
EXAMPLES = settings(max_examples=30, deadline=None, derandomize=True)


def all_schemas() -> dict[str, type[Tolerant]]:
    """Every schema that the contracts declare."""
    for info in pkgutil.walk_packages(dialects.__path__, f"{dialects.__name__}."):
        importlib.import_module(info.name)
    found: dict[str, type[Tolerant]] = {}
    waiting = [Tolerant]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith(dialects.__name__):
                found[f"{kind.__module__.split('.')[2]} {kind.__qualname__}"] = kind
    return found


SCHEMAS = all_schemas()


def example_of(field: Any, turn: int, whole: bool) -> Any:
    """A value that keeps a field; `turn` chooses where there is a choice."""
    told = {type(validator): validator for validator in field.validators}
    kind = type(field)
    if kind is fields.Nested:
        return document_of(field.schema, turn, whole)
    if kind is fields.List:
        inner = example_of(field.inner, turn, whole)
        return [deepcopy(inner) for _ in range(told[Length].min or 1 if Length in told else 1)]
    if kind is OneOfTypes:
        name = list(field.schemas)[turn % len(field.schemas)]
        return {**document_of(field.schemas[name], turn, whole), field.key: name}
    if OneOf in told:
        return list(told[OneOf].choices)[turn % len(told[OneOf].choices)]
    if Regexp in told:
        return "00000000-0000-4000-8000-000000000001"
    if kind in (Integer, Number):
        return (told[Range].min if Range in told else None) or 1
    if kind in (Boolean, Mapped):
        return turn % 2 == 0 if kind is Boolean else {"a": 1}
    if kind is String:
        return "x" * (told[Length].min or 1 if Length in told else 1)
    return "2026-03-02T09:00:00Z" if kind is Moment else "2026-03-02"


def document_of(schema: Schema, turn: int, whole: bool) -> dict[str, Any]:
    """A document that keeps a schema: with every member, or with those alone that it needs."""
    return {
        field.data_key or name: example_of(field, turn, whole)
        for name, field in schema.fields.items()
        if whole or field.required
    }


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member and entry of a document, as its container and its key."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from places(value[key])


@st.composite
def documents(draw: st.DrawFn, schema: Schema) -> dict[str, Any]:
    document = document_of(schema, draw(st.integers(0, 5)), draw(st.booleans()))
    if "objectType" in document and schema in (mef.CREATE, mef.CHANGE):
        document["objectType"] = mef.CREATE_UPDATE
    for _ in range(draw(st.integers(0, 3))):
        found = list(places(document))
        if not found:
            break
        container, key = found[draw(st.integers(0, len(found) - 1))]
        how = draw(st.sampled_from(["put", "put", "remove", "add"]))
        if how == "put":
            container[key] = deepcopy(draw(LEAVES))
        elif how == "remove":
            del container[key]
        elif isinstance(container, dict):
            container[draw(NAMES)] = deepcopy(draw(LEAVES))
    return document


def whole_as_float(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return any(map(whole_as_float, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and value.is_integer()


def compare(schema: Schema, document: Any) -> None:
    """The compiled check says no more than marshmallow; and no less, but for 4101.0."""
    before = strict_json.dumps(document)
    said = fits(schema, document)
    assert strict_json.dumps(document) == before
    wrong = schema.validate(document) or list(unknown_members(schema, document))
    assert not (said and wrong)
    assert said or wrong or whole_as_float(document)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_translated_or_named(name: str) -> None:
    kind = SCHEMAS[name]
    try:
        translate(kind())
    except Untranslatable as error:
        assert SLOW.get(kind.__name__) == str(error)
    else:
        assert kind.__name__ not in SLOW


def test_a_kci_with_its_orders_is_read_by_marshmallow_alone() -> None:
    with pytest.raises(Untranslatable, match="check_reason"):
        translate(statements.kci_schema(fibre_settings.Settings()))


def test_no_member_that_is_taken_away_is_known_to_a_schema() -> None:
    assert not {*content.NOT_THE_BUYERS} & mef.CREATE.fields.keys()
    assert "orderItemStatus" not in mef.OrderItem().fields


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SCHEMAS if name.split()[1] not in SLOW])
@EXAMPLES
@given(st.data())
def test_no_schema_takes_what_marshmallow_refuses(name: str, data: st.DataObject) -> None:
    schema = KEPT.setdefault(name, SCHEMAS[name]())
    for turn in range(2):
        for whole in (True, False):
            sound = document_of(schema, turn, whole)
            assert fits(schema, sound) and not schema.validate(sound)
    compare(schema, data.draw(documents(schema)))


KEPT: dict[str, Tolerant] = {}


@pytest.mark.slow
@pytest.mark.parametrize("name", INBOUND)
@settings(EXAMPLES, max_examples=300)
@given(st.data())
def test_no_request_is_taken_that_marshmallow_refuses(name: str, data: st.DataObject) -> None:
    compare(INBOUND[name], data.draw(documents(INBOUND[name])))


def changed_settings() -> Iterator[tuple[str, dict[str, Any]]]:
    """The defaults of each contract, and each setting in each of its other values."""
    maps = {
        "entities": {"provide": "order", "cease": "end"},
        "error_codes": {"malformed": "BAD", "invalid": "WORSE"},
    }
    for name in dialects.names():
        yield name, {}
        for key, field in dialects.options_of(name).fields.items():
            told = [*(each for each in field.validators if isinstance(each, OneOf))]
            values: list[Any] = list(told[0].choices) if told else [True, False]
            yield from ((name, {key: value}) for value in ([maps[key]] if key in maps else values))


def outcome(dialect: Dialect, incoming: Incoming, route: Route) -> Any:
    """What reading a request gives, its document as text: so member order and types count."""
    try:
        read: Any = dialect.read(incoming, route)
    except Refused as refused:
        return refused.kind, refused.messages
    return replace(read, document={}, order_ref=""), strict_json.dumps(whole(read.document))


def whole(value: Any) -> Any:
    """The same with 4101 for 4101.0."""
    if isinstance(value, dict):
        return {key: whole(member) for key, member in value.items()}
    if isinstance(value, list):
        return [whole(entry) for entry in value]
    return int(value) if whole_as_float(value) else value


def slowed(document: Any) -> bool:
    """Write one number as 4101.0 for 4101, which is the same and takes the slow way."""
    for container, key in places(document):
        number = container[key]
        known = key in ("id", "orderId", "quantity", "priority")
        if known and type(number) is int and abs(number) < 2**53:
            container[key] = float(number)
            return True
    return False


ROUTES = {
    **dict.fromkeys(fibre.ORDERS, "order"),
    **{"amendment": "amendment", "cancellation": "cancellation", "ethernet": "ethernet"},
    **{"create": "create", "patch": "patch", "act": "hold"},
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), list(changed_settings()))
@settings(EXAMPLES, max_examples=40)
@given(st.data())
def test_a_request_comes_out_the_same(
    name: str, options: dict[str, Any], data: st.DataObject
) -> None:
    dialect = dialects.get(name, options)
    kind = data.draw(st.sampled_from([key for key in INBOUND if key.startswith(name)]))
    operation = ROUTES[kind.split()[1]]
    route = next(each for each in dialect.routes if each.operation == operation)
    sample = dialect.sample(dialect.sample_operations("create")[0], None, 1)
    document = data.draw(documents(INBOUND[kind]))
    incoming = replace(sample, variables={"id": "1"} if name == "mef" else {})
    quick = outcome(dialect, with_body(incoming, document), route)
    if slowed(document):
        assert outcome(dialect, with_body(incoming, document), route) == quick


@pytest.mark.parametrize("tasks", [True, 1, "INSTALL_ROUTER", {"a": 1}, [None], [["A"]]])
def test_a_body_without_tasks_may_have_anything_by_that_name(tasks: Any) -> None:
    dialect = dialects.get("fibre_cafe")
    sample = dialect.sample("ethernet", None, 1)
    route = next(each for each in dialect.routes if each.operation == "ethernet")
    document = {**strict_json.loads(sample.body), "engineerTasks": tasks}
    read: Any = dialect.read(with_body(sample, document), route)
    assert [finding.rule for finding in read.findings] == ["fibre_cafe.unknown_member"]


def with_body(incoming: Incoming, document: Any) -> Incoming:
    return replace(incoming, body=strict_json.dumps(document).encode(), parsed={})


@pytest.mark.parametrize("name", dialects.names())
def test_a_sample_takes_the_quick_way(name: str) -> None:
    dialect = dialects.get(name)
    operations = dialect.sample_operations("create")
    assert len(operations) >= 3
    for operation in operations:
        document = strict_json.loads(dialect.sample(operation, None, 1).body)
        assert fits(fibre.ORDERS.get(operation, mef.CREATE), document)
        assert slowed(document) and not fits(fibre.ORDERS.get(operation, mef.CREATE), document)


@pytest.mark.parametrize(("name", "operation"), [("fibre_cafe", "ethernet"), ("mef", "install")])
def test_a_body_is_parsed_once(name: str, operation: str) -> None:
    dialect = dialects.get(name)
    sample = dialect.sample(operation, None, 1)
    headers = {key: value for key, value in sample.headers.items() if key != "tenant"}
    incoming = replace(sample, headers=headers)
    route = next(each for each in dialect.routes if each.operation in ("ethernet", "create"))
    assert dialect.tenant_of(incoming)
    _, parsed = incoming.parsed["body"]
    read: Any = dialect.read(replace(incoming, base_url="http://a"), route)
    assert read.document is parsed and not incoming.parsed
    assert dialect.tenant_of(incoming)
    with pytest.raises(Refused, match="is required"):
        dialect.read(replace(incoming, body=b"{}"), route)
