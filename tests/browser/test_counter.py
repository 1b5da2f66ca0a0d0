"""The counter on phones: the network cut, two of them at once, a session that ends, a closing."""

import re
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import pytest
from playwright.sync_api import Error, Page, Route, expect

from app.accounts.access import actor_of_user
from app.accounts.audit_queries import audit_chain
from app.accounts.queries import user_by_email
from app.actions.models import ActionIn, EventIn
from app.actions.queries import event_or_404
from app.actions.service import add_action, add_event
from app.counting.models import CountOut
from app.counting.service import count_of_event
from app.domain.vocabulary import Door
from app.schools.queries import school_by_uai
from tests.browser.conftest import Site
from tests.matrix import ACTION
from tests.world import PASSWORD, TODAY, A

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
Count = Callable[[], CountOut]


@pytest.fixture
def event(site: Site) -> UUID:
    with site.database.session() as db:
        user = user_by_email(db, "claire@demo.invalid")
        assert user
        claire = actor_of_user(db, user, Door.PAGE, "test")
        action = add_action(db, claire, A, ActionIn.model_validate(ACTION))
        return add_event(db, claire, A, action.id, EventIn(planned_on=TODAY)).id


@pytest.fixture
def count(site: Site, event: UUID) -> Count:
    """What the server has received."""

    def found() -> CountOut:
        with site.database.session(reading=True) as db:
            school = school_by_uai(db, A)
            assert school
            return count_of_event(db, event_or_404(db, school.id, event))

    return found


@pytest.fixture
def phone(open_page: Open, event: UUID) -> Open:
    """`phone("lea")` has the counter open, and its worker installed."""

    def opened(name: str = "claire", **options: object) -> Page:
        page = open_page(name, width=375, **options)
        page.goto(f"/ecoles/{A}/comptage/{event}")
        if options.get("javascript", True):
            expect(page.locator("[data-ready]")).to_be_visible()
        return page

    return opened


def press(page: Page, times: int = 1, delta: int = 1, grade: str = "all") -> None:
    button = page.locator(f"form:has([name=grade][value='{grade}']) button[value='{delta}']")
    before = int(page.locator("[data-total]").inner_text())
    for done in range(1, times + 1):
        button.click()
        shows(page, before + done * delta)


def shows(page: Page, total: int) -> None:
    expect(page.locator("[data-total]")).to_have_text(str(total))


def all_sent(page: Page) -> None:
    expect(page.locator("[data-sent]")).to_be_visible()
    expect(page.locator("[data-unsent]")).to_be_hidden()


def test_a_gate_without_connection(site: Site, phone: Open, count: Count) -> None:
    """Pressed online, cut, pressed on, reloaded while cut, pressed on, back: every press counts once."""
    page = phone()
    press(page, 3)
    all_sent(page)
    page.context.set_offline(True)
    press(page, 5)
    expect(page.locator("[data-unsent]")).to_contain_text("5 comptages pas encore envoyés")
    expect(page.locator("[data-parts]")).to_have_text("3 déjà reçus, 5 sur ce téléphone")
    page.reload()
    expect(page.locator("[data-label]")).to_have_text("Café des parents, 21 novembre 2026")
    shows(page, 8)
    press(page, 4)
    press(page, 1, -1)
    expect(page.locator("[data-unsent]")).to_contain_text("10 comptages pas encore envoyés")
    expect(page.locator("[data-told]")).to_contain_text("Pas de connexion")
    assert count().total == 3
    page.context.set_offline(False)
    all_sent(page)
    shows(page, 11)
    assert (count().taps, count().total) == (13, 11)
    with site.database.session(reading=True) as db:
        school = school_by_uai(db, A)
        assert school
        verbs = [one.verb for one in audit_chain(db, school.id)]
        assert 2 <= verbs.count("taps.received") <= 5  # batches of five seconds, not one act a press
    page.get_by_role("link", name="Retrouver la page entière").click()
    expect(page.get_by_role("link", name="Clore le comptage…")).to_be_visible()
    shows(page, 11)


