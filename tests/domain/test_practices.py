import re
from collections.abc import Callable

import pytest

from app.domain.engagement import Step
from app.domain.indicators import INDICATORS
from app.domain.levers import LEVERS, LINKING, Lever, Setting, Strategy, Theme
from app.domain.practice import Age, Effort, Practice
from app.domain.practices import PRACTICES, Wanted, practices_found
from app.domain.vocabulary import Audience, Axis, PartnerKind

ALL = list(PRACTICES.values())


def slugs(wanted: Wanted) -> list[str]:
    return [practice.slug for practice in practices_found(wanted)]


# --- the levers -----------------------------------------------------------------------------------------


def test_one_lever_and_its_five_parts() -> None:
    assert list(LEVERS) == ["conviviality", "welcome", "collaboration", "skills", "partners"]
    assert all(slug == lever.slug for slug, lever in LEVERS.items())
    assert LINKING.slug not in LEVERS


@pytest.mark.parametrize("lever", [LINKING, *LEVERS.values()], ids=lambda lever: lever.slug)
def test_a_lever_says_why_it_works_and_where(lever: Lever) -> None:
    assert len(lever.why) > 100
    assert lever.settings
    assert lever.themes
    assert lever.strategies


@pytest.mark.parametrize("kind", [Setting, Theme, Strategy])
def test_together_the_five_cover_every_setting_theme_and_strategy(
    kind: type[Setting | Theme | Strategy],
) -> None:
    used = {
        member
        for lever in LEVERS.values()
        for member in (*lever.settings, *lever.themes, *lever.strategies)
        if isinstance(member, kind)
    }
    assert used == set(kind)


@pytest.mark.parametrize("lever", LEVERS)
def test_every_lever_has_practices(lever: str) -> None:
    assert len(slugs(Wanted(lever=lever))) >= 2


# --- the practices --------------------------------------------------------------------------------------


@pytest.mark.parametrize("practice", ALL, ids=lambda practice: practice.slug)
def test_a_practice_can_become_an_action(practice: Practice) -> None:
    """What it fills an action's form with fits there."""
    assert re.fullmatch(r"[a-z][a-z_]{2,59}", practice.slug)
    assert 3 <= len(practice.title) <= 200
    assert practice.lever in LEVERS
    assert set(practice.indicators) <= INDICATORS.keys()
    assert practice.audiences
    assert practice.ages
    assert 3 <= len(practice.conditions) <= 20
    assert all(3 <= len(condition) <= 200 for condition in practice.conditions)


@pytest.mark.parametrize("practice", ALL, ids=lambda practice: practice.slug)
def test_nothing_is_said_twice(practice: Practice) -> None:
    for told in (practice.conditions, practice.means, practice.stakeholders, practice.indicators):
        assert len(set(told)) == len(told)


def test_the_parenting_space_time_opens_the_catalogue() -> None:
    assert list(PRACTICES)[:3] == ["themed_tea", "parent_child_workshop", "meeting_place"]
    places = [example.place for slug in list(PRACTICES)[:3] for example in PRACTICES[slug].examples]
    assert [place.split(" ")[0] for place in places] == ["Bassenge", "Charleroi", "Andenne"]


def test_the_practices_of_the_repertory_are_there() -> None:
    assert set(PRACTICES) >= {
        "festive_start",
        "stay_at_pickup",
        "small_tasks",
        "health_message",
        "mixed_activities",
        "shared_stand",
        "show_of_work",
        "profession_day",
        "invited_partner",
        "local_resources",
        "partner_talk",
    }
    assert len(PRACTICES) == len({practice.title for practice in ALL})


@pytest.mark.parametrize("step", Step)
def test_every_step_has_practices(step: Step) -> None:
    assert slugs(Wanted(step=step))


# --- finding one ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["cafe parent", "Café des parents", "CAFES PARENTS"])
def test_the_cafe_is_found_however_it_is_typed(words: str) -> None:
    assert "parents_cafe" in slugs(Wanted(words=words))


def test_a_label_is_searched_too() -> None:
    assert "meeting_place" in slugs(Wanted(words="protection maternelle"))


def test_every_word_counts() -> None:
    assert slugs(Wanted(words="cafe spectacle")) == []


def test_no_question_finds_everything_in_order() -> None:
    assert slugs(Wanted()) == list(PRACTICES)


@pytest.mark.parametrize(
    ("wanted", "keeps"),
    [
        (Wanted(axis=Axis.RIGHTS), lambda p: p.axis is Axis.RIGHTS),
        (Wanted(lever="skills"), lambda p: p.lever == "skills"),
        (Wanted(audience=Audience.FURTHEST), lambda p: Audience.FURTHEST in p.audiences),
        (Wanted(age=Age.UNDER_3), lambda p: Age.UNDER_3 in p.ages),
        (Wanted(step=Step.CO_LEAD), lambda p: p.step is Step.CO_LEAD),
        (Wanted(partner_kind=PartnerKind.NURSERY), lambda p: PartnerKind.NURSERY in p.partner_kinds),
        (Wanted(effort=Effort.LIGHT), lambda p: p.effort is Effort.LIGHT),
        (
            Wanted(step=Step.COME, effort=Effort.LIGHT),
            lambda p: p.step is Step.COME and p.effort is Effort.LIGHT,
        ),
    ],
)
def test_a_question_keeps_those_that_answer_it(wanted: Wanted, keeps: Callable[[Practice], bool]) -> None:
    expected = [practice.slug for practice in ALL if keeps(practice)]
    assert slugs(wanted) == expected
    assert 0 < len(expected) < len(ALL)
