"""The twelve months of an evaluation, what needs a sentence, and the words of the lists."""

from datetime import date, timedelta

import pytest

from app.domain.report import (
    Attended,
    Finding,
    Period,
    TargetEffect,
    Voice,
    needs_evidence,
    points_of,
    twelve_months_from,
)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2025, 10, 1), date(2026, 9, 30)),
        (date(2025, 11, 21), date(2026, 11, 20)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 2, 28), date(2028, 2, 27)),
    ],
)
def test_a_period_is_twelve_months_both_days_included(first: date, last: date) -> None:
    period = twelve_months_from(first)
    assert period == Period(first, last)
    assert (last - first).days in {364, 365}


def test_it_may_be_closed_from_the_day_after() -> None:
    period = twelve_months_from(date(2025, 11, 21))
    assert not period.is_over(date(2026, 11, 20))
    assert period.is_over(date(2026, 11, 21))


def test_only_its_days_count() -> None:
    period = twelve_months_from(date(2025, 11, 21))
    inside = [date(2025, 11, 21), date(2026, 5, 2), date(2026, 11, 20)]
    outside = [period.first - timedelta(days=1), period.last + timedelta(days=1)]
    assert [period.holds(day) for day in inside + outside] == [True, True, True, False, False]
    assert period.until(date(2026, 1, 1)) == date(2026, 1, 1)
    assert period.until(date(2027, 1, 1)) == date(2026, 11, 20)


def test_the_lists_are_those_of_the_sheet() -> None:
    assert [effect.value for effect in TargetEffect] == [
        "school_results",
        "health",
        "parents_involvement",
        "absenteeism",
        "schoolwork",
        "self_confidence",
        "communication",
        "ill_being",
    ]
    assert [voice.value for voice in Voice] == ["parents", "teachers", "partners"]
    assert [finding.value for finding in Finding if not needs_evidence(finding)] == ["not_known"]


def test_no_word_says_that_an_action_caused_anything() -> None:
    words = " ".join(member.label for kind in (TargetEffect, Finding, Voice) for member in kind)
    assert not any(word in words for word in ("grâce", "permis", "dû", "cause", "impact", "résultat de"))


def test_one_point_a_line() -> None:
    assert points_of(" • Un lieu connu\n\n- Un jour fixe\r\nDes mots simples ") == [
        "Un lieu connu",
        "Un jour fixe",
        "Des mots simples",
    ]
    assert points_of(" \n") == []


def test_who_came_is_said_in_counts() -> None:
    assert Attended(0, 0, 0, 0, 0).sentence == "Aucun rendez-vous tenu."
    assert Attended(1, 0, 0, 0, 0).sentence == "1 rendez-vous tenu\u202f: 0 venue de parent."
    assert Attended(12, 1098, 40, 1, 2).sentence == (
        "12 rendez-vous tenus\u202f: 1\u202f098 venues de parents, 40 venues d’enfants, "
        "1 présence de professionnel, 2 partenaires."
    )
