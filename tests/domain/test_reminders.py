"""What is due, by whom and when: the rules as a table."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain.reminders import PastEvent, ReminderKind, SchoolFacts, TermFacts, coming, reminders
from app.domain.school_year import SchoolYear, Term

YEAR = SchoolYear("2026-2027")
T1, T2, T3 = (
    TermFacts(YEAR.terms[0], date(2026, 9, 1), date(2027, 1, 3), missing=3, asked=7, unanswered=4, shown=8),
    TermFacts(YEAR.terms[1], date(2027, 1, 4), date(2027, 4, 25)),
    TermFacts(YEAR.terms[2], date(2027, 4, 26), date(2027, 8, 31)),
)
OPEN = replace(T1, missing=7, review="open")
CLOSED = replace(T1, missing=2, review="closed", closed_on=date(2026, 12, 14))


def facts(today: date, *terms: TermFacts, **changes: object) -> SchoolFacts:
    return SchoolFacts(today, terms or (T1,), **changes)  # type: ignore[arg-type]  # keywords of any field


def due(found: SchoolFacts) -> list[tuple[str, str]]:
    return [(one.kind.value, f"{one.due_on:%d/%m}") for one in reminders(found)]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # figures, from the first day of the term until they are there
        (facts(date(2026, 9, 1)), [("figures", "18/12")]),
        (facts(date(2026, 9, 1), replace(T1, missing=0)), []),
        # the review, four weeks before the holidays
        (facts(date(2026, 11, 19)), [("figures", "18/12")]),
        (facts(date(2026, 11, 20)), [("figures", "18/12"), ("review", "18/12")]),
        (facts(date(2026, 11, 20), may_steer=False), [("figures", "18/12")]),
        # a past term, for a month, and only when something was begun
        (facts(date(2027, 2, 2)), [("figures", "18/12"), ("review", "18/12")]),
        (facts(date(2027, 2, 3)), []),
        (facts(date(2027, 1, 4), replace(T1, missing=7)), []),
        (facts(date(2027, 1, 3), replace(T1, missing=7)), [("figures", "18/12"), ("review", "18/12")]),
        (
            facts(date(2027, 1, 4), OPEN),
            [("figures", "18/12"), ("review", "18/12")],
        ),
        # a closed review may be sent, by the head teacher
        (facts(date(2026, 12, 15), CLOSED), [("transmission", "28/12")]),
        (facts(date(2026, 12, 15), replace(CLOSED, is_transmitted=True)), []),
        (facts(date(2026, 12, 15), CLOSED, may_steer=False), []),
        # the election, in October, until its term is left
        (facts(date(2026, 9, 30), replace(T1, missing=0), election=YEAR), []),
        (facts(date(2026, 10, 1), replace(T1, missing=0), election=YEAR), [("election", "31/10")]),
        (facts(date(2026, 10, 1), replace(T1, missing=0), election=YEAR, may_steer=False), []),
        (facts(date(2027, 1, 4), replace(CLOSED, is_transmitted=True), election=YEAR), []),
        (facts(date(2027, 2, 4), replace(T2, missing=0, asked=7), election=YEAR), []),
    ],
)
def test_what_is_due(found: SchoolFacts, expected: list[tuple[str, str]]) -> None:
    assert due(found) == expected


def test_events_of_the_past_come_first_and_keep_their_words_in_the_detail() -> None:
    events = (
        PastEvent("e1", date(2026, 11, 6), "Café des parents"),
        PastEvent("e2", date(2026, 11, 9), "Fête"),
    )
    found = reminders(facts(date(2026, 11, 9), events=events))
    assert [(one.kind, one.about) for one in found] == [
        (ReminderKind.EVENT, "e1"),
        (ReminderKind.FIGURES, "2026-2027-T1"),
    ]
    assert "Café" in found[0].detail
    assert "Café" not in found[0].title
    assert found[0].path == "/rendez-vous/e1"


def test_the_words() -> None:
    first, second = reminders(facts(date(2026, 12, 1)))
    assert (first.title, first.detail) == (
        "Chiffres du 1er trimestre à saisir",
        "4 indicateurs sur 8 sans réponse.",
    )
    assert (second.title, second.detail) == (
        "Bilan du 1er trimestre en conseil des maîtres",
        "Environ dix minutes, à tenir.",
    )
    assert reminders(facts(date(2026, 12, 1), OPEN))[1].detail == "Il est ouvert, à clore."


def test_a_calendar_sees_the_whole_year_ahead() -> None:
    found = coming(facts(date(2026, 9, 1), T1, T2, T3, election=YEAR))
    assert [(one.kind.value, f"{one.due_on:%d/%m/%Y}") for one in found] == [
        ("election", "31/10/2026"),
        ("figures", "18/12/2026"),
        ("review", "18/12/2026"),
        ("figures", "09/04/2027"),
        ("review", "09/04/2027"),
        ("figures", "30/06/2027"),
        ("review", "30/06/2027"),
    ]
    assert found[3].detail == "Le trimestre n’a pas commencé."
    done = coming(facts(date(2026, 9, 1), replace(T1, missing=0, review="closed")))
    assert done == []


def test_a_short_term_is_due_within_itself() -> None:
    short = TermFacts(Term("2026-2027-T2"), date(2027, 1, 4), date(2027, 1, 10))
    assert short.due_on == date(2027, 1, 4)
    early = TermFacts(Term("2026-2027-T3"), date(2027, 4, 26), date(2027, 6, 15))
    assert early.due_on == date(2027, 6, 15)
