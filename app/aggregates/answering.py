"""The rows of an answer: sums over schools, never averages of rates, and a row for everything asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.aggregates import queries, release_queries
from app.aggregates.asking import Question
from app.aggregates.expected import Expected, expected_by_year
from app.aggregates.models import Breakdown, Level
from app.aggregates.rows import NOT_RELEASED, NOTHING_TRANSMITTED, Row, Sum, figure_row, nothing
from app.aggregates.schools import school_rows
from app.domain.indicators import INDICATORS
from app.domain.school_year import Term
from app.domain.vocabulary import PriorityEducation, SchoolType, TerritoryLevel

CUTS: Mapping[Breakdown, tuple[str, ...]] = {
    Breakdown.NONE: ("",),
    Breakdown.PRIORITY: tuple(value.value for value in PriorityEducation),
    Breakdown.TYPE: tuple(value.value for value in SchoolType),
}


def rows_of(db: Session, asked: Question) -> Iterator[Row]:
    """Every row of the answer: by territory's name, then indicator, term and value; none is left out."""
    if asked.level is Level.SCHOOL:
        yield from school_rows(db, asked)
        return
    level = TerritoryLevel(asked.level.value)
    territories = queries.children_of(db, asked.within, level)
    holders = _holders(db, asked, territories) if asked.live else {}
    sums = _live(db, asked, holders) | _released(db, asked, territories)
    expected = _expected(db, asked, holders) if asked.live else {}
    for territory in territories:
        for slug in asked.indicators:
            is_live = slug in asked.live
            for term in asked.terms:
                for value in CUTS[asked.breakdown]:
                    found = sums.get((territory.id, slug, term, value))
                    if found is None:
                        nobody = NOTHING_TRANSMITTED if is_live else NOT_RELEASED
                        found = Sum(reason=nothing(slug, term, nobody))
                    if is_live:
                        found.expected = expected[term.year].of(
                            slug, str(territory.id), asked.breakdown, value
                        )
                    yield _row(asked, territory, slug, term, value, found)


def _row(asked: Question, territory: Any, slug: str, term: Term, value: str, found: Sum) -> Row:
    return figure_row(
        {
            "level": asked.level,
            "code": code_of(territory),
            "name": territory.name,
            "indicator": slug,
            "term": term,
            "breakdown": asked.breakdown,
            "value": value,
        },
        found,
    )


def code_of(territory: Any) -> str:
    """As it is written in `within`; empty for a circonscription whose code nobody gave yet."""
    return written_code(territory.level, territory.code)


def written_code(level: TerritoryLevel, code: str | None) -> str:
    return f"{'A' if level is TerritoryLevel.ACADEMIE else ''}{code or ''}"


# --- live ----------------------------------------------------------------------------------------------

Sums = dict[tuple[UUID, str, str, str], Sum]


def _live(db: Session, asked: Question, holders: Mapping[UUID, UUID]) -> Sums:
    if not asked.live:
        return {}
    if asked.breakdown is Breakdown.NONE:
        rows = queries.live_totals(db, holders, asked.live, asked.terms)
    else:
        rows = queries.live_cuts(db, holders, asked.live, asked.terms, asked.breakdown)
    sums: Sums = {}
    without_pupils: set[tuple[UUID, str, str, str]] = set()
    for row in rows:
        value = "" if asked.breakdown is Breakdown.NONE else row.value.value
        key = holders[row.circonscription_id], row.indicator, row.term, value
        found = sums.setdefault(key, Sum(counted=0, pupils=0))
        assert found.counted is not None
        found.counted += row.counted
        if INDICATORS[row.indicator].is_rate:
            found.out_of = (found.out_of or 0) + row.out_of
        found.pupils = (found.pupils or 0) + row.pupils
        found.schools += row.schools
        found.as_of = max(filter(None, (found.as_of, row.changed_at)), default=None)
        if row.schools_with_pupils < row.schools or not INDICATORS[row.indicator].per_pupils:
            without_pupils.add(key)
    for key in without_pupils:
        sums[key].pupils = None
    return sums


def _holders(db: Session, asked: Question, territories: Sequence[Any]) -> dict[UUID, UUID]:
    """Every circonscription asked about, and the territory of the answer that each counts in."""
    if asked.level is Level.CIRCONSCRIPTION:
        return {territory.id: territory.id for territory in territories}
    inside = queries.children_of(db, asked.within, TerritoryLevel.CIRCONSCRIPTION)
    if len(territories) == 1:
        return {circonscription.id: asked.within.id for circonscription in inside}
    above = queries.parents(db)
    wanted = {territory.id for territory in territories}
    holders: dict[UUID, UUID] = {}
    for circonscription in inside:
        at: UUID | None = circonscription.id
        while at is not None and at not in wanted:
            at = above.get(at)
        if at is not None:
            holders[circonscription.id] = at
    return holders


def _expected(db: Session, asked: Question, holders: Mapping[UUID, UUID]) -> dict[str, Expected]:
    """By school year."""
    above = {inside: holder for inside, holder in holders.items() if inside != holder}
    inside = None if asked.within.level is TerritoryLevel.NATIONAL else holders
    return expected_by_year(db, dict.fromkeys(term.year for term in asked.terms), above, inside)


# --- released ------------------------------------------------------------------------------------------


def _released(db: Session, asked: Question, territories: Sequence[Any]) -> Sums:
    if not asked.released:
        return {}
    keys = [territory.id for territory in territories]
    rows = release_queries.latest_cells(db, keys, asked.released, asked.terms, asked.breakdown)
    return {(row.territory_id, row.indicator, row.term, row.value): sum_of_cell(row) for row in rows}


def sum_of_cell(row: Any) -> Sum:
    return Sum(
        counted=row.counted,
        out_of=row.out_of,
        pupils=row.pupils,
        schools=row.schools_reporting,
        expected=row.schools_expected,
        reason=row.reason.value if row.reason else None,
        suppressed=row.reason is not None,
        as_of=row.as_of,
    )
