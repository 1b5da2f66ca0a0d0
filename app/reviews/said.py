"""From a school's figures to what is said of one indicator: what may be compared, and what its events say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.rates import Figure
from app.domain.readings import Reading, Target, reading
from app.domain.school_year import Term
from app.domain.verdicts import TermFigure, compared_terms, comparisons_a_year
from app.domain.vocabulary import Status
from app.measurements.checks import grades_in
from app.measurements.service import Series, Total, series_of_school, shown_total
from app.reviews.sheet_queries import attendances_by_term
from app.schools.frame import Frame


def pupils_at(pupils: Mapping[str, int | None], year: str) -> int | None:
    """The number of the year, else of the latest year before it."""
    known = [pupils[at] for at in sorted(pupils) if at <= year]
    return known[-1] if known else None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the readings of a school's term are made from.

    `attendances` are those of each held event, by term; `is_over` says that the term has ended;
    `comparisons` is how many verdicts the school's readings give in a year.
    """

    term: Term
    series: Series
    pupils: Mapping[str, int | None]
    attendances: Mapping[Term, Sequence[int]]
    every_grade: int
    is_over: bool
    comparisons: int

    def reading_of(
        self, indicator: Indicator, target: Target | None, may_tell: Callable[[Figure], bool] = lambda _: True
    ) -> Reading:
        """`may_tell` says which figures of other terms the reader may hear of."""
        total = shown_total(self.series, indicator, self.term)
        terms = compared_terms(indicator, self.term) if self._is_settled(indicator) else ()
        pasts = [self._at(indicator, term) for term in terms if self._is_like(indicator, total, term)]
        said = reading(
            indicator,
            self._at(indicator, self.term),
            before=[past for past in pasts if may_tell(past.figure)],
            target=target,
            comparisons=self.comparisons,
        )
        if total.grades and total.figure.status is Status.VALUE:
            measured = french.counted(total.grades, ("niveau", "niveaux"))
            told = f"Relevé par niveau{NARROW}: {measured} sur {self.every_grade}."
            return replace(said, text=f"{said.text} {told}")
        return said

    def _is_settled(self, indicator: Indicator) -> bool:
        """A count that still grows says nothing against a whole term."""
        return self.is_over or indicator.is_yearly or (indicator.is_rate and not indicator.is_running_total)

    def _is_like(self, indicator: Indicator, total: Total, term: Term) -> bool:
        """A total of some grades is not compared with a complete one."""
        past = shown_total(self.series, indicator, term)
        return not (total.grades or past.grades) or total.grades == past.grades == self.every_grade

    def _at(self, indicator: Indicator, term: Term) -> TermFigure:
        total = shown_total(self.series, indicator, term)
        events = self._events(total) if indicator.counts_attendances else None
        return TermFigure(term, total.figure, pupils_at(self.pupils, total.term.year), events)

    def _events(self, total: Total) -> Sequence[int] | None:
        """None when something else was typed beside them: then nobody knows how those people came."""
        events = self.attendances.get(total.term, ())
        rate = total.figure.rate
        return events if rate is not None and rate.counted == sum(events) else None


def figures_of(db: Session, frame: Frame, term: Term) -> Figures:
    """What the readings of `term` need. Two queries, and those of the frame."""
    school = frame.school
    return Figures(
        term,
        series_of_school(db, school),
        {profile.year: profile.pupils for profile in frame.profiles},
        attendances_by_term(db, school.id, (term, term.previous, term.same_last_year)),
        len(grades_in(frame.profile_at(term.year))),
        frame.calendar(term.year).dates(term)[1] < frame.today,
        comparisons_a_year(frame.indicators(term).values()),
    )
