"""The sheet in the browser: page by page, what was typed stays, what is proposed is only kept once saved."""

import io
import re
from collections.abc import Callable, Mapping
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID

import docx
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.action_sheets.forms import answers_of, section_form
from app.action_sheets.models import ActionSheetIn
from app.action_sheets.queries import sheet_of_action
from app.action_sheets.service import write_sheet
from app.actions.models import ActionIn, EventIn
from app.actions.service import add_action, add_event
from app.domain.action_sheet import PARTS, QUESTIONS, SECTIONS, tidy
from app.domain.action_sheet_words import said
from app.domain.vocabulary import EventState
from app.web.forms import Posted
from app.web.paper import DOCX, typeset
from tests.clef import CLEF
from tests.matrix import ACTION
from tests.world import A, World, form

SignIn = Callable[[str], TestClient]


@pytest.fixture
def cafe(db: Session, world: World) -> UUID:
    claire = world.actor(db, "claire")
    action = add_action(db, claire, A, ActionIn.model_validate(ACTION))
    for day, parents in ((date(2026, 10, 9), 12), (date(2026, 11, 6), 14)):
        event = EventIn(planned_on=day, state=EventState.HELD, parents_present=parents)
        add_event(db, claire, A, action.id, event)
    return action.id


def url(action_id: UUID, page: int | str = "") -> str:
    return f"/ecoles/{A}/actions/{action_id}/fiche" + (f"/{page}" if page else "")


