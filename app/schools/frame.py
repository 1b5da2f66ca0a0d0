"""A school as a whole page needs it: its own dates, its profiles, what it follows, each read once."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

from sqlmodel import Session

from app.accounts.access import today_at
from app.domain.indicators import Indicator
from app.domain.school_year import Calendar, SchoolYear, Term, term_of, year_of
from app.schools import queries
from app.schools.models import School, SchoolYearProfile, TermCalendar, TrackedIndicator
from app.schools.service import followed_in, with_own_dates


class Frame:
    """Reads when it is asked, and once: for a page, never across a write."""

    def __init__(self, db: Session, school: School) -> None:
        self._db, self.school = db, school
        self.today: date = today_at(school)

    @cached_property
    def state(self) -> queries.SchoolState:
        return queries.state_of_school(self._db, self.school.id)

    @cached_property
    def now(self) -> Term:
        return self.term_on(self.today)

    def term_on(self, day: date) -> Term:
        """The term of a day by the school's own calendar."""
        return term_of(day, self.calendar(year_of(day, self.school.departement)))

    def calendar(self, year: SchoolYear) -> Calendar:
        return with_own_dates(self.school, year, self._own_dates.get(year))

    def indicators(self, term: Term | None = None) -> dict[str, Indicator]:
        """What the school follows in `term`, or ever followed; in the order of the sheet."""
        return followed_in(self._followed, term)

    def profile_at(self, year: str) -> SchoolYearProfile | None:
        """What the school is in `year`: that year's profile, else the latest one before it."""
        return next((profile for profile in reversed(self.profiles) if profile.year <= year), None)

    @cached_property
    def profiles(self) -> Sequence[SchoolYearProfile]:
        """Oldest first."""
        return queries.profiles_of_school(self._db, self.school.id)

    @cached_property
    def _own_dates(self) -> Mapping[str, TermCalendar]:
        return {row.year: row for row in queries.own_calendars(self._db, self.school.id)}

    @cached_property
    def _followed(self) -> Sequence[TrackedIndicator]:
        return queries.tracked_rows(self._db, self.school.id)
