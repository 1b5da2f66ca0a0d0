"""Where a territory is: what is around it, and what is inside it."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session

from app.domain.vocabulary import Role, TerritoryLevel
from app.prepared import Prepared, inside
from app.schools.models import Territory

_T = Territory.__table__  # the Core table of the class


class Place(NamedTuple):
    """A territory as it is told; a circonscription may have no code yet."""

    id: UUID
    level: TerritoryLevel
    code: str | None
    name: str


Lineage: TypeAlias = tuple[Place, ...]
"""A territory, then the one around it, up to the nation."""


def _lineage(start: sa.ColumnElement[bool]) -> Prepared:
    above = _T.alias("above")
    up = select(_T.c.id, _T.c.parent_id, sa.literal(0).label("depth")).where(start).cte("up", recursive=True)
    up = up.union_all(
        select(above.c.id, above.c.parent_id, up.c.depth + 1).join(up, above.c.id == up.c.parent_id)
    )
    told = select(_T.c.id, _T.c.level, _T.c.code, _T.c.name)
    return Prepared(told.join(up, up.c.id == _T.c.id).order_by(up.c.depth))


_BY_ID = _lineage(_T.c.id == sa.bindparam("territory"))
_BY_CODE = _lineage(sa.and_(_T.c.level == sa.bindparam("level"), _T.c.code == sa.bindparam("code")))


def lineage_of(db: Session, territory: UUID) -> Lineage:
    return tuple(map(Place._make, inside(db)(_BY_ID, {"territory": territory})))


def lineage_by_code(db: Session, level: TerritoryLevel, code: str) -> Lineage:
    """Empty when there is no such territory."""
    return tuple(map(Place._make, inside(db)(_BY_CODE, {"level": level, "code": code})))


def role_over(duties: Mapping[UUID, Role], lineage: Lineage) -> Role | None:
    """The role by which a territory is read: that of the nearest duty, its own or one above."""
    return next((duties[place.id] for place in lineage if place.id in duties), None)


def departement_in(lineage: Lineage) -> str:
    """The département's code, for its calendar; above it there are several calendars and none is taken."""
    return next((place.code or "" for place in lineage if place.level is TerritoryLevel.DEPARTEMENT), "")


def _children(*conditions: sa.ColumnElement[bool]) -> Prepared:
    wanted = select(_T.c.id, _T.c.level, _T.c.code, _T.c.name).where(
        _T.c.level == sa.bindparam("level"), *conditions
    )
    return Prepared(wanted.order_by(_T.c.name, _T.c.id))


def everything_inside() -> sa.Select[Any]:
    """The ids of a `territory` and of all that is inside it."""
    below = _T.alias("below")
    found = select(_T.c.id).where(_T.c.id == sa.bindparam("territory")).cte("inside", recursive=True)
    found = found.union_all(select(below.c.id).join(found, below.c.parent_id == found.c.id))
    return select(found.c.id)


_EVERYWHERE, _INSIDE = _children(), _children(_T.c.id.in_(everything_inside()))


def children_of(db: Session, territory: Place | Territory, level: TerritoryLevel) -> list[Place]:
    """The territories of `level` inside one, itself included, by name."""
    if territory.level is level:
        return [Place(territory.id, territory.level, territory.code, territory.name)]
    if territory.level is TerritoryLevel.NATIONAL:
        rows = inside(db)(_EVERYWHERE, {"level": level})
    else:
        rows = inside(db)(_INSIDE, {"territory": territory.id, "level": level})
    return list(map(Place._make, rows))


def parents(db: Session) -> dict[UUID, UUID | None]:
    """Each territory's parent."""
    return {row.id: row.parent_id for row in db.execute(select(Territory.id, Territory.parent_id))}
