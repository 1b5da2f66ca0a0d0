"""The library through both doors."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.domain.practices import PRACTICES
from tests.world import A

SignIn = Callable[[str], TestClient]


def test_the_levers_and_their_practices(sign_in: SignIn) -> None:
    items = sign_in("ines").get("/api/v1/levers").json()["items"]
    whole, parts = items[0], items[1:]
    assert (whole["part_of"], {item["part_of"] for item in parts}) == (None, {"linking"})
    assert sorted(slug for item in parts for slug in item["practices"]) == sorted(PRACTICES)
    assert whole["practices"] == list(PRACTICES)


def test_the_api_finds_the_cafe_without_its_accent(sign_in: SignIn) -> None:
    answer = sign_in("lea").get("/api/v1/practices", params={"q": "cafe parent", "effort": "light"})
    found = answer.json()["items"]
    assert "parents_cafe" in [item["slug"] for item in found]
    assert {item["effort"] for item in found} == {"light"}


def test_a_practice_goes_out_whole(sign_in: SignIn) -> None:
    client = sign_in("lea")
    one = client.get("/api/v1/practices/themed_tea").json()
    assert one in client.get("/api/v1/practices").json()["items"]
    assert one["conditions"] == list(PRACTICES["themed_tea"].conditions)
    assert one["examples"][0]["place"] == "Bassenge (Belgique)"


def test_the_list_is_read_page_by_page(sign_in: SignIn) -> None:
    client, read, after = sign_in("claire"), [], ""
    while after is not None:
        page = client.get("/api/v1/practices", params={"limit": 9, "after": after}).json()
        read += [item["slug"] for item in page["items"]]
        after = page["next"]
    assert read == list(PRACTICES)


@pytest.mark.parametrize(
    "query", ["axis=nothing", "lever=nothing", "step=5", "unknown=1", f"q={'a' * 101}", "limit=501"]
)
def test_a_question_that_does_not_exist_is_refused(sign_in: SignIn, query: str) -> None:
    answer = sign_in("claire").get(f"/api/v1/practices?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].rpartition("/")[2] in {query.split("=")[0], "_"}


@pytest.mark.parametrize("address", ["/api/v1/practices/nothing", "/pratiques/nothing"])
def test_a_practice_that_does_not_exist(sign_in: SignIn, address: str) -> None:
    assert sign_in("claire").get(address).status_code == 404


@pytest.mark.parametrize("address", ["/leviers", "/pratiques", "/pratiques/themed_tea", "/fiches"])
def test_who_works_in_one_school_keeps_its_navigation(sign_in: SignIn, address: str) -> None:
    assert f'href="/ecoles/{A}/saisie"' in sign_in("lea").get(address).text
    assert "main-nav" not in sign_in("ines").get(address).text


def test_the_page_finds_what_the_api_finds(sign_in: SignIn) -> None:
    """A form sends its empty boxes too."""
    page = sign_in("claire").get("/pratiques?q=cafe+parents&step=come&axis=&lever=&effort=light").text
    assert "Café des parents" in page
    assert "Des parents formés" not in page
    assert '<option value="light" selected>' in page
    assert "<details" in page
    assert " open>" in page


def test_a_search_that_finds_nothing_says_what_to_do(sign_in: SignIn) -> None:
    page = sign_in("claire").get("/pratiques?q=zeppelin").text
    assert "Aucune pratique ne répond à tout." in page


@pytest.mark.parametrize("slug", PRACTICES)
def test_each_practice_has_its_page(sign_in: SignIn, slug: str) -> None:
    from html import unescape

    page = unescape(sign_in("ines").get(f"/pratiques/{slug}").text)
    practice = PRACTICES[slug]
    assert all(told in page for told in (practice.context, *practice.conditions, *practice.means))
    assert f"{practice.step.number} · {practice.step.label}" in page


def test_the_page_of_levers_names_each_practice_once(sign_in: SignIn) -> None:
    page = sign_in("paul").get("/leviers").text
    assert [page.count(f'href="/pratiques/{slug}"') for slug in PRACTICES] == [1] * len(PRACTICES)
