"""How a migration runs, from the `alembic` command or from `app.db.migrate`.

The database is, in this order: what a caller hands over in `config.attributes`, either "connection" (its own,
outside any transaction) or "url"; then `alembic -x url=…`; then `CONFIANCE_DATABASE_URL`.
"""

import os
from collections.abc import Iterable
from typing import Any, Literal

from alembic import context
from alembic.operations import MigrationScript
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, event

from app.tables import metadata


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types as plain SQLAlchemy: an old migration must outlive SQLModel and app/."""
    name = type(item).__name__
    if kind == "type" and name == "AutoString":
        return f"sa.String({item.length or ''})"
    if kind == "type" and name == "UTCDateTime":
        return "sa.DateTime(timezone=True)"
    return False


def number_revision(_context: Any, _revision: Any, scripts: Iterable[MigrationScript]) -> None:
    """Call the next revision 0008 after 0007, so that the folder lists them in order."""
    head = ScriptDirectory.from_config(context.config).get_current_head()
    for script in scripts:
        script.rev_id = f"{int(head or 0) + 1:04}"


def say_where() -> None:
    """A partial index is partial on either database: the models say it for SQLite.

    Said for PostgreSQL there, its dialect would be loaded wherever the service runs.
    """
    for index in (index for table in metadata.tables.values() for index in table.indexes):
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]


def run_on(connection: Connection) -> None:
    """Run the migrations in one transaction: all of them, or none."""
    say_where()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_item,
        process_revision_directives=number_revision,
        compare_type=True,
        render_as_batch=True,
        transactional_ddl=True,  # Alembic believes SQLite cannot; it can, once BEGIN is ours to say
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            refuse_orphans(connection)


def refuse_orphans(connection: Connection) -> None:
    """Stop before the commit when a rebuilt table left rows that point at nothing."""
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise RuntimeError(
            f"migration refused, rows without parent (table, rowid, parent, key): {orphans[:5]}"
        )


def run_with_foreign_keys_off(connection: Connection) -> None:
    """Let SQLite rebuild tables: with foreign keys on, dropping the old one deletes what points at it.

    The pragma does nothing inside a transaction, hence the raw connection, before any BEGIN.
    """
    sqlite: Any = connection.connection.dbapi_connection
    (before,) = sqlite.execute("PRAGMA foreign_keys").fetchone()
    sqlite.execute("PRAGMA foreign_keys=OFF")
    if sqlite.execute("PRAGMA foreign_keys").fetchone() != (0,):
        raise RuntimeError("migrating SQLite needs a connection of its own, outside any transaction")
    try:
        run_on(connection)
    finally:
        sqlite.execute(f"PRAGMA foreign_keys={before}")


def run(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        run_with_foreign_keys_off(connection)
    else:
        run_on(connection)


def run_on_a_connection_of_our_own(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def leave_begin_to_us(connection: Any, _record: Any) -> None:
            connection.isolation_level = None

        @event.listens_for(engine, "begin")
        def take_the_write_lock_first(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.connect() as connection:
        run(connection)


def chosen_url() -> str:
    given = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
    url = given or os.environ.get("CONFIANCE_DATABASE_URL")
    if not url:
        raise SystemExit("which database? say `alembic -x url=…` or set CONFIANCE_DATABASE_URL")
    return str(url)


if context.is_offline_mode():
    raise SystemExit("--sql is not offered: a SQLite rebuild has to read the tables it copies")
if shared := context.config.attributes.get("connection"):
    run(shared)
else:
    run_on_a_connection_of_our_own(chosen_url())
