"""Every kind of file, in the order in which a whole school is brought in: what is named comes before."""

from app.errors import NotFound
from app.exchange.election_rows import ELECTIONS
from app.exchange.event_rows import EVENTS
from app.exchange.followed_rows import FOLLOWED
from app.exchange.kinds import FileKind
from app.exchange.measurement_rows import MEASUREMENTS
from app.exchange.plan_rows import ACTIONS, GOALS, PARTNERS
from app.exchange.session_rows import SESSIONS

KINDS = (FOLLOWED, PARTNERS, GOALS, ACTIONS, EVENTS, ELECTIONS, SESSIONS, MEASUREMENTS)

WHOLE_SCHOOL = "school"
"""A workbook with a sheet a kind."""


def kind_or_404(slug: str) -> FileKind:
    found = next((kind for kind in KINDS if kind.slug == slug), None)
    if found is None:
        raise NotFound()
    return found
