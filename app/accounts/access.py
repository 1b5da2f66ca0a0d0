"""From a cookie or a bearer token to an actor, and from an actor to the school it may act in."""

import logging
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import BackgroundTasks, Depends, Header, Path, Request
from pydantic import AfterValidator
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app import clock
from app.accounts import holder_queries, reach_queries, secrets, session_queries
from app.accounts.actor import SEEING, Actor, Step, Task
from app.accounts.holder_queries import Duties, HeldSession, Holder
from app.accounts.models import ApiToken, TokenScope, User, WebSession
from app.db import SAFE_METHODS, Database, InRoom
from app.domain.school_year import SchoolYear, today_in, year_of
from app.domain.uai import is_shaped_as_uai, normalise_uai
from app.domain.vocabulary import Door
from app.errors import (
    Forbidden,
    NotFound,
    SecondFactorNeeded,
    SignInAgain,
    Stale,
    Unauthenticated,
    VersionRequired,
)
from app.prepared import Asks
from app.schools.models import School
from app.schools.queries import school_by_uai
from app.web.posted import Posted
from app.web.urls import with_next

log = logging.getLogger("confiance.error")
IDLE = timedelta(minutes=60)
RECENT = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=5)
_VERSION = re.compile(r'(?:W/)?"([0-9]{1,9})"')


def actor_of_user(db: Session, user: User, door: Door, request_id: str) -> Actor:
    """The person acting through a door."""
    return _actor(user, holder_queries.duties_of(db, user.id), door, request_id)


def _actor(user: User | Holder, duties: Duties, door: Door, request_id: str) -> Actor:
    return Actor(
        user_id=user.id,
        name=user.name,
        door=door,
        request_id=request_id,
        schools=duties.schools,
        territories=duties.territories,
        is_administrator=user.is_administrator,
    )


