"""The sessions of shared analysis, through the verbs and both doors."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.domain.school_year import SchoolYear, Term
from app.errors import Conflict, Stale
from app.measurements.models import SharedAnalysisIn
from app.measurements.service import series_of_school, verify_totals
from app.measurements.session_queries import analyses_of_school
from app.measurements.sessions import delete_shared_analysis, hold_shared_analysis, revise_shared_analysis
from app.schools.models import CalendarIn
from app.schools.service import set_term_dates
from tests.world import T1, YEAR, A, World, form

SignIn = Callable[[str], TestClient]
SESSIONS = f"/api/v1/schools/{A}/shared-analyses"
PAGES = f"/ecoles/{A}/analyse-partagee"
HELD: dict[str, Any] = {"held_on": "2026-11-19", "representatives_present": 6, "representatives_elected": 9}
TYPED = {"held_on": "19/11/2026", "representatives_present": "6", "representatives_elected": "9"}
LAST_T3 = "2025-2026-T3"


def held(**changes: Any) -> SharedAnalysisIn:
    return SharedAnalysisIn.model_validate(HELD | changes)


def counts(db: Session, world: World) -> dict[str, int | None]:
    found = series_of_school(db, world.a).get("shared_analysis", {})
    return {term: total.figure.rate.counted if total.figure.rate else None for term, total in found.items()}


def test_each_session_counts_once_in_its_term(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    hold_shared_analysis(db, claire, A, held())
    second = hold_shared_analysis(db, claire, A, held(held_on="2026-10-02"))
    assert counts(db, world) == {T1: 2}
    revise_shared_analysis(db, claire, A, second.id, held(held_on="2026-06-12"), 1)
    assert counts(db, world) == {T1: 1, LAST_T3: 1}
    with pytest.raises(Stale):
        delete_shared_analysis(db, claire, A, second.id, 1)
    delete_shared_analysis(db, claire, A, second.id, 2)
    assert counts(db, world) == {T1: 1, LAST_T3: None}
    assert verify_totals(db) == []
    verbs = [event.verb.removeprefix("shared_analysis.") for event in audit_chain(db, world.a.id)]
    assert verbs == ["held", "held", "revised", "deleted"]


def test_a_calendar_that_would_move_a_session_is_refused(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    hold_shared_analysis(db, claire, A, held())
    dates = CalendarIn(t1_last=date(2026, 11, 1), t2_last=date(2027, 4, 18))
    with pytest.raises(Conflict):
        set_term_dates(db, claire, A, SchoolYear(YEAR), dates, 0)


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2000-01-01", "2000-08-31"])
def test_a_session_before_the_years_that_are_known_is_refused(sign_in: SignIn, day: str) -> None:
    refused = sign_in("lea").post(SESSIONS, json=HELD | {"held_on": day})
    assert refused.status_code == 422
    assert [(found["pointer"], found["code"]) for found in refused.json()["errors"]] == [
        ("/held_on", "too_old")
    ]


def test_a_session_through_json(sign_in: SignIn) -> None:
    lea = sign_in("lea")
    made = lea.post(SESSIONS, json=HELD)
    assert (made.status_code, made.headers["ETag"], made.json()["term"]) == (201, '"1"', Term(T1))
    url = f"{SESSIONS}/{made.json()['id']}"
    change = HELD | {"remarks": "Plus de rencontres le soir."}
    assert lea.put(url, json=change).status_code == 428
    assert lea.put(url, json=change, headers={"If-Match": '"1"'}).json()["version"] == 2
    assert lea.put(url, json=change, headers={"If-Match": '"1"'}).status_code == 412
    lea.post(SESSIONS, json=HELD | {"held_on": "2026-06-12"})
    first = lea.get(SESSIONS, params={"limit": 1}).json()
    rest = lea.get(SESSIONS, params={"after": first["next"]}).json()
    assert [row["held_on"] for row in first["items"] + rest["items"]] == ["2026-11-19", "2026-06-12"]
    assert len(lea.get(SESSIONS, params={"term": T1}).json()["items"]) == 1
    assert lea.delete(url, headers={"If-Match": '"2"'}).status_code == 204
    assert lea.get(url).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"held_on": "2026-11-22"}, "/held_on"),
        ({"held_on": "0026-11-19"}, "/held_on"),
        ({"held_on": "19/11/2026"}, "/held_on"),
        ({"representatives_present": 19}, "/representatives_elected"),
        ({"representatives_present": -1}, "/representatives_present"),
        ({"representatives_elected": 10**30}, "/representatives_elected"),
        ({"remarks": "Avec \x00"}, "/remarks"),
        ({"names": "Mme X"}, "/names"),
    ],
)
def test_bad_bodies_name_the_field(
    sign_in: SignIn, db: Session, world: World, change: dict[str, Any], pointer: str
) -> None:
    answer = sign_in("claire").post(SESSIONS, json=HELD | change)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert analyses_of_school(db, world.a.id) == []


def test_a_session_through_the_pages(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    block = f"/ecoles/{A}/saisie/{T1}?ok=shared_analysis#shared_analysis"
    assert form(claire, f"{PAGES}/nouvelle", **TYPED).headers["location"] == block
    (row,) = analyses_of_school(db, world.a.id)
    url = f"{PAGES}/{row.id}"
    assert 'value="19/11/2026"' in claire.get(url).text
    assert form(claire, url, **TYPED | {"representatives_present": "7", "version": "1"}).status_code == 303
    stale = form(claire, url, **TYPED | {"representatives_present": "8", "version": "1"})
    assert (stale.status_code, 'value="8"' in stale.text) == (409, True)
    assert form(claire, f"{url}/supprimer", version="1").status_code == 409
    assert form(claire, f"{url}/supprimer", version="2").status_code == 303
    assert counts(db, world) == {T1: None}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("held_on", "31/02/2026"),
        ("held_on", "22/11/2026"),
        ("held_on", ""),
        ("representatives_present", "12,5"),
        ("representatives_present", "-1"),
        ("representatives_elected", "2"),
        ("remarks", "a\x00b"),
    ],
)
def test_a_mistake_keeps_what_was_typed(
    sign_in: SignIn, db: Session, world: World, name: str, typed: str
) -> None:
    answer = form(sign_in("claire"), f"{PAGES}/nouvelle", **TYPED | {name: typed})
    assert answer.status_code == 422
    assert f'id="f-{name}-error"' in answer.text
    assert typed.replace("\x00", "") in answer.text.replace("\x00", "")
    assert analyses_of_school(db, world.a.id) == []
