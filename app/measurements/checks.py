"""What a typed relevé must respect, and what of a school it is held against."""

from functools import cached_property
from uuid import UUID

from sqlmodel import Session

from app.domain.french import number
from app.domain.indicators import INDICATORS, OFFICIAL, Indicator
from app.domain.rates import Figure
from app.domain.school_year import SchoolYear, Term
from app.domain.vocabulary import Grade, Source, Status
from app.errors import Conflict, Invalid, NotFound
from app.measurements.chains import WITHDRAWN, FigureKey, Live, says
from app.measurements.models import MeasurementIn
from app.schools.models import School, SchoolYearProfile
from app.schools.queries import profile_at, tracked_or_none
from app.schools.service import current_term, indicator_followed, indicator_of, indicators_of

_ELSEWHERE = {
    Source.ELECTION: "Ce nombre vient de l’élection\u202f: corrigez-le sur la page de l’élection.",
    Source.SESSION: "Ce nombre vient des séances d’analyse partagée\u202f: ajoutez ou corrigez une séance.",
}
"""What is never typed as a number, save a zero; that it was not measured or does not apply can be said."""


class Checks:
    """One school's indicators, term and grades, read once for as many relevés as one act types."""

    def __init__(self, db: Session, school: School) -> None:
        self._db, self._school, self._now = db, school, current_term(db, school)
        self._grades: dict[SchoolYear, list[Grade]] = {}

    @cached_property
    def _followed(self) -> dict[str, Indicator]:
        """Read for the first indicator that is not one of the five: every school follows those."""
        return indicators_of(self._db, self._school)

    def figure(self, data: MeasurementIn) -> tuple[FigureKey, Figure]:
        """The figure a body speaks of, once its indicator, term, grade and shape were found to fit."""
        indicator, term = self.place(data.indicator, Term(data.term))
        if data.grade is not Grade.ALL:
            self.grade(indicator, term, data.grade)
        key = FigureKey(self._school.id, term, indicator.slug, data.grade)
        if data.status is not Status.VALUE or data.counted is None:
            return key, Figure(data.status)
        check_shape(indicator, data.counted, data.out_of)
        return key, Figure.of(data.counted, data.out_of)

    def place(self, slug: str, term: Term) -> tuple[Indicator, Term]:
        """An indicator that the school follows, in a term that has begun; Invalid otherwise."""
        known = INDICATORS if slug in OFFICIAL else self._followed
        indicator = known.get(slug) or indicator_followed(self._db, self._school, slug)
        if term > self._now:
            raise Invalid.one("term", "Ce trimestre n’a pas encore commencé.", "future_term")
        if indicator.is_yearly and term.number != 1:
            raise Invalid.one("term", "Ce nombre se relève une fois par an, au 1er trimestre.", "yearly")
        return indicator, term

    def grade(self, indicator: Indicator, term: Term, grade: Grade, at: str = "") -> None:
        if not is_by_grade(indicator):
            raise Invalid.one(
                f"{at}grade", "Cet indicateur se compte pour toute l’école.", "whole_school_only"
            )
        if term.year not in self._grades:
            self._grades[term.year] = grades_of(self._db, self._school, term.year)
        if grade not in self._grades[term.year]:
            raise Invalid.one(f"{at}grade", "L’école n’a pas ce niveau.", "unknown_grade")


def indicator_named(db: Session, school_id: UUID, slug: str) -> Indicator:
    """What a stored figure is of: the catalogue's indicator or the school's own, still followed or not."""
    if slug in INDICATORS:
        return INDICATORS[slug]
    own = tracked_or_none(db, school_id, slug)
    if own is None:
        raise NotFound()
    return indicator_of(own)


def check_shape(indicator: Indicator, counted: int, out_of: int | None, at: str = "") -> None:
    """A rate has its two numbers, a count has one. `at` is the path of the row in the body."""
    if indicator.fed_by in _ELSEWHERE and (counted or indicator.is_rate):
        raise Invalid.one(f"{at}counted", _ELSEWHERE[indicator.fed_by], "fed_elsewhere")
    if counted > indicator.max_counted:
        told = f"Écrivez un nombre jusqu’à {number(indicator.max_counted)}."
        raise Invalid.one(f"{at}counted", told, "above_most")
    if indicator.is_rate and out_of is None:
        raise Invalid.one(f"{at}out_of", "Écrivez aussi sur combien.", "out_of_missing")
    if not indicator.is_rate and out_of is not None:
        told = "Cet indicateur est un simple nombre\u202f: laissez «\u202fsur combien\u202f» vide."
        raise Invalid.one(f"{at}out_of", told, "out_of_extra")


def check_replaced(last: Live | None, replaces: UUID | None, wanted: Figure) -> None:
    """Nothing is overwritten unread: a box is corrected by who names the answer it holds."""
    if says(last) == wanted:
        return
    if replaces is None and says(last) != WITHDRAWN:
        told = "Cette case a déjà une réponse\u202f: corrigez-la en indiquant ce que vous remplacez."
        raise Conflict(told, code="answered")
    if replaces is not None and (last is None or last.id != replaces):
        told = "Quelqu’un a modifié cette réponse entre-temps\u202f: relisez-la avant de corriger."
        raise Conflict(told, code="replaced")


def is_by_grade(indicator: Indicator) -> bool:
    """What is counted class by class: persons, each term, typed by the school."""
    return indicator.counts == "persons" and not indicator.is_yearly and indicator.fed_by is None


def grades_of(db: Session, school: School, year: str) -> list[Grade]:
    """The grades the school has that year, by its type, and the Ulis when it has one."""
    return grades_in(profile_at(db, school.id, year))


def grades_in(profile: SchoolYearProfile | None) -> list[Grade]:
    """A type says which grades are possible; only the school says whether it has an Ulis."""
    if profile is None:
        return []
    return [grade for grade in profile.type.grades if grade is not Grade.ULIS or profile.has_ulis]