def plain_spaces(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def text_of(answer: Any) -> str:
    return plain_spaces(unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def stored(db: Session, world: World, action_id: UUID) -> Mapping[str, Any]:
    sheet = sheet_of_action(db, world.a.id, action_id)
    return sheet.answers if sheet else {}


# --- answers and boxes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_a_page_shows_its_answers_and_reads_them_back(section: Any) -> None:
    """Whatever a box shows is what it sends: saving a page unchanged changes nothing."""
    shown = section_form(section, start=CLEF)
    values = {
        name: sorted(field.checked_values) if field.widget == "checkboxes" else [field.value]
        for name, field in shown.fields.items()
    }
    posted = section_form(section, Posted({name: sent for name, sent in values.items() if sent}))
    read = tidy(answers_of(section, posted.validated()))
    own = {part.slug for part in section.parts}
    told = {slug: said(PARTS[slug], value) for slug, value in CLEF.items() if slug in own}
    assert {slug: said(PARTS[slug], value) for slug, value in read.items()} == told


# --- filling it in --------------------------------------------------------------------------------------


def test_the_sheet_is_reached_from_its_action(sign_in: SignIn, cafe: UUID) -> None:
    claire = sign_in("claire")
    assert f'href="{url(cafe)}"' in claire.get(f"/ecoles/{A}/actions/{cafe}").text
    page = claire.get(url(cafe))
    assert f'href="{url(cafe, 1)}"' in page.text
    assert "Commencer la fiche" in page.text


def test_what_is_proposed_is_shown_and_not_kept(
    sign_in: SignIn, db: Session, world: World, cafe: UUID
) -> None:
    page = sign_in("claire").get(url(cafe, 5))
    assert re.search(r'name="people-parents"[^>]*value="26"', page.text)
    assert "Rempli d’après 2 rendez-vous tenus depuis un an" in text_of(page)
    assert stored(db, world, cafe) == {}


def test_saving_a_page_keeps_it_and_goes_on(sign_in: SignIn, db: Session, world: World, cafe: UUID) -> None:
    claire = sign_in("claire")
    fields = {"people-parents": "26", "people-children": "1 004", "version": "0"}
    answer = form(claire, url(cafe, 5), **fields, **{"participation-design": ["families", "professionals"]})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{url(cafe, 6)}?ok=page")
    assert stored(db, world, cafe) == {
        "people": {"parents": 26, "children": 1004},
        "participation": {"design": ["families", "professionals"]},
    }
    review = form(claire, url(cafe, 2), aims="Se parler", version="1", then="review")
    assert review.headers["location"] == f"{url(cafe)}?ok=fiche"
    last = form(claire, url(cafe, 9), keywords="langage, entrée au CP ; ", version="2")
    assert last.headers["location"] == f"{url(cafe)}?ok=fiche"
    assert stored(db, world, cafe)["keywords"] == ["langage", "entrée au CP"]


def test_a_box_that_was_emptied_stays_empty(sign_in: SignIn, cafe: UUID) -> None:
    """A page that the school has been through is not filled again; what moves is told beside it."""
    claire = sign_in("claire")
    assert form(claire, url(cafe, 5), version="0").status_code == 303
    page = claire.get(url(cafe, 5))
    assert re.search(r'name="people-parents"[^>]*value=""', page.text)
    assert "aujourd’hui : Parents par an : 26." in text_of(page)
    assert "Rempli d’après" not in page.text
    title = form(claire, url(cafe, 1), version="1")
    assert title.status_code == 303
    assert "Café des parents" not in claire.get(url(cafe, 1)).text.split("<form", 2)[2]


def test_what_was_typed_stays_when_it_is_refused(
    sign_in: SignIn, db: Session, world: World, cafe: UUID
) -> None:
    claire = sign_in("claire")
    fields = {
        "carriers-chosen": ["school"],
        "carriers-details-other": "Un collectif",
        "schemes-chosen": ["reaap", "none"],
        "title": "Le café",
        "version": "0",
    }
    page = form(claire, url(cafe, 1), **fields)
    assert page.status_code == 422
    words = text_of(page)
    assert "Il y a 2 points à corriger" in words
    assert "Cochez aussi « Autre », ou videz cette réponse." in words
    assert "« Aucun dispositif » ne va pas avec une autre réponse." in words
    for kept in ('value="Un collectif"', 'value="Le café"'):
        assert kept in page.text
    assert 'aria-describedby="f-carriers-details-other-error"' in page.text
    assert stored(db, world, cafe) == {}


@pytest.mark.parametrize(
    ("page", "fields", "told"),
    [
        (5, {"people-parents": "12,5"}, "Écrivez un nombre entier"),
        (3, {"period-chosen": "start_date", "period-details-start_date": "vers 2005"}, "un mois ou un jour"),
        (9, {"links": "https://a.fr/x\nchez nous"}, "Écrivez une adresse entière par ligne"),
        (2, {"aims": "x" * 4001}, "Écrivez au plus 4 000 caractères"),
        (1, {"carrier_organisations-chosen": "families"}, "Cochez aussi « Association ou organisation »"),
        (5, {"participation-none": "families", "participation-design": "families"}, "ne va pas avec"),
        (7, {"evaluation": "later"}, "Choisissez une des réponses proposées."),
        (1, {"nom": "x"}, "Ce champ n’existe pas."),
    ],
)
def test_a_refusal_says_what_to_do(
    sign_in: SignIn, cafe: UUID, page: int, fields: dict[str, str], told: str
) -> None:
    answer = form(sign_in("claire"), url(cafe, page), version="0", **fields)
    assert answer.status_code == 422
    assert told in text_of(answer)


@pytest.mark.parametrize(
    ("typed", "kept"), [("2005", "2005"), ("12/2005", "2005-12"), ("1/12/2005", "2005-12-01")]
)
def test_a_date_may_be_half_known(
    sign_in: SignIn, db: Session, world: World, cafe: UUID, typed: str, kept: str
) -> None:
    claire = sign_in("claire")
    fields = {"period-chosen": "start_date", "period-details-start_date": typed, "version": "0"}
    assert form(claire, url(cafe, 3), **fields).status_code == 303
    assert stored(db, world, cafe)["period"]["details"] == {"start_date": kept}
    again = claire.get(url(cafe, 3)).text
    assert re.search(rf'name="period-details-start_date"[^>]*value="0?{typed}"', again)


def test_two_people_overwrite_nothing(sign_in: SignIn, db: Session, world: World, cafe: UUID) -> None:
    claire = sign_in("claire")
    assert form(claire, url(cafe, 2), aims="Se parler", version="0").status_code == 303
    late = form(claire, url(cafe, 2), aims="Autre chose", topics="Le sommeil", version="0")
    assert late.status_code == 409
    assert "Quelqu’un a modifié cette donnée entre-temps" in late.text
    assert "Enregistré entre-temps\u202f: <strong>Se parler</strong>" in late.text
    assert "Autre chose" in late.text
    assert "Repartir de ce qui est enregistré" in late.text
    assert stored(db, world, cafe)["aims"] == "Se parler"
    chosen = form(claire, url(cafe, 2), aims="Autre chose", topics="Le sommeil", version="1")
    assert chosen.status_code == 303
    assert stored(db, world, cafe) == {"aims": "Autre chose", "topics": "Le sommeil"}


@pytest.mark.parametrize("page", [0, 10, "x"])
def test_there_are_nine_pages(sign_in: SignIn, cafe: UUID, page: int | str) -> None:
    assert sign_in("claire").get(f"{url(cafe)}/{page}").status_code == 404


# --- reading it -----------------------------------------------------------------------------------------


@pytest.fixture
def clef(db: Session, world: World, cafe: UUID) -> UUID:
    write_sheet(db, world.actor(db, "claire"), A, cafe, ActionSheetIn(answers=CLEF), 0)
    return cafe


def test_the_whole_sheet_is_read(sign_in: SignIn, clef: UUID) -> None:
    words = text_of(sign_in("claire").get(url(clef)))
    assert "30 questions traitées sur 30." in words
    for question in QUESTIONS:
        assert plain_spaces(question.heading) in words
    for slug, value in CLEF.items():
        for line in said(PARTS[slug], value):
            assert plain_spaces(line) in words
    assert "à répondre" not in words


def test_what_is_left_leads_to_its_page(sign_in: SignIn, db: Session, world: World, cafe: UUID) -> None:
    answers = {slug: value for slug, value in CLEF.items() if slug != "aims"}
    answers["funding"] = {"chosen": ["ministry"]}
    answers["people"] = {"parents": 3}
    write_sheet(db, world.actor(db, "claire"), A, cafe, ActionSheetIn(answers=answers), 0)
    page = sign_in("claire").get(url(cafe))
    left = page.text[page.text.index('id="reste"') : page.text.index('id="p1"')]
    assert re.findall(r'/fiche/(\d)"', left) == ["2", "5", "6"]
    assert "21. Qui la finance\u202f? (à préciser)" in left
    assert "15. Combien de personnes en une année\u202f? (à compléter)" in left
    assert "28 questions traitées sur 30." in text_of(page)


def test_a_teacher_reads_and_does_not_write(sign_in: SignIn, clef: UUID) -> None:
    lea = sign_in("lea")
    page = lea.get(url(clef)).text
    assert "Se déplacer est difficile" in page
    assert "Modifier cette page" not in page
    assert lea.get(url(clef, 1)).status_code == 403


def test_the_sheets_of_a_school_are_searched(sign_in: SignIn, clef: UUID) -> None:
    lea = sign_in("lea")
    assert "Aucune fiche pour l’instant" in sign_in("karim").get("/ecoles/0990002Y/fiches").text
    page = lea.get(f"/ecoles/{A}/fiches", params={"q": "cafe poussette"})
    assert f'href="{url(clef)}"' in page.text
    assert "30 questions traitées sur 30" in text_of(page)
    nothing = lea.get(f"/ecoles/{A}/fiches", params={"q": "<tricot>"})
    assert f'href="{url(clef)}"' not in nothing.text
    assert "Aucune fiche ne contient ces mots" in nothing.text
    assert 'value="&lt;tricot&gt;"' in nothing.text


# --- the document ---------------------------------------------------------------------------------------


def test_the_document_holds_every_question_and_answer(sign_in: SignIn, clef: UUID) -> None:
    claire = sign_in("claire")
    answer = claire.get(f"{url(clef)}.docx")
    assert answer.headers["content-type"] == DOCX
    assert f'filename="fiche-action-{A}-{clef}.docx"' in answer.headers["content-disposition"]
    document = docx.Document(io.BytesIO(answer.content))
    assert len(document.tables) == len(SECTIONS)
    rows = {row.cells[0].text: row.cells[1].text for table in document.tables for row in table.rows[1:]}
    assert list(rows) == [typeset(question.heading) for question in QUESTIONS]
    for question in QUESTIONS:
        for part in question.parts:
            for line in said(part, CLEF.get(part.slug)):
                assert typeset(line) in rows[typeset(question.heading)]
    assert {paragraph.text for paragraph in document.paragraphs} >= {section.title for section in SECTIONS}
    same = claire.get(f"/api/v1/schools/{A}/actions/{clef}/sheet.docx")
    assert docx.Document(io.BytesIO(same.content)).tables[0].rows[1].cells[1].text == typeset(CLEF["title"])


def test_the_document_of_an_unfinished_sheet_says_so(sign_in: SignIn, cafe: UUID) -> None:
    claire = sign_in("claire")
    form(claire, url(cafe, 2), aims="Se parler", version="0")
    document = docx.Document(io.BytesIO(claire.get(f"{url(cafe)}.docx").content))
    assert document.tables[0].rows[1].cells[1].text == "à répondre"
    assert document.tables[1].rows[1].cells[1].text == "Se parler"
    assert any("1 question traitée sur 30" in paragraph.text for paragraph in document.paragraphs)
