"""What the page of a territory shows, read once: who transmitted, the sums, their terms, and the schools."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.accounts.actor import Actor
from app.aggregates import queries, release_queries
from app.aggregates.answering import rows_of
from app.aggregates.asking import question, terms_of, territory_read, today_at
from app.aggregates.distribution import Spread, by_name, spreads_of
from app.aggregates.expected import expected_in
from app.aggregates.models import Breakdown
from app.aggregates.place_queries import Place, children_of, departement_in, parents
from app.aggregates.rows import Row
from app.domain.indicators import INDICATORS, Indicator
from app.domain.school_year import Term
from app.domain.transmitted import is_published_at_once
from app.domain.vocabulary import Role, TerritoryLevel
from app.errors import NotFound

TERMS_SHOWN = 9
"""Three years."""
SCHOOL_BY_SCHOOL = (TerritoryLevel.CIRCONSCRIPTION, TerritoryLevel.DEPARTEMENT)
"""Above, a funnel would hold thousands of points; the files have them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator: its row in the term (a yearly one: in the first term), and those of the terms before."""

    indicator: Indicator
    row: Row
    history: tuple[Row, ...]
    spread: Spread | None
    """School by school, of a rate, for who may read that."""


@dataclass(frozen=True, slots=True)
class SchoolSent:
    """One school of the territory, for its inspector."""

    uai: str
    name: str
    commune: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Picture:
    """`is_live` for the territory’s inspector: schools by their names, as they are now; else the releases."""

    territory: Place
    term: Term
    now: Term
    is_live: bool
    sent: int
    expected: int
    lines: tuple[Line, ...]
    schools: tuple[SchoolSent, ...]


def picture_of(db: Session, actor: Actor, code: str, term: Term | None) -> Picture:
    """The term asked for, else the last one with figures. NotFound for what the person may not read yet."""
    lineage, role = territory_read(db, actor, code)
    territory = lineage[0]
    is_live = role is Role.INSPECTOR
    inside = [one.id for one in children_of(db, territory, TerritoryLevel.CIRCONSCRIPTION)]
    (now,) = terms_of(["current"], today_at(territory, None), departement_in(lineage))
    if term is None:
        votes = [slug for slug, one in INDICATORS.items() if is_published_at_once(one)]
        last = (
            queries.last_term_sent(db, inside, votes) if is_live else release_queries.last_term_released(db)
        )
        term = min(Term(last), now) if last else now
    elif term > now:
        raise NotFound()
    schools = _schools(db, inside, term) if is_live else ()
    everyone = expected_in(db, term.year, parents(db), inside).all
    return Picture(
        territory=territory,
        term=term,
        now=now,
        is_live=is_live,
        sent=sum(one.sent_at is not None for one in schools)
        if is_live
        else queries.count_sent(db, inside, term, term.year),
        expected=everyone.get((territory.id, Breakdown.NONE.value, ""), 0),
        lines=_lines(db, actor, code, territory, term),
        schools=schools,
    )


def _schools(db: Session, inside: list[UUID], term: Term) -> tuple[SchoolSent, ...]:
    """By name."""
    found = by_name(queries.schools_in(db, inside, term.year))
    sent = queries.sent_at(db, [school.id for school in found], term)
    return tuple(SchoolSent(school.uai, school.name, school.commune, sent.get(school.id)) for school in found)


def _lines(db: Session, actor: Actor, code: str, territory: Place, term: Term) -> tuple[Line, ...]:
    """The five of the sheet, and what else has a figure."""
    terms = _until(term)
    asked = question(
        db,
        actor,
        indicator=list(INDICATORS),
        level=None,
        within=code,
        term=[f"{terms[0]}..{term}"],
        breakdown=Breakdown.NONE,
        today=None,
    )
    rows = {(row.indicator, row.term): row for row in rows_of(db, asked)}
    at = {slug: _term_of(one, term) for slug, one in INDICATORS.items()}
    kept = [
        one for slug, one in INDICATORS.items() if one.is_official or _says_something(rows[slug, at[slug]])
    ]
    wanted: Mapping[str, Term] = {
        one.slug: at[one.slug]
        for one in kept
        if one.is_rate and one.slug in asked.live and territory.level in SCHOOL_BY_SCHOOL
    }
    spreads = spreads_of(db, territory, wanted)
    return tuple(
        Line(
            indicator=one,
            row=rows[one.slug, at[one.slug]],
            history=tuple(rows[one.slug, each] for each in terms if each.number == 1 or not one.is_yearly),
            spread=spreads.get(one.slug),
        )
        for one in kept
    )


def _until(term: Term) -> list[Term]:
    terms = [term]
    while len(terms) < TERMS_SHOWN:
        terms.append(terms[-1].previous)
    return terms[::-1]


def _term_of(indicator: Indicator, term: Term) -> Term:
    return term.year.terms[0] if indicator.is_yearly else term


def _says_something(row: Row) -> bool:
    return row.counted is not None or row.suppressed
