"""Every route that writes, from the routers: one act a change, in the change's own transaction."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.models import AuditEvent
from app.domain.vocabulary import Door
from tests.matrix import MATRIX
from tests.test_matrix import ask, db, places, undone, world
from tests.world import World, add_token

__all__ = ["db", "places", "world"]
SignIn = Callable[[str], TestClient]
WRITES = [name for name in MATRIX if not name.startswith("GET ") and MATRIX[name].allowed]
NO_ACT = {
    "POST /connexion/code": "nobody owes a code: on to the page that was wanted",
    "PUT /api/v1/schools/{uai}/indicators/{slug}": "it is followed already",
    "POST /ecoles/{uai}/indicateurs/{slug}/suivre": "it is followed already",
    "PUT /api/v1/schools/{uai}/measurements/{measurement_id}": "the same figure again",
    "POST /api/v1/schools/{uai}/elections/{year}/reading": "a text is read, and nothing is kept",
    "POST /ecoles/{uai}/election/{year}/proces-verbal": "a text is read, and nothing is kept",
    "POST /ecoles/{uai}/fichiers/{file_id}/colonnes": "a waiting file of one's own, gone within a day",
    "POST /ecoles/{uai}/fichiers/{file_id}/oublier": "a waiting file of one's own",
}
"""What is answered well and is no act."""
FILES = {"POST /api/v1/imports", "POST /ecoles/{uai}/fichiers/{file_id}/importer"}
"""The file is an act, and each kind of rows in it."""


@pytest.mark.parametrize("name", WRITES)
def test_one_change_is_one_act(
    sign_in: SignIn, db: Session, world: World, places: dict[str, Any], name: str
) -> None:
    """By the person who asked, through that door, under the number of the request; a refusal leaves none."""
    row, person = MATRIX[name], MATRIX[name].allowed[0]
    known = {tuple(one) for one in db.execute(sa.select(AuditEvent.school_id, AuditEvent.position))}  # type: ignore[call-overload]  # columns on the class
    is_api = "/api/" in name
    with undone(db):
        client = sign_in("anonymous" if is_api else person)
        if is_api:
            client.headers["Authorization"] = f"Bearer {add_token(db, world.users[person])}"
        answer = ask(client, name, row, places)
        acts = [one for one in db.scalars(select(AuditEvent)) if (one.school_id, one.position) not in known]
        told = [(one.user_id, one.door, one.request_id) for one in acts]
    if name in FILES:
        assert [one.verb for one in acts] == ["measurements.recorded", "file.imported"]
        door = Door.IMPORT
    else:
        assert len(acts) == (answer.status_code < 400 and name not in NO_ACT), answer.text[:400]
        door = Door.API if is_api else Door.PAGE
    assert told == [(world.users[person].id, door, answer.headers["X-Request-ID"])] * len(acts)
