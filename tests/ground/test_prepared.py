"""A prepared SELECT answers what SQLAlchemy's own way answers, types included, on either database."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from app.accounts.models import SchoolLedger, TerritoryMembership, User
from app.db import Database, make_engine
from app.domain.vocabulary import Role
from app.prepared import Prepared, add_all, inside, write_all
from tests.world import World

_M, _U = TerritoryMembership.__table__, User.__table__  # type: ignore[attr-defined]  # the Core tables
STATEMENT = (
    sa.select(
        _M.c.territory_id,
        _M.c.role,
        _M.c.started_at,
        _M.c.ended_at,
        _U.c.name,
        _U.c.is_administrator,
        sa.func.coalesce(sa.null(), 7).label("seven"),
    )
    .join(_U, _U.c.id == _M.c.user_id)
    .where(_M.c.user_id == sa.bindparam("user_id"), _M.c.role == Role.INSPECTOR)
)


def test_it_reads_what_sqlalchemy_reads(db: Session, world: World) -> None:
    prepared, given = Prepared(STATEMENT), {"user_id": world.users["ines"].id}
    usual = [tuple(row) for row in db.execute(STATEMENT, given)]
    assert [row[1] for row in usual] == [Role.INSPECTOR]
    found = inside(db)(prepared, given)
    assert found == usual
    assert [type(value) for value in found[0]] == [type(value) for value in usual[0]]
    assert inside(db)(prepared, {"user_id": world.users["claire"].id}) == []


def test_alone_it_sees_what_was_committed(inhabited: tuple[sa.Engine, World]) -> None:
    engine, world = inhabited
    rows = Database(engine).ask(Prepared(STATEMENT), {"user_id": world.users["ines"].id})
    assert [row[0] for row in rows] == [world.territories["valley"].id]


def test_a_connection_goes_back_after_a_refused_statement(inhabited: tuple[sa.Engine, World]) -> None:
    engine, _ = inhabited
    database, out = Database(engine), engine.pool.status()
    with pytest.raises(KeyError):
        database.ask(Prepared(STATEMENT), {"somebody": 1})
    assert engine.pool.status() == out


@pytest.mark.parametrize("names", [[], ["ines"], ["ines", "claire"], ["claire", "ines", "nobody"]])
def test_a_list_may_have_any_length(db: Session, world: World, names: list[str]) -> None:
    ids = [world.users[name].id if name in world.users else UUID(int=1) for name in names]
    wanted = sa.bindparam("users", type_=sa.Uuid(), expanding=True)
    several = (
        sa.select(_M.c.user_id, _M.c.role)
        .where(_M.c.user_id.in_(wanted), _M.c.role == sa.bindparam("role"))
        .order_by(_M.c.user_id)
    )
    prepared, given = Prepared(several), {"users": ids, "role": Role.INSPECTOR}
    usual = [tuple(row) for row in db.execute(several, given)]
    assert len(usual) == ("ines" in names)
    assert inside(db)(prepared, given) == inside(db)(prepared, given) == usual


LEDGER = SchoolLedger.__table__  # type: ignore[attr-defined]  # the Core table
ADD = sa.insert(LEDGER)
ROW = {"school_id": UUID(int=7), "version": 1, "last_hash": ""}


def test_an_error_is_the_one_that_sqlalchemy_raises(db: Session) -> None:
    """Whoever answers for errors finds the same class, the same cause, and nothing that was typed."""
    prepared, found = Prepared(ADD), list[sa.exc.DBAPIError]()
    inside(db)(prepared, ROW)
    for again in (lambda: db.execute(ADD, ROW), lambda: inside(db)(prepared, ROW)):
        with pytest.raises(sa.exc.IntegrityError) as caught, db.begin_nested():
            again()
        found.append(caught.value)
    usual, ours = found
    assert type(ours.orig) is type(usual.orig)
    assert ours.statement == usual.statement
    assert ours.hide_parameters
    assert str(UUID(int=7)) not in str(ours.params)


def test_rows_are_written_together(db: Session) -> None:
    rows = [ROW | {"school_id": UUID(int=number)} for number in (7, 8, 9)]
    write_all(db, Prepared(ADD), rows)
    write_all(db, Prepared(ADD), [])
    told = sa.select(LEDGER.c.school_id).where(LEDGER.c.version == 1, LEDGER.c.last_hash == "")
    assert {row["school_id"] for row in rows} <= set(db.scalars(told))


def test_new_rows_are_written_as_sqlalchemy_would(db: Session, world: World) -> None:
    """One and several: each goes its own way to the driver, with words, moments, ids and empty boxes."""
    kept = {"territory_id": world.territories["valley"].id, "role": Role.INSPECTOR, "ended_at": None}
    moment = datetime(2026, 9, 1, 8, 30, 0, 125, tzinfo=UTC)
    people = [world.users[name].id for name in ("claire", "paul", "karim", "lea")]
    rows = [
        kept | {"id": UUID(int=number), "user_id": user, "started_at": moment}
        for number, user in enumerate(people)
    ]
    add_all(db, _M, rows[:1])
    add_all(db, _M, rows[1:3])
    add_all(db, _M, [])
    db.execute(sa.insert(_M), rows[3:])
    wanted = sa.select(*(_M.c[name] for name in rows[0])).where(_M.c.started_at == moment).order_by(_M.c.id)
    assert [row._asdict() for row in db.execute(wanted)] == rows


def test_of_new_rows_none_is_kept_where_one_is_refused(db: Session) -> None:
    rows = [ROW | {"school_id": UUID(int=number)} for number in (7, 8, 7)]
    with pytest.raises(sa.exc.IntegrityError) as caught, db.begin_nested():
        add_all(db, LEDGER, rows)
    assert caught.value.hide_parameters
    assert db.scalar(sa.select(sa.func.count()).where(LEDGER.c.school_id == UUID(int=8))) == 0


def test_it_sees_what_was_just_added(db: Session) -> None:
    db.add(SchoolLedger.model_validate(ROW))
    (row,) = inside(db)(Prepared(sa.select(LEDGER.c.version).where(LEDGER.c.school_id == UUID(int=7))), {})
    assert row == (1,)


@pytest.mark.postgresql
def test_a_server_that_hung_up_is_called_again(database_url: str) -> None:
    """Seen without asking it anything when a connection is lent; inside a transaction it is an error."""
    engine, other = make_engine(database_url), make_engine(database_url)
    database, one = Database(engine), Prepared(sa.select(sa.literal(1).label("one")))

    def hang_up() -> None:
        """Until each process is gone: it is only asked to end, and does so when it gets its turn."""
        with other.begin() as connection:
            others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            connection.execute(sa.text(f"SELECT pg_terminate_backend(pid, 60000) {others}"))

    def cut_short() -> None:
        with database.session() as db:
            inside(db)(one, {})
            hang_up()
            inside(db)(one, {})

    try:
        assert database.ask(one, {}) == [(1,)]
        hang_up()
        assert database.ask(one, {}) == [(1,)]
        hang_up()
        with database.session() as db:
            assert inside(db)(one, {}) == [(1,)]
        with pytest.raises(sa.exc.OperationalError):
            cut_short()
        with database.session(reading=True) as db:
            assert inside(db)(one, {}) == [(1,)]
    finally:
        engine.dispose()
        other.dispose()
