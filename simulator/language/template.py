"""Values with `{{ ... }}` in them: Jinja2 expressions, and nothing else of Jinja2.

Allowed: names, members looked up as data, literals, comparison, and/or/not, + - / on numbers, ~,
the conditional, our filters. Calls, statements, comments, loops do not exist; source, depth and
output are bounded, so that rendering may stand in a transaction. What an order brings in is data
and is never rendered again. A value that is one expression alone keeps its type.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from simulator.base import instants
from simulator.base.errors import RenderFailed, nearest
from simulator.language.plain_words import OF_TEMPLATES, plainly

LONGEST_SOURCE = 4 * 1024
LONGEST_OUTPUT = 64 * 1024
DEEPEST = 20
MOST_NODES = 120

_ALLOWED = (
    nodes.Output,
    nodes.Template,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.Div,
    nodes.Neg,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Filter,
)


def render(value: Any, names: Mapping[str, Any]) -> Any:
    """Evaluate every template in a JSON value. RenderFailed says which text and why."""
    if isinstance(value, str):
        return _compile(value).render(names) if "{{" in value else value
    if isinstance(value, dict):
        return {key: render(member, names) for key, member in value.items()}
    if isinstance(value, list):
        return [render(member, names) for member in value]
    return value


def reads(text: str) -> frozenset[tuple[str, ...]]:
    """What a text's expressions read: each name with the members that are asked of it, such as
    `("order", "document", "notes")`. ValueError when the text is not a valid template.
    """
    is_template = any(mark in text for mark in ("{{", "{%", "{#"))
    return _compile(text).reads if is_template else frozenset()


class _Environment(ImmutableSandboxedEnvironment):
    """Members are looked up as data first, so that `order.items` is the order's own member and
    never a method.
    """

    intercepted_binops = frozenset({"+", "-", "/"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Undefined):
            return obj  # a path that broke off earlier: what was missing there is the thing to say
        try:
            if isinstance(obj, Mapping) or (isinstance(obj, list) and isinstance(argument, int)):
                return obj[argument]
        except (KeyError, IndexError):
            pass
        known = nearest(argument, map(str, obj)) if isinstance(obj, Mapping) and obj else ""
        return self.undefined(
            hint=f"there is no `{argument}`" + (f" ({known})" if known and len(known) < 200 else "")
        )

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if any(
            isinstance(side, bool) or not isinstance(side, (int, float)) for side in (left, right)
        ):
            raise SecurityError(f"`{operator}` works on numbers; join texts with ~")
        result = super().call_binop(context, operator, left, right)
        if not math.isfinite(result):
            raise SecurityError("the number grows out of range")
        return result


def _moved(sign: int) -> Any:
    def move(text: Any, length: Any) -> str:
        if isinstance(text, Undefined):
            str(text)
        if not isinstance(text, str):
            raise ValueError("plus and minus move a date or date-time text")
        backwards = isinstance(length, str) and length.startswith("-")
        moved = instants.parse_duration(str(length)[1:] if backwards else length)
        return instants.shift_text(text, -sign * moved if backwards else sign * moved)

    return move


def _date(text: Any) -> str:
    return instants.format_instant(instants.parse_instant(str(text)))[:10]


def _joined(values: Any, separator: str = "") -> str:
    if not isinstance(values, list):
        raise ValueError("join wants a list")
    return str(separator).join(str(value) for value in values)


def _default(value: Any, otherwise: Any = "") -> Any:
    return otherwise if isinstance(value, Undefined) or value is None else value


def _end(position: int) -> Any:
    def pick(values: Any) -> Any:
        if not isinstance(values, (list, str)) or not values:
            raise ValueError("first and last want a list or text that is not empty")
        return values[position]

    return pick


FILTERS: dict[str, Any] = {
    "plus": _moved(1),
    "minus": _moved(-1),
    "date": _date,
    "upper": lambda text: str(text).upper(),
    "lower": lambda text: str(text).lower(),
    "default": _default,
    "round": lambda number, digits=0: round(number, digits) if digits else round(number),
    "length": len,
    "first": _end(0),
    "last": _end(-1),
    "join": _joined,
}

_environment = _Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
_environment.filters.clear()
_environment.filters.update(FILTERS)
_environment.tests.clear()
_environment.globals.clear()


class _Template:
    """Compiled text: plain pieces and expressions, and what the expressions read."""

    __slots__ = ("pieces", "reads", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.pieces: list[Any] = []
        reads: set[tuple[str, ...]] = set()
        for is_expression, text in _split(source):
            if is_expression:
                tree = _checked(text)
                path = _path(tree)
                reads |= _reads(tree)
                self.pieces.append(_look_up(path) if path else _compiled(text))
            else:
                self.pieces.append(text)
        self.reads = frozenset(reads)

    def render(self, names: Mapping[str, Any]) -> Any:
        try:
            values = [
                piece if isinstance(piece, str) else self._evaluate(piece, names)
                for piece in self.pieces
            ]
            result = values[0] if len(values) == 1 else "".join(map(_text, values))
        except (
            UndefinedError,
            SecurityError,
            ValueError,
            TypeError,
            ArithmeticError,
            LookupError,
        ) as error:
            said = f"`{self.source[:80]}`: {error}"
            raise RenderFailed(said, source=self.source) from None
        if isinstance(result, str) and len(result) > LONGEST_OUTPUT:
            said = f"`{self.source[:80]}`: the result is longer than {LONGEST_OUTPUT} characters"
            raise RenderFailed(said, source=self.source)
        return result

    @staticmethod
    def _evaluate(expression: Any, names: Mapping[str, Any]) -> Any:
        value = expression(names)
        if isinstance(value, Undefined):
            str(value)  # a StrictUndefined says what is missing
        if isinstance(value, Mapping) and not isinstance(value, dict):
            raise ValueError("this name has members only, and no value of its own")
        return list(value) if isinstance(value, tuple) else value


_Expression = Callable[[Mapping[str, Any]], Any]


def _compiled(text: str) -> _Expression:
    return _environment.compile_expression(text, undefined_to_none=False)


def _look_up(path: tuple[Any, ...]) -> _Expression:
    """What evaluates a path as a compiled expression does, in a tenth of the time."""
    name, *members = path

    def look_up(names: Mapping[str, Any]) -> Any:
        value = names[name] if name in names else _environment.undefined(name=name)
        for member in members:
            value = _environment.getitem(value, member)
        return value

    return look_up


def _path(node: nodes.Node) -> tuple[Any, ...] | None:
    """The name and the members of an expression that looks up and does nothing else."""
    if isinstance(node, nodes.Name):
        return None if node.name == "self" else (node.name,)  # Jinja2 has a `self` of its own
    if isinstance(node, nodes.Getattr):
        member = node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        member = node.arg.value
    else:
        return None
    before = _path(node.node)
    return (*before, member) if before else None


def _reads(tree: nodes.Node) -> set[tuple[str, ...]]:
    """Each name of a tree with the members that are asked of it, as far as they are constant."""
    found: set[tuple[str, ...]] = set()
    below: list[tuple[nodes.Node, tuple[str, ...]]] = [(tree, ())]
    while below:
        node, asked = below.pop()
        if isinstance(node, nodes.Name):
            found.add((node.name, *asked))
        elif isinstance(node, nodes.Getattr):
            below.append((node.node, (node.attr, *asked)))
        elif isinstance(node, nodes.Getitem):
            key = node.arg.value if isinstance(node.arg, nodes.Const) else None
            below.append((node.node, (key, *asked) if isinstance(key, str) else ()))
            below.append((node.arg, ()))
        else:
            below += [(child, ()) for child in node.iter_child_nodes()]
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


@lru_cache(maxsize=4096)
def _compile(source: str) -> _Template:
    """Compile one text. ValueError when it is not a valid template."""
    if len(source) > LONGEST_SOURCE:
        raise ValueError(f"a template has at most {LONGEST_SOURCE} characters")
    try:
        return _Template(source)
    except TemplateSyntaxError as error:
        said = plainly(error.message or "", OF_TEMPLATES)
        raise ValueError(f"`{source[:80]}`: {said}") from None


def _split(source: str) -> Iterator[tuple[bool, str]]:
    """Cut a text into plain pieces and the insides of its `{{ }}`."""
    inside: list[str] | None = None
    depth = 0
    for _, kind, text in _environment.lex(source):
        if kind in ("block_begin", "comment_begin", "raw_begin"):
            raise ValueError(
                f"`{source[:80]}`: only expressions {{{{ ... }}}} are allowed, "
                "no statements, comments or raw blocks"
            )
        if kind == "variable_begin":
            inside = []
        elif kind == "variable_end":
            yield True, "".join(inside or ())
            inside = None
        elif inside is None:
            yield False, text
        else:
            depth += text.count("(") + text.count("[") + text.count("{")
            if depth > DEEPEST:
                raise ValueError(f"`{source[:80]}`: more than {DEEPEST} brackets")
            inside.append(text)
    if inside is not None:
        raise ValueError(f"`{source[:80]}`: `{{{{` without its `}}}}`")


def _checked(expression: str) -> nodes.Expr:
    """The expression's tree. ValueError when it holds anything that is not allowed."""
    tree = _environment.parse("{{" + expression + "}}")
    for count, node in enumerate(tree.find_all(nodes.Node)):
        if count > MOST_NODES:
            raise ValueError(f"`{expression.strip()[:80]}`: too long an expression")
        if not isinstance(node, _ALLOWED):
            raise ValueError(
                f"`{expression.strip()[:80]}`: {type(node).__name__.lower()} "
                "is not allowed in a template"
            )
        if isinstance(node, nodes.Const) and node.value in (math.inf, -math.inf):
            raise ValueError(f"`{expression.strip()[:80]}`: a number is out of range")
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise ValueError(
                f"`{expression.strip()[:80]}`: no filter `{node.name}`, "
                f"{nearest(node.name, FILTERS)}"
            )
    output = tree.body[0]
    assert isinstance(output, nodes.Output)
    return output.nodes[0]
