"""A figure typed by grade: the rows of one indicator in one act, and their sum."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import record, take_turn
from app.domain.indicators import Indicator
from app.domain.rates import Figure
from app.domain.school_year import Term
from app.domain.vocabulary import Grade, Source, Status
from app.errors import Invalid
from app.measurements import chain_queries, queries
from app.measurements.chains import WITHDRAWN, FigureKey, Live, put_figure
from app.measurements.checks import Checks, check_replaced, check_shape
from app.measurements.models import GradeIn, GradesIn, Measurement
from app.measurements.service import withdraw_other_grain

Rows = dict[Grade, Measurement]


def live_grades(db: Session, school_id: UUID, term: str, indicator: str) -> Rows:
    """The live answer of each grade; Grade.ALL stands for the whole school."""
    rows = queries.live_rows(db, school_id, term=term, indicator=indicator, source=Source.TYPED)
    return {row.grade: row for row in rows}


def record_grades(
    db: Session, actor: Actor, uai: str, slug: str, term: Term, data: GradesIn, *, seen: int | None = None
) -> int:
    """Type a figure grade by grade; how many boxes changed.

    A box that was emptied withdraws its answer; one that stayed empty says nothing. All rows or none:
    Conflict when one holds an answer that was not read. An answer for the whole school is withdrawn.
    """
    school = school_for(db, actor, uai, Task.COUNT)
    turn = take_turn(db, school.id)
    checks = Checks(db, school)
    indicator, term = checks.place(slug, term)
    typed = chain_queries.typed_tips(db, school.id, term, slug)
    live = {grade: row for grade, row in typed.items() if row.status is not Status.WITHDRAWN}
    wanted: dict[Grade, Figure] = {}
    for number, row in enumerate(data.rows):
        at = f"rows/{number}/"
        checks.grade(indicator, term, row.grade, at)
        if row.grade in wanted:
            raise Invalid.one(f"{at}grade", "Ce niveau est déjà dans la liste.", "taken")
        figure = _figure(indicator, row, live.get(row.grade), at)
        if figure is not None:
            check_replaced(live.get(row.grade), row.replaces, figure)
            wanted[row.grade] = figure
    before = _told(live)
    changed = 0
    for grade, figure in wanted.items():
        key = FigureKey(school.id, term, slug, grade)
        changed += put_figure(db, actor, turn, key, figure, typed.get(grade)) is not None
        if figure != WITHDRAWN:
            changed += withdraw_other_grain(db, actor, turn, key, typed, seen)
    if changed:
        after = _told(live_grades(db, school.id, term, slug))
        record(db, actor, turn, "grades.recorded", f"grades:{term}:{slug}", before=before, after=after)
    return changed


def _told(rows: Mapping[Grade, Live]) -> dict[str, Any]:
    """The answers of each grade, as the audit keeps them."""
    return {
        grade: {"status": row.status, "counted": row.counted, "out_of": row.out_of}
        for grade, row in rows.items()
    }


def _figure(indicator: Indicator, row: GradeIn, last: Live | None, at: str) -> Figure | None:
    """What a row asks for; None when it leaves things as they are."""
    if row.counted is None:
        if row.out_of is not None:
            raise Invalid.one(f"{at}counted", "Écrivez aussi le premier nombre, même 0.", "counted_missing")
        was_emptied = row.replaces is not None and last is not None and last.status is Status.VALUE
        return WITHDRAWN if was_emptied else None
    check_shape(indicator, row.counted, row.out_of, at)
    return Figure.of(row.counted, row.out_of)
