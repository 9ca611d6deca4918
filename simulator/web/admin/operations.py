"""The operations of the admin API. Each module of views has a list of them: method, path, view, and
what the OpenAPI document says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response
from marshmallow import Schema

from simulator.front.paths import ADMIN
from simulator.supplier import Supplier
from simulator.web.limiter import Limiter
from simulator.world import World

OF_SUPPLIER = "/suppliers/{supplier_name}"
TEXT: dict[str, Any] = {"type": "string"}
PAGED: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000},
    "after": TEXT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One method of one path, below the admin API's own.

    `body` is the schema of a JSON body, `takes_yaml` says that the body is YAML; `body_needed`:
    whether it may be left out. `query` has the parameters with their schemas. `codes` are the
    answers that are not problems, `kind` is their media type, `shape` the schema of one in JSON.
    """

    method: str
    path: str
    view: Callable[..., Response]
    summary: str
    of_supplier: bool
    body: type[Schema] | Schema | None = None
    body_needed: bool = True
    takes_yaml: bool = False
    query: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: tuple[int, ...] = (200,)
    kind: str = "application/json"
    shape: dict[str, Any] = field(default_factory=lambda: {"type": "object"})

    @property
    def prefixes(self) -> tuple[str, ...]:
        """An operation of a supplier is there for the first one, and below each one's name."""
        return ("", OF_SUPPLIER) if self.of_supplier else ("",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What a view works with. `supplier` is the one that the path names, else the first."""

    world: World
    limiter: Limiter
    operations: Sequence[Operation]
    supplier: Supplier


View = Callable[..., Response]
"""A view takes the `Call` and the variable parts of its path."""


class Views:
    """Some operations that share a module; `of_supplier`: each is asked of one supplier."""

    def __init__(self, *, of_supplier: bool) -> None:
        self.of_supplier = of_supplier
        self.operations: list[Operation] = []

    def add(
        self, method: str, path: str, summary: str = "", **about: Any
    ) -> Callable[[View], View]:
        """Decorate a view: it answers this method and path. Without a `summary`, the first sentence
        of its docstring is it. `about` as in `Operation`.
        """

        def register(view: View) -> View:
            said = summary or (view.__doc__ or "").partition(". ")[0].strip().removesuffix(".")
            self.operations.append(
                Operation(
                    method=method,
                    path=path,
                    view=view,
                    summary=said,
                    of_supplier=self.of_supplier,
                    **about,
                )
            )
            return view

        return register


def mount(app: Flask, world: World, limiter: Limiter, operations: Sequence[Operation]) -> None:
    """Let a Flask application answer the operations."""
    for operation in operations:
        for prefix in operation.prefixes:
            path = prefix + operation.path
            app.add_url_rule(
                (ADMIN + path).replace("{", "<").replace("}", ">"),
                f"{operation.method} {path}".replace(".", "_"),
                _bound(operation, world, limiter, operations),
                methods=[operation.method],
            )


def _bound(
    operation: Operation, world: World, limiter: Limiter, operations: Sequence[Operation]
) -> View:
    def view(*, supplier_name: str = "", **variables: str) -> Response:
        supplier = world.supplier(supplier_name) if supplier_name else world.default
        call = Call(world=world, limiter=limiter, operations=operations, supplier=supplier)
        return operation.view(call, **variables)

    return view