def is_live(session: WebSession | HeldSession, moment: datetime) -> bool:
    """Neither ended, nor idle for an hour, nor older than twelve."""
    return (
        session.ended_at is None
        and moment - session.last_seen_at < IDLE
        and moment - session.created_at < ABSOLUTE
    )


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request came with: plain values, since it outlives the transaction it was read in."""

    table: type[WebSession] | type[ApiToken]
    id: UUID
    last_used_at: datetime | None


def _from_session(ask: Asks, cookie: str, request_id: str) -> tuple[Actor, Credential] | None:
    found = holder_queries.session_with_user(ask, secrets.fingerprint(cookie))
    if found is None:
        return None
    session, user, duties = found
    if not is_live(session, clock.now()) or user.ended_at is not None:
        return None
    actor = _actor(user, duties, Door.PAGE, request_id)
    credential = Credential(WebSession, session.id, session.last_seen_at)
    actor = replace(actor, session_id=session.id, csrf=session.csrf, opened_at=session.created_at)
    step = step_left(session, actor)
    if step is not None:  # without a duty, so that nothing opens even where the step were forgotten
        actor = replace(actor, step=step, schools={}, territories={}, is_administrator=False)
    return actor, credential


def step_left(session: HeldSession, actor: Actor) -> Step | None:
    """A person with a second factor gives a code; one who has to have a factor makes it first."""
    if session.proof.is_enough:
        return None
    if session.has_factor:
        return Step.GIVE_CODE
    return Step.ENROL if actor.must_have_factor else None


def _from_token(ask: Asks, text: str, request_id: str) -> tuple[Actor, Credential] | None:
    parts = secrets.read_token(text)
    found = holder_queries.token_with_user(ask, parts[0]) if parts else None
    if (
        parts is None
        or found is None
        or not secrets.same(found[0].secret_hash, secrets.fingerprint(parts[1]))
    ):
        return None
    token, user, duties = found
    if token.revoked_at is not None or token.expires_at <= clock.now() or user.ended_at is not None:
        return None
    actor = _actor(user, duties, Door.API, request_id)
    credential = Credential(ApiToken, token.id, token.last_used_at)
    return replace(actor, may_write=token.scope == TokenScope.WRITE, until=token.expires_at), credential


def _found(
    ask: Asks, bearer: str | None, cookie: str | None, request_id: str
) -> tuple[Actor, Credential] | None:
    if bearer is not None:
        return _from_token(ask, bearer, request_id)
    return _from_session(ask, cookie, request_id) if cookie else None


async def signed_in(request: Request, background: BackgroundTasks, _: InRoom) -> None:
    """Who asks, read before any write lock is taken and after what was posted (app/main.py).

    Raises Unauthenticated, SecondFactorNeeded, or Forbidden for a forged form and for a write with a reading
    token.
    """
    scheme, _separator, rest = request.headers.get("authorization", "").partition(" ")
    bearer = rest.strip() if scheme.lower() == "bearer" else None
    cookie = request.cookies.get(request.app.state.settings.session_cookie)
    database: Database = request.app.state.database
    found = await database.look(_found, database.ask, bearer, cookie, request.state.request_id)
    if found is None:
        raise Unauthenticated()
    actor, credential = found
    request.state.log_user = actor.user_id
    if actor.step is not None and not actor.step.leads_to(request.url.path):
        comes_back = request.method == "GET" and actor.step is Step.GIVE_CODE
        wanted = request.url.path if comes_back else "/"
        raise SecondFactorNeeded(with_next(actor.step.value, wanted))
    if request.method not in SAFE_METHODS:
        if not actor.may_write:
            raise Forbidden("Ce jeton ne permet que la lecture.", code="read_only_token")
        is_page = not request.url.path.startswith("/api/")
        posted: Posted = request.state.posted
        if is_page and not secrets.same(posted.get("csrf"), actor.csrf or secrets.new_secret()):
            request.state.actor = actor
            raise Forbidden("Cette page a expiré : rechargez-la, puis envoyez à nouveau.", code="csrf")
    request.state.actor, request.state.caller_id = actor, actor.user_id
    moment = clock.now()
    if is_touch_due(credential.last_used_at, moment):
        background.add_task(touch_afterwards, request, credential, moment)


async def asking(request: Request) -> Actor:
    """Who was let in by `signed_in`; a route open to all has nobody to give, and fails."""
    actor: Actor = request.state.actor
    return actor


def is_touch_due(last_used_at: datetime | None, moment: datetime) -> bool:
    return last_used_at is None or moment - last_used_at >= TOUCH_EVERY


async def touch_afterwards(request: Request, credential: Credential, moment: datetime) -> None:
    """After the answer, in a short transaction of its own."""

    def write() -> None:
        try:
            with request.app.state.database.session() as db:
                session_queries.touch(db, credential.table, credential.id, moment)
        except SQLAlchemyError as problem:
            # The answer has left: failing now would only cut the connection under the next request.
            log.warning("touch", exc_info=problem)

    async with request.app.state.gate.writer:
        await anyio.to_thread.run_sync(write)


async def visitor(request: Request, _: InRoom) -> Actor | None:
    """Who reads a public page, when signed in; reading it does not prolong the session."""
    cookie = request.cookies.get(request.app.state.settings.session_cookie)
    if not cookie:
        return None
    database: Database = request.app.state.database
    found = await database.look(_from_session, database.ask, cookie, request.state.request_id)
    if found is None or found[0].step is not None:
        return None
    request.state.actor = found[0]
    return found[0]


CurrentActor = Annotated[Actor, Depends(asking)]


def recently_signed_in(actor: CurrentActor) -> Actor:
    """For what changes how one signs in: a browser left open is not enough, nor is a token.

    Raises SignInAgain.
    """
    if actor.opened_at is None or clock.now() - actor.opened_at > RECENT:
        raise SignInAgain()
    return actor


RecentActor = Annotated[Actor, Depends(recently_signed_in)]
Visitor = Annotated[Actor | None, Depends(visitor)]
Uai = Annotated[
    str,
    Path(min_length=8, max_length=8, description="Code UAI de l’école", examples=["0990001X"]),
    AfterValidator(normalise_uai),
]


# --- schools and versions -----------------------------------------------------------------------------


def current_year(school: School) -> SchoolYear:
    return year_of(today_at(school), school.departement)


def only_school(db: Session, actor: Actor) -> School | None:
    """Of who works in one school alone: pages that are nobody's keep its navigation."""
    return db.get(School, next(iter(actor.schools))) if len(actor.schools) == 1 else None


def today_at(school: School) -> date:
    """The day it is where the school is."""
    return today_in(school.departement, clock.now())


def school_for(db: Session, actor: Actor, uai: str, task: Task, *, year: str | None = None) -> School:
    """The school, when the actor may do `task` there.

    NotFound when it may not even see it; Forbidden when it sees but may not do. `year` is the school year the
    figure is about: a school that moved is its former inspector's business for the former years.
    """
    school = school_by_uai(db, uai) if is_shaped_as_uai(uai) else None
    if school is None:
        raise NotFound()
    wanted = year or current_year(school)
    if not reach_queries.is_visible(db, actor, school.id, SEEING.get(task, task), wanted):
        raise NotFound()
    if task in SEEING and not reach_queries.is_visible(db, actor, school.id, task, wanted):
        raise Forbidden()
    return school


async def expected_version(if_match: Annotated[str | None, Header()] = None) -> int:
    """The row version in `If-Match: "3"`. Raises VersionRequired (428) without it."""
    return version_in(if_match)


def version_in(if_match: str | None) -> int:
    """-1, which no row has, for what is not shaped as one of our tags. Raises VersionRequired without any."""
    if if_match is None:
        raise VersionRequired()
    found = _VERSION.fullmatch(if_match.strip())
    return int(found[1]) if found else -1


IfMatch = Annotated[int, Depends(expected_version)]


def check_version(row: object, expected: int | None) -> None:
    """Refuse to write over what the person did not read. Raises Stale with the version that counts."""
    current: int = row.version  # type: ignore[attr-defined]  # every versioned table has the column
    if expected != current:
        raise Stale(current)
