"""What a held event feeds, so that nothing is typed twice.

*Venues*: each event has a chain of its own. *Actions conjointes* counts distinct actions: one chain per
action and term, which says 1 while at least one event of the action was held there with a partner.
"""

from collections.abc import Collection, Mapping
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
    db: Session,
    actor: Actor,
    turn: Turn,
    visits: Mapping[UUID, Mapping[str, int]],
    actions: Collection[UUID],
) -> None:
    """Make the figures what the events now say: the `visits` of each by term, and their actions as a whole.

    The caller holds the school's turn and has flushed the events and their partners.
    """

    def key(term: str, indicator: str, source_key: UUID) -> FigureKey:
        return FigureKey(turn.school_id, term, indicator, source=Source.EVENT, source_key=str(source_key))

    came = {
        str(event_id): {key(term, VISITS, event_id): Figure.of(parents) for term, parents in terms.items()}
        for event_id, terms in visits.items()
    }
    terms_of = queries.joint_terms(db, turn.school_id, actions)
    joint = {
        str(action_id): {
            key(term, JOINT_ACTIONS, action_id): Figure.of(1) for term in terms_of.get(action_id, ())
        }
        for action_id in actions
    }
    put_only(db, actor, turn, Source.EVENT, came)
    put_only(db, actor, turn, Source.EVENT, joint)


def events_moved_by(db: Session, school: School, calendar: Calendar) -> int:
    """How many recorded events would change term under another calendar."""
    days = queries.days_of_year(db, school.id, calendar.year)
    return sum(term_of(day, calendar) != term for term, day in days)


CALENDAR_WATCHERS.append(events_moved_by)
