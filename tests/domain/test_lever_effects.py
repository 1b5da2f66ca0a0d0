"""Levers: who is told of together, what is told, and that it cannot be subtracted."""

import math
from statistics import fmean, stdev

import pytest
from scipy.stats import t as student

from app.domain.indicators import INDICATORS
from app.domain.lever_effects import (
    GroupEffect,
    Passage,
    Untold,
    group_effect,
    linked_indicators,
    reading,
)
from app.domain.levers import LEVERS
from app.domain.rates import Rate
from app.domain.school_year import Term
from app.domain.statistics import newcombe_interval, pooled_rate_change

TERMS = tuple(Term(term) for term in ("2024-2025-T2", "2024-2025-T3", "2025-2026-T1"))


def passages(count: int = 6, terms: tuple[Term, ...] = TERMS, **changes: object) -> list[Passage]:
    """Schools of 100 pupils, each in a circonscription of its own unless said otherwise."""
    return [
        Passage(
            f"s{number}",
            str(changes.get("read_by", f"c{number}")),
            terms[number % len(terms)],
            Rate(50 + number, 100),
            Rate(55 + 2 * number, 100),
        )
        for number in range(count)
    ]


def begun(group: list[Passage]) -> dict[str, Term]:
    return {passage.school: passage.began for passage in group}


# --- who is told of -------------------------------------------------------------------------------------


def test_five_schools_in_three_terms_are_told_of() -> None:
    found = group_effect(passages(5))
    assert isinstance(found, GroupEffect)
    assert (found.first_year, found.last_year) == ("2024-2025", "2025-2026")
    assert (found.schools, found.persons) == (5, 500)


def test_four_schools_are_not() -> None:
    assert group_effect(passages(4)) is Untold.TOO_FEW_SCHOOLS


def test_nor_schools_that_began_in_two_terms_only() -> None:
    assert group_effect(passages(6, TERMS[:2])) is Untold.TOO_FEW_TERMS


def test_nor_one_school_that_is_half_of_it() -> None:
    heavy = Passage("s9", "c9", TERMS[0], Rate(300, 700), Rate(310, 700))
    assert group_effect([*passages(6), heavy]) is Untold.TOO_FEW_FAMILIES


@pytest.mark.parametrize(("before", "after"), [((0, 100), (50, 100)), ((50, 100), (100, 100))])
def test_nor_where_everybody_or_nobody_came(before: tuple[int, int], after: tuple[int, int]) -> None:
    same = [
        Passage(each.school, each.read_by, each.began, Rate(*before), Rate(*after)) for each in passages(6)
    ]
    assert group_effect(same) is Untold.TOO_FEW_FAMILIES


def test_nor_what_two_inspectors_would_find_by_taking_theirs_away() -> None:
    """Two of three circonscriptions hold all the schools but one."""
    places = ["a", "a", "a", "b", "b", "b", "c"]
    group = [
        Passage(each.school, place, each.began, each.before, each.after)
        for each, place in zip(passages(7), places, strict=True)
    ]
    assert group_effect(group) is Untold.SUBTRACTION


def test_schools_that_no_inspector_reads_count_too() -> None:
    small = [Passage(each.school, None, each.began, Rate(5, 10), Rate(6, 10)) for each in passages(8)]
    assert isinstance(group_effect(small), GroupEffect)


@pytest.mark.parametrize(("more", "told"), [(1, False), (4, False), (5, True)])
def test_a_group_that_differs_by_few_schools_from_an_earlier_one_is_not_told(more: int, told: bool) -> None:
    assert isinstance(group_effect(passages(6 + more), [begun(passages(6))]), GroupEffect) is told


@pytest.mark.parametrize(("moved", "told"), [(0, True), (1, False), (4, False), (5, True)])
def test_nor_the_same_schools_when_few_of_them_began_in_another_term(moved: int, told: bool) -> None:
    """The very same group tells nothing new; five schools at other terms are a group of their own."""
    group = passages(8)
    earlier = begun(group) | {passage.school: Term("2023-2024-T1") for passage in group[:moved]}
    assert isinstance(group_effect(group, [earlier]), GroupEffect) is told


# --- what is told ---------------------------------------------------------------------------------------


def test_points_are_rounded_outwards_and_persons_down() -> None:
    group = [Passage(p.school, p.read_by, p.began, p.before, Rate(p.after.counted, 101)) for p in passages(7)]
    found = group_effect(group)
    assert isinstance(found, GroupEffect)
    pairs = [((p.before.counted, 100), (p.after.counted, 101)) for p in group]
    change = pooled_rate_change(pairs)
    assert change is not None
    assert found.persons == 700
    assert (found.low, found.high) == (math.floor(100 * change.low), math.ceil(100 * change.high))
    assert found.low <= 100 * change.change <= found.high


def test_what_follows_a_lever_is_never_its_own_attendance() -> None:
    for lever in LEVERS:
        found = linked_indicators(lever)
        assert found[0] == "individual_meetings"
        assert len(set(found)) == len(found)
        for slug in found:
            indicator = INDICATORS[slug]
            assert (indicator.is_rate, indicator.counts, indicator.is_yearly) == (True, "persons", False)
    assert "appointments_answered" in linked_indicators("collaboration")
    assert "visits" not in linked_indicators("conviviality")


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (-2, 8, "Entre −2 et +8 points d’une année à l’autre, dans 9 écoles (au moins 1\u202f340 élèves)"
         "\u202f: le hasard peut suffire."),
        (1, 8, "Entre +1 et +8 points d’une année à l’autre, dans 9 écoles (au moins 1\u202f340 élèves)."),
        (-8, 0, "Entre −8 et 0 points d’une année à l’autre, dans 9 écoles (au moins 1\u202f340 élèves)"
         "\u202f: le hasard peut suffire."),
    ],
)  # fmt: skip
def test_the_sentence(low: int, high: int, told: str) -> None:
    assert reading(INDICATORS["individual_meetings"], 9, 1340, low, high) == told


# --- the interval ---------------------------------------------------------------------------------------


def test_schools_of_one_size_make_a_paired_comparison() -> None:
    """Then the pooled change is the mean of the differences, and its interval Student's (1908)."""
    shares = [(0.30, 0.45), (0.52, 0.50), (0.61, 0.80), (0.44, 0.58), (0.70, 0.71), (0.35, 0.60)]
    size = 10_000
    pairs = [((round(was * size), size), (round(now * size), size)) for was, now in shares]
    differences = [now - was for was, now in shares]
    half = student.ppf(0.975, 5) * stdev(differences) / math.sqrt(6)
    found = pooled_rate_change(pairs)
    assert found is not None
    assert found.change == pytest.approx(fmean(differences))
    assert (found.low, found.high) == pytest.approx((found.change - half, found.change + half))


def test_a_large_school_weighs_more() -> None:
    found = pooled_rate_change([((10, 100), (20, 100)), ((400, 900), (400, 900))])
    assert found is not None
    assert found.change == pytest.approx(0.01)


def test_schools_that_agree_prove_no_precision() -> None:
    """All differences equal: what chance does among as many independent families remains."""
    found = pooled_rate_change([((50, 100), (60, 100))] * 5)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(newcombe_interval((250, 500), (300, 500)))


def test_one_school_says_nothing_of_others() -> None:
    assert pooled_rate_change([((50, 100), (60, 100))]) is None
    assert pooled_rate_change([]) is None


def test_nobody_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="au moins une personne"):
        pooled_rate_change([((0, 0), (0, 0)), ((0, 0), (0, 0))])
