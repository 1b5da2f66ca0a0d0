"""A statement written once for each database, and given to its driver as it is.

For those on the way of every request or every write: SQLAlchemy's own way costs four to ten times the
statement itself (ADR 0033). Values, columns and errors are translated as it would do.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlmodel import Session

Translate = Callable[[Any], Any]
Row = tuple[Any, ...]


class Written(NamedTuple):
    """What a driver of one dialect is given, and how to read what it answers."""

    text: str
    names: tuple[tuple[str, Translate | None], ...]
    """With how the value of each is translated, if it is."""
    is_by_place: bool
    """Whether the driver knows the names by their places only."""
    values: Mapping[str, Any]
    """Those that the statement itself holds."""
    lists: Mapping[str, Sequence[str]]
    """The names that the values of a list are given by."""
    read: tuple[tuple[int, Translate], ...]
    """By the column's place."""

    def arguments(self, given: Mapping[str, Any]) -> Any:
        all_ = {**self.values, **given}
        for name, names in self.lists.items():
            all_.update(zip(names, all_[name], strict=True))
        if self.is_by_place:
            return tuple([all_[name] if to is None else to(all_[name]) for name, to in self.names])
        return {name: all_[name] if to is None else to(all_[name]) for name, to in self.names}

    def told(self, rows: Sequence[Sequence[Any]]) -> list[Row]:
        """The rows with their values as Python's own; each different value of a column is translated once."""
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        if columns:
            for place, translate in self.read:
                known = {value: translate(value) for value in set(columns[place])}
                columns[place] = [known[value] for value in columns[place]]
        return list(zip(*columns, strict=True))


class Prepared:
    """A statement whose parameters are `bindparam`s; those that are `expanding` are given a list."""

    def __init__(self, statement: sa.Select[Any] | sa.CompoundSelect[Any] | sa.sql.dml.UpdateBase) -> None:
        self.statement = statement
        binds = (part for part in sa.sql.visitors.iterate(statement) if isinstance(part, sa.BindParameter))
        self._lists = list(dict.fromkeys(bind.key for bind in binds if bind.expanding and bind.required))
        self._write = lru_cache(100)(self._write_now)  # lists have lengths of their own

    def rows(self, connection: Any, dialect: Dialect, given: Mapping[str, Any]) -> list[Row]:
        """On a connection of the driver; every parameter has to be given."""
        written = self._write(dialect, tuple([len(given[name]) for name in self._lists]))
        with at_driver(connection, dialect, written.text) as cursor:
            cursor.execute(written.text, written.arguments(given))
            return written.told(cursor.fetchall()) if cursor.description else []

    def write(self, connection: Any, dialect: Dialect, several: Sequence[Mapping[str, Any]]) -> None:
        """The same for so many rows; what answers nothing and has no lists."""
        written = self._write(dialect, ())
        with at_driver(connection, dialect, written.text) as cursor:
            all_ = [written.arguments(given) for given in several]
            if len(all_) == 1:
                cursor.execute(written.text, all_[0])  # psycopg would open a pipeline for it
            else:
                cursor.executemany(written.text, all_)

    def _write_now(self, dialect: Dialect, lengths: tuple[int, ...]) -> Written:
        compiled = self.statement.compile(dialect=dialect)
        assert isinstance(compiled, sa.sql.compiler.SQLCompiler)
        empty: dict[str, Any] = {name: None for name, bind in compiled.binds.items() if bind.required}
        lists = {name: [None] * length for name, length in zip(self._lists, lengths, strict=True)}
        state = compiled.construct_expanded_state(empty | lists)
        sent = {
            name: _sent(bind.type, dialect) for name, bind in compiled.binds.items() if not bind.expanding
        }
        sent.update(state.processors)
        names = state.parameters if state.positiontup is None else state.positiontup
        kinds = [column.type for column in self.statement.exported_columns]
        read = [
            _ids(dialect)
            if isinstance(kind, sa.Uuid)
            else kind.dialect_impl(dialect).result_processor(dialect, None)
            for kind in kinds
        ]
        return Written(
            text=state.statement,
            names=tuple((name, sent.get(name)) for name in names),
            is_by_place=state.positiontup is not None,
            values={name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required},
            lists=dict(state.parameter_expansion),
            read=tuple((place, translate) for place, translate in enumerate(read) if translate is not None),
        )


