"""The elected parents' page in a browser: a remark without JavaScript, and one sheet of paper."""

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from playwright.sync_api import Page

from app.accounts.access import actor_of_user
from app.accounts.queries import user_by_email
from app.actions.models import ActionIn, ActionStateIn, EventIn
from app.actions.service import add_action, add_event, set_action_state
from app.domain.vocabulary import ActionState, Axis, Door
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.parents.models import ParentLinkIn
from app.parents.queries import remarks_of_school
from app.parents.service import share_with_parents
from app.schools.queries import school_by_uai
from tests.browser.conftest import Site
from tests.world import T1, A

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
LAST_T3 = "2025-2026-T3"


@pytest.fixture
def link(site: Site) -> str:
    """A link to a full term: figures with their comparison, four goals with targets, eight actions."""
    with site.database.session() as db:
        claire_user = user_by_email(db, "claire@demo.invalid")
        assert claire_user
        claire = actor_of_user(db, claire_user, Door.PAGE, "test")
        for term, counted in ((LAST_T3, 120), (T1, 158)):
            for answer in (
                {"indicator": "individual_meetings", "counted": counted, "out_of": 196},
                {"indicator": "joint_actions", "counted": counted // 40},
            ):
                record_measurement(db, claire, A, MeasurementIn.model_validate(answer | {"term": term}))
        for number in range(4):
            target = {"indicator": "individual_meetings", "value": 85, "term": "2026-2027-T3"}
            title = f"Rencontrer chaque famille dans l’année, pas seulement en cas de difficulté ({number})"
            body = {"stake": "dialogue", "title": title, "target": target}
            add_goal(db, claire, A, GoalIn.model_validate(body))
        for number in range(8):
            action = add_action(
                db,
                claire,
                A,
                ActionIn(
                    axis=Axis.FAMILIARITY,
                    title=f"Café des parents du vendredi dans la salle des maîtres ({number})",
                    planned_from=date(2026, 10, 2),
                    planned_to=date(2027, 6, 25),
                ),
            )
            set_action_state(
                db, claire, A, action.id, ActionStateIn(state=ActionState.RUNNING), action.version
            )
            for event in (
                {"planned_on": date(2026, 11, 6), "state": "held", "parents_present": 14},
                {"planned_on": date(2026, 12, 4)},
            ):
                add_event(db, claire, A, action.id, EventIn.model_validate(event))
        return share_with_parents(db, claire, A, ParentLinkIn(term=T1)).path


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_a_full_term_fits_one_sheet_of_paper(open_page: Open, link: str) -> None:
    page = open_page(None)
    page.goto(link)
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    assert pages_of(pdf) == 1
    page.emulate_media(media="print")
    assert not page.locator("form").is_visible()
    assert page.locator("h3", has_text="Café des parents").count() == 8


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without javascript"])
def test_a_remark_is_left(open_page: Open, site: Site, link: str, javascript: bool) -> None:
    page = open_page(None, javascript=javascript, width=320)
    page.goto(link)
    page.fill("textarea", "x")
    page.get_by_role("button", name="Remettre la remarque").click()
    page.wait_for_selector(".error-summary")
    assert page.input_value("textarea") == "x"
    page.fill("textarea", "Plus de rencontres le soir.")
    page.check("input[value='actions']")
    page.get_by_role("button", name="Remettre la remarque").click()
    page.wait_for_selector("[role=status]")
    assert page.input_value("textarea") == ""
    with site.database.session(reading=True) as db:
        school = school_by_uai(db, A)
        assert school
        (remark,) = remarks_of_school(db, school.id)
        assert (remark.text, remark.topic.value) == ("Plus de rencontres le soir.", "actions")


def test_the_headings_go_down_one_step_at_a_time(open_page: Open, link: str) -> None:
    page = open_page(None)
    page.goto(link)
    levels = page.eval_on_selector_all("h1, h2, h3, h4", "found => found.map(one => +one.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)") >= 20
    assert page.locator("main").count() == 1
    assert page.get_attribute("html", "lang") == "fr"
