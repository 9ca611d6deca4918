"""Statements that run for every order: compiled once for each kind of database, and run by the
driver itself.

SQLAlchemy Core defines them, over `tables`. Its own way of running a statement takes several times
as long as the statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

Row = Sequence[Any]
"""A row as the driver gives it, its JSON columns read."""

_Convert = Callable[[Any], Any]


class Statement:
    """A statement of SQLAlchemy with `bindparam`s for what varies.

    `columns` are those that an INSERT gives, by default all of its table. `names` are the columns
    of its rows, if it has any.
    """

    __slots__ = ("_forms", "columns", "names", "source")

    def __init__(self, source: sa.Executable, columns: Iterable[str] = ()) -> None:
        self.source: Any = source
        self.columns = list(columns) or None
        self.names = tuple(column.name for column in _columns_of(source))
        self._forms: dict[str, Form] = {}

    def form(self, dialect: sa.Dialect) -> Form:
        """The statement as the driver of this database takes it."""
        known = self._forms.get(dialect.name)
        if known is None:
            known = self._forms[dialect.name] = Form(self, dialect)
        return known


class Form:
    """The text of a statement, and how values become parameters and rows become values."""

    __slots__ = ("_converted", "_fixed", "_is_positional", "_names", "_read", "text")

    def __init__(self, statement: Statement, dialect: sa.Dialect) -> None:
        compiled = statement.source.compile(dialect=dialect, column_keys=statement.columns)
        self.text = str(compiled)
        self._is_positional = bool(compiled.positiontup)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._names: Sequence[str] = compiled.positiontup or list(binds)
        processors = {
            name: convert
            for name, bind in binds.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }
        self._fixed = {
            name: processors[name](value) if name in processors else value
            for name, value in compiled.params.items()
            if not binds[name].required
        }
        self._converted = [
            (place, processors[name])
            for place, name in enumerate(self._names)
            if name in processors and name not in self._fixed
        ]
        self._read: list[tuple[int, _Convert]] = [
            (place, convert)
            for place, column in enumerate(_columns_of(statement.source))
            if isinstance(column.type, sa.types.TypeDecorator)
            and (convert := column.type.result_processor(dialect, None))
        ]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The parameters for the driver. KeyError when a value is missing."""
        given = {**self._fixed, **values} if self._fixed else values
        found = [given[name] for name in self._names]
        for place, convert in self._converted:
            found[place] = convert(found[place])
        return found if self._is_positional else dict(zip(self._names, found, strict=True))

    def read(self, rows: list[Any]) -> list[Row]:
        """The rows with their values as the types of their columns want them."""
        if not self._read:
            return rows
        read: list[Row] = []
        for row in rows:
            values = list(row)
            for place, convert in self._read:
                values[place] = convert(values[place])
            read.append(values)
        return read


def _columns_of(source: Any) -> Sequence[Any]:
    """The columns of a statement's rows. A text has them without types."""
    return tuple(source.exported_columns) if hasattr(source, "exported_columns") else ()


class _Texts(sa.types.TypeDecorator[Any]):
    """A list of texts as one parameter."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(
            sa.ARRAY(sa.Text) if dialect.name == "postgresql" else sa.Text()
        )

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


def each_of(name: str, text: str) -> dict[bool, Statement]:
    """A statement over each of the texts of a parameter: `{each}` in its text is a table `value`
    with the column `value`. By whether the database is SQLite.
    """
    texts = sa.bindparam(name, type_=_Texts())
    tables = {True: f"json_each(:{name}) AS value", False: f"unnest(:{name}) AS value"}
    return {
        is_sqlite: Statement(sa.text(text.format(each=table)).bindparams(texts))
        for is_sqlite, table in tables.items()
    }


class AnyOf(sa.ColumnElement[bool]):
    """Whether a column is one of the texts of a parameter. The statement is the same however many
    they are.
    """

    inherit_cache = True
    type = sa.Boolean()

    def __init__(self, column: sa.Column[str], name: str) -> None:
        self.column = column
        self.texts = sa.bindparam(name, type_=_Texts())

    def self_group(self, against: Any = None) -> AnyOf:
        """It is a condition already: SQLite needs no `= 1` behind it."""
        return self


@compiles(AnyOf, "sqlite")
def _any_of_json(element: AnyOf, compiler: Any, **options: Any) -> str:
    column, texts = (compiler.process(part, **options) for part in (element.column, element.texts))
    return f"{column} IN (SELECT value FROM json_each({texts}))"


@compiles(AnyOf, "postgresql")
def _any_of_array(element: AnyOf, compiler: Any, **options: Any) -> str:
    column, texts = (compiler.process(part, **options) for part in (element.column, element.texts))
    return f"{column} = ANY({texts})"
