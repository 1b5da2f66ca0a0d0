"""A whole school year through the pages, in Chromium, with and without JavaScript."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from app import clock
from tests.stories.test_year_api import FIGURES
from tests.world import PASSWORD, T1, T2, T3, A

pytestmark = pytest.mark.browser
HOME = f"/ecoles/{A}"
Open = Callable[..., Page]


def fill(page: Page, scope: str = "main", /, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"{scope} [name='{name.replace('__', '-')}']", value)


def press(page: Page, label: str, scope: str = "main") -> None:
    """Click, and wait for the page that follows the 303."""
    with page.expect_navigation():
        page.locator(scope).get_by_role("button", name=label).first.click()
    assert page.locator(".error-summary").count() == 0, page.inner_text(".error-summary")


def sign_in(page: Page, year: int, month: int, day: int) -> None:
    """Months later: the old session has ended, she signs in again."""
    clock.pin(datetime(year, month, day, 15, tzinfo=UTC))
    page.context.clear_cookies()
    page.goto(f"/connexion?next={HOME}")
    fill(page, email="claire@demo.invalid", password=PASSWORD)
    press(page, "Se connecter")
    assert page.url.endswith(HOME)


def figures(page: Page, term: str) -> dict[str, tuple[int | None, int | None]]:
    answer = page.request.get(f"/api/v1/schools/{A}/totals?term={term}")
    return {row["indicator"]: (row["counted"], row["out_of"]) for row in json.loads(answer.body())["items"]}


def unfold(page: Page, scope: str) -> None:
    """Open what is folded away because most people do not need it."""
    folded = page.locator(f"{scope} details:not([open]) > summary")
    while folded.count():
        folded.first.click()


def answer(page: Page, term: str, indicator: str, counted: int, out_of: int | None = None) -> None:
    page.goto(f"{HOME}/saisie/{term}")
    scope = f"section#{indicator}"
    unfold(page, scope)
    page.check(f"{scope} [name='status'][value='value']")
    fill(page, scope, counted=str(counted))
    if out_of is not None:
        fill(page, scope, out_of=str(out_of))
    press(page, "Enregistrer", scope)


def ambition(page: Page) -> None:
    page.goto(f"{HOME}/objectifs/nouveau")
    fill(page, stake="La réussite des élèves", title="Rencontrer chaque famille", target__value="85")
    page.select_option("[name='target-indicator']", "individual_meetings")
    page.select_option("[name='target-term']", T3)
    fill(page, target__baseline__counted="120", target__baseline__out_of="196")
    press(page, "Enregistrer l’objectif")


def act(page: Page) -> str:
    """A partner, an action serving the goal, two cafés, one of them corrected; the action's address."""
    page.goto(f"{HOME}/partenaires")
    fill(page, name="Centre social")
    page.select_option("[name='kind']", "social_centre")
    page.select_option("[name='sector']", "culture_leisure")
    press(page, "Ajouter le partenaire")
    page.goto(f"{HOME}/actions/nouvelle?axis=familiarity")
    fill(page, title="Café des parents", planned_from="02/10/2026", planned_to="25/06/2027")
    page.check("[name='goal_ids']")
    page.check("[name='partner_ids']")
    press(page, "Enregistrer l’action")
    page.goto(HOME)
    page.click("text=Café des parents")
    action: str = page.url
    hold(page, action, "06/11/2026", 14, with_partner=True)
    hold(page, action, "20/11/2026", 12, with_partner=False)
    page.goto(action)
    page.locator("a[href*='/rendez-vous/']").first.click()  # the latest comes first
    fill(page, parents_present="16")
    press(page, "Enregistrer")
    return action


def hold(page: Page, action: str, day: str, parents: int, *, with_partner: bool) -> None:
    page.goto(action)
    page.check("[name='state'][value='held']")
    fill(page, planned_on=day, parents_present=str(parents))
    page.set_checked("[name='partner_ids']", with_partner)
    press(page, "Enregistrer le rendez-vous")


