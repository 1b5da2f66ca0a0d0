"""A real action sheet (tests/clef.py) typed in page by page, found again over JSON and in the document."""

from typing import Any
from uuid import UUID

import docx
import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from app.accounts.access import actor_of_user
from app.accounts.models import User
from app.actions.models import ActionIn
from app.actions.service import add_action
from app.domain.action_sheet import PARTS, QUESTIONS, SECTIONS
from app.domain.action_sheet_parts import Kind, Part, Section
from app.domain.action_sheet_words import said, write_when
from app.domain.vocabulary import Door
from app.web.paper import typeset
from tests.browser.conftest import Open, Site
from tests.clef import CLEF
from tests.matrix import ACTION
from tests.world import A

pytestmark = pytest.mark.browser


@pytest.fixture
def action(site: Site) -> UUID:
    with site.database.session() as db:
        claire = db.scalars(select(User).where(User.email == "claire@demo.invalid")).one()
        head = actor_of_user(db, claire, Door.PAGE, "test")
        return add_action(db, head, A, ActionIn.model_validate(ACTION)).id


def tick(page: Page, name: str, codes: list[str]) -> None:
    """Whatever the page had ticked by itself, these and no others."""
    for box in page.locator(f"[name='{name}']").all():
        box.set_checked(box.get_attribute("value") in codes)


def answer(page: Page, part: Part) -> None:
    """One part, as a person would: boxes to tick, lists to choose from, texts to type."""
    value: Any = CLEF.get(part.slug)
    match part.kind:
        case Kind.ONE:
            page.locator(f"[name='{part.slug}']").select_option(value)
        case Kind.SEVERAL:
            tick(page, f"{part.slug}-chosen", value["chosen"] if value else [])
            for code, text in (value or {}).get("details", {}).items():
                typed = write_when(text) if part.by_code[code].is_date else text
                page.locator(f"[name='{part.slug}-details-{code}']").fill(typed)
            for left in {choice.code for choice in part.choices if choice.detail}:
                if left not in (value or {}).get("details", {}):
                    page.locator(f"[name='{part.slug}-details-{left}']").fill("")
        case Kind.COUNTS:
            for row, count in value.items():
                page.locator(f"[name='{part.slug}-{row}']").fill(str(count))
        case Kind.GRID_ONE:
            for row, code in value.items():
                page.locator(f"[name='{part.slug}-{row}']").select_option(code)
        case Kind.GRID_SEVERAL:
            for row in part.rows:
                tick(page, f"{part.slug}-{row.code}", value.get(row.code, []))
        case _:
            between = ", " if part.kind is Kind.KEYWORDS else "\n"
            text = value if isinstance(value, str) else between.join(value or ())
            page.locator(f"[name='{part.slug}']").fill(text)


def fill_in(page: Page, section: Section) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(section.title)
    for part in section.parts:
        answer(page, part)


@pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (False, 375)])
def test_the_real_sheet_is_typed_in(
    open_page: Open, site: Site, action: UUID, javascript: bool, width: int
) -> None:
    page = open_page("claire", javascript=javascript, width=width)
    page.goto(f"/ecoles/{A}/actions/{action}")
    page.get_by_role("link", name="Fiche action").click()
    page.get_by_role("link", name="Commencer la fiche").click()
    for section in SECTIONS[:-1]:
        fill_in(page, section)
        page.get_by_role("button", name="Enregistrer et continuer").click()
    fill_in(page, SECTIONS[-1])
    page.get_by_role("button", name="Enregistrer et relire").click()
    expect(page.get_by_role("status")).to_have_text("La fiche est complète")
    expect(page.get_by_text("30 questions traitées sur 30")).to_be_visible()

    kept = page.request.get(f"/api/v1/schools/{A}/actions/{action}/sheet").json()
    assert kept["answers"] == CLEF
    assert (kept["answered"], kept["missing"], kept["to_specify"]) == (30, [], [])

    with page.expect_download() as waiting:
        page.get_by_role("link", name="Télécharger pour le traitement de texte").click()
    document = docx.Document(str(waiting.value.path()))
    told = {row.cells[0].text: row.cells[1].text for table in document.tables for row in table.rows[1:]}
    for question in QUESTIONS:
        for part in question.parts:
            for line in said(PARTS[part.slug], CLEF.get(part.slug)):
                assert typeset(line) in told[typeset(question.heading)]


def test_a_page_that_is_refused_keeps_what_was_typed(open_page: Open, action: UUID) -> None:
    page = open_page("claire", width=375)
    page.goto(f"/ecoles/{A}/actions/{action}/fiche/6")
    page.get_by_label("Les organismes partenaires").fill("Mairie, Mme Durand")
    page.get_by_label("Commune", exact=True).check()
    page.get_by_role("button", name="Enregistrer et continuer").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Retirez le nom de la personne")
    summary.get_by_role("link").click()
    expect(page.get_by_label("Les organismes partenaires")).to_be_focused()
    expect(page.get_by_label("Les organismes partenaires")).to_have_value("Mairie, Mme Durand")
    expect(page.get_by_label("Commune", exact=True)).to_be_checked()
    page.get_by_label("Les organismes partenaires").fill("Mairie, service jeunesse")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.get_by_role("status")).to_have_text("La page précédente est enregistrée")
    expect(page.get_by_text("Page 7 sur 9")).to_be_visible()
