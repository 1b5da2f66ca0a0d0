"""A sheet passes from one school to another and is withdrawn, at a desk and on a phone without JavaScript."""

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from app.accounts.access import actor_of_user
from app.accounts.models import User
from app.action_sheets.models import ActionSheetIn
from app.action_sheets.service import write_sheet
from app.actions.models import ActionIn
from app.actions.service import add_action
from app.domain.vocabulary import Door
from tests.browser.conftest import Open, Site, follow, press
from tests.world import A, B

pytestmark = pytest.mark.browser
ANSWERS = {
    "title": "Le café du vendredi",
    "aims": "Que chaque famille connaisse quelqu’un.",
    "topics": "La place de Valmont",
    "carrier_names": "École des Tilleuls",
    "helped": "Le même jour\nDu café",
}


def a_sheet(site: Site) -> str:
    """The page of Claire's sheet; one of its answers names the commune."""
    said = {
        "axis": "familiarity",
        "title": "Café des parents",
        "planned_from": "2026-09-28",
        "planned_to": "2027-06-25",
    }
    with site.database.session() as db:
        claire = db.scalars(select(User).where(User.email == "claire@demo.invalid")).one()
        head = actor_of_user(db, claire, Door.PAGE, "test")
        action = add_action(db, head, A, ActionIn.model_validate(said))
        write_sheet(db, head, A, action.id, ActionSheetIn(answers=ANSWERS), 0)
        return f"/ecoles/{A}/actions/{action.id}/fiche"


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def publish_unnamed(page: Page, sheet: str) -> None:
    """What names the school is found first, and reworded."""
    page.goto(sheet)
    follow(page, "Publier pour d’autres écoles")
    page.get_by_label("toutes les écoles", exact=True).check()
    page.get_by_label("sans nommer l’école", exact=True).check()
    press(page, "Voir ce que cela donne")
    expect(page.get_by_role("button", name="Publier la fiche")).to_have_count(0)
    rewording = page.get_by_role("region", name="À reformuler avant de publier")
    assert_fits(page)
    rewording.get_by_role("link").click()
    page.locator("[name=topics]").fill("Ce qui se passe près de l’école")
    press(page, "Enregistrer et relire")
    follow(page, "Publier pour d’autres écoles")
    page.get_by_label("toutes les écoles", exact=True).check()
    page.get_by_label("sans nommer l’école", exact=True).check()
    press(page, "Voir ce que cela donne")
    held_back = page.get_by_role("region", name="Ce qui reste à l’école")
    expect(held_back).to_contain_text("Les organismes porteurs")
    press(page, "Publier la fiche")
    expect(page.get_by_text("La fiche est publiée")).to_be_visible()
    assert_fits(page)


def find_and_take_up(page: Page) -> None:
    page.goto("/pratiques")
    follow(page, "Les fiches publiées par des écoles")
    page.get_by_label("Chercher").fill("cafe vendredi")
    press(page, "Chercher")
    assert_fits(page)
    page.locator("a.card").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Le café du vendredi")
    expect(page.locator("main")).not_to_contain_text("Tilleuls")
    assert_fits(page)
    follow(page, "Reprendre cette fiche")
    page.get_by_label("Du café").uncheck()
    page.get_by_label("Du", exact=True).fill("5/1/2027")
    page.get_by_label("Au", exact=True).fill("25/6/2027")
    assert_fits(page)
    press(page, "Enregistrer l’action")
    expect(page.locator("main")).to_contain_text("Le café du vendredi")


@pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (False, 375)])
def test_a_sheet_is_published_taken_up_and_withdrawn(
    open_page: Open, site: Site, javascript: bool, width: int
) -> None:
    sheet = a_sheet(site)
    claire = open_page("claire", javascript=javascript, width=width)
    karim = open_page("karim", javascript=javascript, width=width)
    publish_unnamed(claire, sheet)
    find_and_take_up(karim)
    expect(karim.locator("main")).to_contain_text("une école qui n’a pas souhaité être nommée")
    claire.reload()
    expect(claire.locator("main")).to_contain_text("Une action en est née.")
    follow(claire, "Retirer la fiche")
    press(claire, "Retirer la fiche")
    expect(claire.get_by_text("La fiche est retirée")).to_be_visible()
    karim.reload()
    expect(karim.locator("main")).to_contain_text("Le même jour")
    expect(karim.locator("main")).not_to_contain_text("Du café")
    karim.goto("/fiches?q=cafe")
    expect(karim.locator("a.card")).to_have_count(0)
    assert karim.goto(f"/ecoles/{B}").ok  # type: ignore[union-attr]  # a page that answered
