"""Chains, their tips, and the one statement that refolds a total."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import and_, bindparam, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.accounts.models import User
from app.domain.vocabulary import Door, Grade, Source, Status
from app.measurements.models import Measurement, TermTotal
from app.prepared import Prepared, inside
from app.schools.models import School

_M = Measurement.__table__  # the Core table of the class
_LATER = _M.alias("later")
_T = TermTotal.__table__


def _is_live(table: Any, version: Any | None = None) -> sa.ColumnElement[bool]:
    """No row replaces it; with a version, as it was at that turn."""
    newer = select(1).where(_LATER.c.school_id == table.c.school_id, _LATER.c.replaces == table.c.id)
    if version is None:
        return ~newer.exists()
    return and_(table.c.version <= version, ~newer.where(_LATER.c.version <= version).exists())


def _folded(
    school: Any, where: Sequence[sa.ColumnElement[bool]], version: Any | None = None
) -> sa.Select[Any]:
    """counted, out_of, status, answers and grades of the live rows: numerators and denominators are added."""
    is_value = _M.c.status == Status.VALUE
    answers = func.count(_M.c.id)
    status = case(
        (func.count(case((is_value, 1))) > 0, Status.VALUE.value),
        (
            and_(answers > 0, func.count(case((_M.c.status == Status.NOT_APPLICABLE, 1))) == answers),
            Status.NOT_APPLICABLE.value,
        ),
        else_=Status.NOT_MEASURED.value,
    )
    grades = func.count(sa.distinct(case((and_(is_value, _M.c.grade != Grade.ALL), _M.c.grade))))
    return select(
        status.label("status"),
        func.sum(_M.c.counted).label("counted"),
        func.sum(_M.c.out_of).label("out_of"),
        answers.label("answers"),
        grades.label("grades"),
    ).where(_M.c.school_id == school, *where, _M.c.status != Status.WITHDRAWN, _is_live(_M, version))


def _refold_statement(module: Any) -> Any:
    school = bindparam("school", type_=sa.Uuid())
    indicator, term = bindparam("indicator", type_=sa.String()), bindparam("term", type_=sa.String())
    folded = _folded(school, [_M.c.term == term, _M.c.indicator == indicator])
    keys = [
        sa.cast(school, sa.Uuid()).label("school_id"),
        sa.cast(indicator, sa.String(60)).label("indicator"),
        sa.cast(term, sa.String(12)).label("term"),
    ]
    names = ["status", "counted", "out_of", "answers", "grades"]
    statement = module.insert(_T).from_select(
        ["school_id", "indicator", "term", *names], folded.with_only_columns(*keys, *folded.selected_columns)
    )
    return statement.on_conflict_do_update(
        index_elements=["school_id", "indicator", "term"],
        set_={name: statement.excluded[name] for name in names},
    )


_REFOLD = {"sqlite": _refold_statement(sqlite), "postgresql": _refold_statement(postgresql)}


def refold(db: Session, school_id: UUID, places: Iterable[tuple[str, str]]) -> None:
    """Recompute the totals of (indicator, term) from their chains. The caller holds the school's turn."""
    told = [{"school": school_id, "indicator": indicator, "term": term} for indicator, term in places]
    if told:
        db.execute(_REFOLD[db.get_bind().dialect.name], told)


def add_rows(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of chains, each after the one it replaces."""
    if rows:
        db.execute(sa.insert(_M), rows)


def tips(
    db: Session, school_id: UUID, source: Source, source_key: str | None = None
) -> Iterable[sa.Row[Any]]:
    """(term, indicator, grade, source_key, id, status, counted, out_of) of each chain's live row."""
    wanted = select(
        _M.c.term,
        _M.c.indicator,
        _M.c.grade,
        _M.c.source_key,
        _M.c.id,
        _M.c.status,
        _M.c.counted,
        _M.c.out_of,
    ).where(_M.c.school_id == school_id, _M.c.source == source, _is_live(_M))
    if source_key is not None:
        wanted = wanted.where(_M.c.source_key == source_key)
    return db.execute(wanted)


_TYPED = select(Measurement).where(
    *(col(getattr(Measurement, name)) == bindparam(name) for name in ("school_id", "term", "indicator")),
    col(Measurement.source) == Source.TYPED,
    col(Measurement.source_key) == "",
    _is_live(_M),
)


def typed_tips(db: Session, school_id: UUID, term: str, indicator: str) -> dict[Grade, Measurement]:
    """What was typed last in each box of a figure, whole school or by grade, withdrawn answers too."""
    figure = {"school_id": school_id, "term": term, "indicator": indicator}
    return {row.grade: row for row in db.scalars(_TYPED, figure)}


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
        col(Measurement.school_id) == school_id, col(Measurement.status) != Status.WITHDRAWN, _is_live(_M)
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
        wanted = wanted.where(_is_live(_M), col(Measurement.status) != Status.WITHDRAWN)
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


_OWN_TOTALS = (
    select(_T.c.indicator, _T.c.term, _T.c.status, _T.c.counted, _T.c.out_of, _T.c.answers, _T.c.grades)
    .where(_T.c.school_id == bindparam("of"))
    .order_by(_T.c.term, _T.c.indicator)
)
_TOTALS = Prepared(_OWN_TOTALS)
_TOTALS_IN = Prepared(_OWN_TOTALS.where(_T.c.term.in_(bindparam("terms", expanding=True))))


def totals_of_school(db: Session, school_id: UUID, *, terms: Sequence[str] | None = None) -> list[TotalRow]:
    """Every total of a school, in one read."""
    given = {"of": school_id, "terms": terms}
    rows = inside(db)(_TOTALS if terms is None else _TOTALS_IN, given)
    return [TotalRow(*row) for row in rows]


def totals_recomputed(
    db: Session, school_id: UUID, *, version: int | None = None, term: str | None = None
) -> list[TotalRow]:
    """The same totals from the chains themselves: what `verify` compares with, and what `as_of` reads."""
    where = [] if term is None else [_M.c.term == term]
    folded = _folded(school_id, where, version)
    rows = db.execute(
        folded.add_columns(_M.c.indicator, _M.c.term)
        .group_by(_M.c.indicator, _M.c.term)
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
                _is_live(_M),
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
