"""A GET asked before with the same token, asked again: one SELECT says whether its bytes still hold.

It stands before routing. Whatever it is not sure of takes the ordinary way, which also pronounces every
refusal: a token that was revoked, or has expired, is out at once (ADR 0026).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.background import BackgroundTask
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import clock
from app.accounts import secrets
from app.accounts.access import Credential, is_touch_due, touch_afterwards
from app.accounts.models import ApiToken
from app.db import Database
from app.domain.school_year import today_in
from app.prepared import Asks
from app.web.answers import is_known


@dataclass(frozen=True, slots=True)
class TokenNow:
    """A token as it is now, and what an answer to it would stand on: rights and versions of the data."""

    secret_hash: str
    is_open: bool
    expires_at: datetime
    last_used_at: datetime | None
    standing: Hashable


Look = Callable[[Asks, UUID], TokenNow | None]
"""The one SELECT, by the token's id."""
Key = tuple[UUID, str, str, str]
"""The token, the path, the query and what is accepted: the same question word for word."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What an answer stands on. Anything that differs later makes it another question."""

    look: Look
    standing: Hashable
    place: str
    """The département whose day the answer was given on: terms begin and end there."""
    today: date


@dataclass(frozen=True, slots=True)
class Answered:
    ground: Ground
    route: Any
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Remembered:
    """The last answers of this process, up to so many bytes."""

    def __init__(self, most: int = 32 * 1024 * 1024) -> None:
        self._most, self._size, self._lock = most, 0, Lock()
        self._answers: OrderedDict[Key, Answered] = OrderedDict()

    def get(self, key: Key) -> Answered | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Key, answered: Answered) -> None:
        if len(answered.body) > self._most:
            return
        with self._lock:
            before = self._answers.pop(key, None)
            self._size += len(answered.body) - (len(before.body) if before else 0)
            self._answers[key] = answered
            while self._size > self._most:
                self._size -= len(self._answers.popitem(last=False)[1].body)


def token_of(request: Request) -> tuple[UUID, str] | None:
    """The id and the secret of the bearer token, unchecked."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return secrets.read_token(bearer.strip()) if scheme.lower() == "bearer" else None


def stand_on(request: Request, look: Look, now: TokenNow, place: str) -> None:
    """Say in a route what its answer stands on.

    To be called in the transaction that reads the data, before reading it, and only when the rights in
    `now.standing` are those the route granted: a duty that ended meanwhile is not one that holds.
    """
    request.state.ground = Ground(look, now.standing, place, today_in(place, clock.now()))


class Warm:
    """Answers from memory when it may, and keeps what routes declared."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asking = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith("/api/")
        request = Request(scope) if is_asking else None
        token = token_of(request) if request else None
        if request is None or token is None:
            await self.app(scope, receive, send)
            return
        key = (
            token[0],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            ",".join(request.headers.getlist("accept")),
        )
        memory: Remembered = scope["app"].state.remembered
        answered = memory.get(key)
        if answered is not None:
            async with scope["app"].state.gate.room:
                answer = await scope["app"].state.database.look(_if_it_holds, request, *token, answered)
            if answer is not None:
                scope["route"], request.state.log_token = answered.route, token[0]
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, _keeping(memory, key, scope, send))


def _keeping(memory: Remembered, key: Key, scope: Scope, send: Send) -> Send:
    headers: list[tuple[bytes, bytes]] | None = None

    async def pass_on(message: Message) -> None:
        nonlocal headers
        if message["type"] == "http.response.start":
            # A copy: the layers outside write theirs into the same list.
            headers = list(message["headers"]) if message["status"] == 200 else None
        elif message["type"] == "http.response.body" and headers is not None:
            ground = scope["state"].get("ground")
            if ground is not None and not message.get("more_body"):
                memory.put(key, Answered(ground, scope.get("route"), headers, message["body"]))
            headers = None  # what comes in several pieces is not kept
        await send(message)

    return pass_on


def _if_it_holds(request: Request, token_id: UUID, secret: str, answered: Answered) -> Response | None:
    ground = answered.ground
    database: Database = request.app.state.database
    try:
        now = ground.look(database.ask, token_id)
    except SQLAlchemyError:
        return None
    moment = clock.now()
    if (
        now is None
        or not now.is_open
        or now.expires_at <= moment
        or not secrets.same(now.secret_hash, secrets.fingerprint(secret))
        or now.standing != ground.standing
        or today_in(ground.place, moment) != ground.today
    ):
        return None
    answer = _again(request, answered)
    if is_touch_due(now.last_used_at, moment):
        credential = Credential(ApiToken, token_id, now.last_used_at)
        answer.background = BackgroundTask(touch_afterwards, request, credential, moment)
    return answer


def _again(request: Request, answered: Answered) -> Response:
    known = next((value.decode() for name, value in answered.headers if name == b"etag"), None)
    answer = Response()
    if known is not None and is_known(request, known):
        answer.status_code = 304
        answer.raw_headers = [(n, v) for n, v in answered.headers if not n.startswith(b"content-")]
    else:
        answer.raw_headers, answer.body = list(answered.headers), answered.body
    return answer
