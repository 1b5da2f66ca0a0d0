"""The rows of an answer: sums over schools, never averages of rates, and a row for everything asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.aggregates import queries, release_queries
from app.aggregates.asking import Question
from app.aggregates.expected import Expected, expected_by_year
from app.aggregates.models import Breakdown, Level
from app.aggregates.place_queries import Place, children_of, parents
from app.aggregates.rows import NOT_RELEASED, NOTHING_TRANSMITTED, Row, Sum, figure_row, nothing
from app.aggregates.schools import school_rows
from app.domain.indicators import INDICATORS
from app.domain.vocabulary import PriorityEducation, SchoolType, TerritoryLevel
from app.schools.models import Territory

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
    territories = children_of(db, asked.within, TerritoryLevel(asked.level.value))
    holders = _holders(db, asked, territories) if asked.live else {}
    sums: Sums = {territory.id: {} for territory in territories}
    _add_live(db, asked, holders, sums)
    _add_released(db, asked, sums)
    expected = _expected(db, asked, holders) if asked.live else {}
    live = frozenset(asked.live)
    cells = [
        (slug, term, value)
        for slug in asked.indicators
        for term in asked.terms
        for value in CUTS[asked.breakdown]
    ]
    for territory in territories:
        code, there = code_of(territory), sums[territory.id]
        for cell in cells:
            slug, term, value = cell
            is_live = slug in live
            found = there.get(cell)
            if found is None:
                found = Sum(reason=nothing(slug, term, NOTHING_TRANSMITTED if is_live else NOT_RELEASED))
            if is_live:
                found.expected = expected[term.year].of(slug, territory.id, asked.breakdown, value)
            yield figure_row(asked.level, code, territory.name, slug, term, asked.breakdown, value, found)


def code_of(territory: Place | Territory) -> str:
    """As it is written in `within`; empty for a circonscription whose code nobody gave yet."""
    return written_code(territory.level, territory.code)


def written_code(level: TerritoryLevel, code: str | None) -> str:
    return f"{'A' if level is TerritoryLevel.ACADEMIE else ''}{code or ''}"


# --- live ----------------------------------------------------------------------------------------------

Sums = dict[UUID, dict[tuple[str, str, str], Sum]]
"""By territory, then by indicator, term and value of the cut. An indicator is live or released, not both."""


def _add_live(db: Session, asked: Question, holders: Mapping[UUID, UUID], sums: Sums) -> None:
    if not asked.live:
        return
    if asked.breakdown is Breakdown.NONE:
        rows = queries.live_totals(db, holders, asked.live, asked.terms)
    else:
        rows = queries.live_cuts(db, holders, asked.live, asked.terms, asked.breakdown)
    for row in rows:
        there, indicator = sums[holders[row.circonscription_id]], INDICATORS[row.indicator]
        found = there.get((row.indicator, row.term, row.value))
        if found is None:
            out_of, pupils = 0 if indicator.is_rate else None, 0 if indicator.per_pupils else None
            found = Sum(counted=0, out_of=out_of, pupils=pupils)
            there[row.indicator, row.term, row.value] = found
        found.add(row)


def _holders(db: Session, asked: Question, territories: Sequence[Place]) -> dict[UUID, UUID]:
    """Every circonscription asked about, and the territory of the answer that each counts in."""
    if asked.level is Level.CIRCONSCRIPTION:
        return {territory.id: territory.id for territory in territories}
    inside = children_of(db, asked.within, TerritoryLevel.CIRCONSCRIPTION)
    if asked.within in territories:
        return {circonscription.id: asked.within.id for circonscription in inside}
    above = parents(db)
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


def _add_released(db: Session, asked: Question, sums: Sums) -> None:
    if not asked.released:
        return
    level = TerritoryLevel(asked.level.value)
    rows = release_queries.latest_cells(db, asked.within, level, asked.released, asked.terms, asked.breakdown)
    for row in rows:
        sums[row.territory_id][row.indicator, row.term, row.value] = sum_of_cell(row)


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
