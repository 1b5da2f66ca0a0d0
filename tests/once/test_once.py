"""What arrives twice is done once, through both doors; a refusal, another day are not twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app import clock
from app.accounts.audit_queries import audit_chain
from app.accounts.models import ApiToken
from app.goals.models import Goal
from app.once import queries
from app.once.doors import KEPT_FOR, REPLAYED
from app.once.models import IdempotencyRecord
from app.parents.models import ParentLinkIn, ParentRemark
from app.parents.service import share_with_parents
from tests.world import NOW, T1, A, World

SignIn = Callable[[str], TestClient]
GOALS, PARTNERS = f"/api/v1/schools/{A}/goals", f"/api/v1/schools/{A}/partners"
FORM = f"/ecoles/{A}/objectifs/nouveau"
GOAL = {"stake": "dialogue", "title": "Rencontrer chaque famille"}
PARTNER = {"name": "Médiathèque", "kind": "association", "sector": "culture_leisure"}
KEY = {"Idempotency-Key": '"8e03978e-40d5-43e8-bc93-6894a57f9324"'}


def records(db: Session) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(IdempotencyRecord)) or 0


def titles(db: Session) -> list[str]:
    return list(db.scalars(select(Goal.title).order_by(col(Goal.id))))


def filled(client: TestClient, key: str = "k1", **fields: str) -> dict[str, str]:
    return {"csrf": client.headers["X-Test-CSRF"], "once": key} | GOAL | fields


# --- the JSON door -------------------------------------------------------------------------------------


def test_the_same_request_gets_the_answer_it_already_had(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    first = claire.post(GOALS, json=GOAL, headers=KEY)
    again = claire.post(GOALS, json=GOAL, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (first.headers.get(REPLAYED), again.headers[REPLAYED]) == (None, "true")
    assert titles(db) == [GOAL["title"]]
    assert len(audit_chain(db, world.a.id)) == 1


def test_quotes_around_a_key_are_not_part_of_it(sign_in: SignIn, db: Session) -> None:
    claire = sign_in("claire")
    for key in ("abc", '"abc"'):
        claire.post(GOALS, json=GOAL, headers={"Idempotency-Key": key})
    assert len(titles(db)) == 1


@pytest.mark.parametrize("other", [{"json": GOAL | {"why": "Parce que."}}, {"json": GOAL, "params": "x=1"}])
def test_a_key_names_one_request(sign_in: SignIn, db: Session, other: Any) -> None:
    claire = sign_in("claire")
    claire.post(GOALS, json=GOAL, headers=KEY)
    refused = claire.post(GOALS, **other, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "key_reused")
    assert claire.post(PARTNERS, json=PARTNER, headers=KEY).status_code == 422
    assert len(titles(db)) == 1


@pytest.mark.parametrize("key", ["é", "x" * 256, '"', 'a"b'])
def test_a_key_that_cannot_be_is_said(sign_in: SignIn, key: str) -> None:
    refused = sign_in("claire").post(GOALS, json=GOAL, headers=[(b"Idempotency-Key", key.encode())])
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/idempotency-key"


def test_a_refusal_is_not_kept(sign_in: SignIn, db: Session) -> None:
    claire = sign_in("claire")
    assert claire.post(GOALS, json=GOAL | {"title": ""}, headers=KEY).status_code == 422
    assert claire.post(GOALS, json=GOAL, headers=KEY).status_code == 201
    assert claire.post(GOALS, json=GOAL, headers=KEY).headers[REPLAYED] == "true"
    assert records(db) == 1


def test_keys_of_two_people_are_two_keys(sign_in: SignIn, db: Session) -> None:
    hers: dict[str, Any] = {
        "claire": {"indicator": "individual_meetings", "term": T1, "counted": 158, "out_of": 196},
        "lea": {"indicator": "visits", "term": T1, "counted": 12},
    }
    answers = [
        sign_in(name).post(f"/api/v1/schools/{A}/measurements", json=hers[name], headers=KEY)
        for name in ("claire", "lea", "claire", "lea")
    ]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert [REPLAYED in answer.headers for answer in answers] == [False, False, True, True]
    assert records(db) == 2


def test_a_key_lives_for_a_day(sign_in: SignIn, db: Session) -> None:
    claire = sign_in("claire")
    for number in range(3):
        claire.post(GOALS, json=GOAL, headers={"Idempotency-Key": f"k{number}"})
    clock.pin(NOW + KEPT_FOR)
    assert records(db) == 3
    assert queries.forget_answers(db, clock.now() - KEPT_FOR + timedelta(seconds=1), most=2) == 2
    assert records(db) == 1


def test_an_old_key_may_name_another_request(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    claire.post(GOALS, json=GOAL, headers=KEY)
    db.execute(sa.update(IdempotencyRecord).values(created_at=NOW - KEPT_FOR - timedelta(seconds=1)))
    answer = claire.post(GOALS, json=GOAL | {"why": "Un autre jour."}, headers=KEY)
    assert (answer.status_code, answer.headers.get(REPLAYED)) == (201, None)
    assert records(db) == 1


def test_neither_the_key_nor_the_request_is_stored_as_it_came(sign_in: SignIn, db: Session) -> None:
    sign_in("claire").post(GOALS, json=GOAL, headers={"Idempotency-Key": "mon-nom-a-moi"})
    row = db.scalars(select(IdempotencyRecord)).one()
    assert "mon-nom-a-moi" not in repr(row.model_dump())
    assert row.headers.keys() == {"content-type", "etag"}


def test_a_secret_is_never_kept(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    body = {"label": "Tableur"}
    made = [claire.post("/api/v1/tokens", json=body, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json()["token"] != made[1].json()["token"]
    page = claire.post(
        "/mon-compte/jetons",
        data={"csrf": world.csrf("claire"), "once": "k1", "label": "Tableur", "scope": "read", "days": "9"},
    )
    assert page.status_code == 201
    out = claire.post("/deconnexion", data={"csrf": world.csrf("claire"), "once": "k2"})
    assert out.status_code == 303
    assert records(db) == 0
    assert len(db.scalars(select(ApiToken)).all()) == 3


# --- forms ---------------------------------------------------------------------------------------------


def test_a_form_sent_twice_leads_to_the_same_place(sign_in: SignIn, db: Session) -> None:
    claire = sign_in("claire")
    first, again = (claire.post(FORM, data=filled(claire)) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["location"] == again.headers["location"]
    assert len(titles(db)) == 1


def test_a_form_that_was_corrected_is_taken(sign_in: SignIn, db: Session) -> None:
    claire = sign_in("claire")
    assert claire.post(FORM, data=filled(claire, title="")).status_code == 422
    assert claire.post(FORM, data=filled(claire)).status_code == 303
    assert len(titles(db)) == 1


def test_going_back_and_changing_an_answer_is_another_act(sign_in: SignIn, db: Session) -> None:
    """The page that a browser takes back from its cache has the same key: one, two, one are three acts."""
    claire = sign_in("claire")
    for title in ("Un objectif", "Deux objectifs", "Deux objectifs", "Un objectif"):
        assert claire.post(FORM, data=filled(claire, title=title)).status_code == 303
    assert titles(db) == ["Un objectif", "Deux objectifs", "Un objectif"]


def test_every_display_of_a_form_has_a_key_of_its_own(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    pages = [claire.get(FORM).text for _ in range(2)]
    assert pages[0].count('name="once"') == 1
    assert pages[0] != pages[1]


def test_a_form_without_a_readable_key_is_an_ordinary_form(sign_in: SignIn, db: Session) -> None:
    claire = sign_in("claire")
    for _ in range(2):
        assert claire.post(FORM, data=filled(claire, key="clé é")).status_code == 303
    assert len(titles(db)) == 2


def test_a_parent_s_remark_sent_twice_is_one_and_the_link_stays_a_secret(
    sign_in: SignIn, db: Session, world: World
) -> None:
    path = share_with_parents(db, world.actor(db, "claire"), A, ParentLinkIn(term=T1)).path
    said = {"topic": "other", "text": "Plus de rencontres le soir.", "once": "k1"}
    parent = sign_in("anonymous")
    answers = [parent.post(path, data=said) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(db.scalars(select(ParentRemark)).all()) == 1
    (row,) = db.scalars(select(IdempotencyRecord))
    assert path.rpartition("/")[2] not in repr(row.model_dump())
    assert parent.get(f"{path}{answers[1].headers['location']}").status_code == 200
