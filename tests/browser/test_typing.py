"""Typing between two lessons: a session that ends, a double press, the way back, a network that is cut."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import update
from sqlmodel import col, select

from app import clock
from app.accounts.models import WebSession
from app.goals.models import Goal
from app.measurements.models import Measurement
from tests.browser.conftest import Open, Site, press
from tests.world import T1, A

pytestmark = pytest.mark.browser
ENTRY = f"/ecoles/{A}/saisie/{T1}"


def session_seen(site: Site, hours_ago: int) -> None:
    moment = clock.now() - timedelta(hours=hours_ago)
    with site.database.session() as db:
        db.execute(update(WebSession).values(last_seen_at=moment))


def stored(site: Site) -> list[tuple[int | None, int | None]]:
    with site.database.session(reading=True) as db:
        rows = db.scalars(select(Measurement).order_by(col(Measurement.id)))
        return [(row.counted, row.out_of) for row in rows]


def answer(page: Page, counted: str, out_of: str) -> None:
    block = page.locator("#individual_meetings")
    block.locator("[name=counted]").fill(counted)
    block.locator("[name=out_of]").fill(out_of)


def save(page: Page) -> None:
    page.locator("#individual_meetings").get_by_role("button", name="Enregistrer").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_session_that_ends_in_the_middle_of_a_form(open_page: Open, site: Site, javascript: bool) -> None:
    page = open_page("claire", javascript=javascript, width=375)
    page.goto(f"/ecoles/{A}/objectifs/nouveau")
    page.locator("[name=stake]").fill("Le dialogue")
    page.locator("[name=title]").fill("Rencontrer chaque famille")
    session_seen(site, hours_ago=2)
    press(page, "Enregistrer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre session est finie")
    press(page, "Envoyer à nouveau")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre session est finie")
    session_seen(site, hours_ago=0)  # signed in again, in another tab
    press(page, "Envoyer à nouveau")
    expect(page.get_by_role("heading", level=1)).to_have_text("Envoyez à nouveau votre saisie")
    press(page, "Envoyer à nouveau")
    expect(page.get_by_text("Rencontrer chaque famille").first).to_be_visible()
    expect(page.get_by_role("button", name="Envoyer à nouveau")).to_have_count(0)
    with site.database.session(reading=True) as db:
        assert db.scalars(select(Goal.title)).all() == ["Rencontrer chaque famille"]


def test_a_double_press_is_one_answer(open_page: Open, site: Site) -> None:
    page = open_page("claire", width=375)
    page.goto(ENTRY)
    answer(page, "158", "196")
    asked: list[Route] = []
    page.route("**/healthz", lambda route: asked.append(route))
    for _ in range(2):  # both before the server is heard of
        save(page)
    while not asked:
        page.wait_for_timeout(50)
    for route in asked:
        route.continue_()
    expect(page.locator("#individual_meetings")).to_contain_text("Enregistré à")
    assert stored(site) == [(158, 196)]


def test_two_windows_overwrite_nothing_unread(open_page: Open, site: Site) -> None:
    first, second = open_page("claire", width=375), open_page("lea", width=375)
    for page, counted in ((first, "158"), (second, "160")):
        page.goto(ENTRY)
        answer(page, counted, "196")
    save(first)
    expect(first.locator("#individual_meetings")).to_contain_text("Enregistré à")
    save(second)
    block = second.locator("#individual_meetings")
    expect(block).to_contain_text("Rien n’a été remplacé")
    expect(block).to_contain_text("158 sur 196")
    expect(block).to_contain_text("160 sur 196")
    assert stored(site) == [(158, 196)]
    block.get_by_role("button", name="Remplacer par ma réponse").click()
    expect(block).to_contain_text("160 élèves sur 196")
    assert stored(site) == [(158, 196), (160, 196)]


def test_the_way_back_shows_what_is_stored(open_page: Open, site: Site) -> None:
    page = open_page("claire", width=375)
    page.goto(ENTRY)
    answer(page, "158", "196")
    save(page)
    expect(page.locator("#individual_meetings")).to_contain_text("Enregistré à")
    page.go_back()
    expect(page.locator("#individual_meetings")).to_contain_text("158 élèves sur 196")


def test_a_network_cut_before_sending_loses_nothing(open_page: Open, site: Site) -> None:
    page = open_page("claire", width=375)
    page.goto(ENTRY)
    answer(page, "158", "196")
    page.context.set_offline(True)
    save(page)
    block = page.locator("#individual_meetings")
    expect(block.get_by_role("alert")).to_contain_text("rien n’est parti")
    expect(block.locator("[name=counted]")).to_have_value("158")
    save(page)
    expect(block.get_by_role("alert")).to_have_count(1)
    page.context.set_offline(False)
    save(page)
    expect(block).to_contain_text("Enregistré à")
    assert stored(site) == [(158, 196)]


def test_sums_are_shown_while_grades_are_typed(open_page: Open, site: Site) -> None:
    page = open_page("claire", width=375)
    page.goto(f"{ENTRY}/individual_meetings")
    expect(page.locator("[data-sum]")).to_be_hidden()
    for grade, (counted, out_of) in enumerate([("18", "22"), ("1 004", "1 024")]):
        page.locator("[name$='-counted']").nth(grade).fill(counted)
        page.locator("[name$='-out_of']").nth(grade).fill(out_of)
    expect(page.locator("[data-sum]")).to_have_text("En tout : 1\u202f022 sur 1\u202f046, 2 niveaux")
