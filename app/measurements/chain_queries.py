"""Chains, their tips, and the statements that refold a total: what is run by every relevé written."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import and_, bindparam, case, func, select
from sqlmodel import Session

from app.domain.vocabulary import Grade, Source, Status
from app.measurements.models import Measurement, MeasurementRow, TermTotal
from app.prepared import Prepared, add_all, insert_of, inside, write_all

_M = Measurement.__table__  # the Core table of the class
_T = TermTotal.__table__
_LATER = _M.alias("later")


def is_live(table: Any, version: Any | None = None) -> sa.ColumnElement[bool]:
    """No row replaces it; with a version, as it was at that turn."""
    newer = select(1).where(_LATER.c.school_id == table.c.school_id, _LATER.c.replaces == table.c.id)
    if version is None:
        return ~newer.exists()
    return and_(table.c.version <= version, ~newer.where(_LATER.c.version <= version).exists())


def folded(
    school: Any, where: Sequence[sa.ColumnElement[bool]], version: Any | None = None
) -> sa.Select[Any]:
    """counted, out_of, status, answers and grades of the live rows: numerators and denominators are added.

    A box that was emptied has no answers, and holds nothing to add.
    """
    is_value = _M.c.status == Status.VALUE
    answers = func.count(case((_M.c.status != Status.WITHDRAWN, 1)))
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
    ).where(_M.c.school_id == school, *where, is_live(_M, version))


@cache
def _refold(dialect: str, *, is_whole_term: bool) -> Prepared:
    """One figure of the term, or all that it has."""
    indicator = None if is_whole_term else bindparam("indicator", type_=sa.String())
    school, term = bindparam("school", type_=sa.Uuid()), bindparam("term", type_=sa.String())
    figure = folded(school, [_M.c.term == term])
    if indicator is None:
        figure = figure.group_by(_M.c.indicator)
    else:
        figure = figure.where(_M.c.indicator == indicator)
    keys = [
        sa.cast(school, sa.Uuid()).label("school_id"),
        sa.cast(_M.c.indicator if indicator is None else indicator, sa.String(60)).label("indicator"),
        sa.cast(term, sa.String(12)).label("term"),
    ]
    names = ["status", "counted", "out_of", "answers", "grades"]
    selected = figure.with_only_columns(*keys, *figure.selected_columns)
    insert = insert_of(dialect, _T).from_select(["school_id", "indicator", "term", *names], selected)
    return Prepared(
        insert.on_conflict_do_update(
            index_elements=["school_id", "indicator", "term"],
            set_={name: insert.excluded[name] for name in names},
        )
    )


def refold(db: Session, school_id: UUID, term: str, indicator: str) -> None:
    """Recompute one total from its chains. The caller holds the school's turn."""
    told = {"school": school_id, "term": term, "indicator": indicator}
    write_all(db, _refold(db.get_bind().dialect.name, is_whole_term=False), [told])


def refold_terms(db: Session, school_id: UUID, terms: Iterable[str]) -> None:
    """The same for every figure of these terms: a statement a term, however many boxes were filled."""
    told = [{"school": school_id, "term": term} for term in terms]
    write_all(db, _refold(db.get_bind().dialect.name, is_whole_term=True), told)


def add_rows(db: Session, rows: Sequence[MeasurementRow]) -> None:
    """Rows of chains, each after the one it replaces."""
    add_all(db, _M, [row._asdict() for row in rows])


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
    ).where(_M.c.school_id == school_id, _M.c.source == source, is_live(_M))
    if source_key is not None:
        wanted = wanted.where(_M.c.source_key == source_key)
    return db.execute(wanted)


_TYPED = Prepared(
    select(*(_M.c[name] for name in MeasurementRow._fields)).where(
        *(_M.c[name] == bindparam(name) for name in ("school_id", "term", "indicator")),
        _M.c.source == Source.TYPED,
        _M.c.source_key == "",
        is_live(_M),
    )
)


def typed_tips(db: Session, school_id: UUID, term: str, indicator: str) -> dict[Grade, MeasurementRow]:
    """What was typed last in each box of a figure, whole school or by grade, withdrawn answers too."""
    figure = {"school_id": school_id, "term": term, "indicator": indicator}
    return {row.grade: row for row in map(MeasurementRow._make, inside(db)(_TYPED, figure))}
