"""Relevés, totals and sessions as they are read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.accounts.models import User
from app.domain.vocabulary import Door, Source, Status
from app.measurements.chain_queries import folded, is_live
from app.measurements.models import Measurement, TermTotal
from app.prepared import Prepared, inside
from app.schools.models import School

_M = Measurement.__table__  # the Core table of the class
_T = TermTotal.__table__


def live_rows(
    db: Session,
    school_id: UUID,
    *,
    term: str | None = None,
    indicator: str | None = None,
    source: Source | None = None,
    source_key: str | None = None,
) -> Sequence[Measurement]:
    """The live rows that are not withdrawn, oldest first."""
    wanted = select(Measurement).where(
        col(Measurement.school_id) == school_id, col(Measurement.status) != Status.WITHDRAWN, is_live(_M)
    )
    given = {"term": term, "indicator": indicator, "source": source, "source_key": source_key}
    for name, value in given.items():
        if value is not None:
            wanted = wanted.where(getattr(Measurement, name) == value)
    return db.scalars(wanted.order_by(col(Measurement.id))).all()


def measurements_listed(
    db: Session,
    school_id: UUID,
    *,
    term: str | None,
    indicator: str | None,
    live: bool,
    after: UUID | None,
    limit: int,
) -> Sequence[Measurement]:
    """Rows of the chains by id; with `live` only their tips."""
    wanted = select(Measurement).where(col(Measurement.school_id) == school_id)
    if term is not None:
        wanted = wanted.where(col(Measurement.term) == term)
    if indicator is not None:
        wanted = wanted.where(col(Measurement.indicator) == indicator)
    if live:
        wanted = wanted.where(is_live(_M), col(Measurement.status) != Status.WITHDRAWN)
    if after is not None:
        wanted = wanted.where(col(Measurement.id) > after)
    return db.scalars(wanted.order_by(col(Measurement.id)).limit(limit)).all()


def history_of_figure(
    db: Session, school_id: UUID, term: str, indicator: str, limit: int
) -> Sequence[sa.Row[Any]]:
    """(row, the one it replaced or None, name of who wrote it or None), newest first."""
    former = aliased(Measurement)
    wanted = (
        select(Measurement, former, User.name)
        .outerjoin(
            former,
            and_(
                col(former.school_id) == col(Measurement.school_id),
                col(former.id) == col(Measurement.replaces),
            ),
        )
        .outerjoin(User, col(User.id) == col(Measurement.recorded_by))
        .where(
            col(Measurement.school_id) == school_id,
            col(Measurement.term) == term,
            col(Measurement.indicator) == indicator,
        )
    )
    newest = col(Measurement.version).desc(), col(Measurement.id).desc()
    return db.execute(wanted.order_by(*newest).limit(limit)).all()


def typed_when(db: Session, school_id: UUID, term: str) -> Sequence[tuple[UUID | None, datetime]]:
    """Who stored something of that term through the pages, and when; corrections count too."""
    wanted = select(col(Measurement.recorded_by), col(Measurement.recorded_at)).where(
        col(Measurement.school_id) == school_id,
        col(Measurement.term) == term,
        col(Measurement.door) == Door.PAGE,
    )
    return [(person, instant) for person, instant in db.execute(wanted.distinct())]


def measurement_or_none(db: Session, school_id: UUID, key: UUID) -> Measurement | None:
    return db.get(Measurement, (school_id, key))


class TotalRow(NamedTuple):
    """One indicator of one term, all its live answers added."""

    indicator: str
    term: str
    status: Status
    counted: int | None
    """Only when something was measured."""
    out_of: int | None
    answers: int
    grades: int


_OF_SCHOOL = (
    select(*(_T.c[name] for name in TotalRow._fields))
    .where(_T.c.school_id == bindparam("of"))
    .order_by(_T.c.term, _T.c.indicator)
)
_TOTALS = Prepared(_OF_SCHOOL)
_TOTALS_IN = Prepared(_OF_SCHOOL.where(_T.c.term.in_(bindparam("terms", expanding=True))))


def totals_of_school(db: Session, school_id: UUID, *, terms: Sequence[str] | None = None) -> list[TotalRow]:
    """Every total of a school, or those of these terms, in one read."""
    given = {"of": school_id, "terms": terms}
    return list(map(TotalRow._make, inside(db)(_TOTALS if terms is None else _TOTALS_IN, given)))


def totals_recomputed(
    db: Session, school_id: UUID, *, version: int | None = None, term: str | None = None
) -> list[TotalRow]:
    """The same totals from the chains themselves: what `verify` compares with, and what `as_of` reads."""
    where = [] if term is None else [_M.c.term == term]
    figure = folded(school_id, where, version)
    rows = db.execute(
        figure.add_columns(_M.c.indicator, _M.c.term)
        .group_by(_M.c.indicator, _M.c.term)
        .having(figure.selected_columns.answers > 0)
        .order_by(_M.c.term, _M.c.indicator)
    )
    return [
        TotalRow(indicator, at, Status(status), counted, out_of, answers, grades)
        for status, counted, out_of, answers, grades, indicator, at in rows
    ]


def distinct_sources(db: Session, school_id: UUID, indicator: str, year: str) -> int:
    """How many different actions, events or sessions fed an indicator in a school year."""
    return (
        db.scalar(
            select(func.count(sa.distinct(_M.c.source_key))).where(
                _M.c.school_id == school_id,
                _M.c.indicator == indicator,
                _M.c.term.like(f"{year}-%"),
                _M.c.source != Source.TYPED,
                _M.c.status == Status.VALUE,
                _M.c.counted > 0,
                is_live(_M),
            )
        )
        or 0
    )


def schools_with_figures(db: Session) -> Sequence[sa.Row[Any]]:
    """(id, uai) of every school that has a relevé or a total."""
    known = select(_M.c.school_id).union(select(_T.c.school_id))
    return db.execute(
        select(School.id, School.uai).where(col(School.id).in_(known)).order_by(School.uai)
    ).all()
