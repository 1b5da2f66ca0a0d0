"""A school's year, its term dates and its indicators through the verbs and both doors."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.domain.indicators import INDICATORS
from app.domain.school_year import SchoolYear, Term
from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.schools import service
from app.schools.models import CalendarIn, ProfileIn, TrackedIn
from app.schools.queries import profile_at, profile_of
from app.schools.service import (
    add_own_indicator,
    calendar_for,
    confirm_profile,
    follow_indicator,
    indicators_of,
    set_term_dates,
    stop_indicator,
)
from tests.world import LAST_YEAR, T1, T2, T3, YEAR, A, B, World, form

SignIn = Callable[[str], TestClient]
HERE = f"/api/v1/schools/{A}"
THIS, LAST = SchoolYear(YEAR), SchoolYear(LAST_YEAR)
DATES = {"t1_last": "2027-01-03", "t2_last": "2027-04-18"}
OWN = {"label": "Familles venues à la fête", "counted_label": "familles venues"}


# --- the year ------------------------------------------------------------------------------------------


def test_confirming_the_year_leaves_one_event(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    row = confirm_profile(db, claire, A, THIS, ProfileIn(pupils=201, classes=9, families=155), 1)
    assert (row.pupils, row.is_confirmed, row.figures_year, row.version) == (201, True, YEAR, 2)
    (event,) = audit_chain(db, world.a.id)
    assert (event.verb, event.target) == ("profile.confirmed", f"profile:{YEAR}")
    assert event.before is not None
    assert event.before["pupils"] == 196
    with pytest.raises(Stale):
        confirm_profile(db, claire, A, THIS, ProfileIn(pupils=1), 1)


def test_a_new_year_takes_what_the_directory_says_from_the_year_before(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    before = profile_of(db, world.a.id, YEAR)
    assert before is not None
    row = confirm_profile(db, claire, A, THIS.next, ProfileIn(pupils=180), 0)
    assert (row.circonscription_id, row.type, row.sector) == (
        before.circonscription_id,
        before.type,
        before.sector,
    )
    assert (row.pupils, row.classes, row.version) == (180, None, 1)
    assert profile_of(db, world.a.id, YEAR).pupils == 196  # type: ignore[union-attr]  # None would fail the test as it should


def test_a_past_year_never_moves(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    for year in (LAST, THIS.next.next):
        with pytest.raises(Conflict):
            confirm_profile(db, claire, A, year, ProfileIn(pupils=1), 1)
        with pytest.raises(Conflict):
            set_term_dates(db, claire, A, year, CalendarIn.model_validate(DATES), 0)


@pytest.mark.parametrize(
    ("person", "refusal"),
    [("lea", Forbidden), ("ines", Forbidden), ("rita", Forbidden), ("karim", NotFound), ("paul", NotFound)],
)
def test_only_the_head_teacher_writes_the_year(
    db: Session, world: World, person: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        confirm_profile(db, world.actor(db, person), A, THIS, ProfileIn(pupils=1), 1)


# --- the dates -----------------------------------------------------------------------------------------


def test_a_school_sets_its_own_dates(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    assert calendar_for(db, world.a, THIS).to_confirm
    row = set_term_dates(db, claire, A, THIS, CalendarIn.model_validate(DATES), 0)
    calendar = calendar_for(db, world.a, THIS)
    assert not calendar.to_confirm
    assert calendar.dates(Term(T2)) == (date(2027, 1, 4), date(2027, 4, 18))
    later = CalendarIn.model_validate(DATES | {"t2_last": "2027-04-25"})
    assert set_term_dates(db, claire, A, THIS, later, row.version).version == 2
    with pytest.raises(Stale):
        set_term_dates(db, claire, A, THIS, later, 0)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"t1_last": "2026-08-31"}, ["t1_last"]),
        ({"t2_last": "2027-08-31"}, ["t2_last"]),
        ({"t2_last": "2027-01-03"}, ["t2_last"]),
        ({"t1_last": "2020-01-01", "t2_last": "2030-01-01"}, ["t1_last", "t2_last"]),
    ],
)
def test_terms_follow_each_other_inside_the_year(
    db: Session, world: World, change: dict[str, str], fields: list[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        set_term_dates(db, world.actor(db, "claire"), A, THIS, CalendarIn.model_validate(DATES | change), 0)
    assert [error.field for error in refusal.value.errors] == fields


@pytest.fixture
def moving_events(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    answers: list[int] = []
    monkeypatch.setattr(service, "CALENDAR_WATCHERS", [lambda db, school, calendar: sum(answers)])
    return answers


def test_dates_that_would_move_an_event_are_refused(
    db: Session, world: World, moving_events: list[int]
) -> None:
    claire = world.actor(db, "claire")
    moving_events.append(2)
    with pytest.raises(Conflict, match="2 rendez-vous déjà enregistrés changeraient de trimestre"):
        set_term_dates(db, claire, A, THIS, CalendarIn.model_validate(DATES), 0)
    moving_events.clear()
    set_term_dates(db, claire, A, THIS, CalendarIn.model_validate(DATES), 0)


# --- indicators ----------------------------------------------------------------------------------------


def test_a_pack_indicator_counts_from_the_start_of_the_year(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    row = follow_indicator(db, claire, A, "seats_filled")
    assert (row.since_term, row.until_term) == (T1, None)
    assert "seats_filled" in indicators_of(db, world.a, Term(T1))
    assert "seats_filled" not in indicators_of(db, world.a, LAST.terms[2])
    assert follow_indicator(db, claire, A, "seats_filled").version == 1
    assert len(audit_chain(db, world.a.id)) == 1


def test_stopping_counts_from_this_term_and_can_be_taken_back(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    row = follow_indicator(db, claire, A, "class_meetings")
    stopped = stop_indicator(db, claire, A, "class_meetings", row.version)
    assert (stopped.until_term, stopped.version) == (LAST.terms[2], 2)
    assert "class_meetings" not in indicators_of(db, world.a, Term(T1))
    assert stop_indicator(db, claire, A, "class_meetings", 2).version == 2
    assert follow_indicator(db, claire, A, "class_meetings").until_term is None
    assert "class_meetings" in indicators_of(db, world.a, Term(T1))


@pytest.mark.parametrize("slug", ["visits", "election_turnout"])
def test_the_five_of_the_sheet_are_always_on(db: Session, world: World, slug: str) -> None:
    claire = world.actor(db, "claire")
    with pytest.raises(Conflict):
        stop_indicator(db, claire, A, slug, 1)
    with pytest.raises(Conflict):
        follow_indicator(db, claire, A, slug)


def test_an_own_indicator_is_named_after_its_label(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    row = add_own_indicator(
        db, claire, A, TrackedIn.model_validate(OWN | {"out_of_label": "familles de l’école"})
    )
    assert row.slug == "own-familles-venues-a-la-fete"
    found = indicators_of(db, world.a, Term(T1))[row.slug]
    assert (found.title, found.is_rate, found.is_own, found.unit) == (
        OWN["label"],
        True,
        True,
        ("famille", "familles"),
    )
    for taken in ("FAMILLES venues a la fête !", INDICATORS["class_meetings"].title):
        with pytest.raises(Invalid):
            add_own_indicator(db, claire, A, TrackedIn.model_validate(OWN | {"label": taken}))
    long = "Familles venues au moins une fois à la bibliothèque pendant "
    slugs = {
        add_own_indicator(db, claire, A, TrackedIn.model_validate(OWN | {"label": label})).slug
        for label in (long + "l’année", long + "l’été", "???", "!!!")[:3]
    }
    assert len(slugs) == 3
    assert all(len(slug) <= 60 and slug.startswith("own-") for slug in slugs)


def test_what_is_in_no_catalogue_does_not_exist(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    with pytest.raises(NotFound):
        follow_indicator(db, claire, A, "nothing")
    with pytest.raises(NotFound):
        stop_indicator(db, claire, A, "seats_filled", 1)
    add_own_indicator(db, claire, A, TrackedIn.model_validate(OWN))
    with pytest.raises(NotFound):
        follow_indicator(db, world.actor(db, "karim"), B, "own-familles-venues-a-la-fete")


# --- the JSON door -------------------------------------------------------------------------------------


def test_the_catalogues(sign_in: SignIn) -> None:
    ines = sign_in("ines")
    indicators = ines.get("/api/v1/indicators").json()["items"]
    assert [item["slug"] for item in indicators] == list(INDICATORS)
    assert indicators[0]["unit"] == {"one": "élève", "many": "élèves"}
    framework = ines.get("/api/v1/framework").json()
    assert {
        "slug": "rights",
        "label": "Rendre effectifs les droits d’information et d’expression des parents",
    } in (framework["axes"])
    assert all(entries for entries in framework.values())


@pytest.mark.parametrize(
    ("person", "seen"),
    [("claire", [A]), ("ines", [A]), ("paul", [B]), ("rita", [A, B]), ("admin", [A, B])],
)
def test_each_sees_their_schools(sign_in: SignIn, person: str, seen: list[str]) -> None:
    answer = sign_in(person).get("/api/v1/schools").json()
    assert [school["uai"] for school in answer["items"]] == seen
    assert answer["next"] is None


def test_schools_page_by_page_and_by_territory(sign_in: SignIn) -> None:
    rita = sign_in("rita")
    first = rita.get("/api/v1/schools", params={"limit": 1}).json()
    assert ([school["uai"] for school in first["items"]], first["next"]) == ([A], A)
    rest = rita.get("/api/v1/schools", params={"limit": 1, "after": first["next"]}).json()
    assert ([school["uai"] for school in rest["items"]], rest["next"]) == ([B], None)
    for code, seen in (("0990901A", [B]), ("099", [A, B]), ("A99", [A, B])):
        found = rita.get("/api/v1/schools", params={"territory": code}).json()["items"]
        assert [school["uai"] for school in found] == seen, code
    assert rita.get("/api/v1/schools", params={"territory": "24"}).status_code == 404


def test_a_school_and_its_circonscription(sign_in: SignIn) -> None:
    found = sign_in("ines").get(HERE).json()
    assert (found["uai"], found["pupils"], found["year"]) == (A, 196, YEAR)
    assert (found["circonscription"], found["circonscription_code"]) == ("Val-des-Tilleuls", "0990900Z")


def test_a_year_over_json(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    this, coming = f"{HERE}/profiles/{YEAR}", f"{HERE}/profiles/{THIS.next}"
    assert claire.get(this).headers["etag"] == '"1"'
    assert claire.put(this, json={"pupils": 200}).status_code == 428
    assert claire.put(this, json={"pupils": 200}, headers={"If-None-Match": "*"}).status_code == 412
    answer = claire.put(this, json={"pupils": 200, "classes": 9}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"], answer.json()["is_confirmed"]) == (200, '"2"', True)
    assert claire.get(coming).status_code == 404
    assert claire.put(coming, json={"pupils": 190}, headers={"If-Match": '"1"'}).status_code == 412
    assert (
        claire.put(coming, json={"pupils": 190}, headers={"If-None-Match": "*"}).json()["type"]
        == "elementary"
    )
    assert claire.put(f"{HERE}/profiles/{LAST_YEAR}", json={}, headers={"If-Match": '"1"'}).status_code == 409
    assert claire.get(f"{HERE}/profiles/2026-2028").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"pupils": -1},
        {"pupils": 10**30},
        {"pupils": 12.5},
        {"pupils": "12"},
        {"type": "primary"},
        {"has_ulis": 1},
    ],
)
def test_a_bad_year_names_its_field(sign_in: SignIn, body: dict[str, Any]) -> None:
    answer = sign_in("claire").put(f"{HERE}/profiles/{YEAR}", json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(body))}"


def test_a_calendar_over_json(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    url = f"{HERE}/calendar/{YEAR}"
    usual = claire.get(url).json()
    assert (usual["to_confirm"], usual["is_own"], usual["version"]) == (True, False, 0)
    assert usual["terms"][0] == {"term": T1, "first_day": "2026-09-01", "last_day": "2026-12-31"}
    answer = claire.put(url, json=DATES, headers={"If-None-Match": "*"})
    assert (answer.json()["is_own"], answer.headers["etag"]) == (True, '"1"')
    assert claire.get(url).json()["terms"][2] == {
        "term": T3,
        "first_day": "2027-04-19",
        "last_day": "2027-08-31",
    }
    bad = claire.put(url, json=DATES | {"t2_last": "2026-10-01"}, headers={"If-Match": '"1"'})
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/t2_last")


def test_indicators_over_json(sign_in: SignIn) -> None:
    claire, lea = sign_in("claire"), sign_in("lea")
    url = f"{HERE}/indicators"
    assert len(lea.get(url).json()["items"]) == 5
    on = claire.put(f"{url}/seats_filled")
    assert (on.status_code, on.headers["etag"], on.json()["is_followed"]) == (200, '"1"', True)
    added = claire.post(url, json=OWN)
    assert (added.status_code, added.json()["is_own"], added.json()["out_of"]) == (201, True, None)
    assert [item["slug"] for item in lea.get(url).json()["items"]][5:] == [
        "seats_filled",
        added.json()["slug"],
    ]
    assert claire.delete(f"{url}/seats_filled").status_code == 428
    off = claire.delete(f"{url}/seats_filled", headers={"If-Match": '"1"'}).json()
    assert (off["is_followed"], off["until_term"]) == (False, LAST.terms[2])
    assert claire.delete(f"{url}/visits", headers={"If-Match": '"0"'}).status_code == 409


# --- the pages -----------------------------------------------------------------------------------------

RENTREE = f"/ecoles/{A}/rentree/{YEAR}"
INDICATORS_PAGE = f"/ecoles/{A}/indicateurs"


def test_the_year_through_the_page(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    assert claire.get(f"/ecoles/{A}/rentree").headers["location"] == RENTREE
    page = claire.get(RENTREE).text
    assert 'value="196"' in page
    assert "à confirmer" in page
    assert "Val-des-Tilleuls" in page
    sent = form(claire, RENTREE, pupils="1 201", classes="9", families="", has_ulis="true", version="1")
    assert sent.headers["location"] == f"{RENTREE}?ok=chiffres"
    found = profile_at(db, world.a.id, YEAR)
    assert found is not None
    assert (found.pupils, found.families, found.has_ulis) == (1201, None, True)
    assert "confirmé par l’école" in claire.get(f"{RENTREE}?ok=chiffres").text


@pytest.mark.parametrize("typed", ["-1", "12,5", "1_0", "18.500,00", "cent", "6000"])
def test_a_mistake_keeps_what_was_typed(sign_in: SignIn, db: Session, world: World, typed: str) -> None:
    answer = form(sign_in("claire"), RENTREE, pupils=typed, classes="9", version="1")
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert 'id="f-pupils-error"' in answer.text
    assert profile_at(db, world.a.id, YEAR).version == 1  # type: ignore[union-attr]  # None would fail the test as it should


def test_two_people_at_once_are_told(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    form(claire, RENTREE, pupils="200", version="1")
    late = form(claire, RENTREE, pupils="210", version="1")
    assert late.status_code == 422
    assert 'value="210"' in late.text
    assert "entre-temps" in late.text
    assert "200 élèves" in late.text
    assert "210 élèves" in late.text
    assert 'name="version" value="2"' in late.text


def test_the_dates_through_the_page(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    page = claire.get(RENTREE).text
    assert "du 1er septembre 2026 au 31 décembre 2026" in page
    assert 'value="31/12/2026"' in page
    wrong = form(claire, f"{RENTREE}/calendrier", t1_last="3/1/2027", t2_last="31/02/2027", version="0")
    assert wrong.status_code == 422
    assert "Écrivez une date qui existe" in wrong.text
    assert 'value="31/02/2027"' in wrong.text
    sent = form(claire, f"{RENTREE}/calendrier", t1_last="3/1/2027", t2_last="18/04/2027", version="0")
    assert sent.headers["location"] == f"{RENTREE}?ok=dates#dates"
    assert calendar_for(db, world.a, THIS).t2_last == date(2027, 4, 18)


def test_a_past_year_and_a_teacher_only_read(sign_in: SignIn) -> None:
    for client, url in ((sign_in("lea"), RENTREE), (sign_in("claire"), f"/ecoles/{A}/rentree/{LAST_YEAR}")):
        page = client.get(url)
        assert page.status_code == 200
        assert "<dd>196</dd>" in page.text
        assert "Enregistrer" not in page.text
    assert "Suivre<" not in sign_in("lea").get(INDICATORS_PAGE).text
    assert sign_in("claire").get(f"/ecoles/{A}/rentree/2026").status_code == 404


def test_a_year_before_all_years_says_so(sign_in: SignIn) -> None:
    assert "Rien n’est connu de l’école" in sign_in("claire").get(f"/ecoles/{A}/rentree/2020-2021").text


def test_indicators_through_the_page(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    page = claire.get(INDICATORS_PAGE).text
    assert page.count("toujours suivi") == 5
    assert page.count("/suivre") == len(INDICATORS) - 5
    sent = form(claire, f"{INDICATORS_PAGE}/seats_filled/suivre")
    assert sent.headers["location"] == f"{INDICATORS_PAGE}?ok=suivi#seats_filled"
    assert "/seats_filled/arreter" in claire.get(INDICATORS_PAGE).text
    late = form(claire, f"{INDICATORS_PAGE}/seats_filled/arreter", version="7")
    assert (late.status_code, "entre-temps" in late.text) == (409, True)
    form(claire, f"{INDICATORS_PAGE}/seats_filled/arreter", version="1")
    assert "Reprendre" in claire.get(INDICATORS_PAGE).text
    assert form(claire, INDICATORS_PAGE, **OWN, unit_one="famille", unit_many="familles").status_code == 303
    assert OWN["label"] in claire.get(INDICATORS_PAGE).text
    again = form(claire, INDICATORS_PAGE, **OWN)
    assert again.status_code == 422
    assert "déjà dans la liste" in again.text


@pytest.mark.parametrize("url", [RENTREE, INDICATORS_PAGE])
def test_a_page_takes_the_same_queries_however_much_there_is(
    sign_in: SignIn, db: Session, world: World, count_queries: Any, url: str
) -> None:
    claire = sign_in("claire")
    with count_queries() as few:
        claire.get(url)
    for slug in list(INDICATORS)[5:15]:
        follow_indicator(db, world.actor(db, "claire"), A, slug)
    with count_queries() as many:
        claire.get(url)
    assert len(few) == len(many) <= 20
