"""Publishing through both doors: seen first, then frozen, by a national authority alone."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.aggregates import release_queries
from tests.aggregates.conftest import Region
from tests.world import T1, World, form

SignIn = Callable[[str], TestClient]
PAGE = f"/publications/{T1}"


@pytest.fixture
def nadia(sign_in: SignIn, region: Region, world: World) -> TestClient:
    world.cookies.setdefault("nadia", "cookie-of-nadia")
    return sign_in("nadia")


def words(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u202f", " ").split())


def seal_of(answer: Any) -> str:
    found = re.search(r'name="seal" value="([0-9a-f]{16})"', answer.text)
    assert found
    return found[1]


def change(region: Region, *names: str) -> None:
    for name in names:
        region.say(name, 15, 30)
        region.send(name)


def test_the_page_says_what_would_be_shown_and_hidden_and_publishes_nothing(
    nadia: TestClient, region: Region
) -> None:
    page = nadia.get(PAGE)
    told = words(page)
    assert "11 écoles ont transmis, sur 13" in told
    assert "Rien n’est encore publié." in told
    assert "Participation aux rencontres individuelles 275 sur 476" in told
    assert re.search(r"\d+ totaux : chiffre non montré : moins de trois écoles", told)
    assert release_queries.releases_of_term(region.db, T1) == []


def test_confirmed_it_is_frozen_and_in_the_list(nadia: TestClient, region: Region) -> None:
    done = form(nadia, PAGE, seal=seal_of(nadia.get(PAGE)))
    assert (done.status_code, done.headers["location"]) == (303, "/publications?ok=publie")
    told = words(nadia.get("/publications?ok=publie"))
    assert "C’est publié" in told
    assert re.search(r"Publication 1, le 21 novembre 2026 à 10 h 00 : \d+ totaux montrés, \d+ masqués", told)
    assert len(release_queries.releases_of_term(region.db, T1)) == 1


def test_too_little_new_has_a_sentence_and_no_button(nadia: TestClient, region: Region) -> None:
    form(nadia, PAGE, seal=seal_of(nadia.get(PAGE)))
    change(region, "valley0", "valley1")
    again = nadia.get(PAGE)
    assert "Moins de trois écoles ont changé depuis la dernière publication" in words(again)
    assert 'name="seal"' not in again.text
    assert form(nadia, PAGE, seal="0" * 16).status_code == 409


def test_what_was_not_seen_is_not_published(nadia: TestClient, region: Region) -> None:
    seal = seal_of(nadia.get(PAGE))
    change(region, "valley0")
    refused = form(nadia, PAGE, seal=seal)
    assert refused.status_code == 409
    assert "Une école a transmis depuis l’aperçu : relisez-le, puis publiez." in words(refused)
    assert seal_of(refused) != seal
    assert release_queries.releases_of_term(region.db, T1) == []


def test_a_renewal_says_what_it_keeps(nadia: TestClient, region: Region) -> None:
    form(nadia, PAGE, seal=seal_of(nadia.get(PAGE)))
    change(region, "valley0", "valley1", "valley2", "coast0")
    told = words(nadia.get(PAGE))
    assert re.search(r"\d+ gardés? de la publication précédente parce que trop peu d’écoles", told)


def test_nobody_transmitted_is_told(nadia: TestClient) -> None:
    told = words(nadia.get("/publications/2024-2025-T2"))
    assert "Aucune école n’a encore transmis ce trimestre." in told


def test_readers_see_the_list_without_a_button(sign_in: SignIn, nadia: TestClient) -> None:
    form(nadia, PAGE, seal=seal_of(nadia.get(PAGE)))
    for person in ("rita", "ines"):
        page = sign_in(person).get("/publications")
        assert "Publication 1" in words(page)
        assert f'href="{PAGE}"' not in page.text
    assert f'href="{PAGE}"' in nadia.get("/publications").text


def test_the_api_previews_then_publishes(nadia: TestClient, region: Region) -> None:
    seen = nadia.get(f"/api/v1/releases/{T1}/preview").json()
    assert (seen["number"], seen["schools_sent"], seen["schools_expected"]) == (1, 11, 13)
    assert seen["shown"] == sum(line["shown"] for line in seen["lines"])
    assert seen["hidden"] == sum(reason["totals"] for reason in seen["reasons"])
    body = {"term": T1, "seal": seen["seal"]}
    done = nadia.post("/api/v1/releases", json=body)
    assert done.status_code == 201, done.text
    told = done.json()
    assert (told["term"], told["number"], told["shown"], told["hidden"], told["kept"]) == (
        T1, 1, seen["shown"], seen["hidden"], 0,
    )  # fmt: skip
    again = nadia.post("/api/v1/releases", json={"term": T1})
    assert (again.status_code, again.json()["code"]) == (409, "too_few_changes")


def test_the_api_refuses_what_changed_since_the_preview(nadia: TestClient, region: Region) -> None:
    seen = nadia.get(f"/api/v1/releases/{T1}/preview").json()
    change(region, "coast1")
    refused = nadia.post("/api/v1/releases", json={"term": T1, "seal": seen["seal"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "changed_since_preview")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"term": "hier"}, "/term"), ({}, "/term"), ({"term": T1, "force": True}, "/force")],
)
def test_a_wrong_body_is_told(nadia: TestClient, body: dict[str, Any], pointer: str) -> None:
    refused = nadia.post("/api/v1/releases", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
