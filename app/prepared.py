"""A SELECT written once for each database, and given to its driver as it is.

For the few that stand on the way of every request: SQLAlchemy's own way costs ten times the statement itself
(ADR 0033). Values and columns are translated by their types, as it would do.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import Session

Translate = Callable[[Any], Any]
Row = tuple[Any, ...]


class Written(NamedTuple):
    """What a driver of one dialect is given, and how to read what it answers."""

    text: str
    names: tuple[str, ...]
    is_by_place: bool
    """Whether the driver knows the names by their places only."""
    values: Mapping[str, Any]
    """Those that the statement itself holds."""
    lists: Mapping[str, Sequence[str]]
    """The names that the values of a list are given by."""
    sent: Mapping[str, Translate]
    read: tuple[tuple[int, Translate], ...]
    """By the column's place."""

    def arguments(self, given: Mapping[str, Any]) -> Any:
        all_ = {**self.values, **given}
        for name, names in self.lists.items():
            all_.update(zip(names, all_[name], strict=True))
        for name, translate in self.sent.items():
            all_[name] = translate(all_[name])
        if self.is_by_place:
            return tuple([all_[name] for name in self.names])
        return {name: all_[name] for name in self.names}

    def told(self, rows: Sequence[Sequence[Any]]) -> list[Row]:
        """The rows with their values as Python's own; each different value of a column is translated once."""
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        if columns:
            for place, translate in self.read:
                known = {value: translate(value) for value in set(columns[place])}
                columns[place] = [known[value] for value in columns[place]]
        return list(zip(*columns, strict=True))


class Prepared:
    """A SELECT whose parameters are `bindparam`s; those that are `expanding` are given a list."""

    def __init__(self, statement: sa.Select[Any]) -> None:
        self.statement = statement
        binds = statement.compile().binds.items()
        self._lists = [name for name, bind in binds if bind.expanding and bind.required]
        self._write = lru_cache(100)(self._write_now)  # lists have lengths of their own

    def written(self, dialect: Dialect, given: Mapping[str, Any]) -> Written:
        return self._write(dialect, tuple([len(given[name]) for name in self._lists]))

    def rows(self, connection: Any, dialect: Dialect, given: Mapping[str, Any]) -> list[Row]:
        """On a connection of the driver; every parameter has to be given."""
        written = self.written(dialect, given)
        cursor = connection.cursor()
        try:
            cursor.execute(written.text, written.arguments(given))
            return written.told(cursor.fetchall())
        finally:
            cursor.close()

    def _write_now(self, dialect: Dialect, lengths: tuple[int, ...]) -> Written:
        compiled = self.statement.compile(dialect=dialect)
        assert isinstance(compiled, sa.sql.compiler.SQLCompiler)
        empty: dict[str, Any] = {name: None for name, bind in compiled.binds.items() if bind.required}
        lists = {name: [None] * length for name, length in zip(self._lists, lengths, strict=True)}
        state = compiled.construct_expanded_state(empty | lists)
        sent = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
            if not bind.expanding
        }
        columns = [column.type.dialect_impl(dialect) for column in self.statement.selected_columns]
        read = [column.result_processor(dialect, None) for column in columns]
        return Written(
            text=state.statement,
            names=tuple(state.parameters if state.positiontup is None else state.positiontup),
            is_by_place=state.positiontup is not None,
            values={name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required},
            lists=dict(state.parameter_expansion),
            sent={name: told for name, told in {**sent, **state.processors}.items() if told is not None},
            read=tuple((place, translate) for place, translate in enumerate(read) if translate is not None),
        )


Asks: TypeAlias = Callable[[Prepared, Mapping[str, Any]], list[Row]]
"""Where a prepared SELECT is asked: alone (`Database.ask`), or inside a transaction (`inside`)."""


def inside(db: Session) -> Asks:
    def ask(prepared: Prepared, given: Mapping[str, Any]) -> list[Row]:
        db.flush()  # as before any other SELECT
        connection = db.connection()
        written = prepared.written(connection.dialect, given)
        # Not the driver itself: here its errors have to be those that every other statement raises.
        return written.told(connection.exec_driver_sql(written.text, written.arguments(given)).all())

    return ask
