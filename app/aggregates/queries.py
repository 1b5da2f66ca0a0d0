"""Reads of what schools published in a territory, and of the sums kept per circonscription."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.accounts.reach_queries import profile_year
from app.aggregates.models import Breakdown
from app.domain.vocabulary import PriorityEducation, SchoolType, Sector
from app.prepared import Prepared, inside
from app.schools.models import School, SchoolYearProfile
from app.transmissions.models import (
    CirconscriptionTotal,
    CirconscriptionVersion,
    PublishedFigure,
    Transmission,
    TransmittedTotal,
)

_P = PublishedFigure.__table__  # the Core tables of the classes
_Y = SchoolYearProfile.__table__


# --- schools -------------------------------------------------------------------------------------------


def _spans() -> sa.Select[Any]:
    until = func.lead(_Y.c.year).over(partition_by=_Y.c.school_id, order_by=_Y.c.year).label("until")
    return select(_Y, until)


def _counted(spans: sa.Subquery) -> sa.Select[Any]:
    c = spans.c
    keys = (c.circonscription_id, c.priority, c.type, c.sector, c.year, c.until)
    return (
        select(*keys, func.count().label("schools"))
        .where(c.is_open, c.circonscription_id.is_not(None))
        .group_by(*keys)
    )


def _counted_in() -> sa.Select[Any]:
    places = sa.bindparam("circonscriptions", type_=sa.Uuid(), expanding=True)
    ever = select(_Y.c.school_id).where(_Y.c.circonscription_id.in_(places))
    spans = _spans().where(_Y.c.school_id.in_(ever)).subquery()
    return _counted(spans).where(spans.c.circonscription_id.in_(places))


_COUNTED, _COUNTED_IN = Prepared(_counted(_spans().subquery())), Prepared(_counted_in())


class Open(NamedTuple):
    """Schools alike, open from `year` until the year `until`, not included; for good when it is None."""

    circonscription_id: UUID
    priority: PriorityEducation
    type: SchoolType
    sector: Sector
    year: str
    until: str | None
    schools: int


def schools_expected(db: Session, circonscriptions: Collection[UUID] | None = None) -> list[Open]:
    if circonscriptions is None:
        rows = inside(db)(_COUNTED, {})
    else:
        rows = inside(db)(_COUNTED_IN, {"circonscriptions": circonscriptions})
    return list(map(Open._make, rows))


# --- live ----------------------------------------------------------------------------------------------


def _many(name: str, kind: sa.types.TypeEngine[Any]) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=kind, expanding=True)


_C, _V = CirconscriptionTotal.__table__, CirconscriptionVersion.__table__
_LIVE_TOTALS = Prepared(
    select(
        _C.c.circonscription_id,
        _C.c.indicator,
        _C.c.term,
        sa.literal("").label("value"),
        _C.c.counted,
        _C.c.out_of,
        _C.c.schools,
        _C.c.pupils,
        _C.c.schools_with_pupils,
        _V.c.changed_at,
    )
    .outerjoin(_V, _V.c.circonscription_id == _C.c.circonscription_id)
    .where(
        _C.c.circonscription_id.in_(_many("circonscriptions", sa.Uuid())),
        # A stretch of the index; a list of terms would be looked up one by one.
        _C.c.term.between(sa.bindparam("first"), sa.bindparam("last")),
        _C.c.indicator.in_(_many("indicators", sa.String())),
        ~_C.c.is_small,
        _C.c.schools > 0,
    )
)


class LiveSum(NamedTuple):
    """A sum over the schools of a circonscription that are not small, and when it last changed.

    `value` is that of the cut, empty without one; `pupils` are those of `schools_with_pupils`.
    """

    circonscription_id: UUID
    indicator: str
    term: str
    value: str
    counted: int
    out_of: int
    schools: int
    pupils: int
    schools_with_pupils: int
    changed_at: datetime | None


def live_totals(
    db: Session, circonscriptions: Collection[UUID], indicators: Collection[str], terms: Collection[str]
) -> list[LiveSum]:
    """The sums kept per circonscription, from the first of the terms to the last."""
    asked = {
        "circonscriptions": circonscriptions,
        "indicators": indicators,
        "first": min(terms),
        "last": max(terms),
    }
    return list(map(LiveSum._make, inside(db)(_LIVE_TOTALS, asked)))


def live_cuts(
    db: Session,
    circonscriptions: Collection[UUID],
    indicators: Collection[str],
    terms: Collection[str],
    breakdown: Breakdown,
) -> list[LiveSum]:
    """The same by one cut, from the published figures."""
    cut = _P.c.priority if breakdown is Breakdown.PRIORITY else _P.c.type
    keys = (_P.c.circonscription_id, _P.c.indicator, _P.c.term, sa.type_coerce(cut, sa.String()))
    rows = db.execute(
        select(
            *keys,
            func.sum(_P.c.counted),
            func.coalesce(func.sum(_P.c.out_of), 0),
            func.count(),
            func.coalesce(func.sum(_P.c.pupils), 0),
            func.count(_P.c.pupils),
            func.max(_V.c.changed_at),
        )
        .outerjoin(_V, _V.c.circonscription_id == _P.c.circonscription_id)
        .where(
            _P.c.circonscription_id.in_(circonscriptions),
            _P.c.term.in_(terms),
            _P.c.indicator.in_(indicators),
            ~_P.c.is_small,
        )
        .group_by(*keys)
    )
    return list(map(LiveSum._make, rows))


def schools_in(db: Session, circonscriptions: Collection[UUID], year: str) -> Sequence[sa.Row[Any]]:
    """(id, uai, name, commune, circonscription_id, sector) of the schools open there that year, by name."""
    return db.execute(
        select(
            School.id,
            School.uai,
            School.name,
            School.commune,
            SchoolYearProfile.circonscription_id,
            SchoolYearProfile.sector,
        )
        .join(SchoolYearProfile, col(SchoolYearProfile.school_id) == School.id)
        .where(
            col(SchoolYearProfile.circonscription_id).in_(circonscriptions),
            col(SchoolYearProfile.year) == profile_year(year),
            col(SchoolYearProfile.is_open),
        )
        .order_by(School.name, School.uai)
    ).all()


def published_in(
    db: Session, circonscriptions: Collection[UUID], indicators: Collection[str], terms: Collection[str]
) -> Sequence[sa.Row[Any]]:
    return db.execute(
        select(_P)
        .where(
            _P.c.circonscription_id.in_(circonscriptions),
            _P.c.term.in_(terms),
            _P.c.indicator.in_(indicators),
        )
        .order_by(_P.c.school_id)
    ).all()


def last_sent(db: Session, schools: Collection[UUID], terms: Collection[str]) -> Sequence[sa.Row[Any]]:
    """(school_id, term, transmitted_at, indicator, status) of every figure of each latest version."""
    latest = (
        select(Transmission.school_id, Transmission.term, func.max(Transmission.number).label("number"))
        .where(col(Transmission.school_id).in_(schools), col(Transmission.term).in_(terms))
        .group_by(Transmission.school_id, Transmission.term)
        .subquery()
    )
    return db.execute(
        select(
            Transmission.school_id,
            Transmission.term,
            Transmission.transmitted_at,
            TransmittedTotal.indicator,
            TransmittedTotal.status,
        )
        .join(
            latest,
            sa.and_(
                latest.c.school_id == col(Transmission.school_id),
                latest.c.term == col(Transmission.term),
                latest.c.number == col(Transmission.number),
            ),
        )
        .join(
            TransmittedTotal,
            sa.and_(
                col(TransmittedTotal.school_id) == Transmission.school_id,
                col(TransmittedTotal.term) == Transmission.term,
                col(TransmittedTotal.number) == Transmission.number,
            ),
        )
    ).all()


def sent_at(db: Session, schools: Collection[UUID], term: str) -> dict[UUID, datetime]:
    """When each school that transmitted the term did so, for the last time."""
    rows = db.execute(
        select(Transmission.school_id, func.max(Transmission.transmitted_at))
        .where(col(Transmission.school_id).in_(schools), col(Transmission.term) == term)
        .group_by(Transmission.school_id)
    )
    return {row[0]: row[1] for row in rows}


def count_sent(db: Session, circonscriptions: Collection[UUID], term: str, year: str) -> int:
    """How many of the schools open there that year have transmitted the term."""
    return db.execute(
        select(func.count(sa.distinct(Transmission.school_id)))
        .join(SchoolYearProfile, col(SchoolYearProfile.school_id) == Transmission.school_id)
        .where(
            col(Transmission.term) == term,
            col(SchoolYearProfile.circonscription_id).in_(circonscriptions),
            col(SchoolYearProfile.year) == profile_year(year),
            col(SchoolYearProfile.is_open),
        )
    ).scalar_one()


def last_term_sent(db: Session, circonscriptions: Collection[UUID], votes: Collection[str]) -> str | None:
    """The last term that a school there transmitted; a vote, which nobody transmits, does not count."""
    return db.execute(
        select(func.max(_P.c.term)).where(
            _P.c.circonscription_id.in_(circonscriptions), _P.c.indicator.not_in(votes)
        )
    ).scalar_one()


def live_version(
    db: Session, circonscriptions: Collection[UUID] | None = None
) -> tuple[int, int, datetime | None]:
    """Moves with every transmission, vote, move and closing there; of all circonscriptions without any.

    The moment tells apart two histories that a restored backup gave the same number to.
    """
    table = CirconscriptionVersion
    wanted = select(func.count(), func.coalesce(func.sum(table.version), 0), func.max(table.changed_at))
    if circonscriptions is not None:
        wanted = wanted.where(col(CirconscriptionVersion.circonscription_id).in_(circonscriptions))
    row = db.execute(wanted).one()
    return row[0], int(row[1]), row[2]
