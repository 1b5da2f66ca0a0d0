"""School by school, for the inspector of the circonscription: what was transmitted, or why a box is empty."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from app.aggregates import queries
from app.aggregates.asking import Question
from app.aggregates.place_queries import children_of
from app.aggregates.rows import NOT_CONCERNED, NOT_RECORDED, NOT_TRANSMITTED, Row, Sum, figure_row, nothing
from app.domain.disclosure import Withheld
from app.domain.indicators import INDICATORS
from app.domain.school_year import Term
from app.domain.transmitted import is_published_at_once
from app.domain.vocabulary import Sector, TerritoryLevel


def school_rows(db: Session, asked: Question) -> Iterator[Row]:
    """A row for each open school of the territory, indicator and term, by name."""
    inside = [one.id for one in children_of(db, asked.within, TerritoryLevel.CIRCONSCRIPTION)]
    published = {
        (row.school_id, row.indicator, row.term): row
        for row in queries.published_in(db, inside, asked.indicators, asked.terms)
    }
    for year in dict.fromkeys(term.year for term in asked.terms):
        terms = [term for term in asked.terms if term.year == year]
        schools = queries.schools_in(db, inside, year)
        sent = {
            (row.school_id, row.indicator, row.term): row
            for row in queries.last_sent(db, [school.id for school in schools], terms)
        }
        for school in schools:
            for slug in asked.indicators:
                for term in terms:
                    key = school.id, slug, term
                    yield figure_row(
                        asked.level,
                        school.uai,
                        school.name,
                        slug,
                        term,
                        asked.breakdown,
                        "",
                        _sum(school, slug, term, published.get(key), sent.get(key)),
                    )


def _sum(school: Any, slug: str, term: Term, published: Any, sent: Any) -> Sum:
    """`published` is what counts of the school, `sent` what its last version says; either may be None."""
    found = Sum(as_of=sent.transmitted_at if sent else None, schools=int(published is not None))
    if published is None:
        if is_published_at_once(INDICATORS[slug]):
            otherwise = NOT_CONCERNED if school.sector is Sector.PRIVATE else NOT_RECORDED
        else:
            otherwise = sent.status.value if sent else NOT_TRANSMITTED
        found.reason = nothing(slug, term, otherwise)
    elif published.is_small:
        found.suppressed, found.reason = True, Withheld.TOO_FEW.value
    else:
        found.counted, found.out_of = published.counted, published.out_of
        found.pupils = published.pupils if INDICATORS[slug].per_pupils else None
    return found