def _sent(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Translate | None:
    """How a value is given to the driver; each word of an enumeration is translated once, and kept."""
    translate: Translate | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(100)(translate) if translate and isinstance(kind, sa.Enum) else translate


@lru_cache(4)
def _ids(dialect: Dialect) -> Translate | None:
    """How an id is read. The same ones come again and again: each is translated once, and kept."""
    translate: Translate | None = sa.Uuid().dialect_impl(dialect).result_processor(dialect, None)
    return lru_cache(10_000)(translate) if translate else None


@contextmanager
def at_driver(connection: Any, dialect: Dialect, text: str) -> Iterator[Any]:
    """A cursor of the driver, whose errors are those that every other statement raises."""
    cursor = connection.cursor()
    try:
        yield cursor
    except dialect.loaded_dbapi.Error as problem:
        raise as_usual(problem, dialect, text) from problem
    finally:
        cursor.close()


def as_usual(problem: Exception, dialect: Dialect, text: str | None = None) -> BaseException:
    """An error of the driver as SQLAlchemy names it: what answers for errors knows no other."""
    driver = dialect.loaded_dbapi.Error
    return sa.exc.DBAPIError.instance(text, None, problem, driver, hide_parameters=True, dialect=dialect)


def run_at_driver(connection: Connection, text: str) -> None:
    """What has neither parameters nor an answer, as BEGIN."""
    with at_driver(connection.connection, connection.dialect, text) as cursor:
        cursor.execute(text)


Asks: TypeAlias = Callable[[Prepared, Mapping[str, Any]], list[Row]]
"""Where a prepared statement is run: alone (`Database.ask`), or inside a transaction (`inside`)."""


def alone(engine: Engine, prepared: Prepared, given: Mapping[str, Any]) -> list[Row]:
    """Without a transaction around it."""
    dialect = engine.dialect
    try:
        connection = engine.raw_connection()
    except dialect.loaded_dbapi.Error as problem:
        raise as_usual(problem, dialect) from problem
    try:
        return prepared.rows(connection, dialect, given)
    finally:
        connection.close()


def inside(db: Session) -> Asks:
    def ask(prepared: Prepared, given: Mapping[str, Any]) -> list[Row]:
        connection = _connection(db)
        return prepared.rows(connection.connection, connection.dialect, given)

    return ask


def write_all(db: Session, prepared: Prepared, rows: Sequence[Mapping[str, Any]]) -> None:
    """One statement for each of these, all sent together."""
    if rows:
        connection = _connection(db)
        prepared.write(connection.connection, connection.dialect, rows)


def insert_or_ignore(db: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """INSERT … ON CONFLICT DO NOTHING on either database. Each row gives every column."""
    write_all(db, _inserting(table, db.get_bind().dialect.name, tells=False), rows)


def insert_if_absent(db: Session, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Whether this row was written; on PostgreSQL it waits for a transaction that is writing the same key."""
    return bool(inside(db)(_inserting(table, db.get_bind().dialect.name, tells=True), row))


def add_all(db: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows that are new, all with the same columns. PostgreSQL takes several as one COPY.

    As many INSERT were most of a long import there (docs/performance.md).
    """
    connection = _connection(db)
    if len(rows) > 1 and connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        write_all(db, _adding(table), rows)


def _copy(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    dialect, names = connection.dialect, list(rows[0])
    quote = dialect.identifier_preparer.quote
    text = f"COPY {quote(table.name)} ({', '.join(map(quote, names))}) FROM STDIN"
    sent = [(name, _sent(table.c[name].type, dialect)) for name in names]
    with at_driver(connection.connection, dialect, text) as cursor, cursor.copy(text) as copy:
        for row in rows:
            copy.write_row([row[name] if to is None else to(row[name]) for name, to in sent])


@cache
def _adding(table: sa.Table) -> Prepared:
    return Prepared(sa.insert(table))


def insert_of(dialect: str, table: sa.Table) -> Any:
    """An INSERT that may say ON CONFLICT; on SQLite the four megabytes of the other dialect stay unread."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


@cache
def _inserting(table: sa.Table, dialect: str, *, tells: bool) -> Prepared:
    wanted = insert_of(dialect, table).on_conflict_do_nothing()
    return Prepared(wanted.returning(*table.primary_key) if tells else wanted)


def _connection(db: Session) -> Connection:
    db.flush()  # as before any other statement: it sees what was added
    return db.connection()
