"""What a route about one school declares, so that a member's program gets it again from memory."""

from functools import partial

from fastapi import Depends, Request

from app.accounts.access import CurrentActor, Uai
from app.accounts.warm import stand_on, token_of
from app.accounts.warm_queries import MemberStanding, member_now
from app.db import Db
from app.prepared import inside


def keep_warm(request: Request, db: Db, actor: CurrentActor, uai: Uai) -> None:
    """For an answer made of nothing but the school's own rows, its profiles, the day and the code."""
    token = token_of(request)
    look = partial(member_now, uai)
    now = look(inside(db), token[0]) if token else None
    if now is None or not isinstance(now.standing, MemberStanding):
        return
    # The actor was read in an earlier transaction: a duty that changed since waits for the next request.
    if actor.schools.get(now.standing.school_id) is now.standing.role:
        stand_on(request, look, now, now.standing.departement)


KeptWarm = Depends(keep_warm)
