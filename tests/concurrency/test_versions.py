"""Nobody writes over what they did not read: every PUT, PATCH and DELETE, from the routers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.goals.models import GoalChange, GoalIn
from app.goals.service import add_goal, revise_goal
from tests.matrix import MATRIX
from tests.test_matrix import ask, db, places, world
from tests.world import A, World, form

__all__ = ["db", "places", "world"]
SignIn = Callable[[str], TestClient]
CHANGES = [name for name in MATRIX if name.startswith(("PUT ", "PATCH ", "DELETE "))]

WITHOUT_A_VERSION = {
    "DELETE /api/v1/tokens/{token_id}": "revoking twice is revoking",
    "DELETE /api/v1/schools/{uai}/accounts/{membership_id}": "a duty ends once, and nothing else changes",
    "DELETE /api/v1/schools/{uai}/invitations/{invitation_id}": "a link is withdrawn once",
    "PUT /api/v1/schools/{uai}/indicators/{slug}": "following twice is following; it has no content",
    "PUT /api/v1/schools/{uai}/measurements/{measurement_id}": "append-only: other content is 409",
    "DELETE /api/v1/schools/{uai}/actions/{action_id}/report/notes/{note_id}": "a note never changes",
    "DELETE /api/v1/schools/{uai}/reviews/{term}/decisions/{decision_id}": "a proposal is taken back once",
}
"""What needs no `If-Match`, and why sending it twice or late overwrites nothing."""


def test_every_exception_is_a_route() -> None:
    assert WITHOUT_A_VERSION.keys() <= set(CHANGES)


@pytest.mark.parametrize("name", [name for name in CHANGES if name not in WITHOUT_A_VERSION])
def test_a_change_names_the_version_it_was_made_from(
    sign_in: SignIn, db: Session, places: dict[str, Any], name: str
) -> None:
    row = MATRIX[name]
    assert row.version is not None, "a changeable row has a version"
    client = sign_in(row.allowed[0])
    answers = {}
    for case, version in (("none", None), ("stale", row.version + 41), ("current", row.version)):
        with db.begin_nested() as undo:
            answers[case] = ask(client, name, replace(row, version=version), places)
            undo.rollback()
    assert (answers["none"].status_code, answers["none"].json()["code"]) == (428, "version_required")
    assert (answers["stale"].status_code, answers["stale"].json()["code"]) == (412, "stale")
    assert answers["stale"].headers["ETag"] == f'"{row.version}"'
    assert answers["current"].status_code in row.answers
    if answers["current"].status_code in (200, 201):
        assert answers["current"].headers["ETag"] == f'"{row.version + 1}"'


def test_a_page_shows_what_was_saved_meanwhile_beside_what_was_typed(
    sign_in: SignIn, db: Session, world: World
) -> None:
    claire = world.actor(db, "claire")
    goal = add_goal(db, claire, A, GoalIn(stake="dialogue", title="Rencontrer les familles", why="Hier."))
    theirs = {
        "stake": "dialogue",
        "title": "Rencontrer chaque famille",
        "why": "Hier.",
        "reason": "Plus clair",
    }
    revise_goal(db, claire, A, goal.id, GoalChange.model_validate(theirs), 1)
    browser, url = sign_in("claire"), f"/ecoles/{A}/objectifs/{goal.id}"
    mine = theirs | {"title": "Recevoir chaque famille", "reason": "Mieux dit"}
    conflict = form(browser, url, **mine, version="1")
    assert conflict.status_code == 409
    assert 'value="Recevoir chaque famille"' in conflict.text
    assert "Enregistré entre-temps\u202f: <strong>Rencontrer chaque famille</strong>" in conflict.text
    assert conflict.text.count("Enregistré entre-temps") == 1  # what both say the same is not repeated
    assert 'name="version" value="2"' in conflict.text
    assert form(browser, url, **mine, version="2").status_code == 303
