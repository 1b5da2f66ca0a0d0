"""The yearly election through its verb and both doors."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.accounts.models import SchoolMembership
from app.domain.school_year import Term
from app.domain.uai import expected_letter
from app.domain.vocabulary import Role, Sector, Status
from app.elections.models import Election, ElectionIn
from app.elections.service import delete_election, record_election, seen_election
from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.measurements.service import series_of_school, verify_totals
from app.schools.models import SchoolYearProfile
from tests.world import LAST_YEAR, NOW, T1, YEAR, A, World, add_school, form

SignIn = Callable[[str], TestClient]
ELECTIONS = f"/api/v1/schools/{A}/elections"
PAGE = f"/ecoles/{A}/election/{YEAR}"
NEIGHBOUR = "0990012" + expected_letter("0990012")
WRONG = "0990012" + ("B" if NEIGHBOUR.endswith("A") else "A")
FCPE = {"name": "FCPE", "category": "fcpe", "votes": 100}
LOCAL = {"name": "Parents de l’école", "category": "local_association", "votes": 50}
BALLOT: dict[str, Any] = {
    "held_on": "2026-10-09",
    "voting_modes": ["in_person", "by_post"],
    "registered": 362,
    "voters": 159,
    "blank_null": 9,
    "seats": 9,
    "lists": [FCPE, LOCAL],
}
TYPED: dict[str, Any] = {
    "held_on": "09/10/2026",
    "voting_modes": ["in_person"],
    "registered": "1 362",
    "voters": "1\u202f159",
    "blank_null": "9",
    "seats": "9",
    "lists-0-name": "FCPE",
    "lists-0-category": "fcpe",
    "lists-0-votes": "1100",
    "lists-1-name": "",
    "lists-1-category": "",
    "lists-1-votes": "",
    "version": "0",
}
NEW = {"If-None-Match": "*"}


def ballot(**changes: Any) -> ElectionIn:
    return ElectionIn.model_validate(BALLOT | changes)


def figures(db: Session, world: World, year: str = YEAR) -> dict[str, tuple[Status, int | None, int | None]]:
    term = Term(f"{year}-T1")
    found = {}
    for slug, totals in series_of_school(db, world.a).items():
        if term in totals:
            figure = totals[term].figure
            rate = figure.rate
            found[slug] = (figure.status, rate.counted if rate else None, rate.out_of if rate else None)
    return found


# --- the verb ------------------------------------------------------------------------------------------


def test_one_result_feeds_three_figures_and_leaves_one_event(db: Session, world: World) -> None:
    row = record_election(db, world.actor(db, "claire"), A, YEAR, ballot())
    seen = seen_election(db, world.actor(db, "claire"), world.a, row)
    assert (seen.valid, seen.seats_filled, seen.warnings) == (150, 9, [])
    assert [(one.name, one.seats) for one in seen.lists] == [("FCPE", 6), ("Parents de l’école", 3)]
    assert figures(db, world) == {
        "election_turnout": (Status.VALUE, 159, 362),
        "seats_filled": (Status.VALUE, 9, 9),
        "blank_null_votes": (Status.VALUE, 9, 159),
    }
    (event,) = audit_chain(db, world.a.id)
    assert (event.verb, event.target) == ("election.recorded", f"election:{YEAR}")
    assert event.after is not None
    assert [one["name"] for one in event.after["lists"]] == ["FCPE", "Parents de l’école"]


def test_a_correction_corrects_the_figures_and_keeps_the_history(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    row = record_election(db, claire, A, YEAR, ballot())
    with pytest.raises(Stale):
        record_election(db, claire, A, YEAR, ballot())
    record_election(db, claire, A, YEAR, ballot(voters=160, blank_null=10), row.version)
    assert figures(db, world)["election_turnout"] == (Status.VALUE, 160, 362)
    assert [event.verb for event in audit_chain(db, world.a.id)] == [
        "election.recorded",
        "election.corrected",
    ]
    assert verify_totals(db) == []


def test_a_deleted_result_feeds_nothing(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    record_election(db, claire, A, YEAR, ballot())
    with pytest.raises(Stale):
        delete_election(db, claire, A, YEAR, 2)
    delete_election(db, claire, A, YEAR, 1)
    assert {status for status, _, _ in figures(db, world).values()} == {Status.NOT_MEASURED}
    assert db.get(Election, (world.a.id, YEAR)) is None
    record_election(db, claire, A, YEAR, ballot())
    assert figures(db, world)["election_turnout"] == (Status.VALUE, 159, 362)
    assert verify_totals(db) == []


def test_without_a_list_seats_are_filled_by_lots(db: Session, world: World) -> None:
    drawn = ElectionIn.model_validate(
        {"held_on": "2026-10-09", "no_ballot": True, "lots_drawn": True, "seats": 9, "seats_filled": 4}
    )
    row = record_election(db, world.actor(db, "claire"), A, YEAR, drawn)
    assert (row.registered, row.voters) == (None, 0)
    assert figures(db, world) == {
        "election_turnout": (Status.NOT_APPLICABLE, None, None),
        "seats_filled": (Status.VALUE, 4, 9),
        "blank_null_votes": (Status.NOT_APPLICABLE, None, None),
    }


def test_the_remaining_seats_can_be_drawn_too(db: Session, world: World) -> None:
    short = ballot(lists=[FCPE | {"votes": 150, "candidates": 7}], lots_drawn=True, seats_filled=9)
    seen = seen_election(
        db, world.actor(db, "claire"), world.a, record_election(db, world.actor(db, "claire"), A, YEAR, short)
    )
    assert (seen.lists[0].seats, seen.seats_filled, seen.warnings) == (7, 9, [])


def test_grouped_schools_type_the_figures_once(db: Session, world: World) -> None:
    elsewhere = ElectionIn.model_validate({"held_on": "2026-10-09", "held_with": NEIGHBOUR.lower()})
    row = record_election(db, world.actor(db, "claire"), A, YEAR, elsewhere)
    assert row.held_with == NEIGHBOUR
    assert {status for status, _, _ in figures(db, world).values()} == {Status.NOT_APPLICABLE}


def test_seats_are_as_many_as_classes_when_nobody_says(db: Session, world: World) -> None:
    unsaid = {name: value for name, value in BALLOT.items() if name != "seats"}
    row = record_election(db, world.actor(db, "claire"), A, YEAR, ElectionIn.model_validate(unsaid))
    assert row.seats == 9


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"lists": [FCPE | {"seats": 5}, LOCAL | {"seats": 4}]},
            ["5 sièges au procès-verbal, 6 par", "4 si"],
        ),
        ({"lists": [FCPE]}, ["il en manque 50"]),
        ({"seats": 8}, ["8 sièges à pourvoir pour 9 classes"]),
        ({"seats_filled": 7}, ["7 sièges pourvus, alors que les listes en ont 9"]),
    ],
)
def test_what_looks_odd_is_told_and_kept(
    db: Session, world: World, change: dict[str, Any], words: list[str]
) -> None:
    row = record_election(db, world.actor(db, "claire"), A, YEAR, ballot(**change))
    told = seen_election(db, world.actor(db, "claire"), world.a, row).warnings
    assert len(told) == len(words)
    assert all(word in sentence for word, sentence in zip(words, told, strict=True))


def test_level_lists_ask_for_the_seats(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    level = [FCPE | {"votes": 75}, LOCAL | {"votes": 75}]
    with pytest.raises(Invalid) as refusal:
        record_election(db, claire, A, YEAR, ballot(lists=level))
    assert [error.pointer for error in refusal.value.errors] == ["/lists/0/seats", "/lists/1/seats"]
    said = [level[0] | {"seats": 5}, level[1] | {"seats": 4}]
    seen = seen_election(
        db, world.actor(db, "claire"), world.a, record_election(db, claire, A, YEAR, ballot(lists=said))
    )
    assert ([one.seats for one in seen.lists], seen.warnings) == ([5, 4], [])


def test_a_private_school_is_told_it_is_not_concerned(db: Session, world: World, sign_in: SignIn) -> None:
    private = add_school(db, "0990003Z", "École Sainte-Anne", None, sector=Sector.PRIVATE)
    db.add(
        SchoolMembership(
            school_id=private.id, user_id=world.users["claire"].id, role=Role.HEAD_TEACHER, started_at=NOW
        )
    )
    db.flush()
    with pytest.raises(Conflict) as refusal:
        record_election(db, world.actor(db, "claire"), "0990003Z", YEAR, ballot())
    assert refusal.value.code == "private_school"
    page = sign_in("claire").get(f"/ecoles/0990003Z/election/{YEAR}").text
    assert "concerne les écoles publiques" in page
    assert "<form class" not in page


@pytest.mark.parametrize(("name", "error"), [("lea", Forbidden), ("ines", Forbidden), ("karim", NotFound)])
def test_only_the_head_teacher_writes(db: Session, world: World, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        record_election(db, world.actor(db, name), A, YEAR, ballot())


# --- the JSON door -------------------------------------------------------------------------------------


def test_a_result_through_json(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    url = f"{ELECTIONS}/{YEAR}"
    assert claire.put(url, json=BALLOT).status_code == 428
    assert claire.get(url).status_code == 404
    made = claire.put(url, json=BALLOT, headers=NEW)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert made.json()["lists"][0]["computed_seats"] == 6
    assert claire.put(url, json=BALLOT, headers=NEW).status_code == 412
    changed = claire.put(url, json=BALLOT | {"voters": 160}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"], changed.json()["valid"]) == (200, '"2"', 151)
    assert claire.put(url, json=BALLOT, headers={"If-Match": '"1"'}).status_code == 412
    assert claire.put(url, json=BALLOT, headers=NEW | {"If-Match": '"2"'}).status_code == 200
    claire.put(f"{ELECTIONS}/{LAST_YEAR}", json=BALLOT | {"held_on": "2025-10-10"}, headers=NEW)
    listed = claire.get(ELECTIONS, params={"limit": 1}).json()
    assert ([row["year"] for row in listed["items"]], listed["next"]) == ([LAST_YEAR], LAST_YEAR)
    rest = claire.get(ELECTIONS, params={"after": listed["next"]}).json()
    assert ([row["year"] for row in rest["items"]], rest["next"]) == ([YEAR], None)
    assert claire.delete(url).status_code == 428
    assert claire.delete(url, headers={"If-Match": '"3"'}).status_code == 204
    assert claire.get(url).status_code == 404


def test_an_inspector_reads_the_years_that_were_theirs(sign_in: SignIn, db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    record_election(db, claire, A, LAST_YEAR, ballot(held_on="2025-10-10"))
    record_election(db, claire, A, YEAR, ballot())
    profile = db.get(SchoolYearProfile, (world.a.id, LAST_YEAR))
    assert profile is not None
    profile.circonscription_id = world.territories["coast"].id
    db.flush()
    ines, paul = sign_in("ines"), sign_in("paul")
    assert [row["year"] for row in ines.get(ELECTIONS).json()["items"]] == [YEAR]
    assert ines.get(f"{ELECTIONS}/{YEAR}").status_code == 200
    assert ines.get(f"{ELECTIONS}/{LAST_YEAR}").status_code == 404
    assert paul.get(f"{ELECTIONS}/{LAST_YEAR}").status_code == 200
    assert paul.get(f"{ELECTIONS}/{YEAR}").status_code == 404
    page = ines.get(f"/ecoles/{A}/election/{YEAR}").text
    assert f"/ecoles/{A}/election/{YEAR}" in page
    assert f"/ecoles/{A}/election/{LAST_YEAR}" not in page, "a link that would answer 404"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"registered": -1}, "/registered"),
        ({"registered": 0, "voters": 0, "blank_null": 0}, "/registered"),
        ({"registered": 10**30}, "/registered"),
        ({"voters": 12.5}, "/voters"),
        ({"voters": "159"}, "/voters"),
        ({"voters": None}, "/voters"),
        ({"voters": 363}, "/voters"),
        ({"blank_null": 160}, "/blank_null"),
        ({"held_on": "2027-09-09"}, "/held_on"),
        ({"held_on": "2026-11-22"}, "/held_on"),
        ({"held_on": "2025-10-09"}, "/held_on"),
        ({"held_on": "2026-02-31"}, "/held_on"),
        ({"seats": 0}, "/seats"),
        ({"seats_filled": 10}, "/seats_filled"),
        ({"lots_drawn": True}, "/seats_filled"),
        ({"lists": []}, "/seats_filled"),
        ({"lists": [FCPE, LOCAL | {"votes": 51}]}, "/lists/1/votes"),
        ({"lists": [FCPE, LOCAL | {"name": "Fcpe"}]}, "/lists/1/name"),
        ({"lists": [FCPE, LOCAL | {"seats": 10}]}, "/lists/1/seats"),
        ({"lists": [FCPE | {"category": "parti"}]}, "/lists/0/category"),
        ({"lists": [FCPE | {"name": "Avec \x00"}]}, "/lists/0/name"),
        ({"lists": [FCPE | {"head": "Mme X"}]}, "/lists/0/head"),
        ({"held_with": WRONG}, "/held_with"),
        ({"held_with": NEIGHBOUR}, "/registered"),
        ({"no_ballot": True}, "/voters"),
        ({"no_ballot": True, "voters": None, "blank_null": None}, "/lists/0/name"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_bad_bodies_name_the_field(
    sign_in: SignIn, db: Session, world: World, change: dict[str, Any], pointer: str
) -> None:
    answer = sign_in("claire").put(f"{ELECTIONS}/{YEAR}", json=BALLOT | change, headers=NEW)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert errors[0]["pointer"] == pointer
    assert all(error["detail"].endswith(".") for error in errors)
    assert figures(db, world) == {}


def test_no_list_and_no_lots_fill_no_seat(sign_in: SignIn) -> None:
    body = {"held_on": "2026-10-09", "no_ballot": True, "seats": 9, "seats_filled": 4}
    answer = sign_in("claire").put(f"{ELECTIONS}/{YEAR}", json=body, headers=NEW)
    assert answer.json()["errors"][0]["pointer"] == "/seats_filled"


def by_list(cell: str) -> dict[str, int]:
    return {name: int(number) for name, number in (entry.split("=") for entry in cell.split(";"))}


def test_published_results_are_reproduced(sign_in: SignIn, reference: Path) -> None:
    path = reference / "elections_reelles.csv"
    if not path.exists():
        pytest.skip("reference data not beside the repository")
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if "inconsistent" not in row["note"]]
    claire, turnouts, seats = sign_in("claire"), 0, 0
    for row in rows:
        votes = by_list(row["list_votes"]) if row["list_votes"] and "%" not in row["list_votes"] else {}
        if not row["registered"] or not (row["voters"] or votes):
            continue
        won = by_list(row["list_seats"]) if votes and row["list_seats"] else {}
        is_short = bool(won) and row["seats_filled"] < row["seats"]  # fewer candidates than seats
        voters = int(row["voters"] or sum(votes.values()))
        body = {
            "held_on": row["election_date"],
            "registered": int(row["registered"]),
            "voters": voters,
            "blank_null": int(row["blank_null"] or voters - sum(votes.values())),
            "seats": int(row["seats"] or 9),
            "lists": [
                {"name": name, "category": "joint", "votes": number}
                | ({"candidates": won[name]} if is_short else {})
                for name, number in votes.items()
            ],
        } | ({} if votes else {"seats_filled": int(row["seats_filled"] or 9)})
        url = f"{ELECTIONS}/{row['school_year']}"
        version = claire.get(url).headers.get("ETag")
        answer = claire.put(url, json=body, headers={"If-Match": version} if version else NEW)
        assert answer.status_code in {200, 201}, (row["school"], answer.text)
        if row["voters"] and row["published_turnout_pct"]:
            total = claire.get(
                f"/api/v1/schools/{A}/totals", params={"term": f"{row['school_year']}-T1"}
            ).json()
            turnout = next(one for one in total["items"] if one["indicator"] == "election_turnout")
            share = 100 * turnout["counted"] / turnout["out_of"]
            assert abs(share - float(row["published_turnout_pct"])) <= 0.5
            turnouts += 1
        if won:
            assert {one["name"]: one["seats"] for one in answer.json()["lists"]} == won
            assert answer.json()["seats_filled"] == int(row["seats_filled"])
            seats += 1
    assert (turnouts, seats) == (9, 9)


# --- the page ------------------------------------------------------------------------------------------


def test_a_result_through_the_page(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    assert claire.get(f"/ecoles/{A}/election").headers["location"] == PAGE
    empty = claire.get(PAGE).text
    assert 'value="9"' in empty, "as many seats as classes are proposed"
    assert form(claire, PAGE, **TYPED).headers["location"] == f"{PAGE}?ok=election"
    page = claire.get(f"{PAGE}?ok=election").text
    assert "1\u202f159 parents sur 1\u202f362 (85\u202f%)" in page
    assert "1\u202f150 suffrages exprimés, 9 bulletins blancs ou nuls." in page
    assert "il en manque 50" in page, "the warning is on the page"
    assert 'name="version" value="1"' in page
    assert (
        'id="f-lists-0-seats" name="lists-0-seats" aria-describedby="f-lists-0-seats-hint" value=""' in page
    )
    more = TYPED | {
        "version": "1",
        "lists-1-name": "Parents",
        "lists-1-category": "joint",
        "lists-1-votes": "50",
    }
    form(claire, PAGE, **more)
    assert figures(db, world)["seats_filled"] == (Status.VALUE, 9, 9)
    page = claire.get(PAGE).text
    assert "il en manque" not in page
    assert "soit 151,3 par classe\u202f: d’ordinaire de 20 à 70." in page
    assert form(claire, f"{PAGE}/supprimer", version="1").status_code == 409
    assert form(claire, f"{PAGE}/supprimer", version="2").headers["location"] == f"{PAGE}?ok=supprime"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("registered", "-1"),
        ("registered", "1" + "0" * 30),
        ("voters", "12,5"),
        ("voters", "18.500,00"),
        ("voters", "1363"),
        ("voters", ""),
        ("blank_null", "1160"),
        ("blank_null", "9\x001"),
        ("held_on", "31/02/2027"),
        ("held_on", "09/10/2025"),
        ("held_with", WRONG),
        ("lists-0-votes", "1_0"),
        ("lists-0-name", ""),
        ("lists-0-votes", "1151"),
    ],
)
def test_a_mistake_keeps_what_was_typed(
    sign_in: SignIn, db: Session, world: World, name: str, typed: str
) -> None:
    answer = form(sign_in("claire"), PAGE, **TYPED | {name: typed})
    assert answer.status_code == 422
    assert f'href="#f-{name}"' in answer.text
    assert f'id="f-{name}-error"' in answer.text
    assert 'value="1100"' in answer.text or name == "lists-0-votes"
    assert figures(db, world) == {}


def test_a_concurrent_result_is_shown_and_not_overwritten(sign_in: SignIn, db: Session, world: World) -> None:
    record_election(db, world.actor(db, "claire"), A, YEAR, ballot())
    answer = form(sign_in("claire"), PAGE, **TYPED)
    assert answer.status_code == 409
    assert "159 parents sur 362" in answer.text, "what is stored"
    assert 'value="1 362"' in answer.text, "what was typed"
    assert figures(db, world)["election_turnout"] == (Status.VALUE, 159, 362)


@pytest.mark.parametrize("name", ["ines", "lea", "rita"])
def test_others_read_only(sign_in: SignIn, db: Session, world: World, name: str) -> None:
    record_election(db, world.actor(db, "claire"), A, YEAR, ballot())
    page = sign_in(name).get(PAGE).text
    assert "159 parents sur 362" in page
    assert "Enregistrer le résultat" not in page
    assert (f'href="/ecoles/{A}/saisie"' in page) == (name == "lea"), "no link to what they may not see"


def test_the_terms_of_the_figures(db: Session, world: World) -> None:
    record_election(db, world.actor(db, "claire"), A, YEAR, ballot())
    assert {term for totals in series_of_school(db, world.a).values() for term in totals} == {T1}
