"""Whole sentences, read from golden_readings.txt, and what holds for any of them.

A case is a title, what is known (`T2  97/212  last=80/210  ago=85/208  target=50`; 14+12 are the parents at
each event, @196 the pupils of that year), the kind of change, and the sentences, one a line.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import french
from app.domain.indicators import INDICATORS, OFFICIAL, Indicator, own_indicator
from app.domain.rates import Figure, Rate
from app.domain.readings import Reading, Target, counts_sentence, distance_sentence, reading, units_missing
from app.domain.school_year import Term
from app.domain.verdicts import ChangeKind, TermFigure, comparisons_a_year, is_judged
from app.domain.vocabulary import Status

OWN = {
    "own_rate": own_indicator("own_rate", "Pédibus", "Venus", "Inscrits", ("enfant", "enfants")),
    "own_count": own_indicator("own_count", "Fête", "Familles venues", None, ("famille", "familles")),
}
MEETINGS, VISITS, TURNOUT = (INDICATORS[s] for s in ("individual_meetings", "visits", "election_turnout"))
BLANK = INDICATORS["blank_null_votes"]
T1, T2, T3 = Term("2026-2027-T1").year.terms
NOTHING = {"not_measured": Status.NOT_MEASURED, "not_applicable": Status.NOT_APPLICABLE}


@dataclass(frozen=True)
class Golden:
    title: str
    known: str
    change: str
    text: str


def _golden(block: str) -> Golden:
    title, known, change, *lines = block.splitlines()
    return Golden(title, known, change.strip(), " ".join(line.strip() for line in lines))


TABLE = [
    _golden(block)
    for block in (Path(__file__).parent / "golden_readings.txt").read_text(encoding="utf-8").split("\n\n")
]


def seen(term: Term, text: str) -> TermFigure:
    text, _, pupils = text.partition("@")
    size = int(pupils) if pupils else None
    if text in NOTHING:
        return TermFigure(term, Figure(NOTHING[text]), size)
    if "+" in text:
        events = [int(parents) for parents in text.split("+")]
        return TermFigure(term, Figure.of(sum(events)), size, events)
    counted, _, out_of = text.partition("/")
    return TermFigure(term, Figure.of(int(counted), int(out_of) if out_of else None), size)


def read(known: str) -> Reading:
    slug, number, now, *others = known.split()
    more = dict(other.split("=") for other in others)
    term = Term(f"2026-2027-{number}")
    pasts = {"last": term.previous, "ago": term.same_last_year}
    return reading(
        OWN.get(slug) or INDICATORS[slug],
        seen(term, now),
        before=[seen(at, more[name]) for name, at in pasts.items() if name in more],
        target=Target(slug, int(more["target"]), term) if "target" in more else None,
        comparisons=20,
    )


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.title)
def test_a_golden_reading(case: Golden) -> None:
    found = read(case.known)
    assert found.text == case.text
    assert found.change.value == case.change


def test_the_table_is_whole() -> None:
    assert len(TABLE) >= 60
    assert len({case.title for case in TABLE}) == len({case.known for case in TABLE}) == len(TABLE)
    assert {case.change for case in TABLE} == {kind.value for kind in ChangeKind}


rates = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
attendances = st.lists(st.integers(0, 60), max_size=9)


def told(indicator: Indicator, now: TermFigure, last: TermFigure, ago: TermFigure) -> Reading:
    return reading(indicator, now, before=[last, ago], comparisons=20)


@given(st.sampled_from([MEETINGS, TURNOUT, BLANK, OWN["own_rate"]]), rates, rates, rates)
def test_what_is_said_of_any_rate(
    indicator: Indicator, now: tuple[int, int], last: tuple[int, int], ago: tuple[int, int]
) -> None:
    figures = [
        TermFigure(at, Figure.of(*rate))
        for at, rate in ((T1, now), (T1.previous, last), (T1.same_last_year, ago))
    ]
    found = told(indicator, *figures)
    assert found.text.startswith(french.counted(now[0], indicator.unit))
    assert not re.search("signific|class(é|ement)|rang|grâce|à cause|meilleur|mauvais", found.text)
    assert ("%" in found.text) <= any(out_of >= 20 for _, out_of in (now, last, ago))
    verdict = found.verdict
    if verdict is None:
        assert "point" not in found.text
        return
    base = dict(zip((T1.previous, T1.same_last_year), (last, ago), strict=True))[verdict.since]
    assert min(now[1], base[1]) >= 20
    assert max(now[1], base[1]) <= 2 * min(now[1], base[1])
    if verdict.kind is ChangeKind.WITHIN_CHANCE:
        assert abs(verdict.gap) <= verdict.margin
    if verdict.kind is ChangeKind.CLEAR:
        assert indicator.is_official


@given(attendances, attendances, attendances)
def test_what_is_said_of_any_attendance(now: list[int], last: list[int], ago: list[int]) -> None:
    figures = [
        TermFigure(at, Figure.of(sum(events)), events=events)
        for at, events in ((T1, now), (T1.previous, last), (T1.same_last_year, ago))
    ]
    found = told(VISITS, *figures)
    assert found.text.startswith(french.counted(sum(now), VISITS.unit))
    assert "point" not in found.text
    assert (found.verdict is not None) == (len(now) >= 4 and max(len(last), len(ago)) >= 4)


def test_each_indicator_is_judged_once_a_term() -> None:
    official = [INDICATORS[slug] for slug in OFFICIAL]
    assert comparisons_a_year(official) == 3 + 3 + 1
    assert comparisons_a_year(INDICATORS.values()) == 7 + 3 * 10 + 3
    assert [slug for slug, indicator in INDICATORS.items() if not is_judged(indicator)] == [
        "joint_actions",
        "shared_analysis",
        "appointments_answered",
        "absenteeism",
        "school_family_conflicts",
    ]


def test_more_comparisons_ask_for_a_clearer_change() -> None:
    before = [seen(T2.same_last_year, "85/208")]
    kinds = [reading(MEETINGS, seen(T2, "128/212"), before=before, comparisons=m).change for m in (7, 1000)]
    assert kinds == [ChangeKind.CLEAR, ChangeKind.TO_DISCUSS]


def test_a_term_that_is_not_compared_is_not_spoken_of() -> None:
    other = Term("2024-2025-T2")
    assert reading(MEETINGS, seen(T2, "97/212"), before=[seen(other, "80/210")]).verdict is None


def test_what_a_chip_may_say() -> None:
    assert [kind for kind in ChangeKind if kind.is_worth_a_word] == [ChangeKind.TO_DISCUSS, ChangeKind.CLEAR]


# --- the pieces that charts and pages use alone ----------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "text", "sentence"),
    [
        (MEETINGS, "1/20", "1 élève sur 20 (5\u202f%)."),
        (MEETINGS, "12/19", "12 élèves sur 19."),
        (VISITS, "1204@196", "1\u202f204 venues (614 pour 100 élèves)."),
        (VISITS, "14@19", "14 venues."),
        (VISITS, "0@196", "0 venue."),
        (TURNOUT, "104/230", "104 parents sur 230 (45\u202f%)."),
        (TURNOUT, "not_measured", "Non mesuré cette année."),
    ],
)
def test_counts_come_first(indicator: Indicator, text: str, sentence: str) -> None:
    figure = seen(T1, text)
    assert counts_sentence(indicator, figure.figure, figure.pupils, term=T1) == sentence
    assert counts_sentence(indicator, figure.figure, figure.pupils) == sentence


def test_what_was_withdrawn_is_not_measured() -> None:
    assert counts_sentence(MEETINGS, Figure(Status.WITHDRAWN)) == "Non mesuré ce trimestre."


@pytest.mark.parametrize(
    ("indicator", "text", "value", "sentence"),
    [
        (MEETINGS, "97/212", 50, "Il manque 9 élèves."),
        (MEETINGS, "105/212", 50, "Il manque 1 élève."),
        (MEETINGS, "106/212", 50, "Objectif atteint."),
        (MEETINGS, "1/3", 67, "Il manque 2 élèves."),  # 2.01 pupils: two are not enough
        (VISITS, "104", 120, "Il manque 16 venues."),
        (VISITS, "0", 0, "Objectif atteint."),
        (BLANK, "13/170", 5, "5 bulletins de trop pour l’objectif."),
        (BLANK, "8/170", 5, "Objectif atteint."),
        (INDICATORS["school_family_conflicts"], "3", 2, "1 conflit de trop pour l’objectif."),
        (MEETINGS, "0/0", 50, None),
        (MEETINGS, "not_measured", 50, None),
    ],
)
def test_distance_is_told_in_persons(
    indicator: Indicator, text: str, value: int, sentence: str | None
) -> None:
    target = Target(indicator.slug, value, T2)
    assert distance_sentence(indicator, seen(T2, text).figure, target) == sentence


@given(st.integers(1, 500), st.integers(0, 100), st.data())
def test_the_missing_ones_reach_the_target_and_no_fewer_do(
    out_of: int, value: int, data: st.DataObject
) -> None:
    counted = data.draw(st.integers(0, out_of))
    missing = units_missing(MEETINGS, Rate(counted, out_of), Target("individual_meetings", value, T2))
    assert (counted + missing) * 100 >= value * out_of
    assert (counted + missing - 1) * 100 < value * out_of


def test_a_target_is_not_negative() -> None:
    with pytest.raises(ValueError, match="négative"):
        Target("visits", -1, T2)
