"""A prepared SELECT answers what SQLAlchemy's own way answers, types included, on either database."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from app.accounts.models import TerritoryMembership, User
from app.db import Database
from app.domain.vocabulary import Role
from app.prepared import Prepared, inside
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
