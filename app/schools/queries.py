"""Reads about territories, schools, their yearly profiles and calendars."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.accounts.models import SchoolLedger
from app.domain.territories import NATION
from app.domain.vocabulary import PriorityEducation, SchoolType, TerritoryLevel
from app.prepared import Prepared, inside
from app.schools.models import School, SchoolYearProfile, TermCalendar, Territory, TrackedIndicator

_Y, _C = SchoolYearProfile.__table__, TermCalendar.__table__  # the Core tables of the classes
_BY_UAI = select(School).where(col(School.uai) == sa.bindparam("uai"))


def school_by_uai(db: Session, uai: str) -> School | None:
    return db.scalars(_BY_UAI, {"uai": uai}).one_or_none()


class SchoolState(NamedTuple):
    """The versions of all that is read of a school.

    `turn` moves with every write of the school, the other versions with each import of the directory.
    """

    turn: int
    school: int
    years: int
    profiles: int


_OWN_PROFILES = col(SchoolYearProfile.school_id) == School.id
STATE = (
    func.coalesce(
        select(SchoolLedger.version).where(col(SchoolLedger.school_id) == School.id).scalar_subquery(), 0
    ),
    col(School.version),
    select(func.count()).select_from(SchoolYearProfile).where(_OWN_PROFILES).scalar_subquery(),
    select(func.coalesce(func.sum(SchoolYearProfile.version), 0)).where(_OWN_PROFILES).scalar_subquery(),
)
"""The columns of a SchoolState, beside a school."""
_STATE = Prepared(select(*STATE).where(col(School.id) == sa.bindparam("id")))


def state_of_school(db: Session, school_id: UUID) -> SchoolState:
    (row,) = inside(db)(_STATE, {"id": school_id})
    return SchoolState(*row)


def any_school(db: Session) -> bool:
    return db.scalar(select(School.id).limit(1)) is not None


_PROFILE_AT = (
    select(SchoolYearProfile)
    .where(
        col(SchoolYearProfile.school_id) == sa.bindparam("school_id"),
        col(SchoolYearProfile.year) <= sa.bindparam("year"),
    )
    .order_by(col(SchoolYearProfile.year).desc())
    .limit(1)
)


def profile_at(db: Session, school_id: UUID, year: str) -> SchoolYearProfile | None:
    """What the school is in `year`: that year's profile, else the latest one before it."""
    return db.scalars(_PROFILE_AT, {"school_id": school_id, "year": year}).one_or_none()


class PlaceThen(NamedTuple):
    is_open: bool
    circonscription_id: UUID | None
    priority: PriorityEducation
    type: SchoolType


_PLACE_AT = Prepared(
    select(*(_Y.c[name] for name in PlaceThen._fields))
    .where(_Y.c.school_id == sa.bindparam("school_id"), _Y.c.year <= sa.bindparam("year"))
    .order_by(_Y.c.year.desc())
    .limit(1)
)


def place_at(db: Session, school_id: UUID, year: str) -> PlaceThen | None:
    """Where the school was, as `profile_at` has it."""
    rows = inside(db)(_PLACE_AT, {"school_id": school_id, "year": year})
    return PlaceThen._make(rows[0]) if rows else None


_PUPILS_AT = Prepared(
    select(_Y.c.pupils)
    .where(_Y.c.school_id == sa.bindparam("school_id"), _Y.c.year <= sa.bindparam("year"))
    .order_by(_Y.c.year.desc())
    .limit(1)
)


def pupils_at(db: Session, school_id: UUID, year: str) -> int | None:
    """Those of `profile_at`."""
    rows = inside(db)(_PUPILS_AT, {"school_id": school_id, "year": year})
    return rows[0][0] if rows else None


_PROFILES = (
    select(SchoolYearProfile)
    .where(col(SchoolYearProfile.school_id) == sa.bindparam("school_id"))
    .order_by(col(SchoolYearProfile.year))
)


def profiles_of_school(db: Session, school_id: UUID) -> Sequence[SchoolYearProfile]:
    """Every year the school has a profile for, oldest first."""
    return db.scalars(_PROFILES, {"school_id": school_id}).all()


def profile_of(db: Session, school_id: UUID, year: str) -> SchoolYearProfile | None:
    """That year's own profile, or nothing."""
    return db.get(SchoolYearProfile, (school_id, year))


_CALENDARS = select(TermCalendar).where(col(TermCalendar.school_id) == sa.bindparam("school_id"))


def own_calendars(db: Session, school_id: UUID) -> Sequence[TermCalendar]:
    """Of the years whose dates the school set itself."""
    return db.scalars(_CALENDARS, {"school_id": school_id}).all()


