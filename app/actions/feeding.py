"""What a held event feeds, so that nothing is typed twice.

*Venues*: each event has a chain of its own. *Actions conjointes* counts distinct actions: one chain per
action and term, which says 1 while at least one event of the action was held there with a partner.
"""

from uuid import UUID

from sqlmodel import Session

from app.accounts.actor import Actor
from app.accounts.audit import Turn
from app.actions import queries
from app.domain.rates import Figure
from app.domain.school_year import Calendar, term_of
from app.domain.vocabulary import Source
from app.measurements.chains import FigureKey, put_only
from app.schools.models import School
from app.schools.service import CALENDAR_WATCHERS

VISITS, JOINT_ACTIONS = "visits", "joint_actions"


def feed(
    db: Session, actor: Actor, turn: Turn, action_id: UUID, event_id: UUID, visits: dict[str, int]
) -> None:
    """Make the figures what the events now say: this event's `visits` by term, and its action as a whole.

    The caller holds the school's turn and has flushed the event and its partners.
    """
    school_id = turn.school_id
    came = {
        FigureKey(school_id, term, VISITS, source=Source.EVENT, source_key=str(event_id)): Figure.of(parents)
        for term, parents in visits.items()
    }
    joint = {
        FigureKey(school_id, term, JOINT_ACTIONS, source=Source.EVENT, source_key=str(action_id)): Figure.of(
            1
        )
        for term in queries.joint_terms(db, school_id, action_id)
    }
    put_only(db, actor, turn, school_id, Source.EVENT, str(event_id), came)
    put_only(db, actor, turn, school_id, Source.EVENT, str(action_id), joint)


def events_moved_by(db: Session, school: School, calendar: Calendar) -> int:
    """How many recorded events would change term under another calendar."""
    days = queries.days_of_year(db, school.id, calendar.year)
    return sum(term_of(day, calendar) != term for term, day in days)


CALENDAR_WATCHERS.append(events_moved_by)
