"""The directory of a school, what partners took part in, and the circonscription's suggestions."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.actions.models import ActionIn, EventIn, PartnerIn
from app.actions.queries import partners_of_school
from app.actions.service import add_action, add_event, add_partner, revise_partner
from app.domain.school_year import SchoolYear
from app.domain.vocabulary import PartnerKind, PartnerSector, PartnerSpecialty
from app.errors import Conflict, Invalid, NotFound
from app.partners import service
from app.partners.models import SuggestionIn
from app.partners.queries import suggestions_of
from app.partners.service import (
    participation_of_year,
    partners_found,
    revise_suggestion,
    suggest_partner,
    suggestions_seen,
    take_up_suggestion,
    withdraw_suggestion,
)
from app.schools.models import SchoolYearProfile
from tests.world import LAST_YEAR, YEAR, A, B, World, form

SignIn = Callable[[str], TestClient]
VALLEY, COAST = "0990900Z", "0990901A"
ROOT = f"/api/v1/schools/{A}"
PAGE = f"/ecoles/{A}/partenaires"
LIST = f"/circonscription/{VALLEY}/partenaires"
API_LIST = f"/api/v1/circonscriptions/{VALLEY}/suggested-partners"
HOUSE = {"name": "Maison des familles", "kind": "association", "sector": "social_support"}
TALKS = HOUSE | {"offers": "Anime un café."}


def partner(db: Session, world: World, name: str, **more: Any) -> UUID:
    said = {"name": name, "kind": "social_centre", "sector": "culture_leisure"} | more
    return add_partner(db, world.actor(db, "claire"), A, PartnerIn.model_validate(said)).id


def action(db: Session, world: World, title: str, *partner_ids: UUID) -> UUID:
    said = {"axis": "familiarity", "title": title, "planned_from": "2025-09-10", "planned_to": "2027-06-10"}
    data = ActionIn.model_validate(said | {"partner_ids": partner_ids})
    return add_action(db, world.actor(db, "claire"), A, data).id


def event(db: Session, world: World, action_id: UUID, day: str, *partner_ids: UUID, **more: Any) -> None:
    said = {"planned_on": day, "state": "held", "parents_present": 5, "partner_ids": partner_ids} | more
    add_event(db, world.actor(db, "lea"), A, action_id, EventIn.model_validate(said))


def suggestion(db: Session, world: World, who: str = "ines", code: str = VALLEY, **more: Any) -> UUID:
    return suggest_partner(db, world.actor(db, who), code, SuggestionIn.model_validate(TALKS | more)).id


# --- the lists of the national action sheet ------------------------------------------------------------


def test_the_lists_are_those_of_the_action_sheet() -> None:
    """Questions 1, 2 and the five lines under choice 19, in their order and number."""
    kinds, sectors, specialties = list(PartnerKind), list(PartnerSector), list(PartnerSpecialty)
    assert (len(kinds), len(sectors), len(specialties)) == (20, 12, 5)
    numbered = {
        1: PartnerKind.PARENT_SUPPORT_NETWORK,
        2: PartnerKind.HEALTH_NETWORK,
        3: PartnerKind.CHILDMINDER_CENTRE,
        4: PartnerKind.HEALTH_CENTRE,
        5: PartnerKind.HOSPITAL,
        6: PartnerKind.MEDICO_SOCIAL,
        7: PartnerKind.SOCIAL_CENTRE,
        8: PartnerKind.NURSERY,
        9: PartnerKind.SCHOOL,
        10: PartnerKind.SHELTER,
        11: PartnerKind.INTEGRATION,
        12: PartnerKind.FAMILY_ALLOWANCES,
        13: PartnerKind.HEALTH_INSURANCE,
        14: PartnerKind.MUTUAL,
        15: PartnerKind.CHILD_PROTECTION,
        16: PartnerKind.MUNICIPAL_WELFARE,
        17: PartnerKind.LOCAL_PUBLIC_HEALTH,
        18: PartnerKind.STATE_SERVICE,
        19: PartnerKind.ASSOCIATION,
        20: PartnerKind.OTHER,
    }
    assert {number: kinds[number - 1] for number in numbered} == numbered
    assert sectors[0] is PartnerSector.EARLY_CHILDHOOD
    assert sectors[6] is PartnerSector.EDUCATION
    assert (sectors[7], sectors[11]) == (PartnerSector.HOUSING, PartnerSector.OTHER)
    assert specialties[0] is PartnerSpecialty.PARENTING


# --- nothing personal ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Centre social 01 23 45 67 89", "numéro de téléphone"),
        ("Centre social accueil@exemple.invalid", "adresse électronique"),
        ("Centre social, Mme Inventée", "nom de la personne"),
    ],
)
def test_a_person_is_refused_through_both_doors(
    sign_in: SignIn, db: Session, world: World, name: str, told: str
) -> None:
    claire, body = sign_in("claire"), HOUSE | {"name": name}
    refusal = claire.post(f"{ROOT}/partners", json=body)
    assert refusal.status_code == 422
    assert refusal.json()["errors"][0]["pointer"] == "/name"
    assert told in refusal.json()["errors"][0]["detail"]
    page = form(claire, PAGE, **body)
    assert page.status_code == 422
    assert told in page.text
    assert f'value="{name}"' in page.text
    assert partners_of_school(db, world.a.id) == []
    ines = sign_in("ines")
    assert ines.post(API_LIST, json=body).status_code == 422
    assert told in ines.post(API_LIST, json=HOUSE | {"offers": name}).json()["errors"][0]["detail"]
    assert suggestions_of(db, world.territories["valley"].id) == []


def test_what_was_written_before_the_rule_is_still_read(sign_in: SignIn, db: Session, world: World) -> None:
    from app.actions.models import Partner

    old = Partner(
        school_id=world.a.id, name="Centre 01 23 45 67 89", kind=PartnerKind.OTHER, sector=PartnerSector.OTHER
    )
    db.add(old)
    db.flush()
    claire = sign_in("claire")
    assert claire.get(f"{ROOT}/partners").json()["items"][0]["name"] == "Centre 01 23 45 67 89"
    assert claire.get(PAGE).status_code == 200


def test_only_an_association_has_a_specialty(db: Session, world: World) -> None:
    with pytest.raises(ValueError, match="association"):
        PartnerIn.model_validate(HOUSE | {"kind": "caf", "specialty": "families"})
    known = partner(db, world, "Familles", kind="association", specialty="families")
    as_caf = PartnerIn.model_validate({"name": "Familles", "kind": "caf", "sector": "other"})
    row = revise_partner(db, world.actor(db, "claire"), A, known, as_caf, 1)
    assert (row.kind, row.specialty) == (PartnerKind.FAMILY_ALLOWANCES, None)


# --- search, and what they took part in ----------------------------------------------------------------


def test_the_list_is_searched_without_accents_or_plurals(db: Session, world: World, sign_in: SignIn) -> None:
    partner(db, world, "Médiathèque des Écluses", sector="culture_leisure", kind="other")
    partner(db, world, "Parents du quartier", kind="association", specialty="families", sector="other")

    def names(words: str, **more: Any) -> list[str]:
        return [row.name for row in partners_found(db, world.a.id, words, **more)]

    assert names("mediatheque") == ["Médiathèque des Écluses"]
    assert names("ecluse") == ["Médiathèque des Écluses"]
    assert names("famille") == ["Parents du quartier"]
    assert names("") == ["Médiathèque des Écluses", "Parents du quartier"]
    assert names("", kind=PartnerKind.ASSOCIATION) == ["Parents du quartier"]
    assert names("mediatheque", sector=PartnerSector.OTHER) == []
    claire = sign_in("claire")
    assert len(claire.get(f"{ROOT}/partners?q=loisir").json()["items"]) == 1
    found = claire.get(f"{PAGE}?q=quartiers").text
    assert "Parents du quartier" in found
    assert "Médiathèque" not in found
    assert "1 partenaire pour" in found


def test_pages_of_the_list_follow_each_other(db: Session, world: World, sign_in: SignIn) -> None:
    for number in range(3):
        partner(db, world, f"Partenaire numéro {number}")
    claire = sign_in("claire")
    first = claire.get(f"{ROOT}/partners?limit=2").json()
    rest = claire.get(f"{ROOT}/partners?limit=2&after={first['next']}").json()
    names = [item["name"] for item in first["items"] + rest["items"]]
    assert names == [f"Partenaire numéro {number}" for number in range(3)]
    assert rest["next"] is None


def test_what_a_partner_took_part_in_is_counted_by_year(db: Session, world: World) -> None:
    """Only held events; the year of the day it was held, not of the plan; another school's never."""
    centre, library = partner(db, world, "Centre"), partner(db, world, "Médiathèque")
    cafe, evening = action(db, world, "Café", centre), action(db, world, "Soirée")
    event(db, world, cafe, "2025-11-07", centre)
    event(db, world, cafe, "2026-10-02", centre)
    event(db, world, cafe, "2026-11-06", centre, library)
    event(db, world, evening, "2026-11-12", centre)
    event(db, world, cafe, "2026-08-28", centre, held_on="2026-09-04")
    event(db, world, cafe, "2026-11-13", library, state="cancelled", parents_present=None)
    event(db, world, cafe, "2026-12-11", library, state="planned", parents_present=None)
    event(db, world, cafe, "2026-11-20")
    rows = partners_found(db, world.a.id)
    year = participation_of_year(db, world.a.id, rows, SchoolYear(YEAR))
    assert [(row.name, row.events) for row in year] == [("Centre", 4), ("Médiathèque", 1)]
    assert [(one.title, one.events) for one in year[0].actions] == [("Café", 3), ("Soirée", 1)]
    before = participation_of_year(db, world.a.id, rows, SchoolYear(LAST_YEAR))
    assert [(row.name, row.events) for row in before] == [("Centre", 1), ("Médiathèque", 0)]
    every = service.participation_by_year(db, rows[0])
    assert [(row.year, row.events) for row in every] == [(YEAR, 4), (LAST_YEAR, 1)]


