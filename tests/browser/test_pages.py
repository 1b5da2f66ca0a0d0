"""Every page as each person meets it: no accessibility finding, no console error, no sideways scroll."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from app.accounts import secrets
from app.accounts.access import actor_of_user
from app.accounts.actor import Task
from app.accounts.models import SessionProof, User, WebSession
from app.actions.models import Action, Event, Partner
from app.counting.models import TapIn, TapsIn
from app.counting.service import receive_taps
from app.db import Database, make_engine
from app.demo.places import MAIN, PLACES
from app.demo.reports import CAFE, WRITTEN
from app.demo.world import fill
from app.domain.vocabulary import Door, EventState, Grade
from app.goals.models import Goal
from app.parents.models import ParentLink, ParentLinkIn, RemarkIn, RemarkTopic
from app.parents.service import keep_remark, leave_remark, share_with_parents
from app.passing_on.models import PublishedSheet
from app.reports.models import ActionReport, StartIn
from app.reports.service import start_evaluation, write_report
from app.reviews.models import ReviewIn
from app.reviews.service import open_review
from app.schools.queries import school_by_uai
from tests.browser.conftest import PATIENCE, Site, new_database, serve
from tests.browser.looking import drawn, found_by_axe, low_links
from tests.world import NOW

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # what a page looks like does not depend on the engine
HOME = f"/ecoles/{MAIN.uai}"
SECRET = "secret-of-the-parents-link"
SHARED = f"/parents/{SECRET}"
LOOKS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "320": {"viewport": {"width": 320, "height": 800}},
    "zoom": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},  # 1280 × 900 at 200 %
}
PAGES = {
    "claire": [
        HOME,
        f"{HOME}?trimestre=2025-2026-T2",
        f"{HOME}/tableau-de-bord/2025-2026-T3",
        f"{HOME}/conseil/2025-2026-T3",
        f"{HOME}/conseil/2026-2027-T1",
        f"{HOME}/conseil/2026-2027-T1/ajouter/action",
        f"{HOME}/conseil/2026-2027-T1/ajouter/goal",
        f"{HOME}/annee/2025-2026",
        f"{HOME}/annee/2026-2027",
        f"{HOME}/saisie/2026-2027-T1",
        f"{HOME}/saisie/2026-2027-T1/individual_meetings",
        f"{HOME}/saisie/2025-2026-T3/individual_meetings/historique",
        f"{HOME}/historique",
        f"{HOME}/objectifs/nouveau",
        f"{HOME}/objectifs/{{goal}}",
        f"{HOME}/actions/nouvelle",
        f"{HOME}/actions/nouvelle?axis=rights",
        f"{HOME}/actions/{{action}}",
        f"{HOME}/actions/{{action}}/modifier",
        f"{HOME}/fiches?q=cafe+parent",
        f"{HOME}/actions/{{action}}/fiche",
        *(f"{HOME}/actions/{{action}}/fiche/{number}" for number in range(1, 10)),
        f"{HOME}/actions/{{action}}/rapport",
        f"{HOME}/actions/{{action}}/rapport/modifier",
        f"{HOME}/actions/{{told}}/rapport",
        f"{HOME}/actions/{{told}}/rapport/rouvrir",
        f"{HOME}/actions/{{over}}/rapport",
        f"{HOME}/actions/{{over}}/rapport/clore",
        f"{HOME}/actions/{{passed_on}}/fiche",
        f"{HOME}/actions/{{passed_on}}/partage",
        f"{HOME}/actions/{{passed_on}}/partage?readers=everyone&credit=anonymous",
        f"{HOME}/actions/{{passed_on}}/partage/retirer",
        f"{HOME}/partenaires/{{partner}}",
        f"{HOME}/rendez-vous/{{event}}",
        f"{HOME}/comptage/{{event}}",
        f"{HOME}/comptage/{{event}}?par=niveau",
        f"{HOME}/comptage/{{event}}/cloture",
        f"{HOME}/partenaires",
        f"{HOME}/fichiers",
        f"{HOME}/election/2026-2027",
        f"{HOME}/analyse-partagee/nouvelle",
        f"{HOME}/parents",
        f"{HOME}/parents/apercu/2025-2026-T3",
        f"{HOME}/parents/liens/{{link}}/fermer",
        f"{HOME}/transmettre/2026-2027-T1",
        f"{HOME}/transmettre/2025-2026-T3",
        f"{HOME}/rentree/2026-2027",
        f"{HOME}/indicateurs",
        f"{HOME}/comptes",
        "/leviers",
        "/pratiques?q=cafe+parent&effort=light",
        "/pratiques/themed_tea",
        "/mon-compte",
        "/mon-compte/mot-de-passe",
        "/mon-compte/second-facteur",
        f"{HOME}/rien",
    ],
    "karim": [
        "/fiches?q=cafe+parent&step=come",
        "/fiches/{shared}",
        f"/ecoles/{PLACES[1].uai}/fiches-publiees/{{shared}}",
    ],
    "lea": [HOME, f"{HOME}/saisie/2026-2027-T1", f"{HOME}/conseil/2026-2027-T1"],
    "ines": [
        "/",
        "/inviter",
        f"{HOME}/election/2026-2027",
        f"{HOME}/transmis/2025-2026-T3",
        "/circonscription/0990900Z?trimestre=2025-2026-T3",
        "/circonscription/0990900Z?trimestre=2026-2027-T1",
        "/circonscription/0990900Z/partenaires",
    ],
    "rita": ["/", "/territoire/099?trimestre=2025-2026-T3"],
    "": [
        "/connexion",
        "/aide",
        "/feuille-vierge",
        "/comptage",
        "/accessibilite",
        "/donnees-personnelles",
        "/mentions-legales",
        SHARED,
        "/parents/x",
    ],
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """The demonstration, with the review of the current term under way and everyone signed in."""
    url = new_database(tmp_path_factory, worker_id, "pages")
    database = Database(make_engine(url))
    with database.session() as db:
        fill(db)
        for user in db.scalars(select(User)):
            name = user.email.partition("@")[0]
            token = secrets.fingerprint(f"cookie-of-{name}")
            db.add(
                WebSession(
                    token_hash=token,
                    csrf="x",
                    user_id=user.id,
                    proof=SessionProof.DEMO,
                    created_at=NOW,
                    last_seen_at=NOW,
                )
            )
        claire = db.scalars(select(User).where(User.email == "claire@demo.invalid")).one()
        head = actor_of_user(db, claire, Door.PAGE, "test")
        open_review(db, head, MAIN.uai, ReviewIn(term="2026-2027-T1"))
        school_id = head.schools_for(Task.STEER)[0]
        over = db.scalars(select(Action.id).where(*last_year(school_id))).one()
        write_report(db, head, MAIN.uai, over, WRITTEN, 0)
        start_evaluation(db, head, MAIN.uai, over, StartIn(started_on=date(2025, 10, 1)), 1)
        link = share_with_parents(db, head, MAIN.uai, ParentLinkIn(term="2025-2026-T3")).link
        link.token_hash = secrets.fingerprint(SECRET)
        for text in ("Plus de rencontres le soir.", "Le café plaît beaucoup."):
            said = RemarkIn(topic=RemarkTopic.ACTIONS, text=text)
            remark = leave_remark(db, link.school_id, link.id, said, "test")
        keep_remark(db, head, MAIN.uai, remark.id, remark.version)
    database.engine.dispose()
    yield from serve(url)


def last_year(school_id: UUID) -> tuple[Any, ...]:
    """The café whose twelve months are over, and whose evaluation is not closed."""
    return Action.school_id == school_id, Action.title == CAFE, Action.planned_from == date(2025, 9, 28)


@pytest.fixture(scope="module")
def ids(demo: Site) -> dict[str, str]:
    with demo.database.session(reading=True) as db:
        school = school_by_uai(db, MAIN.uai)
        assert school is not None
        held = Event.school_id == school.id, Event.state == EventState.HELD
        event = db.scalars(select(Event).where(*held).order_by(Event.id.desc())).first()  # type: ignore[attr-defined]  # a column on the class
        assert event is not None
        pressed = [TapIn(id=UUID(int=number), delta=1, grade=grade) for number, grade in enumerate(Grade)]
        with demo.database.session() as writing:
            claire = writing.scalars(select(User).where(User.email == "claire@demo.invalid")).one()
            head = actor_of_user(writing, claire, Door.PAGE, "test")
            receive_taps(writing, head, MAIN.uai, event.id, TapsIn(taps=pressed))
        goal = db.scalars(select(Goal.id).where(Goal.school_id == school.id)).first()
        action = db.scalars(select(Action.id).where(Action.id == event.action_id)).first()
        over = db.scalars(select(Action.id).where(*last_year(school.id))).one()
        shared = db.scalars(select(PublishedSheet).where(PublishedSheet.school_id == school.id)).one()
        link = db.scalars(select(ParentLink.id)).first()
        told = db.scalars(select(ActionReport.action_id)).first()
        partner = db.scalars(select(Partner.id).where(Partner.school_id == school.id)).first()
        found = {"told": str(told), "partner": str(partner), "link": str(link), "over": str(over)}
        found |= {"shared": str(shared.id), "passed_on": str(shared.action_id)}
        return found | {"goal": str(goal), "action": str(action), "event": str(event.id)}


def visit(
    chromium: Browser,
    demo: Site,
    person: str,
    look: str,
    check: Callable[[Page, str], None],
    ids: dict[str, str],
) -> None:
    context = chromium.new_context(base_url=demo.url, locale="fr-FR", **LOOKS[look])  # type: ignore[arg-type]  # passed on as they are
    if person:
        context.add_cookies([{"name": "session", "value": f"cookie-of-{person}", "url": demo.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in PAGES[person]:
        wanted = path.format(**ids)
        page.goto(wanted, wait_until="load")
        drawn(page)
        check(page, wanted)
    context.close()
    assert [text for text in said if "404" not in text] == []


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("person", PAGES)
def test_axe_finds_nothing(
    chromium: Browser, demo: Site, ids: dict[str, str], person: str, look: str
) -> None:
    """WCAG 2.2 A and AA, and RGAA where axe knows it; each page fits its width, each link is high enough."""
    found: list[str] = []

    def check(page: Page, path: str) -> None:
        found.extend(f"{path} {told}" for told in found_by_axe(page))
        found.extend(f"{path} has a low link: {told}" for told in low_links(page))
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if width > 0:
            found.append(f"{path} scrolls sideways by {width} px")

    visit(chromium, demo, person, look, check, ids)
    assert found == []


def test_the_chart_library_speaks_to_nobody_else(chromium: Browser, demo: Site) -> None:
    """The bundle is ours, no cloud button is shown, and pages without charts never load it."""
    context = chromium.new_context(base_url=demo.url)
    context.add_cookies([{"name": "session", "value": "cookie-of-claire", "url": demo.url}])
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(HOME)
    assert not [url for url in asked if "plotly" in url]
    page.goto(f"{HOME}/tableau-de-bord/2025-2026-T3")
    page.wait_for_selector(".js-plotly-plot")
    assert {url.split("/")[2] for url in asked} == {demo.url.split("/")[2]}
    assert page.locator("[data-title*='hare'], [data-title*='loud'], .modebar-btn--logo").count() == 0
    context.close()


def test_charts_are_read_from_the_back_of_a_classroom(chromium: Browser, demo: Site) -> None:
    """On a projector of 1280 × 720 no letter of a chart is smaller than 18 pixels in the meeting."""
    context = chromium.new_context(base_url=demo.url, viewport={"width": 1280, "height": 720})
    context.add_cookies([{"name": "session", "value": "cookie-of-claire", "url": demo.url}])
    page = context.new_page()
    page.goto(f"{HOME}/conseil/2026-2027-T1")
    letters = page.evaluate(
        """() => [...document.querySelectorAll("svg.plot")].flatMap((drawing) => {
            drawing.closest(".step").classList.add("current");
            const scale = drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
            const size = (text) => parseFloat(getComputedStyle(text).fontSize) * scale;
            return scale ? [...drawing.querySelectorAll("text")].map(size) : [];
        })"""
    )
    assert len(letters) > 50
    assert min(letters) >= 18
    context.close()


@pytest.mark.parametrize("screen", [(1280, 720), (1920, 940), (1920, 1080)])
def test_no_chart_of_the_meeting_hides_behind_the_buttons(
    chromium: Browser, demo: Site, screen: tuple[int, int]
) -> None:
    """What is projected is seen without scrolling, and as large on a screen of more pixels."""
    width, height = screen
    context = chromium.new_context(base_url=demo.url, viewport={"width": width, "height": height})
    context.add_cookies([{"name": "session", "value": "cookie-of-claire", "url": demo.url}])
    page = context.new_page()
    page.goto(f"{HOME}/conseil/2026-2027-T1")
    expect(page.locator(".step.current")).to_have_count(1)
    hidden = page.evaluate(
        """() => [...document.querySelectorAll(".step")].filter((step) => {
            document.querySelector(".step.current").classList.remove("current");
            step.classList.add("current");
            scrollTo(0, 0);
            const chart = step.querySelector("figure.chart")?.getBoundingClientRect().bottom;
            const isLong = innerHeight < 800 && step.querySelector(".effects"); // its words come first
            return !isLong && chart > step.querySelector(".foot").getBoundingClientRect().top;
        }).map((step) => step.querySelector("h2").textContent)"""
    )
    letters = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.stage .choice')).fontSize)")
    assert hidden == []
    assert letters * 720 / height >= 14
    context.close()


def test_the_interactive_charts_stand_where_the_drawings_stood(chromium: Browser, demo: Site) -> None:
    """Nothing moves when plotly.js takes over, and the first screen is there before it and without it."""
    tall: list[list[float]] = []
    for javascript in (False, True):
        context = chromium.new_context(base_url=demo.url, java_script_enabled=javascript)
        context.add_cookies([{"name": "session", "value": "cookie-of-claire", "url": demo.url}])
        page = context.new_page()
        page.goto(f"{HOME}/tableau-de-bord/2025-2026-T3")
        figures, drawings = page.locator("figure.chart"), page.locator(".glance svg.plot")
        if javascript:
            expect(page.locator("figure.chart:not(.drawn)")).to_have_count(0)
        assert drawings.count() == figures.count() - 2  # the plan and the team's work have no small multiple
        assert all(drawing.is_visible() for drawing in drawings.all())
        boxes = [figure.bounding_box() for figure in figures.all()]
        tall.append([round(box["height"]) for box in boxes if box])
        context.close()
    assert tall[0] == tall[1]


def test_a_turned_telephone_keeps_the_legend_above_the_bars(chromium: Browser, demo: Site) -> None:
    context = chromium.new_context(base_url=demo.url, viewport={"width": 320, "height": 800})
    context.add_cookies([{"name": "session", "value": "cookie-of-claire", "url": demo.url}])
    page = context.new_page()
    page.goto(f"{HOME}/tableau-de-bord/2025-2026-T3")
    expect(page.locator("figure.chart:not(.drawn)")).to_have_count(0)
    page.set_viewport_size({"width": 375, "height": 800})
    plan = page.locator("article:has(#i-plan) figure")
    width = plan.evaluate("figure => figure.clientWidth")
    expect(plan.locator(".main-svg").first).to_have_attribute("width", str(width))
    bottom, top = (plan.locator(part).first.bounding_box() for part in (".legend", ".annotation"))
    assert bottom is not None
    assert top is not None
    assert bottom["y"] + bottom["height"] <= top["y"]
    context.close()


TERMS = ["2024-2025-T1", "2025-2026-T1", "2025-2026-T2", "2025-2026-T3", "2026-2027-T1"]


@pytest.mark.parametrize("path", ["/feuille-vierge", *(f"{HOME}?trimestre={term}" for term in TERMS)])
def test_a_sheet_fits_one_sheet_of_paper(chromium: Browser, demo: Site, path: str) -> None:
    context = chromium.new_context(base_url=demo.url)
    context.add_cookies([{"name": "session", "value": "cookie-of-claire", "url": demo.url}])
    page = context.new_page()
    page.goto(path)
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    context.close()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