def own_calendar(db: Session, school_id: UUID, year: str) -> TermCalendar | None:
    return db.get(TermCalendar, (school_id, year))


class LastDays(NamedTuple):
    """Where the first and the second term end."""

    t1_last: date
    t2_last: date


_LAST_DAYS = Prepared(
    select(*(_C.c[name] for name in LastDays._fields)).where(
        _C.c.school_id == sa.bindparam("school_id"), _C.c.year == sa.bindparam("year")
    )
)


def own_last_days(db: Session, school_id: UUID, year: str) -> LastDays | None:
    """Those of `own_calendar`."""
    rows = inside(db)(_LAST_DAYS, {"school_id": school_id, "year": year})
    return LastDays._make(rows[0]) if rows else None


_TRACKED = (
    select(TrackedIndicator)
    .where(col(TrackedIndicator.school_id) == sa.bindparam("school_id"))
    .order_by(col(TrackedIndicator.is_own), col(TrackedIndicator.slug))
)


def tracked_rows(db: Session, school_id: UUID) -> Sequence[TrackedIndicator]:
    return db.scalars(_TRACKED, {"school_id": school_id}).all()


def tracked_or_none(db: Session, school_id: UUID, slug: str) -> TrackedIndicator | None:
    return db.get(TrackedIndicator, (school_id, slug))


def territory_or_none(db: Session, level: TerritoryLevel, code: str) -> Territory | None:
    return db.scalars(
        select(Territory).where(col(Territory.level) == level, col(Territory.code) == code)
    ).one_or_none()


def nation(db: Session) -> Territory:
    """The one territory above all académies; the migrations make it."""
    found = territory_or_none(db, TerritoryLevel.NATIONAL, NATION)
    assert found is not None
    return found


def territory_by_id(db: Session, key: UUID) -> Territory | None:
    return db.get(Territory, key)


_TERRITORY_NAME = Prepared(select(Territory.name).where(col(Territory.id) == sa.bindparam("id")))


def territory_name(db: Session, key: UUID) -> str:
    ((name,),) = inside(db)(_TERRITORY_NAME, {"id": key})
    return str(name)


def school_listed(db: Session, school_id: UUID, year: str) -> sa.Row[Any] | None:
    return db.execute(_listed(year).where(col(School.id) == school_id)).one_or_none()


def schools_listed(
    db: Session,
    visible: sa.Select[tuple[UUID]],
    year: str,
    *,
    after: str = "",
    limit: int = 100,
    inside: Territory | None = None,
) -> Sequence[sa.Row[Any]]:
    """The visible schools by UAI, as they are in `year`; `after` is the last UAI of the page before."""
    wanted = _listed(year).where(col(School.id).in_(visible), col(School.uai) > after)
    if inside is not None:
        wanted = wanted.where(_inside(inside))
    return db.execute(wanted.order_by(col(School.uai)).limit(limit)).all()


def _listed(year: str) -> sa.Select[Any]:
    newest = latest(year)
    return (
        select(
            School.id,
            School.uai,
            School.name,
            School.commune,
            School.departement,
            School.predecessor_uai,
            School.is_open,
            Territory.name.label("circonscription"),
            Territory.code.label("circonscription_code"),
            SchoolYearProfile.type,
            SchoolYearProfile.sector,
            SchoolYearProfile.priority,
            SchoolYearProfile.year,
            SchoolYearProfile.pupils,
            SchoolYearProfile.classes,
            SchoolYearProfile.families,
        )
        .join(newest, newest.c.school_id == School.id)
        .join(
            SchoolYearProfile,
            sa.and_(
                col(SchoolYearProfile.school_id) == School.id, col(SchoolYearProfile.year) == newest.c.year
            ),
        )
        .outerjoin(Territory, col(Territory.id) == SchoolYearProfile.circonscription_id)
    )


def latest(year: str) -> sa.Subquery:
    """Each school's latest year, up to `year`, for which it has a profile."""
    return (
        select(col(SchoolYearProfile.school_id), func.max(SchoolYearProfile.year).label("year"))
        .where(col(SchoolYearProfile.year) <= year)
        .group_by(col(SchoolYearProfile.school_id))
        .subquery()
    )


def _inside(territory: Territory) -> sa.ColumnElement[bool]:
    """A school without circonscription still has its département."""
    if territory.level is TerritoryLevel.CIRCONSCRIPTION:
        return col(SchoolYearProfile.circonscription_id) == territory.id
    if territory.level is TerritoryLevel.NATIONAL:
        return sa.true()
    if territory.level is TerritoryLevel.DEPARTEMENT:
        return col(School.departement) == territory.code
    below = select(Territory.code).where(col(Territory.parent_id) == territory.id)
    return col(School.departement).in_(below)
