"""Every POST of the two doors, from the routers: done once under one key, and no secret left behind."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import routers
from app.accounts.models import AuditEvent
from app.once.doors import REPLAYED
from app.once.models import IdempotencyRecord
from app.web.openapi import is_shown_once
from tests.matrix import MATRIX
from tests.test_matrix import ask, db, places, world

__all__ = ["db", "places", "world"]
SignIn = Callable[[str], TestClient]
ROUTES = {
    f"{method} {route.path}": route
    for router in routers.PRIVATE
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
}
POSTS = [name for name in MATRIX if name.startswith("POST ") and "claire" in MATRIX[name].allowed]
SHOWN_ONCE = {name for name in POSTS if is_shown_once(ROUTES[name])}
SIGNING_OUT = {"POST /deconnexion", "POST /mon-compte/sessions/{session_id}/fermer"}


def acts(db: Session) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) or 0


@pytest.mark.parametrize("name", POSTS)
def test_a_post_sent_twice_is_done_once(
    sign_in: SignIn, db: Session, places: dict[str, Any], name: str
) -> None:
    client = sign_in("claire")
    is_api = "/api/" in name
    with db.begin_nested() as undo:
        client.headers["Idempotency-Key"] = "one-key"
        row = MATRIX[name]
        if not is_api:
            row = type(row)(**{**vars(row), "body": (row.body or {}) | {"once": "one-key"}})
        first = ask(client, name, row, places)
        after, kept = acts(db), db.scalars(sa.select(IdempotencyRecord)).all()
        again = ask(client, name, row, places)
        acts_again, stored = acts(db), [repr(record.model_dump()) for record in kept]
        undo.rollback()
    if first.status_code >= 400:
        assert first.status_code in row.answers
        assert stored == []
    elif name in SHOWN_ONCE | SIGNING_OUT or (first.status_code != 303 and not is_api):
        assert REPLAYED not in again.headers
        assert stored == []
    else:
        assert again.headers[REPLAYED] == "true"
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers.get("location") == first.headers.get("location")
        assert acts_again == after
        assert len(stored) == 1
        assert not re.search(r"cfe_[0-9a-f]{32}_|/invitation/|/parents/[\w-]{20}|set-cookie", stored[0])


def test_what_shows_a_secret_says_so() -> None:
    """A field named so in an answer is a secret, unless it is only the hash or the label of one."""
    secrets = {"token", "link", "secret", "password", "code", "codes"}
    found = {
        name
        for name, route in ROUTES.items()
        if name.startswith("POST /api/")
        and secrets & getattr(route.response_model, "model_fields", {}).keys()
    }
    assert found
    assert found == {name for name, route in ROUTES.items() if "/api/" in name and is_shown_once(route)}


def test_where_a_secret_is_typed_no_key_is_taken() -> None:
    """What a key remembers of a form is a fast hash: too little for a password or a code."""
    assert {name for name, route in ROUTES.items() if "/api/" not in name and is_shown_once(route)} == {
        "POST /connexion/code",
        "POST /mon-compte/fournisseur",
        "POST /mon-compte/mot-de-passe",
        "POST /mon-compte/second-facteur",
        "POST /mon-compte/second-facteur/retirer",
    }
