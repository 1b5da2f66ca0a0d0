"""Versions of a term, what is published of them, and the sums kept beside it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app import clock
from app.domain.indicators import INDICATORS
from app.domain.transmitted import is_published_at_once
from app.domain.vocabulary import PriorityEducation, SchoolType, Status
from app.measurements.models import TermTotal
from app.prepared import Prepared, insert_of, inside, write_all
from app.schools.models import School, SchoolYearProfile
from app.transmissions.models import (
    CirconscriptionTotal,
    CirconscriptionVersion,
    PublishedFigure,
    Transmission,
    TransmittedTotal,
)

PUBLIC = tuple(slug for slug, indicator in INDICATORS.items() if is_published_at_once(indicator))
_P = PublishedFigure.__table__  # the Core tables of the classes
_C = CirconscriptionTotal.__table__
SUMS = ("counted", "out_of", "schools", "pupils", "schools_with_pupils")


# --- versions ------------------------------------------------------------------------------------------


def last_transmission(db: Session, school_id: UUID, term: str) -> Transmission | None:
    return db.scalars(
        select(Transmission)
        .where(col(Transmission.school_id) == school_id, col(Transmission.term) == term)
        .order_by(col(Transmission.number).desc())
        .limit(1)
    ).one_or_none()


def transmission_or_none(db: Session, school_id: UUID, term: str, number: int) -> Transmission | None:
    return db.get(Transmission, (school_id, term, number))


def transmissions_of_term(db: Session, school_id: UUID, term: str) -> Sequence[Transmission]:
    """Every version, the latest first."""
    return db.scalars(
        select(Transmission)
        .where(col(Transmission.school_id) == school_id, col(Transmission.term) == term)
        .order_by(col(Transmission.number).desc())
    ).all()


def last_transmissions(db: Session, school_id: UUID, *, after: str, limit: int) -> Sequence[Transmission]:
    """The latest version of each term, oldest term first; `after` is the last term of the page before."""
    latest = (
        select(Transmission.term, func.max(Transmission.number).label("number"))
        .where(col(Transmission.school_id) == school_id, col(Transmission.term) > after)
        .group_by(Transmission.term)
        .subquery()
    )
    return db.scalars(
        select(Transmission)
        .join(
            latest,
            sa.and_(latest.c.term == col(Transmission.term), latest.c.number == col(Transmission.number)),
        )
        .where(col(Transmission.school_id) == school_id)
        .order_by(col(Transmission.term))
        .limit(limit)
    ).all()


def totals_of(db: Session, transmission: Transmission) -> Sequence[TransmittedTotal]:
    """The figures of one version, in the order of the catalogue."""
    rows = db.scalars(
        select(TransmittedTotal).where(
            col(TransmittedTotal.school_id) == transmission.school_id,
            col(TransmittedTotal.term) == transmission.term,
            col(TransmittedTotal.number) == transmission.number,
        )
    ).all()
    order = {slug: place for place, slug in enumerate(INDICATORS)}
    return sorted(rows, key=lambda row: order.get(row.indicator, len(order)))


# --- what is published ---------------------------------------------------------------------------------


_T, _R, _TT = Transmission.__table__, TransmittedTotal.__table__, TermTotal.__table__
_SCHOOL, _TERM = sa.bindparam("school_id", type_=sa.Uuid()), sa.bindparam("term", type_=sa.String())
_LAST = select(func.max(_T.c.number)).where(_T.c.school_id == _SCHOOL, _T.c.term == _TERM).scalar_subquery()
_MEASURED = (
    select(
        _R.c.indicator,
        _R.c.counted,
        _R.c.out_of,
        _T.c.pupils,
        sa.literal(False, sa.Boolean).label("is_public"),
    )
    .join(
        _T,
        sa.and_(_T.c.school_id == _R.c.school_id, _T.c.term == _R.c.term, _T.c.number == _R.c.number),
    )
    .where(_R.c.school_id == _SCHOOL, _R.c.term == _TERM, _R.c.number == _LAST, _R.c.status == Status.VALUE)
)
_VOTED = select(
    _TT.c.indicator, _TT.c.counted, _TT.c.out_of, sa.null().label("pupils"), sa.literal(True, sa.Boolean)
).where(
    _TT.c.school_id == _SCHOOL,
    _TT.c.term == _TERM,
    _TT.c.indicator.in_(PUBLIC),
    _TT.c.status == Status.VALUE,
)
_COUNTED = Prepared(sa.union_all(_MEASURED, _VOTED))
_OF_A_TERM = (_P.c.school_id == _SCHOOL, _P.c.term == _TERM)
_PUBLISHED = Prepared(select(_P).where(*_OF_A_TERM).order_by(_P.c.indicator))
_UNPUBLISH, _PUBLISH = Prepared(sa.delete(_P).where(*_OF_A_TERM)), Prepared(sa.insert(_P))


class Counted(NamedTuple):
    indicator: str
    counted: int
    out_of: int | None
    pupils: int | None
    is_public: bool
    """As soon as it is recorded: an election's figures, of no pupils."""


def counted_in(db: Session, school_id: UUID, term: str) -> list[Counted]:
    """What the latest version sent measured, and what is public without being sent."""
    rows = inside(db)(_COUNTED, {"school_id": school_id, "term": term})
    return list(map(Counted._make, rows))


