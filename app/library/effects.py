"""What is told of the levers: groups of schools that were weighed (app.aggregates.weighing)."""

from collections import defaultdict

from sqlmodel import Session

from app.domain.indicators import INDICATORS
from app.domain.lever_effects import METHOD, linked_indicators, reading
from app.domain.levers import LEVERS
from app.errors import NotFound
from app.library.models import LeverEffect, LeverEffectOut, WeighedGroup, WeighedIndicator
from app.library.queries import effects_of_levers

NOT_YET = "not_enough_yet"


def lever_effect(db: Session, slug: str) -> LeverEffectOut:
    """What may be told of a lever, indicator by indicator; NotFound for an unknown one."""
    if slug not in LEVERS:
        raise NotFound()
    by_indicator: dict[str, list[LeverEffect]] = defaultdict(list)
    for row in effects_of_levers(db, slug):
        by_indicator[row.indicator].append(row)
    indicators = dict.fromkeys((*linked_indicators(slug), *by_indicator))
    return LeverEffectOut(
        lever=slug,
        method=METHOD,
        indicators=[_weighed(indicator, by_indicator.get(indicator, [])) for indicator in indicators],
    )


def _weighed(slug: str, rows: list[LeverEffect]) -> WeighedIndicator:
    return WeighedIndicator(
        indicator=slug,
        title=INDICATORS[slug].title,
        suppressed=not rows,
        reason=None if rows else NOT_YET,
        groups=[WeighedGroup(**row.model_dump(), reading=told(row)) for row in rows],
    )


def told(row: LeverEffect) -> str:
    """The sentence of one group."""
    return reading(INDICATORS[row.indicator], row.schools, row.persons, row.low, row.high)


def groups_told(db: Session) -> dict[str, list[tuple[str, str, str]]]:
    """Lever → (indicator, school years, sentence) of each group, for its page; one query."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in effects_of_levers(db):
        years = row.first_year if row.first_year == row.last_year else f"{row.first_year} à {row.last_year}"
        found.setdefault(row.lever, []).append((INDICATORS[row.indicator].title, years, told(row)))
    return found
