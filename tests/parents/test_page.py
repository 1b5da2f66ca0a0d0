"""What the elected parents read, and what they can never reach."""

import logging
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import clock, routers
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.parents.models import ParentLinkIn
from app.parents.queries import links_of_school
from app.parents.service import revoke_parent_link, share_with_parents
from tests.parents.conftest import Say, words
from tests.world import NOW, T1, A, B, World

LAST_T3 = "2025-2026-T3"
SignIn = Callable[[str], TestClient]
HIDDEN = "Chiffre non montré\u202f: trop peu de familles pour rester anonyme."


@pytest.mark.usefixtures("plan")
def test_the_page_says_it_in_plain_words(sign_in: SignIn, link: str, say: Say) -> None:
    say("individual_meetings", 120, 196, LAST_T3)
    say("individual_meetings", 158, 196)
    page = sign_in("anonymous").get(link)
    assert page.status_code == 200
    titles = re.findall(r"<h[12][^>]*>([^<]+)</h[12]>", page.text)
    assert titles == [
        "École des Tilleuls",
        "Ce que nous avons compté",
        "Ce que nous voulons",
        "Ce que nous faisons",
        "Vos remarques",
    ]
    assert (
        "158 élèves sur 196 (81\u202f%), contre 120 sur 196 (61\u202f%) au 3e trimestre 2025-2026"
        in page.text
    )
    assert "Il manque 9 élèves." in page.text
    assert "Nous visons 85\u202f% au 3e trimestre 2026-2027" in page.text
    assert "1 rendez-vous a eu lieu en 2026-2027. Prochain rendez-vous le 4 décembre 2026." in page.text
    assert "jusqu’au 12 décembre 2026 compris" in page.text


@pytest.mark.usefixtures("plan")
def test_a_small_figure_is_nowhere_on_the_page(sign_in: SignIn, link: str, say: Say) -> None:
    """Neither in its sentence, nor as the distance to its target, nor as what is compared with."""
    say("individual_meetings", 183, 187)
    page = words(sign_in("anonymous").get(link).text)
    assert page.count(HIDDEN) == 2  # the three attendances of the café are hidden too
    for told in ("183", "187", "98\u202f%", "Il manque", "Objectif atteint", "3 venues", "3 parents"):
        assert told not in page
    assert "il n’est pas montré" in page


def test_a_small_figure_is_not_compared_with(sign_in: SignIn, link: str, say: Say) -> None:
    say("individual_meetings", 183, 187, LAST_T3)
    say("individual_meetings", 158, 196)
    page = words(sign_in("anonymous").get(link).text)
    assert "158 élèves sur 196 (81\u202f%)." in page
    for told in ("183", "187", "contre 1", "de moins", HIDDEN):
        assert told not in page


@pytest.mark.parametrize(("venues", "shown"), [(10, False), (11, True)])
def test_attendances_are_told_from_eleven_on(
    sign_in: SignIn, link: str, say: Say, venues: int, shown: bool
) -> None:
    say("visits", venues)
    page = words(sign_in("anonymous").get(link).text)
    assert (f"{venues} venues" in page, HIDDEN in page) == (shown, not shown)


def test_what_the_school_did_itself_is_told(sign_in: SignIn, link: str, say: Say) -> None:
    say("joint_actions", 1)
    page = sign_in("anonymous").get(link).text
    assert "<p>1 action." in page
    assert HIDDEN not in page


def test_the_preview_shows_the_same_without_the_form(sign_in: SignIn, link: str, say: Say) -> None:
    say("individual_meetings", 158, 196)
    preview = sign_in("claire").get(f"/ecoles/{A}/parents/apercu/{T1}").text
    assert "158 élèves sur 196" in preview
    assert "<form" not in preview
    section = re.compile(r'<section class="analyser".*?</section>', re.DOTALL)
    read = sign_in("anonymous").get(link).text
    assert section.findall(preview) == section.findall(read) != []
    assert sign_in("claire").get(f"/ecoles/{A}/parents/apercu/2026-T9").status_code == 404