def test_participation_is_read_through_both_doors(
    db: Session,
    world: World,
    sign_in: SignIn,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    centre = partner(db, world, "Centre")
    cafe = action(db, world, "Café du vendredi", centre)
    event(db, world, cafe, "2026-11-06", centre)
    claire = sign_in("claire")
    (row,) = claire.get(f"{ROOT}/partner-participation").json()["items"]
    assert (row["partner_id"], row["year"], row["events"]) == (str(centre), YEAR, 1)
    assert row["actions"] == [{"id": str(cafe), "title": "Café du vendredi", "events": 1}]
    assert claire.get(f"{ROOT}/partner-participation?year={LAST_YEAR}").json()["items"][0]["events"] == 0
    assert claire.get(f"{ROOT}/partner-participation?year=2026").status_code == 422
    with count_queries() as one:
        page = claire.get(PAGE).text
    assert f"1 rendez-vous en {YEAR}" in page
    assert "Aucun rendez-vous tenu" in claire.get(f"{PAGE}?annee={LAST_YEAR}").text
    own = claire.get(f"{PAGE}/{centre}").text
    assert f"{YEAR}\u202f: 1 rendez-vous" in own or f"{YEAR} : 1 rendez-vous" in own
    assert "il reste dans la liste" in own
    assert "Supprimer" not in own
    for number in range(4):
        other = partner(db, world, f"Autre {number}")
        event(db, world, cafe, "2026-11-13", other)
    with count_queries() as many:
        claire.get(PAGE)
    assert len(many) == len(one)


def test_a_teacher_reads_the_list_and_changes_nothing(db: Session, world: World, sign_in: SignIn) -> None:
    centre = partner(db, world, "Centre")
    lea = sign_in("lea")
    for url in (PAGE, f"{PAGE}/{centre}"):
        page = lea.get(url).text
        assert "Centre" in page
        assert 'name="kind"' not in page


# --- suggestions ---------------------------------------------------------------------------------------


def test_an_inspector_keeps_the_list(db: Session, world: World) -> None:
    ines, valley = world.actor(db, "ines"), world.territories["valley"].id
    first = suggestion(db, world)
    with pytest.raises(Invalid):
        suggestion(db, world, name="maison  DES familles")
    data = SuggestionIn.model_validate(TALKS | {"name": "Maison des familles, accueil"})
    assert revise_suggestion(db, ines, VALLEY, first, data, 1).version == 2
    withdraw_suggestion(db, ines, VALLEY, first, 2)
    assert suggestions_of(db, valley) == []
    verbs = [row.verb for row in audit_chain(db, UUID(int=0))]
    assert verbs[-3:] == ["suggestion.added", "suggestion.revised", "suggestion.withdrawn"]


@pytest.mark.parametrize("who", ["paul", "rita", "claire", "karim", "admin"])
def test_the_list_is_nobody_else_s(db: Session, world: World, who: str) -> None:
    with pytest.raises(NotFound):
        suggestion(db, world, who)


def test_a_departement_has_no_list(db: Session, world: World) -> None:
    with pytest.raises(NotFound):
        suggestion(db, world, "rita", "099")


def test_a_school_copies_a_suggestion_once(db: Session, world: World) -> None:
    """What becomes of the suggestion afterwards changes nothing in the school's list."""
    claire, ines = world.actor(db, "claire"), world.actor(db, "ines")
    key = suggestion(db, world, specialty="parenting")
    assert [row.is_known for row in suggestions_seen(db, world.a)] == [False]
    copied = take_up_suggestion(db, claire, A, key)
    assert (copied.name, copied.kind, copied.specialty) == (
        "Maison des familles",
        PartnerKind.ASSOCIATION,
        PartnerSpecialty.PARENTING,
    )
    assert [row.is_known for row in suggestions_seen(db, world.a)] == [True]
    with pytest.raises(Conflict):
        take_up_suggestion(db, claire, A, key)
    changed = SuggestionIn.model_validate(TALKS | {"name": "Autre nom", "kind": "caf"})
    revise_suggestion(db, ines, VALLEY, key, changed, 1)
    assert [row.name for row in partners_of_school(db, world.a.id)] == ["Maison des familles"]
    withdraw_suggestion(db, ines, VALLEY, key, 2)
    (kept,) = partners_of_school(db, world.a.id)
    assert (kept.name, kept.version) == ("Maison des familles", 1)
    last = audit_chain(db, world.a.id)[-1]
    assert last.verb == "partner.taken_up"
    assert last.after is not None
    assert last.after["suggestion"] == str(key)


def test_a_school_sees_the_suggestions_of_its_own_circonscription(db: Session, world: World) -> None:
    here, there = suggestion(db, world), suggestion(db, world, "paul", COAST, name="Club de voile")
    assert [row.id for row in suggestions_seen(db, world.a)] == [here]
    assert [row.id for row in suggestions_seen(db, world.b)] == [there]
    with pytest.raises(NotFound):
        take_up_suggestion(db, world.actor(db, "claire"), A, there)
    with pytest.raises(NotFound):
        take_up_suggestion(db, world.actor(db, "karim"), B, here)


def test_a_school_without_circonscription_has_no_suggestion(db: Session, world: World) -> None:
    key = suggestion(db, world)
    profile = db.get_one(SchoolYearProfile, (world.a.id, YEAR))
    profile.circonscription_id = None
    db.flush()
    assert suggestions_seen(db, world.a) == []
    with pytest.raises(NotFound):
        take_up_suggestion(db, world.actor(db, "claire"), A, key)


def test_one_press_in_the_page(sign_in: SignIn, db: Session, world: World) -> None:
    key = suggestion(db, world)
    claire = sign_in("claire")
    page = claire.get(PAGE).text
    assert "Anime un café." in page
    assert f'action="{PAGE}/suggestions/{key}"' in page
    pressed = form(claire, f"{PAGE}/suggestions/{key}")
    assert pressed.headers["location"] == f"{PAGE}?ok=repris"
    again = form(claire, f"{PAGE}/suggestions/{key}")
    assert again.status_code == 409
    assert "déjà dans votre liste" in again.text
    assert len(partners_of_school(db, world.a.id)) == 1
    assert "/suggestions/" not in sign_in("lea").get(PAGE).text


def test_the_inspector_s_pages(sign_in: SignIn, db: Session, world: World) -> None:
    ines, valley = sign_in("ines"), world.territories["valley"].id
    assert LIST in ines.get(f"/circonscription/{VALLEY}").text
    assert form(ines, LIST, **TALKS).headers["location"] == f"{LIST}?ok=suggestion"
    (row,) = suggestions_of(db, valley)
    assert "Maison des familles" in ines.get(LIST).text
    one = f"{LIST}/{row.id}"
    stale = form(ines, one, **(TALKS | {"version": "7"}))
    assert stale.status_code == 422
    assert "Repartir de ce qui est enregistré" in stale.text
    renamed = TALKS | {"name": "Maison ouverte", "version": "1"}
    assert form(ines, one, **renamed).headers["location"] == f"{LIST}?ok=suggestion"
    assert form(ines, f"{one}/supprimer", version="1").status_code == 409
    assert form(ines, f"{one}/supprimer", version="2").headers["location"] == f"{LIST}?ok=retiree"
    assert suggestions_of(db, valley) == []


def test_the_list_over_json(sign_in: SignIn) -> None:
    ines = sign_in("ines")
    made = ines.post(API_LIST, json=TALKS)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    one = f"{API_LIST}/{made.json()['id']}"
    assert ines.put(one, json=TALKS).status_code == 428
    changed = ines.put(one, json=TALKS | {"name": "Maison ouverte"}, headers={"If-Match": '"1"'})
    assert changed.json()["name"] == "Maison ouverte"
    assert ines.get(API_LIST).json() == {"items": [changed.json()], "next": None}
    claire = sign_in("claire")
    (seen,) = claire.get(f"{ROOT}/suggested-partners").json()["items"]
    assert seen == changed.json() | {"is_known": False}
    taken = claire.post(f"{ROOT}/suggested-partners/{seen['id']}/take-up")
    assert (taken.status_code, taken.json()["name"]) == (201, "Maison ouverte")
    twice = claire.post(f"{ROOT}/suggested-partners/{seen['id']}/take-up")
    assert (twice.status_code, twice.json()["code"]) == (409, "known_partner")
    assert ines.delete(one, headers={"If-Match": '"2"'}).status_code == 204
    assert claire.get(f"{ROOT}/suggested-partners").json()["items"] == []
    assert sign_in("lea").get(f"{ROOT}/suggested-partners").status_code == 200
