import csv
import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.school_year import (
    Calendar,
    SchoolYear,
    Term,
    calendar_of,
    term_of,
    today_in,
    year_of,
)
from app.domain.territories import DEPARTEMENTS

HOLIDAYS = Path(__file__).parents[3] / "shared/data/vacances_scolaires_2019_2028.csv"
YEAR = SchoolYear("2026-2027")

years = st.integers(2001, 2098).map(SchoolYear.starting)
terms = st.builds(lambda year, n: year.terms[n], years, st.integers(0, 2))


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-2028", "2026-2025", "26-27", "2026/2027", "2026-2027 ", "1999-2000", "٢٠٢٦-٢٠٢٧"],
)
def test_a_school_year_that_is_not_one(text: str) -> None:
    with pytest.raises(ValueError, match="s’écrit 2026-2027"):
        SchoolYear(text)


@pytest.mark.parametrize(
    "text", ["", "T1", "2026-2027", "2026-2027-T0", "2026-2027-T4", "2026-2027-t1", "2026-2028-T1"]
)
def test_a_term_that_is_not_one(text: str) -> None:
    with pytest.raises(ValueError, match="s’écrit 2026-2027"):
        Term(text)


def test_a_term_of_a_term_is_itself() -> None:
    term = Term("2026-2027-T1")
    assert Term(term) is term


def test_a_term_reads_as_teachers_say_it() -> None:
    first, second, third = YEAR.terms
    assert (first.label, first.short) == ("1er trimestre 2026-2027", "T1")
    assert (second.label, third.label) == ("2e trimestre 2026-2027", "3e trimestre 2026-2027")
    assert (first.year, third.number) == (YEAR, 3)
    assert first.previous == "2025-2026-T3"
    assert third.next == "2027-2028-T1"
    assert second.same_last_year == "2025-2026-T2"


def test_a_term_travels_as_it_is() -> None:
    term = Term("2026-2027-T2")
    assert json.dumps({term: YEAR}) == '{"2026-2027-T2": "2026-2027"}'


@given(years)
def test_years_follow_each_other(year: SchoolYear) -> None:
    assert year.previous.next == year
    assert year.previous < year < year.next
    assert year.next.start == year.start + 1


@given(terms)
def test_terms_follow_each_other(term: Term) -> None:
    assert term.previous.next == term.next.previous == term
    assert term.previous < term < term.next
    assert term.previous.previous.previous == term.same_last_year


@given(st.lists(terms))
def test_terms_sort_in_time(some: list[Term]) -> None:
    assert sorted(some) == sorted(some, key=lambda term: (term.year.start, term.number))


@given(
    st.integers(2015, 2032), st.sampled_from([*DEPARTEMENTS, "099"]), st.sampled_from([None, "A", "B", "C"])
)
def test_terms_partition_the_year(start: int, code: str, zone: str | None) -> None:
    calendar = calendar_of(SchoolYear.starting(start), code, zone)
    spans = [calendar.dates(term) for term in calendar.year.terms]
    assert spans[0][0] == calendar.first_day
    assert spans[2][1] == calendar.last_day
    assert all(last + timedelta(days=1) == first for (_, last), (first, _) in pairwise(spans))
    assert [term_of(day, calendar) for span in spans for day in span] == [
        t for t in calendar.year.terms for _ in "ab"
    ]
    assert {year_of(calendar.first_day, code), year_of(calendar.last_day, code)} == {calendar.year}


@pytest.mark.parametrize(
    ("code", "zone", "t2", "to_confirm"),
    [
        ("35", None, ("2027-01-04", "2027-05-02"), False),
        ("94", None, ("2027-01-04", "2027-04-18"), False),
        ("69", None, ("2027-01-04", "2027-04-25"), False),
        ("099", "A", ("2027-01-04", "2027-04-25"), False),
        ("35", "C", ("2027-01-04", "2027-04-18"), False),
        ("099", None, ("2027-01-01", "2027-04-15"), True),
        ("2A", None, ("2027-01-01", "2027-04-15"), True),
    ],
)
def test_second_term(code: str, zone: str | None, t2: tuple[str, str], to_confirm: bool) -> None:
    calendar = calendar_of(YEAR, code, zone)
    assert tuple(day.isoformat() for day in calendar.dates(YEAR.terms[1])) == t2
    assert calendar.to_confirm is to_confirm
    assert (calendar.first_day, calendar.last_day) == (date(2026, 9, 1), date(2027, 8, 31))


def test_overseas_the_year_starts_in_august() -> None:
    calendar = calendar_of(YEAR, "974")
    assert (calendar.first_day, calendar.last_day) == (date(2026, 8, 1), date(2027, 7, 31))
    assert calendar.to_confirm
    assert year_of(date(2026, 8, 15), "974") == YEAR
    assert year_of(date(2026, 8, 15), "35") == YEAR.previous


@pytest.mark.parametrize("start", [2018, 2028])
def test_outside_the_published_calendars_the_school_confirms(start: int) -> None:
    assert calendar_of(SchoolYear.starting(start), "35").to_confirm


@pytest.mark.skipif(not HOLIDAYS.exists(), reason="reference data not beside the repository")
def test_term_ends_are_those_of_the_published_holidays() -> None:
    with HOLIDAYS.open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["name"] in {"Vacances de Noël", "Vacances de printemps"}
        ]
    for row in rows:
        last = date.fromisoformat(row["last_day"])
        calendar = calendar_of(year_of(last, "35"), "35", row["zone"])
        assert last == (calendar.t1_last if row["name"] == "Vacances de Noël" else calendar.t2_last)
    assert len(rows) == 9 * 3 * 2


def test_a_day_outside_the_year() -> None:
    with pytest.raises(ValueError, match="31/08/2026 n’est pas dans l’année scolaire 2026-2027"):
        term_of(date(2026, 8, 31), calendar_of(YEAR, "35"))


def test_a_term_of_another_year_has_no_dates() -> None:
    with pytest.raises(ValueError, match="1er trimestre 2025-2026 n’est pas"):
        calendar_of(YEAR, "35").dates(YEAR.previous.terms[0])


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("2026-09-01", "2027-05-02", "2027-01-03", "2027-08-31"), "doivent se suivre"),
        (("2026-09-01", "2027-01-03", "2027-01-03", "2027-08-31"), "doivent se suivre"),
        (("2026-09-01", "2027-01-03", "2027-05-02", "2027-05-02"), "doivent se suivre"),
        (("2026-09-02", "2026-09-01", "2027-05-02", "2027-08-31"), "doivent se suivre"),
        (("2025-09-01", "2026-01-03", "2026-05-02", "2026-08-31"), "ne sont pas celles"),
        (("2026-09-01", "2027-01-03", "2027-05-02", "2028-08-31"), "ne sont pas celles"),
    ],
)
def test_a_calendar_with_a_hole_is_refused(days: tuple[str, str, str, str], said: str) -> None:
    first_day, t1_last, t2_last, last_day = map(date.fromisoformat, days)
    with pytest.raises(ValueError, match=said):
        Calendar(YEAR, first_day, t1_last, t2_last, last_day)


@pytest.mark.parametrize(("code", "day"), [("35", 1), ("099", 1), ("973", 31), ("974", 1), ("975", 31)])
def test_today_is_the_departements(code: str, day: int) -> None:
    assert today_in(code, datetime(2026, 8, 31, 23, 30, tzinfo=UTC)).day == day
