"""A funnel: each transmitted school against the sum of all, with what chance allows at its size."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.actor import Actor
from app.aggregates import queries
from app.aggregates.answering import code_of
from app.aggregates.asking import Question, question
from app.aggregates.expected import expected_in
from app.aggregates.models import (
    Breakdown,
    DistributionOut,
    Level,
    LimitOut,
    PointOut,
    TerritoryOut,
)
from app.aggregates.place_queries import Place, children_of, parents
from app.domain import french
from app.domain.funnel import Funnel, funnel_of
from app.domain.indicators import INDICATORS
from app.domain.rates import Rate
from app.domain.school_year import Term
from app.domain.vocabulary import TerritoryLevel
from app.errors import Invalid


@dataclass(frozen=True, slots=True)
class Spread:
    """`schools` (id, uai, name) by name, each at the place of its standing; no funnel without a school."""

    schools: tuple[Any, ...]
    funnel: Funnel | None
    not_shown: int
    """Transmitted schools counted among fewer than 11."""


def one_question(
    db: Session, actor: Actor, *, indicator: str, within: str | None, term: str, today: date | None = None
) -> Question:
    """School by school, about one rate and one term. Raises as `question` does."""
    asked = question(
        db,
        actor,
        indicator=[indicator],
        level=Level.SCHOOL,
        within=within,
        term=[term],
        breakdown=Breakdown.NONE,
        today=today,
    )
    for field, several in (("indicator", asked.indicators), ("term", asked.terms)):
        if len(several) > 1:
            raise Invalid.one(field, "Demandez-en un seul à la fois.", "one_at_a_time")
    if not INDICATORS[asked.indicators[0]].is_rate:
        rates = ", ".join(slug for slug, one in INDICATORS.items() if one.is_rate)
        told = f"Ce n’est pas un taux\u202f: demandez {rates}."
        raise Invalid.one("indicator", told, "not_a_rate")
    return asked


def spreads_of(db: Session, within: Place, wanted: Mapping[str, Term]) -> dict[str, Spread]:
    """The schools of each indicator in its term, all of one year, for who may read each of them."""
    inside = [one.id for one in children_of(db, within, TerritoryLevel.CIRCONSCRIPTION)]
    published = {
        (row.indicator, row.term, row.school_id): row
        for row in queries.published_in(db, inside, wanted, set(wanted.values()))
    }
    years = {term.year for term in wanted.values()} if published else set()
    schools = [school for year in years for school in by_name(queries.schools_in(db, inside, year))]
    return {
        slug: _spread([(school, published.get((slug, term, school.id))) for school in schools])
        for slug, term in wanted.items()
    }


def by_name(schools: Iterable[Any]) -> list[Any]:
    """As a French list is sorted, capitals and accents apart: the only order that schools are put in."""
    return sorted(schools, key=lambda school: (french.fold(school.name), school.uai))


def _spread(schools: Iterable[tuple[Any, Any]]) -> Spread:
    found = [(school, row) for school, row in schools if row is not None]
    shown = [
        (school, Rate(row.counted, row.out_of)) for school, row in found if row.out_of and not row.is_small
    ]
    return Spread(
        schools=tuple(school for school, _ in shown),
        funnel=funnel_of([rate for _, rate in shown]) if shown else None,
        not_shown=sum(row.is_small for _, row in found),
    )


def distribution_of(db: Session, asked: Question) -> DistributionOut:
    """The same as it goes out. The reference is Σ counted / Σ out_of of the schools shown."""
    territory, (slug,), (term,) = asked.within, asked.indicators, asked.terms
    spread = spreads_of(db, territory, {slug: term})[slug]
    reference = spread.funnel.reference if spread.funnel else Rate(0, 0)
    limits = spread.funnel.limits if spread.funnel else ()
    return DistributionOut(
        territory=TerritoryOut(level=territory.level, code=code_of(territory), name=territory.name),
        indicator=slug,
        term=term,
        reference=float(reference.share) if reference.share is not None else None,
        counted=reference.counted,
        out_of=reference.out_of or 0,
        schools_reporting=len(spread.schools),
        schools_expected=_expected(db, asked),
        points=_points(spread),
        limits=[LimitOut.model_validate(limit, from_attributes=True) for limit in limits],
        not_shown=spread.not_shown,
    )


def _points(spread: Spread) -> list[PointOut]:
    standings = spread.funnel.standings if spread.funnel else ()
    return [
        PointOut(
            uai=school.uai,
            name=school.name,
            out_of=standing.rate.out_of or 0,
            rate=float(standing.rate.share or 0),
            counted=standing.rate.counted,
            flag=standing.flag,
            to_discuss=standing.to_discuss,
        )
        for school, standing in zip(spread.schools, standings, strict=True)
    ]


def _expected(db: Session, asked: Question) -> int | None:
    inside = [one.id for one in children_of(db, asked.within, TerritoryLevel.CIRCONSCRIPTION)]
    counts = expected_in(db, asked.terms[0].year, parents(db), inside)
    return counts.of(asked.indicators[0], asked.within.id, Breakdown.NONE)
