"""The meeting on a projector: by keyboard, without connection for a while, and with two people deciding."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import docx
import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session

from app import clock
from app.accounts.access import actor_of_user
from app.accounts.actor import Actor
from app.accounts.queries import user_by_email
from app.actions.models import ActionIn, EventIn
from app.actions.queries import actions_of_school
from app.actions.service import add_action, add_event
from app.domain.plan import Verdict
from app.domain.vocabulary import ActionState, Axis, Door, EventState
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.reviews.models import ReviewIn
from app.reviews.queries import decisions_of_term
from app.reviews.service import open_review
from app.schools.queries import school_by_uai
from tests.browser.conftest import Site
from tests.world import PASSWORD, T1, T2, TODAY, A

pytestmark = pytest.mark.browser
COUNCIL = f"/ecoles/{A}/conseil/{T1}"
GOAL, CAFE, ALBUM, OPEN_DOOR = (
    "Rencontrer chaque famille",
    "Café des parents",
    "Album de la classe",
    "Matinée ouverte",
)
Open = Callable[..., Page]


def head(db: Session) -> Actor:
    user = user_by_email(db, "claire@demo.invalid")
    assert user is not None
    return actor_of_user(db, user, Door.PAGE, "test")


@pytest.fixture
def meeting(site: Site) -> Site:
    """A goal, three running actions and an open review."""
    with site.database.session() as db:
        claire = head(db)
        add_goal(db, claire, A, GoalIn(stake="climate", title=GOAL))
        first, last = TODAY.replace(month=9), TODAY.replace(month=12)
        for title in (CAFE, ALBUM, OPEN_DOOR):
            planned = ActionIn(axis=Axis.FAMILIARITY, title=title, planned_from=first, planned_to=last)
            action = add_action(db, claire, A, planned)
            held = EventIn(state=EventState.HELD, planned_on=TODAY.replace(day=6), parents_present=14)
            add_event(db, claire, A, action.id, held)
        open_review(db, claire, A, ReviewIn(term=T1))
    return site


def decided(site: Site) -> dict[str, tuple[Verdict, str | None]]:
    with site.database.session(reading=True) as db:
        school = school_by_uai(db, A)
        assert school is not None
        return {item.title: (item.verdict, item.reason) for item in decisions_of_term(db, school.id, T1)}


def current(page: Page) -> str:
    return str(page.locator(".step.current").get_attribute("id"))


def step_of(page: Page, title: str) -> Any:
    return page.locator(
        "section.step", has=page.get_by_role("heading", name=title, exact=True, include_hidden=True)
    )


def go_to(page: Page, title: str) -> Any:
    """By the arrows alone, from wherever the meeting stands."""
    step = step_of(page, title)
    wanted = step.get_attribute("id")
    page.locator(".step.current h2").focus()
    for _ in range(40):
        if current(page) == wanted:
            return step
        page.keyboard.press("ArrowRight")
    raise AssertionError(f"{title} was never reached")


def tab_to(page: Page, selector: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is out of the keyboard's reach")


def test_a_whole_meeting_by_keyboard(meeting: Site, open_page: Open) -> None:
    """Attendance, keep, change, stop, add, close; the plan is then as decided."""
    page = open_page("claire", width=1280)
    page.goto(COUNCIL)
    page.locator(".step.current h2").focus()
    tab_to(page, "#debut input[name='members_present']")
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(page.locator(".step.current [data-timer]")).to_have_text(" · 0 min")
    assert current(page) != "debut"
    for title, downs, reason in (
        (GOAL, 0, ""),
        (CAFE, 1, "Le mardi soir"),
        (ALBUM, 2, "Peu regardé"),
        (OPEN_DOOR, 0, ""),
    ):
        step = go_to(page, title)
        key = current(page)
        tab_to(page, f"#{key} input[name='verdict']")
        page.keyboard.press("Space")
        for _ in range(downs):
            page.keyboard.press("ArrowDown")
        tab_to(page, f"#{key} textarea")
        page.keyboard.type(reason)
        tab_to(page, f"#{key} .foot button")
        page.keyboard.press("Enter")
        expect(step.get_by_text("✓ Enregistré")).to_be_attached()
        page.wait_for_function("key => document.querySelector('.step.current').id !== key", arg=key)
    wanted = {
        GOAL: (Verdict.KEEP, None),
        CAFE: (Verdict.CHANGE, "Le mardi soir"),
        ALBUM: (Verdict.STOP, "Peu regardé"),
        OPEN_DOOR: (Verdict.KEEP, None),
    }
    for _ in range(600):  # a slow machine saves in the middle of a word; the rest of it is then on its way
        if decided(meeting) == wanted:
            break
        page.wait_for_timeout(100)
    assert decided(meeting) == wanted
    go_to(page, "Ce qu’on ajoute")
    page.get_by_role("link", name="Ajouter une action").click()
    page.fill("[name='title']", "Goûter des cultures")
    page.check(f"[name='axis'][value='{Axis.PARTICIPATION.value}']")
    page.fill("[name='planned_from']", "04/01/2027")
    page.fill("[name='planned_to']", "30/03/2027")
    page.get_by_role("button", name="Enregistrer pour le conseil").click()
    page.wait_for_selector(".step.current#ajouter")
    expect(page.locator("#ajouter").get_by_text("Goûter des cultures").first).to_be_visible()
    go_to(page, "Clore le bilan")
    assert page.input_value("#clore [name='members_present']") == "9"
    page.locator("#clore .foot button").press("Enter")
    page.wait_for_selector("h1:has-text('Relevé de conclusions')")
    read_the_minutes(page)
    find_the_plan_as_decided(page)
    with meeting.database.session(reading=True) as db:
        school = school_by_uai(db, A)
        assert school is not None
        states = {action.title: action.state for action in actions_of_school(db, school.id)}
    assert states == {
        CAFE: ActionState.RUNNING,
        ALBUM: ActionState.DROPPED,
        OPEN_DOOR: ActionState.RUNNING,
        "Goûter des cultures": ActionState.PLANNED,
    }


def read_the_minutes(page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le relevé").first.click()
    document = docx.Document(str(download.value.path()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    for said in (GOAL, CAFE, "Le mardi soir", ALBUM, "Peu regardé", OPEN_DOOR, "Goûter des cultures"):
        assert said in text
    assert "9 membres présents" in text
    assert download.value.suggested_filename == f"releve-{A}-{T1}.docx"


def find_the_plan_as_decided(page: Page) -> None:
    """The next term begins with what was decided, and asks only about what goes on."""
    clock.pin(datetime(2027, 1, 15, 15, tzinfo=UTC))
    page.context.clear_cookies()
    page.goto(f"/connexion?next=/ecoles/{A}/conseil/{T2}")
    page.fill("[name='email']", "claire@demo.invalid")
    page.fill("[name='password']", PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="Ouvrir le bilan").click()
    begin = page.locator("#debut")
    expect(begin).to_contain_text("Ce qui avait été décidé au 1er trimestre 2026-2027")
    for said in ("Poursuivre", "Modifier", "Arrêter", "Ajouter", "Peu regardé", "abandonnée"):
        expect(begin).to_contain_text(said)
    asked = page.locator("section.step[id^='d-'] h2").all_text_contents()
    assert set(asked) == {GOAL, CAFE, OPEN_DOOR, "Goûter des cultures"}


def test_a_minute_without_connection_loses_nothing(meeting: Site, open_page: Open) -> None:
    page = open_page("claire")
    page.goto(COUNCIL)
    go_to(page, CAFE)
    page.context.set_offline(True)
    key = current(page)
    page.check(f"#{key} input[value='stop']")
    page.fill(f"#{key} textarea", "Trop tôt le matin")
    page.locator(f"#{key} .foot button").click()
    expect(page.locator("[data-told]")).to_contain_text("Pas de connexion")
    page.wait_for_function("key => document.querySelector('.step.current').id !== key", arg=key)
    other = current(page)
    page.check(f"#{other} input[value='keep']")
    page.locator(f"#{other} .foot button").click()
    expect(page.locator(".step.current [data-unsent]")).to_contain_text("2 réponses pas encore envoyées")
    assert decided(meeting) == {}
    page.context.set_offline(False)
    expect(page.locator(".step.current [data-unsent]")).to_be_hidden()
    assert decided(meeting) == {CAFE: (Verdict.STOP, "Trop tôt le matin"), ALBUM: (Verdict.KEEP, None)}


def test_what_was_typed_survives_the_page(meeting: Site, open_page: Open) -> None:
    page = open_page("claire")
    page.goto(COUNCIL)
    go_to(page, CAFE)
    key = current(page)
    page.check(f"#{key} input[value='change']")
    page.fill(f"#{key} textarea", "Une phrase en cours d’éc")
    page.reload()
    assert current(page) == key
    assert page.input_value(f"#{key} textarea") == "Une phrase en cours d’éc"
    assert page.is_checked(f"#{key} input[value='change']")


def test_the_other_one_s_choice_appears(meeting: Site, open_page: Open) -> None:
    """Two windows: a choice appears by itself; where both answered, the second sees both and chooses."""
    one, two = open_page("claire"), open_page("claire")
    for page in (one, two):
        page.goto(COUNCIL)
        go_to(page, CAFE)
    key = current(one)
    two.fill(f"#{key} textarea", "Je tapais déjà")
    one.check(f"#{key} input[value='keep']")
    one.locator(f"#{key} .foot button").click()
    expect(two.locator("[data-told]")).to_contain_text("Une autre personne")
    assert two.input_value(f"#{key} textarea") == "Je tapais déjà"
    two.check(f"#{key} input[value='stop']")
    two.locator(f"#{key} .foot button").click()
    expect(two.locator(f"#{key}")).to_contain_text("Ce qui vient d’être décidé")
    assert decided(meeting)[CAFE] == (Verdict.KEEP, None)
    two.locator(f"#{key} .foot button").click()
    two.wait_for_function("key => document.querySelector('.step.current').id !== key", arg=key)
    assert decided(meeting)[CAFE] == (Verdict.STOP, "Je tapais déjà")
    go_to(one, ALBUM)
    album = current(one)
    go_to(two, ALBUM)
    two.check(f"#{album} input[value='finish']")
    two.fill(f"#{album} textarea", "C’est fait")
    two.locator(f"#{album} .foot button").click()
    expect(one.locator(f"#{album}")).to_contain_text("Enregistré")
    assert one.is_checked(f"#{album} input[value='finish']")
