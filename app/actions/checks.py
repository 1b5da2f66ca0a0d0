"""What an event and the days of an action must respect, and what of a school they are held against."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import current_year, today_at
from app.actions import queries
from app.actions.models import Action, EventIn, Partner
from app.domain.school_year import Calendar, SchoolYear, term_of, year_of
from app.domain.vocabulary import ActionState, EventState
from app.errors import Conflict, Invalid
from app.schools.models import School
from app.schools.service import calendar_for

YEARS_BACK = 5
_FUTURE = "Ce jour n’est pas encore venu\u202f: un rendez-vous tenu a eu lieu aujourd’hui ou avant."
ENDED = frozenset({ActionState.DONE, ActionState.DROPPED})


class EventChecks:
    """One school's day, calendars and partners, read once for as many events as one act writes."""

    def __init__(self, db: Session, school: School) -> None:
        self._db, self._school, self._today = db, school, today_at(school)
        self._calendars: dict[SchoolYear, Calendar] = {}
        self._partners: set[UUID] = set()

    def columns(self, data: EventIn) -> dict[str, Any]:
        """The table's columns for an accepted body; it was held on the day planned unless said otherwise."""
        check_year(self._school, data.planned_on, "planned_on")
        unseen = set(data.partner_ids) - self._partners
        check_partners(self._db, self._school, unseen)
        self._partners |= unseen
        held_on = None
        if data.state is EventState.HELD:
            field, held_on = ("held_on", data.held_on) if data.held_on else ("planned_on", data.planned_on)
            check_year(self._school, held_on, field)
            if held_on > self._today:
                raise Invalid.one(field, _FUTURE, "future_day")
        fields = data.model_dump(exclude={"partner_ids"})
        return fields | {"held_on": held_on, "term": self._term_on(held_on or data.planned_on)}

    def _term_on(self, day: date) -> str:
        year = year_of(day, self._school.departement)
        if year not in self._calendars:
            self._calendars[year] = calendar_for(self._db, self._school, year)
        return term_of(day, self._calendars[year])


def check_may_plan(action: Action, data: EventIn) -> None:
    """Raises Conflict for a plan under an ended action; what took place can still be written down there."""
    if action.state in ENDED and data.state is EventState.PLANNED:
        told = f"Cette action est {action.state.label}\u202f: reprenez-la avant de prévoir un rendez-vous."
        raise Conflict(told, code="action_ended")


def check_partners(db: Session, school: School, partner_ids: Iterable[UUID]) -> None:
    """Raises Invalid for a partner that is not the school's, without saying whether another school has it."""
    if queries.foreign_to(db, Partner, school.id, partner_ids):
        raise Invalid.one("partner_ids", "Un de ces partenaires n’est pas dans l’école.", "unknown_partner")


def check_year(school: School, day: date, field: str) -> None:
    """A slip of the year is caught here: from five school years back to the next one."""
    current = current_year(school)
    first, last = SchoolYear.starting(current.start - YEARS_BACK), current.next
    try:
        is_near = first <= year_of(day, school.departement) <= last
    except ValueError:  # outside the years the service knows at all
        is_near = False
    if not is_near:
        told = f"Vérifiez l’année\u202f: une date entre les années scolaires {first} et {last} est attendue."
        raise Invalid.one(field, told, "out_of_years")
