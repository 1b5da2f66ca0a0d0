"""The Point parents sheet, typed on a phone without JavaScript, is found whole in the API and on paper."""

import io

import docx
import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from app.accounts.access import actor_of_user
from app.accounts.models import User
from app.actions.models import ActionIn, EventIn
from app.actions.service import add_action, add_event
from app.domain.vocabulary import Door
from tests.browser.conftest import Open, Site, follow, press
from tests.reports import point_parents as facts
from tests.world import A

pytestmark = pytest.mark.browser


def an_action(site: Site) -> str:
    """The action and its held events; its report is what the test types."""
    said = {
        "axis": "participation",
        "title": facts.ACTION,
        "planned_from": "2025-11-20",
        "planned_to": "2027-06-25",
    }
    with site.database.session() as db:
        claire = db.scalars(select(User).where(User.email == "claire@demo.invalid")).one()
        head = actor_of_user(db, claire, Door.PAGE, "test")
        action = add_action(db, head, A, ActionIn.model_validate(said))
        for day, parents, children, professionals in facts.EVENTS:
            came = {
                "planned_on": day,
                "state": "held",
                "parents_present": parents,
                "children_present": children,
                "professionals_present": professionals,
            }
            add_event(db, head, A, action.id, EventIn.model_validate(came))
        return str(action.id)


def assert_fits(page: Page) -> None:
    """At 320 px, and no box is squeezed to a column of letters."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    widths = page.locator("fieldset .choices").evaluate_all("boxes => boxes.map(box => box.clientWidth)")
    assert all(width >= 180 for width in widths), widths


def type_conditions(page: Page) -> None:
    """Two empty lines at a time."""
    for first in (0, 2):
        follow(page, "Cocher ou changer les conditions")
        for index, text in list(enumerate(facts.CONDITIONS))[first : first + 2]:
            page.locator(f"[name=conditions-{index}-text]").fill(text)
        press(page, "Enregistrer les conditions")
        follow(page, "Le rapport d’une page")


def type_report(page: Page) -> None:
    follow(page, "Écrire le rapport")
    page.locator("[name=summary]").fill(facts.SUMMARY)
    page.locator("[name=aims]").fill("\n".join(facts.AIMS))
    for words, _, _ in facts.EFFECTS.values():
        page.get_by_label(words, exact=True).check()
    page.locator("[name=audience]").fill(facts.AUDIENCE)
    page.locator("[name=animators]").fill(facts.ANIMATORS)
    page.locator("[name=strengths]").fill("\n".join(facts.STRENGTHS))
    page.locator("[name=improvements]").fill("\n".join(facts.IMPROVEMENTS))
    press(page, "Enregistrer le rapport")


def evaluate(page: Page) -> None:
    page.locator("[name=started_on]").fill(facts.STARTED)
    press(page, "Commencer les douze mois")
    for _, words, day, text in facts.NOTES:
        page.get_by_label(words, exact=True).check()
        page.locator("[name=noted_on]").fill(day)
        page.locator("[name=text]").fill(text)
        press(page, "Enregistrer la note")
    follow(page, "Conclure et clore")
    for words, finding, evidence in facts.EFFECTS.values():
        group = page.get_by_role("group", name=words[:1].upper() + words[1:])
        group.locator(f"input[value={finding}]").check()
        group.locator("textarea").fill(evidence)
    assert_fits(page)
    press(page, "Clore l’évaluation")


def test_the_point_parents_sheet_is_typed_and_comes_out_whole(open_page: Open, site: Site) -> None:
    action_id = an_action(site)
    page = open_page("claire", javascript=False, width=320)
    page.goto(f"/ecoles/{A}/actions/{action_id}/rapport")
    type_conditions(page)
    type_report(page)
    evaluate(page)
    expect(page.get_by_text("L’évaluation est close")).to_be_visible()
    assert_fits(page)
    shown = page.locator("main").inner_text()
    url = f"{site.url}/api/v1/schools/{A}/actions/{action_id}/report"
    told = page.request.get(url).json()
    assert told["summary"] == facts.SUMMARY
    assert told["aims"].splitlines() == list(facts.AIMS)
    assert [one["text"] for one in told["conditions"]] == list(facts.CONDITIONS)
    assert (told["animators"], told["audience"]) == (facts.ANIMATORS, facts.AUDIENCE)
    assert told["strengths"].splitlines() == list(facts.STRENGTHS)
    assert told["improvements"].splitlines() == list(facts.IMPROVEMENTS)
    found = {row["effect"]: (row["finding"], row["evidence"]) for row in told["effects"]}
    assert found == {effect: (said, why) for effect, (_, said, why) in facts.EFFECTS.items()}
    evaluation = told["evaluation"]
    assert evaluation["last_day"] == facts.LAST_DAY
    assert evaluation["closed_on"] is not None
    counts = [evaluation["attended"][name] for name in ("events", "parents", "children", "professionals")]
    assert counts == [2, 31, 21, 7]
    assert [(note["voice"], note["text"]) for note in evaluation["notes"]] == [
        (voice, text) for voice, _, _, text in facts.NOTES
    ]
    document = docx.Document(io.BytesIO(page.request.get(f"{url}.docx").body()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    paper = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    wanted = [facts.SUMMARY, *facts.AIMS, *facts.CONDITIONS, facts.ANIMATORS, facts.AUDIENCE]
    wanted += [*facts.STRENGTHS, *facts.IMPROVEMENTS, *(text for _, _, _, text in facts.NOTES)]
    wanted += [text for words, _, why in facts.EFFECTS.values() for text in (words, why)]
    for text in (*wanted, "31 venues de parents", "20 novembre 2025 au 19 novembre 2026"):
        assert text in paper, text
        assert text[:1].upper() + text[1:] in shown or text in shown, text