def test_two_phones_add_to_one_total(phone: Open, count: Count) -> None:
    """One of them offline for a while; each shows what the other has sent."""
    one, two = phone("claire"), phone("lea")
    one.context.set_offline(True)
    two.locator("summary", has_text="niveau").click()
    press(one, 4)
    press(two, 2)
    press(two, 3, grade="CE1")
    all_sent(two)
    one.context.set_offline(False)
    all_sent(one)
    for page in (one, two):
        shows(page, 9)
    expect(two.locator("li[data-grade=CE1] [data-came]")).to_have_text("3")
    assert {row.grade.value: row.sum for row in count().by_grade} == {"all": 6, "CE1": 3}


def test_an_answer_that_was_lost_counts_once(phone: Open, count: Count) -> None:
    """The batch arrives, its answer does not: the phone sends it again, and never shows it twice."""
    page = phone()
    lost: list[str] = []
    is_cut = True

    def lose(route: Route) -> None:
        with suppress(Error):  # a reload takes the request away while it is held here
            if not is_cut:
                lost.append(route.fetch().text())
            route.abort()

    page.route("**/taps", lose)
    press(page, 6)
    is_cut = False
    expect(page.locator("[data-told]")).to_contain_text("Pas de connexion")
    while count().total < 6 or not lost:  # a first batch may have left before the last presses
        page.wait_for_timeout(200)
    shows(page, 6)
    page.reload()
    expect(page.locator("[data-unsent]")).to_contain_text("6 comptages pas encore envoyés")
    shows(page, 6)
    page.unroute_all(behavior="ignoreErrors")
    all_sent(page)
    shows(page, 6)
    assert count().taps == 6


