"""What arrives twice is done once: `Idempotency-Key` over JSON, a hidden key in every form (ADR 0023).

The key's row is written first in the request's own transaction, and the answer into it before the commit:
whoever sends the same again after a lost answer gets that answer, and the write is not repeated.
"""

import hashlib
import json
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from starlette.responses import Response

from app import clock
from app.errors import Conflict, Invalid, KeyReused
from app.once import queries
from app.web.openapi import is_shown_once
from app.web.posted import Posted, is_form

KEPT_FOR = timedelta(hours=24)
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r'"([\x20-\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')
_LOCK_NOT_AVAILABLE = "55P03"
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Replayed(Exception):
    """This request was answered before: the verb must not run."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer


class Underway(Conflict):
    detail = "La même demande est encore en cours\u202f: réessayez dans un instant."
    code = "underway"

    def __init__(self) -> None:
        super().__init__()
        self.headers = {"Retry-After": "2"}


@dataclass(slots=True)
class Once:
    """The key of one request and what it asks, as hashes."""

    key_hash: str
    request_hash: str
    is_form: bool
    caller_id: UUID | None = None
    db: Session | None = None
    """The transaction that holds the key, between its beginning and its answer."""

    def begin(self, db: Session, caller_id: UUID) -> None:
        """Take the key. Raises Replayed with the stored answer, KeyReused, or Underway."""
        moment = clock.now()
        queries.forget_answers(db, moment - KEPT_FOR)
        try:
            is_taken = queries.claim(db, caller_id, self.key_hash, self.request_hash, moment)
        except OperationalError as problem:
            if getattr(problem.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise Underway() from None
            raise
        if not is_taken:
            self._second(db, caller_id)
        self.caller_id, self.db = caller_id, db

    def _second(self, db: Session, caller_id: UUID) -> None:
        """Somebody was first. A form may come again with other answers: the person went back to it."""
        found, moment = queries.record_of(db, caller_id, self.key_hash), clock.now()
        if found is None:
            raise Underway()  # it went between two statements: the next try has the key to itself
        is_same = found.request_hash == self.request_hash
        if found.created_at < moment - KEPT_FOR or (self.is_form and not is_same):
            if not queries.take_over(db, found, self.request_hash, moment):
                raise Underway()
        elif not is_same:
            raise KeyReused()
        else:
            headers = found.headers | {REPLAYED: "true"}
            raise Replayed(Response(found.body, status_code=found.status or 200, headers=headers))

    def end(self, answer: Response) -> None:
        """Keep the answer, or let the key go: what was refused may be corrected and sent again."""
        assert self.db is not None
        assert self.caller_id is not None
        if self._is_worth_keeping(answer):
            # The length is counted again when the answer is sent.
            headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
            body = bytes(answer.body)
            queries.keep_answer(self.db, self.caller_id, self.key_hash, answer.status_code, headers, body)
        else:
            queries.give_back(self.db, self.caller_id, self.key_hash)

    def _is_worth_keeping(self, answer: Response) -> bool:
        """Of a form, the address it leads to: a page sent in its place shows a secret or a refusal."""
        if "set-cookie" in answer.headers or not hasattr(answer, "body"):
            return False
        return answer.status_code == 303 if self.is_form else answer.status_code < 300


async def read_key(request: Request) -> None:
    """Note the key and what is asked, before any lock or connection is taken, after what was posted.

    Raises Invalid.
    """
    if request.method != "POST" or is_shown_once(request.scope.get("route")):
        return
    posted: Posted = request.state.posted
    is_page = not request.url.path.startswith("/api/")
    key = posted.get("once") if is_page else request.headers.get("idempotency-key")
    if key is None or (is_page and not key):
        return
    found = _KEY.fullmatch(key.strip())
    if found is None:
        if is_page:
            return
        raise Invalid.one(
            "idempotency-key", "Une clé a de 1 à 255 caractères imprimables, sans accent.", "key"
        )
    address = f"{request.url.path}?{request.url.query}"
    is_read = posted.file is not None or is_form(request)
    asked = _said(posted) if is_read else await request.body()
    door = b"page" if is_page else b"api"
    request.state.once = Once(
        _hash(door, (found[1] or found[2]).encode()), _hash(address.encode(), asked), is_page
    )


def _said(posted: Posted) -> bytes:
    """What a form says, without the session's token: a session that was renewed sends the same."""
    said = [[name, values] for name, values in posted.values.items() if name not in {"csrf", "once"}]
    file = posted.file
    return json.dumps([said, [file.name, hashlib.sha256(file.content).hexdigest()] if file else []]).encode()


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


# --- where the answer is caught ------------------------------------------------------------------------


def keep_answers(router: APIRouter) -> None:
    """Have the POST routes of a router keep their answers: after they are written, before the commit.

    `get_route_handler` is FastAPI's own hook for this; the routers of sixty files need not know.
    """
    for route in router.routes:
        if isinstance(route, APIRoute) and "POST" in (route.methods or ()) and not _is_keeping(route):
            route.get_route_handler = _keeping(route.get_route_handler)  # type: ignore[method-assign]  # FastAPI's own hook, set on a route made before


def _is_keeping(route: APIRoute) -> bool:
    return "get_route_handler" in vars(route)


def _keeping(make_handler: Callable[[], _Handler]) -> Callable[[], _Handler]:
    def make() -> _Handler:
        handle = make_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except Replayed as before:
                return before.answer
            once: Once | None = getattr(request.state, "once", None)
            if once is not None and once.db is not None:
                await anyio.to_thread.run_sync(once.end, response)
            return response

        return answer

    return make
