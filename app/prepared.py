"""A SELECT written once for each database, and given to its driver as it is.

For the few that stand on the way of every request: SQLAlchemy's own way costs ten times the statement itself
(ADR 0033). Values and columns are translated by their types, as it would do.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import Session

Translate = Callable[[Any], Any] | None
Row = tuple[Any, ...]


class Written(NamedTuple):
    """What a driver of one dialect is given, and how to read what it answers."""

    text: str
    values: dict[str, Any]
    """Those that the statement itself holds."""
    order: Sequence[str] | None
    """The names by place, where a driver knows places only."""
    sent: dict[str, Translate]
    read: tuple[Translate, ...]

    def arguments(self, given: Mapping[str, Any]) -> Any:
        translated = {name: _by(self.sent[name], value) for name, value in {**self.values, **given}.items()}
        return translated if self.order is None else tuple(translated[name] for name in self.order)

    def row(self, row: Sequence[Any]) -> Row:
        return tuple(_by(read, value) for read, value in zip(self.read, row, strict=True))


def _by(translate: Translate, value: Any) -> Any:
    return value if translate is None else translate(value)


class Prepared:
    """A SELECT whose parameters are `bindparam`s of one value each; lists (`expanding`) are refused."""

    def __init__(self, statement: sa.Select[Any]) -> None:
        self.statement = statement
        self._written: dict[str, Written] = {}

    def written(self, dialect: Dialect) -> Written:
        found = self._written.get(dialect.name)
        if found is None:
            found = self._written[dialect.name] = self._write(dialect)
        return found

    def rows(self, connection: Any, dialect: Dialect, given: Mapping[str, Any]) -> list[Row]:
        """On a connection of the driver; every parameter has to be given."""
        written = self.written(dialect)
        cursor = connection.cursor()
        try:
            cursor.execute(written.text, written.arguments(given))
            return [written.row(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def _write(self, dialect: Dialect) -> Written:
        compiled = self.statement.compile(dialect=dialect)
        binds = compiled.binds
        if any(bind.expanding for bind in binds.values()):
            raise ValueError("a list has no fixed number of parameters")
        return Written(
            text=str(compiled),
            values={name: bind.effective_value for name, bind in binds.items() if not bind.required},
            order=compiled.positiontup if compiled.positional else None,
            sent={
                name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()
            },
            read=tuple(
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in self.statement.selected_columns
            ),
        )


Asks: TypeAlias = Callable[[Prepared, Mapping[str, Any]], list[Row]]
"""Where a prepared SELECT is asked: alone (`Database.ask`), or inside a transaction (`inside`)."""


def inside(db: Session) -> Asks:
    def ask(prepared: Prepared, given: Mapping[str, Any]) -> list[Row]:
        connection = db.connection()
        written = prepared.written(connection.dialect)
        # Not the driver itself: here its errors have to be those that every other statement raises.
        return [
            written.row(row) for row in connection.exec_driver_sql(written.text, written.arguments(given))
        ]

    return ask