@pytest.mark.usefixtures("plan")
def test_reading_costs_the_same_however_long_the_plan(
    sign_in: SignIn,
    db: Session,
    world: World,
    link: str,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    reader = sign_in("anonymous")
    with count_queries() as few:
        reader.get(link)
    for number in range(5):
        add_goal(db, world.actor(db, "claire"), A, GoalIn(stake="climate", title=f"Objectif {number}"))
    with count_queries() as many:
        reader.get(link)
    assert len(many) == len(few)
    assert not [sent for sent in many if not sent.startswith("SELECT")]


# --- a link that opens nothing -------------------------------------------------------------------------


def over(sign_in: SignIn, db: Session, world: World, link: str, how: str) -> str:
    """The address after the link has ended in one of three ways."""
    if how == "revoked":
        (row,) = links_of_school(db, world.a.id)
        revoke_parent_link(db, world.actor(db, "claire"), A, row.id, 1)
    if how == "expired":
        clock.pin(NOW + timedelta(days=22))
    return f"{link}x" if how == "unknown" else link


@pytest.mark.parametrize("how", ["unknown", "revoked", "expired"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_ended_link_answers_alike(
    sign_in: SignIn, db: Session, world: World, link: str, how: str, method: str
) -> None:
    reader = sign_in("anonymous")
    never = reader.get("/parents/jamais")
    said = {"topic": "other", "text": "Une remarque"}
    answer = reader.request(
        method, over(sign_in, db, world, link, how), data=said if method == "POST" else None
    )
    assert (answer.status_code, answer.content) == (404, never.content)
    assert "École des Tilleuls" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("secret", ["x" * 5000, "%00", "é" * 40, "%F0%9F%92%A9"])
def test_no_secret_breaks_the_page(sign_in: SignIn, secret: str) -> None:
    assert sign_in("anonymous").get(f"/parents/{secret}").status_code in {400, 404}


# --- the wall ------------------------------------------------------------------------------------------


def test_the_page_leads_nowhere_and_stays_nowhere(sign_in: SignIn, link: str) -> None:
    page = sign_in("anonymous").get(link)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    # no-referrer would make browsers send « Origin: null » with the form, which the origin check refuses.
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "set-cookie" not in page.headers
    assert re.findall(r'<a [^>]*href="([^"]*)"', page.text) == ["#contenu"]
    assert set(re.findall(r'<form [^>]*action="([^"]*)"', page.text)) == {f"{link}#remarques"}
    assert A not in page.text


def test_the_secret_is_never_logged(sign_in: SignIn, link: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reader = sign_in("anonymous")
    reader.get(link)
    reader.post(link, data={"topic": "other", "text": "Une remarque"})
    secret = link.removeprefix("/parents/")
    assert '"route": "/parents/{token}"' in caplog.text
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert not [line for line in ours if secret in line]


def addresses(world: World, link_id: Any, secret: str) -> list[tuple[str, str, bool]]:
    """(method, path, is private) of every route but the link's own, with what the holder could know."""
    known = {"uai": A, "term": T1, "year": "2026-2027", "link_id": link_id, "token": secret}
    routes = chain(
        ((route, True) for router in routers.PRIVATE for route in router.routes),
        ((route, False) for router in routers.PUBLIC for route in router.routes),
    )
    return [
        (
            method,
            re.sub(r"\{(\w+)[^}]*\}", lambda found: str(known.get(found[1], link_id)), route.path),
            private,
        )
        for route, private in routes
        if isinstance(route, APIRoute) and route.path != "/parents/{token}"
        for method in sorted(route.methods or set())
    ]


def test_the_link_opens_nothing_else(sign_in: SignIn, db: Session, world: World, link: str) -> None:
    """As a bearer token, as a cookie or as a bare visit: every other route answers as to anyone."""
    secret = link.removeprefix("/parents/")
    (row,) = links_of_school(db, world.a.id)
    holder, anyone = sign_in("anonymous"), sign_in("anonymous")
    holder.cookies.set("__Host-session", secret, domain="testserver.local")
    wanted = addresses(world, row.id, secret)
    assert len(wanted) > 100
    for method, path, is_private in wanted:
        for headers in ({}, {"Authorization": f"Bearer {secret}"}):
            answer = holder.request(method, path, headers=headers)
            if is_private:
                expected = 401 if path.startswith("/api/") else 303
                assert answer.status_code == expected, (method, path)
                assert expected == 401 or answer.headers["location"].startswith("/connexion")
            else:
                plain = anyone.request(method, path)
                assert (answer.status_code, len(answer.content)) == (plain.status_code, len(plain.content)), (
                    path
                )
                assert "/invitation/" not in path or answer.status_code in {404, 422}


@pytest.mark.usefixtures("plan")
def test_a_link_shows_one_school(sign_in: SignIn, db: Session, world: World, link: str, say: Say) -> None:
    say("individual_meetings", 158, 196)
    add_goal(db, world.actor(db, "karim"), B, GoalIn(stake="climate", title="Ouvrir le portail"))
    other = share_with_parents(db, world.actor(db, "karim"), B, ParentLinkIn(term=T1)).path
    a, b = (sign_in("anonymous").get(address).text for address in (link, other))
    for told in ("École des Tilleuls", "158", "Rencontrer chaque famille", "Café des parents"):
        assert told in words(a)
        assert told not in words(b)
    for told in ("École du Port", "Ouvrir le portail"):
        assert told in b
        assert told not in a


def test_a_signed_in_reader_sees_the_same_page(sign_in: SignIn, link: str) -> None:
    """But for the key of its form, which is another at every display."""
    pages = [sign_in(name).get(link).text for name in ("claire", "anonymous")]
    assert len({re.sub(r'name="once" value="[^"]+"', "", page) for page in pages}) == 1