def vote(page: Page) -> None:
    page.goto(f"{HOME}/election/2026-2027")
    fill(page, held_on="09/10/2026", registered="362", voters="159", blank_null="9", seats="9")
    unfold(page, "form")
    page.check("[name='voting_modes'][value='in_person']")
    for row, (name, category, votes) in enumerate(
        (("FCPE", "fcpe", "100"), ("Parents de l’école", "local_association", "50"))
    ):
        page.fill(f"[name='lists-{row}-name']", name)
        page.select_option(f"[name='lists-{row}-category']", category)
        page.fill(f"[name='lists-{row}-votes']", votes)
    press(page, "Enregistrer le résultat")


def meet_parents(page: Page) -> None:
    page.goto(f"{HOME}/analyse-partagee/nouvelle")
    fill(page, held_on="19/11/2026", representatives_present="6", representatives_elected="9")
    press(page, "Enregistrer la séance")


def council(page: Page, term: str, javascript: bool, *verdicts: tuple[str, str]) -> None:
    """Open the review, say who is there, take one decision a step in page order, close it."""
    page.goto(f"{HOME}/conseil/{term}")
    press(page, "Ouvrir le bilan")
    fill(page, "#debut", members_present="9")
    advance(page, "debut", "Commencer →", javascript)
    keys = [str(step.get_attribute("id")) for step in page.locator("section.step[id^='d-']").all()]
    for key, (verdict, reason) in zip(keys, verdicts, strict=True):
        if javascript:  # the table of the steps leads anywhere
            page.click(".toc summary")
            page.click(f".toc a[href='#{key}']")
        page.locator(f"#{key} input[value='{verdict}']").check()
        page.fill(f"#{key} textarea", reason)
        advance(page, key, "Enregistrer et continuer →", javascript)
    if javascript:
        page.click(".toc summary")
        page.click(".toc a[href='#clore']")
    assert page.input_value("#clore [name='members_present']") == "9"
    press(page, "Clore et appliquer les décisions", "#clore")
    page.wait_for_selector("h1:has-text('Relevé de conclusions')")


def advance(page: Page, key: str, button: str, javascript: bool) -> None:
    """Save a step: with JavaScript the meeting goes on in place, without it the page comes back."""
    save = page.locator(f"#{key}").get_by_role("button", name=button)
    if javascript:
        save.click()
        page.wait_for_function("key => document.querySelector('.step.current').id !== key", arg=key)
    else:
        with page.expect_navigation():
            save.click()
    assert page.locator(".error-summary").count() == 0


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without javascript"])
def test_a_year_through_the_pages(open_page: Open, javascript: bool) -> None:
    page = open_page(None, javascript=javascript, width=1280 if javascript else 375)
    sign_in(page, 2026, 11, 21)
    ambition(page)
    action = act(page)
    answer(page, T1, "visits", 8)
    answer(page, T1, "individual_meetings", 153, 196)
    answer(page, T1, "individual_meetings", 135, 196)
    vote(page)
    meet_parents(page)
    assert figures(page, T1) == FIGURES[T1]
    council(page, T1, javascript, ("keep", ""), ("keep", ""))
    sign_in(page, 2027, 3, 26)
    hold(page, action, "05/03/2027", 21, with_partner=False)
    answer(page, T2, "joint_actions", 0)
    answer(page, T2, "individual_meetings", 158, 196)
    assert figures(page, T2) == FIGURES[T2]
    council(page, T2, javascript, ("keep", ""), ("stop", "Le vendredi ne convient plus."))
    page.goto(HOME)
    assert "abandonnée" in page.inner_text(".column.agir")
    sign_in(page, 2027, 6, 22)
    answer(page, T3, "individual_meetings", 170, 196)
    assert figures(page, T3) == FIGURES[T3]
    council(page, T3, javascript, ("reached", "170 élèves sur 196."))
    page.goto(HOME)
    assert "atteint" in page.inner_text(".column.ambitionner")
