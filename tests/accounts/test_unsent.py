"""A session that ends in the middle of a form: nothing is stored, nothing is lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import Session, select

from app.accounts.models import WebSession
from app.goals.models import Goal
from tests.world import NOW, A, World, form

SignIn = Callable[[str], TestClient]
PAGE = f"/ecoles/{A}/objectifs/nouveau"
TYPED = {
    "stake": "dialogue",
    "title": "Voir <chaque> famille",
    "why": "Deux lignes,\nla seconde avec « guillemets »",
}


def carried(html: str) -> dict[str, str]:
    """The hidden fields of the page's form, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html)
    return {name: unescape(value) for name, value in found}


def end_sessions(db: Session) -> None:
    db.execute(update(WebSession).values(last_seen_at=NOW - timedelta(hours=2)))


def begin_sessions(db: Session, csrf: str) -> None:
    db.execute(update(WebSession).values(last_seen_at=NOW, csrf=csrf))


def test_signing_in_beside_and_sending_again_stores_what_was_typed(
    sign_in: SignIn, db: Session, world: World
) -> None:
    claire = sign_in("claire")
    end_sessions(db)
    told = form(claire, PAGE, **TYPED)
    assert told.status_code == 401
    assert "Rien n’est perdu, rien n’est encore enregistré." in told.text
    assert "Voir &lt;chaque&gt; famille" in told.text
    assert carried(told.text) == TYPED, "without the old session's token"

    begin_sessions(db, csrf="the-new-one")
    again = claire.post(PAGE, data=carried(told.text))
    assert again.status_code == 403
    assert carried(again.text) == TYPED | {"csrf": "the-new-one"}
    assert "au nom de Claire" in again.text
    assert db.scalars(select(Goal)).all() == []

    assert claire.post(PAGE, data=carried(again.text)).status_code == 303
    goal = db.scalars(select(Goal)).one()
    assert (goal.title, goal.why) == (TYPED["title"], TYPED["why"])


def test_the_version_that_was_read_is_sent_again(sign_in: SignIn, db: Session) -> None:
    claire = sign_in("claire")
    end_sessions(db)
    assert carried(form(claire, PAGE, **TYPED, version="3").text)["version"] == "3"


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"version": "3"},
        {"title": "  "},
        {"title": "x", "password": "un secret"},
        {"title": "x", "new_password": "un secret"},
    ],
)
def test_nothing_to_keep_or_nothing_that_may_be_kept(
    sign_in: SignIn, db: Session, typed: dict[str, str]
) -> None:
    claire = sign_in("claire")
    end_sessions(db)
    told = form(claire, PAGE, **typed)
    assert told.status_code == 303
    assert told.headers["location"].startswith("/connexion")


def test_another_site_gets_nothing_back(sign_in: SignIn, db: Session) -> None:
    headers = {"Origin": "https://ailleurs.example"}
    told = sign_in("claire").post(PAGE, data=TYPED | {"csrf": "forged"}, headers=headers)
    assert told.status_code == 403
    assert TYPED["why"] not in unescape(told.text)


def test_identifiers_are_no_words_to_copy(sign_in: SignIn, db: Session) -> None:
    claire = sign_in("claire")
    end_sessions(db)
    typed = {"indicator": "individual_meetings", "term": "2026-2027-T1", "counted": "158"}
    told = form(claire, f"/ecoles/{A}/saisie/2026-2027-T1", **typed)
    assert re.findall(r'<li class="said">([^<]*)', told.text) == ["158"]