def test_a_session_that_ends_keeps_the_presses(phone: Open, count: Count) -> None:
    page = phone()
    page.context.clear_cookies()
    press(page, 7)
    expect(page.locator("[data-told]")).to_contain_text("Vous avez été déconnecté")
    press(page, 2)
    assert count().total == 0
    page.get_by_role("link", name="Se connecter").click()
    page.fill("[name='email']", "lea@demo.invalid")
    page.fill("[name='password']", PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    all_sent(page)
    shows(page, 9)
    assert count().total == 9


def test_closing_then_late_presses(phone: Open, count: Count) -> None:
    """A phone was away when the count was closed: its presses are shown, and added when somebody says so."""
    away, page = phone("lea"), phone("claire")
    away.context.set_offline(True)
    press(away, 2)
    press(page, 5)
    all_sent(page)
    page.get_by_role("link", name="Clore le comptage…").click()
    page.get_by_role("button", name="Clore avec 5 parents").click()
    expect(page.get_by_text("Le rendez-vous compte 5 parents")).to_be_visible()
    away.context.set_offline(False)
    all_sent(away)
    assert (count().parents_present, count().total) == (5, 7)
    expect(page.locator("[data-changed]")).to_be_visible()
    page.get_by_role("link", name="La recharger").click()
    expect(page.get_by_text("2 comptages sont arrivés après la clôture")).to_be_visible()
    assert count().parents_present == 5
    page.get_by_role("button", name="Passer de 5 à 7 parents").click()
    expect(page.get_by_text("Le rendez-vous compte 7 parents")).to_be_visible()
    assert count().parents_present == 7


def test_presses_saved_as_text_are_taken_up_elsewhere(phone: Open, count: Count) -> None:
    """A phone that never finds a connection again: its text, pasted twice on another one, counts once."""
    lost, other = phone("claire"), phone("lea")
    lost.context.set_offline(True)
    press(lost, 3)
    lost.locator("summary", has_text="texte").click()
    expect(lost.locator("textarea")).to_have_value(re.compile("3 comptages pas encore envoyés"))
    text = lost.input_value("textarea")
    lost.once("dialog", lambda dialog: dialog.accept())
    lost.get_by_role("button", name="Effacer de ce téléphone").click()
    shows(lost, 0)
    other.locator("summary", has_text="texte").click()
    for _ in range(2):
        other.fill("textarea", text)
        other.get_by_role("button", name="Reprendre ce texte").click()
        all_sent(other)
        shows(other, 3)
    assert count().taps == 3


def test_a_text_pasted_at_once_stays(phone: Open) -> None:
    """Opening the text to save reads what waits: meanwhile nothing that was pasted is written over."""
    page = phone()
    kept = page.evaluate(
        """async () => {
            const [rescue, text] = ["rescue", "text"].map((name) => document.querySelector(`[data-${name}]`));
            const opened = new Promise((done) => rescue.addEventListener("toggle", done, { once: true }));
            rescue.open = true;
            text.value = "collé";
            await opened;
            const queue = await import(document.querySelector("[data-counter]").dataset.queue);
            for (let reads = 0; reads < 5; reads += 1) await queue.read("after the page's own reading");
            return text.value;
        }"""
    )
    assert kept == "collé"


def test_what_a_phone_keeps_names_nobody(phone: Open, event: UUID) -> None:
    """Caches hold the shell and static files; other pages are neither kept nor served by the worker."""
    page = phone()
    press(page)
    kept = page.evaluate(
        """async () => {
            const found = {};
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const request of await cache.keys()) {
                    found[new URL(request.url).pathname] = await (await cache.match(request)).text();
                }
            }
            return found;
        }"""
    )
    assert {path for path in kept if not path.startswith("/static/")} == {"/comptage"}
    for secret in ("Claire", "Tilleuls", "Café", A, str(event)):
        assert secret not in kept["/comptage"]
    scopes = page.evaluate(
        "async () => (await navigator.serviceWorker.getRegistrations()).map((one) => one.scope)"
    )
    assert {scope.partition("//")[2].partition("/")[2] for scope in scopes} == {
        "comptage",
        f"ecoles/{A}/comptage/",
    }
    page.wait_for_function(
        "async () => (await navigator.serviceWorker.getRegistrations()).every((one) => one.active)"
    )
    page.context.set_offline(True)
    page.goto("/comptage")
    expect(page.get_by_role("link", name="Café des parents")).to_be_visible()
    page.get_by_role("link", name="Café des parents").click()
    shows(page, 1)


def test_never_below_zero_and_thumbs_find_the_buttons(phone: Open) -> None:
    page = phone()
    asked: list[Route] = []
    page.route("**/count", lambda route: asked.append(route))  # an answer would clear the sentence
    while not asked:
        page.wait_for_timeout(100)
    page.locator("form.tap button[value='-1']").first.click()
    expect(page.locator("[data-told]")).to_have_text("C’est déjà à zéro.")
    shows(page, 0)
    page.unroute("**/count")
    page.locator("summary", has_text="niveau").click()
    sizes = [box for button in page.locator("form.tap button").all() if (box := button.bounding_box())]
    assert len(sizes) == 12
    assert min(box["height"] for box in sizes) >= 48
    assert min(box["width"] for box in sizes) >= 48


def test_without_javascript_it_is_a_form(phone: Open, count: Count) -> None:
    page = phone("lea", javascript=False)
    for total in (1, 2):
        page.locator("form.tap button[value='1']").first.click()
        shows(page, total)
    sent: list[str] = []

    def late(route: Route) -> None:
        """The first press arrives, and its answer only after the second one."""
        if route.request.method != "POST" or sent:
            route.continue_()
            return
        sent.append(route.fetch(max_redirects=0).text())

    page.route("**/comptage/**", late)
    box = page.locator("form.tap button[value='1']").first.bounding_box()
    assert box
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(*place)
    while not sent:
        page.wait_for_timeout(50)
    assert count().taps == 3
    page.mouse.click(*place)
    shows(page, 3)
    assert count().taps == 3
