"""The school's side of a parents' link: made, listed and closed, through the verbs and both doors."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import clock
from app.accounts.audit import broken_links
from app.accounts.audit_queries import audit_chain
from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.parents import service
from app.parents.models import ParentLinkIn
from app.parents.queries import links_of_school
from app.parents.service import last_day, revoke_parent_link, share_with_parents, shared_by
from tests.world import NOW, T1, T2, TODAY, A, World, form

LINKS = f"/api/v1/schools/{A}/parent-links"
PAGE = f"/ecoles/{A}/parents"
SignIn = Callable[[str], TestClient]


def asked(term: str = T1, **more: int) -> ParentLinkIn:
    return ParentLinkIn.model_validate({"term": term} | more)


# --- verbs ---------------------------------------------------------------------------------------------


def test_a_link_keeps_only_the_hash_of_its_secret(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    made = share_with_parents(db, claire, A, asked())
    (event,) = audit_chain(db, world.a.id)
    assert (event.verb, event.user_id) == ("parent_link.made", claire.user_id)
    for kept in (made.link.model_dump_json(), str(event.after), event.target):
        assert made.secret not in kept
    assert made.link.token_hash not in str(event.after)
    assert broken_links(db) == (1, [])


def test_a_link_is_open_until_the_end_of_its_last_day(db: Session, world: World) -> None:
    made = share_with_parents(db, world.actor(db, "claire"), A, asked(days=1))
    assert last_day(world.a, made.link) == TODAY + timedelta(days=1)
    clock.pin(datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC))  # a second before midnight in Paris
    assert shared_by(db, made.secret)
    clock.pin(datetime(2026, 11, 22, 23, 0, tzinfo=UTC))
    assert shared_by(db, made.secret) is None


def test_the_last_day_is_that_of_the_school(db: Session, world: World) -> None:
    school = db.merge(world.a)
    school.departement = "971"
    made = share_with_parents(db, world.actor(db, "claire"), A, asked(days=1))
    assert made.link.expires_at == datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    assert last_day(school, made.link) == TODAY + timedelta(days=1)


def test_a_link_is_closed_once(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    made = share_with_parents(db, claire, A, asked())
    with pytest.raises(Stale):
        revoke_parent_link(db, claire, A, made.link.id, 7)
    revoke_parent_link(db, claire, A, made.link.id, 1)
    assert shared_by(db, made.secret) is None
    with pytest.raises(Conflict):
        revoke_parent_link(db, claire, A, made.link.id, 2)
    assert [event.verb for event in audit_chain(db, world.a.id)] == [
        "parent_link.made",
        "parent_link.revoked",
    ]


def test_ten_links_are_enough(db: Session, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_OPEN", 2)
    claire = world.actor(db, "claire")
    first, _ = share_with_parents(db, claire, A, asked()), share_with_parents(db, claire, A, asked(days=30))
    with pytest.raises(Conflict, match="liens ouverts"):
        share_with_parents(db, claire, A, asked())
    revoke_parent_link(db, claire, A, first.link.id, 1)
    share_with_parents(db, claire, A, asked())
    clock.pin(NOW + timedelta(days=25))  # one of the two is over by itself
    share_with_parents(db, claire, A, asked())


def test_a_term_that_has_not_begun_is_not_shared(db: Session, world: World) -> None:
    with pytest.raises(Invalid):
        share_with_parents(db, world.actor(db, "claire"), A, asked(T2))


def test_only_the_head_teacher_shares(db: Session, world: World) -> None:
    made = share_with_parents(db, world.actor(db, "claire"), A, asked())
    with pytest.raises(Forbidden):
        share_with_parents(db, world.actor(db, "lea"), A, asked())
    for stranger in ("karim", "ines", "paul", "rita", "admin"):
        with pytest.raises(NotFound):
            share_with_parents(db, world.actor(db, stranger), A, asked())
        with pytest.raises(NotFound):
            revoke_parent_link(db, world.actor(db, stranger), A, made.link.id, 1)


# --- the JSON door -------------------------------------------------------------------------------------


def test_a_link_through_json(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    made = claire.post(LINKS, json={"term": T1, "days": 7})
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert set(made.json()) == {"id", "term", "created_at", "expires_at", "revoked_at", "version", "link"}
    assert re.fullmatch(r"https://testserver/parents/[\w-]{43}", made.json()["link"])
    assert made.json()["expires_at"] == "2026-11-28T23:00:00Z"
    (listed,) = claire.get(LINKS).json()["items"]
    assert listed == {name: value for name, value in made.json().items() if name != "link"}
    url = f"{LINKS}/{made.json()['id']}"
    assert claire.delete(url).status_code == 428
    assert claire.delete(url, headers={"If-Match": '"2"'}).status_code == 412
    assert claire.delete(url, headers={"If-Match": '"1"'}).status_code == 204
    assert claire.get(LINKS).json()["items"][0]["revoked_at"] == "2026-11-21T09:00:00Z"
    assert claire.delete(url, headers={"If-Match": '"2"'}).json()["code"] == "link_over"


def test_a_list_is_read_page_by_page(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    ids = [claire.post(LINKS, json={"term": T1}).json()["id"] for _ in range(3)]
    first = claire.get(LINKS, params={"limit": 2}).json()
    rest = claire.get(LINKS, params={"limit": 2, "after": first["next"]}).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ids
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"term": "T1"}, "/term"),
        ({"term": T2}, "/term"),
        ({}, "/term"),
        ({"term": T1, "days": 0}, "/days"),
        ({"term": T1, "days": 91}, "/days"),
        ({"term": T1, "days": "21"}, "/days"),
        ({"term": T1, "to": "Mme X"}, "/to"),
    ],
)
def test_bad_bodies_name_the_field(sign_in: SignIn, body: dict[str, object], pointer: str) -> None:
    answer = sign_in("claire").post(LINKS, json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


# --- the page ------------------------------------------------------------------------------------------


def test_a_link_through_the_page(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    assert "Aucun lien n’a encore été fait." in claire.get(PAGE).text
    made = form(claire, PAGE, term=T1, days="21")
    assert made.status_code == 201
    found = re.search(r"https://testserver(/parents/[\w-]{43})\n", made.text)
    assert found
    assert "jusqu’au 12 décembre 2026 compris" in made.text
    (link,) = links_of_school(db, world.a.id)
    listed = claire.get(PAGE).text
    assert found[1] not in listed
    assert f"{PAGE}/liens/{link.id}/fermer" in listed
    assert sign_in("anonymous").get(found[1]).status_code == 200
    closing = f"{PAGE}/liens/{link.id}/fermer"
    assert "Fermer ce lien" in claire.get(closing).text
    assert form(claire, closing, version="9").status_code == 409
    assert form(claire, closing, version="1").headers["location"] == f"{PAGE}?ok=ferme"
    assert "Fermé le 21 novembre 2026" in claire.get(PAGE).text
    assert form(claire, closing, version="2").status_code == 409
    assert sign_in("anonymous").get(found[1]).status_code == 404


@pytest.mark.parametrize(("name", "typed"), [("days", "0"), ("days", "12,5"), ("days", "91"), ("term", T2)])
def test_a_mistake_keeps_what_was_typed(
    sign_in: SignIn, db: Session, world: World, name: str, typed: str
) -> None:
    answer = form(sign_in("claire"), PAGE, **{"term": T1, "days": "21"} | {name: typed})
    assert answer.status_code == 422
    assert f'id="f-{name}-error"' in answer.text
    assert typed in answer.text or name == "term"
    assert links_of_school(db, world.a.id) == []


def test_the_sheet_leads_there(sign_in: SignIn) -> None:
    assert f'href="{PAGE}"' in sign_in("claire").get(f"/ecoles/{A}").text
    assert PAGE not in sign_in("lea").get(f"/ecoles/{A}").text
    new = f"/ecoles/{A}/analyse-partagee/nouvelle"
    assert f'href="{PAGE}#remarques"' in sign_in("claire").get(new).text
    assert PAGE not in sign_in("lea").get(new).text
