"""The schema: built and taken down with data in it, refusing what it must, a wall around each school."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.db import ROOT, Database, make_engine, migrate
from app.tables import metadata
from tests.ground.rows import FORBIDDEN, IMPLIED, OTHER, a_row, checks, fill, forbidden_value, insertion

TABLES = metadata.sorted_tables
REFERENCE = {"school", "territory", "user"}
"""Rows that belong to nobody's school and that schools point at."""
OF_PERSONS = {
    "territory_membership",
    "invitation",
    "web_session",
    "api_token",
    "sign_in_attempt",
    "idempotency_record",
    "calendar_link",
    "second_factor",
    "recovery_code",
    "provider_identity",
}
OF_THE_SERVICE = {"service_note"}
OF_TERRITORIES = {
    "circonscription_total", "circonscription_version", "release", "release_cell", "suggested_partner",
    "lever_effect",
}  # fmt: skip
"""Sums over schools, and what an inspector suggests: no row of a school, and no way back to one."""
ELSEWHERE = REFERENCE | OF_PERSONS | OF_THE_SERVICE | OF_TERRITORIES
OWNED = [table for table in TABLES if table.name not in ELSEWHERE]
KEPT_BY_A_SCHOOL_WITHOUT_KEY = {"school_ledger", "audit_event", "audit_seal"}
"""Their `school_id` may be the nil UUID (« no school »), so that no foreign key can lead to `school`."""


# --- up, down, up --------------------------------------------------------------------------------------


def check(url: str) -> None:
    """`alembic check`: raises when the tables and the migrations disagree."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = url
    command.check(config)


def test_up_down_up_with_data(own_database: Callable[[str], str]) -> None:
    url = own_database("updown")
    for _ in range(2):
        migrate(url)
        check(url)
        engine = make_engine(url)
        with Database(engine).session() as db:
            fill(db.connection())
        engine.dispose()
        migrate(url, "base")
        engine = make_engine(url)
        with engine.connect() as connection:
            assert sa.inspect(connection).get_table_names() == ["alembic_version"]
            if engine.dialect.name == "postgresql":
                ours = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
                assert connection.execute(sa.text(ours)).all() == []
        engine.dispose()


# --- what the database itself refuses ------------------------------------------------------------------


@pytest.fixture(scope="module")
def filled(own_database: Callable[[str], str]) -> Iterator[sa.Engine]:
    url = own_database("filled")
    migrate(url)
    engine = make_engine(url)
    with Database(engine).session() as db:
        fill(db.connection())
    yield engine
    engine.dispose()


@pytest.fixture
def connection(filled: sa.Engine) -> Iterator[sa.Connection]:
    with filled.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def test_each_forbidden_write_belongs_to_a_check() -> None:
    assert FORBIDDEN.keys() <= checks().keys()


@pytest.mark.parametrize("name", sorted(checks()))
def test_the_check_refuses_its_forbidden_write(connection: sa.Connection, name: str) -> None:
    table = checks()[name]
    row = a_row(table) | forbidden_value(name, table)
    with pytest.raises(IntegrityError) as refusal, connection.begin_nested():
        connection.execute(insertion(table, row))
    assert name in str(refusal.value.orig) or IMPLIED.get(name, name) in str(refusal.value.orig)


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET verb = 'x'", "DELETE FROM audit_event"])
def test_the_past_cannot_be_edited(connection: sa.Connection, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), connection.begin_nested():
        connection.execute(sa.text(statement))
    assert connection.execute(sa.text("SELECT count(*) FROM audit_event WHERE verb = 'x'")).scalar() == 1


@pytest.mark.postgresql
def test_the_past_cannot_be_emptied(connection: sa.Connection) -> None:
    with pytest.raises(DBAPIError, match="append-only"), connection.begin_nested():
        connection.execute(sa.text("TRUNCATE audit_event"))


def test_a_row_cannot_point_into_another_school(connection: sa.Connection) -> None:
    """Keys are only unique within a school, and so are references."""
    schools = metadata.tables["school"]
    connection.execute(insertion(schools, a_row(schools) | {"id": OTHER, "uai": "0990002Y"}))
    links = metadata.tables["action_goal"]
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(insertion(links, a_row(links) | {"school_id": OTHER}))


# --- the wall, read from the metadata ------------------------------------------------------------------


@pytest.mark.parametrize("table", OWNED, ids=lambda table: table.name)
def test_a_school_comes_first_in_every_key(table: sa.Table) -> None:
    assert next(iter(table.primary_key.columns)).name == "school_id"
    uniques = [constraint for constraint in table.constraints if isinstance(constraint, sa.UniqueConstraint)]
    keys = [list(unique.columns) for unique in uniques]
    keys += [list(index.columns) for index in table.indexes if index.unique]
    assert all(key[0].name == "school_id" for key in keys), keys


@pytest.mark.parametrize("table", OWNED, ids=lambda table: table.name)
def test_references_stay_within_the_school(table: sa.Table) -> None:
    owned = {other.name for other in OWNED}
    reaches_school = table.name in KEPT_BY_A_SCHOOL_WITHOUT_KEY
    for constraint in table.foreign_key_constraints:
        target = constraint.referred_table.name
        first = constraint.elements[0]
        if target in owned:
            assert (first.parent.name, first.column.name) == ("school_id", "school_id"), constraint.name
            reaches_school = True
        else:
            assert target in REFERENCE, constraint.name
            assert len(constraint.elements) == 1
            reaches_school |= target == "school" and first.parent.name == "school_id"
    assert reaches_school


@pytest.mark.parametrize(
    "table", [table for table in TABLES if table not in OWNED], ids=lambda table: table.name
)
def test_other_tables_never_point_at_a_school_s_rows(table: sa.Table) -> None:
    assert {constraint.referred_table.name for constraint in table.foreign_key_constraints} <= (
        REFERENCE | OF_TERRITORIES
    )


def test_every_table_is_placed() -> None:
    """A new table is a school's unless somebody says otherwise above."""
    names = {table.name for table in TABLES}
    assert names >= ELSEWHERE
    assert all("school_id" in table.columns for table in OWNED)


def test_no_key_is_counted_by_the_database(connection: sa.Connection) -> None:
    """Sequences cannot be shared out over several machines."""
    for table in TABLES:
        assert table.autoincrement_column is None, table.name
        assert all(column.identity is None and column.server_default is None for column in table.primary_key)
    if connection.dialect.name == "postgresql":
        found = connection.execute(sa.text("SELECT sequencename FROM pg_sequences")).all()
    else:
        found = connection.execute(
            sa.text("SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'")
        ).all()
    assert found == []
