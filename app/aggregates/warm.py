"""A question asked before, asked again with the same token: one SELECT says whether its bytes still hold.

It stands before the dependencies of the route. Whatever it is not sure of takes the ordinary way, which also
pronounces every refusal: a token that was revoked, or has expired, is out at once.
"""

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any
from uuid import UUID

import anyio.to_thread
from fastapi import Request
from fastapi.routing import APIRoute
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.responses import Response

from app import clock
from app.accounts import queries as account_queries
from app.accounts import secrets
from app.accounts.access import Credential, is_touch_due, touch_afterwards
from app.accounts.actor import Actor
from app.accounts.models import ApiToken
from app.aggregates.answers import Asking, known_answer
from app.aggregates.asking import Question
from app.aggregates.warm_queries import Perimeter, token_now
from app.domain.school_year import today_in

MOST = 1000
Key = tuple[UUID, str, str, str]
"""The token, the path, the query and what is accepted: the same question word for word."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer stood on, for one token. Anything that differs now makes it another question."""

    asking: Asking
    perimeter: Perimeter
    place: str
    today: date
    """What « current » was read at, in the département `place`."""


class Remembered:
    """The questions that this process answered lately. Their bytes are in `Kept`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: OrderedDict[Key, Answered] = OrderedDict()

    def get(self, key: Key) -> Answered | None:
        with self._lock:
            return self._answers.get(key)

    def put(self, key: Key, answered: Answered) -> None:
        with self._lock:
            self._answers[key] = answered
            self._answers.move_to_end(key)
            while len(self._answers) > MOST:
                self._answers.popitem(last=False)


def _token_of(request: Request) -> tuple[UUID, str] | None:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return secrets.read_token(bearer.strip()) if scheme.lower() == "bearer" else None


def _key(request: Request, token_id: UUID) -> Key:
    accepted = ",".join(request.headers.getlist("accept"))
    return token_id, request.url.path, request.url.query, accepted


def remember(request: Request, db: Session, actor: Actor, asked: Question, asking: Asking) -> None:
    """Keep what the answer stood on, if a token asked."""
    token = _token_of(request)
    if token is None or actor.user_id is None:
        return
    now = token_now(db, token[0], asking.inside)
    # Read after the perimeter: a duty that ended meanwhile is not remembered as one that holds.
    duties = account_queries.territory_duties(db, actor.user_id)
    if now is None or now.state != asking.state or duties.get(asked.within.id) is not asked.role:
        return
    place = asked.within.code or ""
    answered = Answered(asking, now.perimeter, place, today_in(place, clock.now()))
    memory: Remembered = request.app.state.remembered
    memory.put(_key(request, token[0]), answered)


class WarmRoute(APIRoute):
    """Answers from memory when it may; `answers.answer` fills the memory."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        usual = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await _warm_answer(request) or await usual(request)

        return handle


async def _warm_answer(request: Request) -> Response | None:
    token = _token_of(request)
    memory: Remembered = request.app.state.remembered
    answered = memory.get(_key(request, token[0])) if token else None
    if token is None or answered is None:
        return None
    async with request.app.state.gate.room:
        return await anyio.to_thread.run_sync(_if_it_holds, request, *token, answered)


def _if_it_holds(request: Request, token_id: UUID, secret: str, answered: Answered) -> Response | None:
    with request.app.state.database.session(reading=True) as db:
        now = token_now(db, token_id, answered.asking.inside)
    moment = clock.now()
    if (
        now is None
        or not now.is_open
        or now.expires_at <= moment
        or not secrets.same(now.secret_hash, secrets.fingerprint(secret))
        or now.perimeter != answered.perimeter
        or now.state != answered.asking.state
        or today_in(answered.place, moment) != answered.today
    ):
        return None
    answer = known_answer(request, answered.asking)
    if answer is not None and is_touch_due(now.last_used_at, moment):
        credential = Credential(ApiToken, token_id, now.last_used_at)
        answer.background = BackgroundTask(touch_afterwards, request, credential, moment)
    return answer
