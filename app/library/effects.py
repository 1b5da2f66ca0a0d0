"""What is told of the levers: groups of schools that were weighed (app.aggregates.weighing)."""

from collections import defaultdict

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from app.domain.indicators import INDICATORS
from app.domain.lever_effects import METHOD, linked_indicators, reading
from app.domain.levers import LEVERS
from app.errors import NotFound
from app.library.models import LeverEffect, WeighedFields
from app.library.queries import effects_of_levers

NOT_YET = "not_enough_yet"


class WeighedGroup(WeighedFields):
    """One group of schools; the change of the pooled rate, in points, is between `low` and `high`."""

    reading: str


class WeighedIndicator(BaseModel):
    """`suppressed` while too few schools can be told of together; `reason` says what is needed."""

    indicator: str
    title: str
    suppressed: bool
    reason: str | None
    groups: list[WeighedGroup]


class LeverEffectOut(BaseModel):
    """What figures say around the moment at which schools took a lever up: an interval, and no cause."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lever": "conviviality",
                    "method": "Même trimestre, un an avant et l’année où chaque école a commencé.",
                    "indicators": [
                        {
                            "indicator": "individual_meetings",
                            "title": "Participation aux rencontres individuelles",
                            "suppressed": False,
                            "reason": None,
                            "groups": [
                                {
                                    "number": 1,
                                    "first_year": "2024-2025",
                                    "last_year": "2025-2026",
                                    "schools": 9,
                                    "persons": 1340,
                                    "low": -2,
                                    "high": 8,
                                    "weighed_at": "2026-10-02T09:00:00Z",
                                    "reading": "Entre −2 et +8 points.",
                                }
                            ],
                        }
                    ],
                }
            ]
        }
    )

    lever: str
    method: str
    indicators: list[WeighedIndicator]


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
