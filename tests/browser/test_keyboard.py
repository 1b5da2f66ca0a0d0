"""Without a mouse, without sight: what the Tab key reaches, in which order, what a screen reader is told."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from app.elections.models import Election
from app.measurements.models import Measurement
from tests.browser.conftest import Open, Site
from tests.world import T1, A

pytestmark = pytest.mark.browser
ENTRY = f"/ecoles/{A}/saisie/{T1}"
FOCUS = """() => {
    const at = document.activeElement, box = at.getBoundingClientRect();
    const outlined = (look) => look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
    return {
        name: at.name ?? "", text: at.textContent.trim().slice(0, 60), top: box.top + scrollY, left: box.left,
        seen: [at, at.closest(".choice")].some((one) => one && outlined(getComputedStyle(one))),
    };
}"""


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the control of that name or text has the focus, as a person would who cannot click."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["seen"], f"nobody sees where the focus is: {focus}"
        if focus["name"] == wanted or focus["text"].startswith(wanted):
            return
    raise AssertionError(f"{wanted} is out of the keyboard's reach")


def test_a_term_is_typed_without_a_mouse(open_page: Open, site: Site) -> None:
    page = open_page("claire")
    page.goto(ENTRY)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["text"] == "Aller au contenu"
    page.keyboard.press("Enter")
    tab_to(page, "status")
    tab_to(page, "counted")
    page.keyboard.type("158")
    tab_to(page, "out_of")
    page.keyboard.type("19")
    page.keyboard.press("Enter")

    summary = page.get_by_role("alert").filter(has_text="à corriger")
    expect(summary).to_be_focused()
    expect(summary).to_have_accessible_name("Il y a 1 point à corriger")
    tab_to(page, "Élèves dont les responsables ont été invités")
    page.keyboard.press("Enter")
    expect(page.locator("#individual_meetings [name=out_of]")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    expect(page.locator("#individual_meetings")).to_contain_text("158 élèves sur 196")

    tab_to(page, "Corriger")
    page.keyboard.press("Enter")
    tab_to(page, "status")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Enregistrer")
    page.keyboard.press("Enter")
    expect(page.locator("#individual_meetings p > strong").first).to_contain_text("Non mesuré")
    with site.database.session(reading=True) as db:
        rows = db.scalars(select(Measurement).order_by(col(Measurement.id))).all()
        assert [(row.status.value, row.counted) for row in rows] == [("value", 158), ("not_measured", None)]


def test_an_election_is_noted_without_a_mouse(open_page: Open, site: Site) -> None:
    page = open_page("claire", javascript=False)
    page.goto(f"/ecoles/{A}/election/2026-2027")
    answers = {
        "held_on": "09/10/2026",
        "registered": "362",
        "voters": "159",
        "blank_null": "9",
        "lists-0-name": "Parents de l’école",
        "lists-0-category": "FCPE",
        "lists-0-votes": "150",
    }
    for name, value in answers.items():
        tab_to(page, name)
        page.keyboard.press("Control+A")
        page.keyboard.type(value)
    tab_to(page, "Enregistrer le résultat")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Le résultat", exact=True)).to_be_visible()
    with site.database.session(reading=True) as db:
        found = db.scalars(select(Election)).one()
        assert (found.registered, found.voters, found.blank_null) == (362, 159, 9)


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("path", [ENTRY, f"/ecoles/{A}/election/2026-2027", f"/ecoles/{A}/objectifs/nouveau"])
def test_the_focus_follows_the_page(open_page: Open, path: str, width: int) -> None:
    """Within the form the next control is never above the one before it."""
    page = open_page("claire", width=width)
    page.goto(path)
    tab_to(page, "status" if path == ENTRY else "held_on" if "election" in path else "stake")
    before = page.evaluate(FOCUS)
    for _ in range(12):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if not focus["name"]:
            continue
        same_line = abs(focus["top"] - before["top"]) < 30
        assert focus["top"] > before["top"] - 30, (before, focus)
        assert not same_line or focus["left"] >= before["left"], (before, focus)
        before = focus


def test_what_a_screen_reader_is_told_of_a_block(open_page: Open) -> None:
    """The title, the state, the question with its three answers, the boxes by their names, the button."""
    page = open_page("claire")
    page.goto(ENTRY)
    told = page.locator("#individual_meetings").aria_snapshot()
    names = re.findall(r"- '?(heading|radiogroup|radio|textbox|button) \"([^\"]*)\"", told)
    assert names == [
        ("heading", "Participation aux rencontres individuelles"),
        ("radiogroup", "Réponse"),
        ("radio", "Voici le nombre"),
        ("radio", "Non mesuré"),
        ("radio", "Sans objet"),
        ("textbox", "Élèves pour qui un responsable, ou une personne de son choix, est venu"),
        ("textbox", "Élèves dont les responsables ont été invités"),
        ("button", "Enregistrer : Participation aux rencontres individuelles"),
    ]


def test_a_mistake_is_told_where_it_is(open_page: Open) -> None:
    """The box says that it is wrong and why, to someone who only hears it."""
    page = open_page("claire")
    page.goto(ENTRY)
    page.locator("#individual_meetings [name=counted]").fill("douze")
    page.locator("#individual_meetings").get_by_role("button", name="Enregistrer").click()
    box = page.locator("#individual_meetings [name=counted]")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_accessible_description(re.compile("nombre"))
    expect(box).to_have_value("douze")