class Published(NamedTuple):
    """A row of `published_figure`."""

    school_id: UUID
    term: str
    indicator: str
    circonscription_id: UUID
    priority: PriorityEducation
    type: SchoolType
    counted: int
    out_of: int | None
    pupils: int | None
    is_small: bool


assert list(Published._fields) == list(PublishedFigure.model_fields)


def published_of(db: Session, school_id: UUID, term: str) -> list[Published]:
    """By indicator."""
    rows = inside(db)(_PUBLISHED, {"school_id": school_id, "term": term})
    return list(map(Published._make, rows))


def terms_to_publish(db: Session, school_id: UUID, year: str | None = None) -> list[str]:
    """The terms in which the school has something that may be published, or has published something."""
    wanted = sa.union(
        select(Transmission.term).where(col(Transmission.school_id) == school_id),
        select(TermTotal.term).where(
            col(TermTotal.school_id) == school_id, col(TermTotal.indicator).in_(PUBLIC)
        ),
        select(PublishedFigure.term).where(col(PublishedFigure.school_id) == school_id),
    )
    return sorted(row[0] for row in db.execute(wanted) if year is None or row[0].startswith(year))


def replace_published(db: Session, before: Sequence[Published], rows: Sequence[Published]) -> None:
    """What one school adds to one term: the rows of before are dropped, these are written."""
    if before:
        inside(db)(_UNPUBLISH, {"school_id": before[0].school_id, "term": before[0].term})
    write_all(db, _PUBLISH, [row._asdict() for row in rows])


_KEYS = ("circonscription_id", "term", "indicator", "is_small")


@cache
def _add(dialect: str) -> Prepared:
    at: dict[str, Any] = {name: sa.bindparam(name) for name in _KEYS}
    first = insert_of(dialect, _C).values(at | {name: sa.bindparam(f"first_{name}") for name in SUMS})
    return Prepared(
        first.on_conflict_do_update(
            index_elements=_KEYS, set_={name: _C.c[name] + sa.bindparam(f"add_{name}") for name in SUMS}
        )
    )


def add_to_totals(db: Session, deltas: Mapping[tuple[UUID, str, str, bool], Mapping[str, int]]) -> None:
    """Add each delta to its sum, in key order: two transmissions that meet wait instead of locking up.

    What is taken away was added before, so that its sum exists; but its CHECK is looked at before the
    conflict is seen, and must not meet a negative number there.
    """
    told = [
        dict(zip(_KEYS, key, strict=True))
        | {f"first_{name}": max(0, delta[name]) for name in SUMS}
        | {f"add_{name}": delta[name] for name in SUMS}
        for key, delta in sorted(deltas.items())
    ]
    write_all(db, _add(db.get_bind().dialect.name), told)


_V = CirconscriptionVersion.__table__


@cache
def _bump(dialect: str) -> Prepared:
    one_more = insert_of(dialect, _V)
    return Prepared(
        one_more.on_conflict_do_update(
            index_elements=[_V.c.circonscription_id],
            set_={"version": _V.c.version + 1, "changed_at": one_more.excluded.changed_at},
        )
    )


def bump_versions(db: Session, circonscriptions: Iterable[UUID]) -> None:
    first = {"version": 1, "changed_at": clock.now()}
    rows = [{"circonscription_id": place} | first for place in sorted(circonscriptions)]
    write_all(db, _bump(db.get_bind().dialect.name), rows)


# --- verify --------------------------------------------------------------------------------------------


def schools_that_publish(db: Session) -> Sequence[sa.Row[Any]]:
    """(id, uai) of every school that transmitted, voted or has published something, by UAI."""
    known = sa.union(
        select(Transmission.school_id),
        select(PublishedFigure.school_id),
        select(TermTotal.school_id).where(col(TermTotal.indicator).in_(PUBLIC)),
    )
    return db.execute(
        select(School.id, School.uai).where(col(School.id).in_(known)).order_by(School.uai)
    ).all()


def totals_kept(db: Session) -> Sequence[sa.Row[Any]]:
    return db.execute(select(_C).where(_C.c.schools > 0)).all()


def totals_summed(db: Session) -> Sequence[sa.Row[Any]]:
    """The sums of the published figures, from the figures themselves."""
    keys = (_P.c.circonscription_id, _P.c.term, _P.c.indicator, _P.c.is_small)
    return db.execute(
        select(
            *keys,
            func.sum(_P.c.counted).label("counted"),
            func.coalesce(func.sum(_P.c.out_of), 0).label("out_of"),
            func.count().label("schools"),
            func.coalesce(func.sum(_P.c.pupils), 0).label("pupils"),
            func.count(_P.c.pupils).label("schools_with_pupils"),
        ).group_by(*keys)
    ).all()


def totals_not_empty_without_schools(db: Session) -> Sequence[sa.Row[Any]]:
    """Sums of no school at all that are not zero."""
    return db.execute(
        select(_C).where(_C.c.schools == 0, (_C.c.counted + _C.c.out_of + _C.c.pupils) > 0)
    ).all()


def circonscriptions_of(db: Session, schools: Collection[UUID]) -> set[UUID]:
    """Every circonscription the schools ever were in."""
    rows = db.execute(
        select(SchoolYearProfile.circonscription_id).where(
            col(SchoolYearProfile.school_id).in_(schools),
            col(SchoolYearProfile.circonscription_id).is_not(None),
        )
    )
    return {row[0] for row in rows}
