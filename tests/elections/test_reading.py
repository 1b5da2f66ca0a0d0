"""A pasted result sheet through both doors: it proposes, and stores nothing."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.domain.ballot_text import MOST_CHARACTERS
from app.elections.models import ElectionIn
from app.elections.queries import election_or_404
from app.elections.service import record_election, seen_election
from app.schools.models import SchoolYearProfile
from tests.domain.ballot_sheets import LAYOUTS, Obtained, Sheet
from tests.elections.test_elections import BALLOT, ELECTIONS, NEW, PAGE, ballot, figures
from tests.world import LAST_YEAR, YEAR, A, World, form

SignIn = Callable[[str], TestClient]
PASTE = f"{PAGE}/proces-verbal"
READING = f"{ELECTIONS}/{YEAR}/reading"
# The figures of an invented school: 362 registered for its 9 classes.
SHEET = Sheet(date(2026, 10, 9), 362, 159, 9, 9, 9, (Obtained("FCPE", 100, 6), Obtained("PEEP", 50, 3)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_reading_is_a_body_to_put(
    sign_in: SignIn, db: Session, world: World, layout: Callable[[Sheet], str]
) -> None:
    claire = sign_in("claire")
    answer = claire.post(READING, json={"text": layout(SHEET)})
    assert answer.status_code == 200
    proposed = answer.json()["proposed"]
    assert proposed["registered"] == 362
    assert {"field": "voters", "label": "votants", "value": "159"}.items() <= answer.json()["read"][2].items()
    assert audit_chain(db, world.a.id) == []
    assert claire.get(f"{ELECTIONS}/{YEAR}").status_code == 404
    made = claire.put(f"{ELECTIONS}/{YEAR}", json=proposed, headers=NEW)
    assert (made.status_code, made.json()["seats_filled"], made.json()["warnings"]) == (201, 9, [])


def test_a_reading_says_what_it_left_aside(sign_in: SignIn) -> None:
    text = "Scrutin du 10/10/2025\nInscrits : 362 ou 364\nSalle 12\nADEREP : 54 voix, 3 sièges"
    read = sign_in("claire").post(READING, json={"text": text}).json()
    assert read["proposed"] == {
        "held_on": "2025-10-10",
        "lists": [{"name": "ADEREP", "votes": 54, "seats": 3}],
    }
    assert [one["line"] for one in read["not_understood"]] == [2, 3]
    assert "plusieurs lectures" in read["doubts"][0]
    assert "n’est pas de l’année scolaire 2026-2027" in read["doubts"][1]


@pytest.mark.parametrize("text", ["", "x" * 100_000, None, 12])
def test_a_text_that_is_no_sheet_is_refused(sign_in: SignIn, text: object) -> None:
    answer = sign_in("claire").post(READING, json={"text": text})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/text"


def test_control_characters_are_read_over(sign_in: SignIn) -> None:
    answer = sign_in("claire").post(READING, json={"text": "Inscrits\x00 :\x07 362\nSalle\x0c 12"})
    assert answer.json()["proposed"]["registered"] == 362
    assert answer.json()["not_understood"] == [{"line": 3, "text": "12"}]


# --- the page ------------------------------------------------------------------------------------------


def filled(page: str) -> dict[str, str]:
    """What the form on a page would send, but for its checkboxes."""
    values = re.findall(r'<input type="(?:text|hidden)"[^>]*?name="([^"]+)"[^>]*? value="([^"]*)"', page)
    chosen = re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S)
    selected = {name: re.search(r'value="([^"]*)" selected', options) for name, options in chosen}
    return dict(values) | {name: found[1] for name, found in selected.items() if found}


def test_the_form_comes_back_filled_and_is_confirmed(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    assert f'href="{PASTE}"' in claire.get(PAGE).text
    assert "Lire le texte" in claire.get(PASTE).text
    answer = form(claire, PASTE, text=LAYOUTS[0](SHEET) + "\nSalle 12")
    assert answer.status_code == 200
    assert figures(db, world) == {}, "nothing is stored before it is confirmed"
    sent = filled(answer.text)
    assert {
        "held_on": "09/10/2026",
        "registered": "362",
        "voters": "159",
        "blank_null": "9",
    }.items() <= sent.items()
    assert {"lists-0-name": "FCPE", "lists-0-category": "fcpe", "lists-1-votes": "50"}.items() <= sent.items()
    assert "Ce que nous n’avons pas compris" in answer.text
    assert '<span class="soft small">ligne 15</span> Salle 12' in answer.text
    sent.pop("csrf")
    refused = form(claire, PAGE, **sent | {"voters": "363"})
    assert refused.status_code == 422
    assert "Salle 12" in refused.text, "what was not understood stays beside the form"
    assert form(claire, PAGE, **filled(refused.text) | {"voters": "159"}).status_code == 303
    row = seen_election(db, world.actor(db, "claire"), world.a, election_or_404(db, world.a.id, YEAR))
    assert (row.registered, row.valid, [one.seats for one in row.lists]) == (362, 150, [6, 3])


def test_what_is_not_read_keeps_what_is_stored(sign_in: SignIn, db: Session, world: World) -> None:
    record_election(db, world.actor(db, "claire"), A, YEAR, ballot())
    sent = filled(form(sign_in("claire"), PASTE, text="Inscrits : 364").text)
    assert {
        "registered": "364",
        "voters": "159",
        "lists-1-name": "Parents de l’école",
        "version": "1",
    }.items() <= (sent.items())
    replaced = filled(form(sign_in("claire"), PASTE, text="PEEP : 120 voix").text)
    assert replaced["lists-0-name"] == "PEEP"
    assert "Parents de l’école" not in replaced.values()


def test_a_text_without_a_number_says_so(sign_in: SignIn) -> None:
    page = form(sign_in("claire"), PASTE, text="Bonjour").text
    assert "Aucun nombre n’a pu être lu avec certitude" in page
    assert "chaque nombre du texte a trouvé sa place" in page


@pytest.mark.parametrize("text", ["", "x" * (MOST_CHARACTERS + 1)])
def test_a_refused_text_is_kept(sign_in: SignIn, text: str) -> None:
    answer = form(sign_in("claire"), PASTE, text=text)
    assert answer.status_code == 422
    assert 'href="#f-text"' in answer.text
    assert text in answer.text


# --- what is worth a second look -----------------------------------------------------------------------


def test_few_parents_a_class_and_a_leap_are_told(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    record_election(db, claire, A, LAST_YEAR, ballot(held_on="2025-10-10"))
    odd = ElectionIn.model_validate(BALLOT | {"registered": 170, "voters": 160, "blank_null": 10})
    row = record_election(db, claire, A, YEAR, odd)
    told = seen_election(db, claire, world.a, row).warnings
    assert told == [
        "170 parents inscrits pour 9 classes, soit 18,9 par classe\u202f: d’ordinaire de 20 à 70.",
        "Participation\u202f: 160 sur 170 (94\u202f%), contre 159 sur 362 (44\u202f%) l’an dernier\u202f: "
        "50 points de plus.",
    ]


def test_a_year_that_was_another_inspectors_is_not_told(sign_in: SignIn, db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    record_election(db, claire, A, LAST_YEAR, ballot(held_on="2025-10-10"))
    record_election(db, claire, A, YEAR, ballot(voters=330, blank_null=180))
    url = f"{ELECTIONS}/{YEAR}"
    assert any("l’an dernier" in told for told in sign_in("ines").get(url).json()["warnings"])
    listed = sign_in("ines").get(ELECTIONS, params={"after": LAST_YEAR}).json()["items"][0]
    assert any("l’an dernier" in told for told in listed["warnings"])
    profile = db.get(SchoolYearProfile, (world.a.id, LAST_YEAR))
    assert profile is not None
    profile.circonscription_id = world.territories["coast"].id
    db.flush()
    assert not any("l’an dernier" in told for told in sign_in("ines").get(url).json()["warnings"])
