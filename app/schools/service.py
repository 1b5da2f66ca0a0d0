"""What a school is, when its terms fall, and which indicators it follows."""

from datetime import date

from sqlmodel import Session

from app.accounts.access import today_at
from app.domain.indicators import INDICATORS, Indicator, own_indicator
from app.domain.school_year import Calendar, SchoolYear, Term, calendar_of, term_of, year_of
from app.errors import Invalid, NotFound
from app.schools import queries
from app.schools.models import School


def calendar_for(db: Session, school: School, year: SchoolYear) -> Calendar:
    """The school's own dates when it set some, else those of its zone."""
    usual = calendar_of(year, school.departement)
    own = queries.own_calendar(db, school.id, year)
    if own is None:
        return usual
    return Calendar(year, usual.first_day, own.t1_last, own.t2_last, usual.last_day)


def term_on(db: Session, school: School, day: date) -> Term:
    """The term of a day by the school's own calendar."""
    return term_of(day, calendar_for(db, school, year_of(day, school.departement)))


def current_term(db: Session, school: School) -> Term:
    return term_on(db, school, today_at(school))


def indicators_of(db: Session, school: School, term: Term | None = None) -> dict[str, Indicator]:
    """What the school follows in `term`: the official five, its packs, its own; in the order of the sheet."""
    found = {slug: indicator for slug, indicator in INDICATORS.items() if indicator.is_official}
    for row in queries.tracked_rows(db, school.id):
        if term is not None and not (row.since_term <= term <= (row.until_term or term)):
            continue
        if row.is_own:
            unit = (row.unit_one or "", row.unit_many or "")
            found[row.slug] = own_indicator(row.slug, row.label or "", row.counted_label or "", row.out_of_label, unit)
        elif row.slug in INDICATORS:
            found[row.slug] = INDICATORS[row.slug]
    return found


def indicator_followed(db: Session, school: School, slug: str, field: str = "indicator") -> Indicator:
    """The indicator of that name, or Invalid on `field` when the school does not follow it."""
    found = indicators_of(db, school).get(slug)
    if found is None:
        raise Invalid.one(field, "L’école ne suit pas cet indicateur : ajoutez-le dans « Nos indicateurs ».", "unknown_indicator")
    return found


def past_or_current(db: Session, school: School, term: Term) -> Term:
    """A term that has begun; Invalid for the future."""
    if term > current_term(db, school):
        raise Invalid.one("term", "Ce trimestre n’a pas encore commencé.", "future_term")
    return term


def term_or_404(text: str) -> Term:
    try:
        return Term(text)
    except ValueError:
        raise NotFound() from None


def year_or_404(text: str) -> SchoolYear:
    try:
        return SchoolYear(text)
    except ValueError:
        raise NotFound() from None


