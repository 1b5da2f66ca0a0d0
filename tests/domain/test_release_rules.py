"""Two inspectors against a release: the short way agrees with trying every pair."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.release_rules import (
    CHANGES_OF_PERSONS,
    EVENTS,
    PERSONS,
    Floor,
    Hidden,
    Part,
    Tally,
    fault,
    fault_for_insiders,
    fault_for_strangers,
)


def school(
    name: str, circonscription: str = "c1", counted: int = 30, out_of: int | None = 60, base: int = 60
) -> Part:
    base = base if out_of is None else out_of
    path = (circonscription, "35", "14", "fr")
    return Part(name, path, ("none", "primary"), counted, out_of, base, is_small=base < 11)


THIRTY = [school("b", "c1", 9, 30), school("c", "c1", 9, 30)]
THREE = [school("a"), school("b"), school("c")]


@pytest.mark.parametrize(
    ("parts", "floor", "why"),
    [
        (THREE, PERSONS, None),
        (THREE[:2], PERSONS, Hidden.TOO_FEW_SCHOOLS),
        (THREE[:2], EVENTS, Hidden.TOO_FEW_SCHOOLS),
        ([school(n, counted=2, out_of=4) for n in "ab"] + [school("c", counted=1, out_of=3)], PERSONS, None),
        ([school(n, "c1", 1, 3) for n in "ab"] + [school("c", "c1", 3, 4)], PERSONS, Hidden.TOO_FEW_FAMILIES),
        ([school(n, counted=1) for n in "abcd"], PERSONS, Hidden.TOO_FEW_FAMILIES),
        ([school(n, counted=59) for n in "abcd"], PERSONS, Hidden.TOO_FEW_FAMILIES),
        ([school(n, counted=59) for n in "abcde"], PERSONS, None),
        ([school(n, counted=0) for n in "abc"], EVENTS, None),
        ([school(n, counted=0) for n in "abc"], CHANGES_OF_PERSONS, None),
        ([school("a", out_of=340), *THIRTY], PERSONS, None),
        ([school("a", out_of=341), *THIRTY], PERSONS, Hidden.ONE_SCHOOL_WEIGHS),
        ([school(n, counted=5, out_of=None) for n in "abc"], PERSONS, None),
        ([school(n, counted=1, out_of=None) for n in "abc"], PERSONS, Hidden.TOO_FEW_FAMILIES),
        ([school(n, counted=5, out_of=None, base=3) for n in "abc"], PERSONS, Hidden.TOO_FEW_FAMILIES),
    ],
)  # fmt: skip
def test_what_a_cell_must_rest_on(parts: list[Part], floor: Floor, why: Hidden | None) -> None:
    assert fault_for_strangers(Tally.of(parts), floor) is why


def by_trying_every_pair(parts: list[Part], floor: Floor) -> Hidden | None:
    circonscriptions = sorted({p.path[0] for p in parts})
    for number in (0, 1, 2):
        for together in combinations(circonscriptions, number):
            rest = [p for p in parts if p.read_by not in together]
            if rest and fault_for_strangers(Tally.of(rest), floor):
                return Hidden.SUBTRACTION
    return None


sizes = st.one_of(st.integers(0, 14), st.integers(0, 400))


@st.composite
def schools(draw: st.DrawFn) -> list[Part]:
    is_rate = draw(st.booleans())
    parts = []
    for number in range(draw(st.integers(1, 14))):
        base = draw(sizes)
        counted = draw(st.one_of(st.integers(0, base), st.just(base // 2)))
        circonscription = draw(st.sampled_from(["c1", "c2", "c3", "c4"]))
        parts.append(school(f"s{number}", circonscription, counted, base if is_rate else None, base))
    return parts


@given(schools(), st.sampled_from([PERSONS, EVENTS, CHANGES_OF_PERSONS, Floor(1), Floor(0, 0, 0, 60)]))
def test_the_largest_circonscriptions_answer_for_every_pair(parts: list[Part], floor: Floor) -> None:
    assert fault_for_insiders(Tally.of(parts), floor) is by_trying_every_pair(parts, floor)


def test_two_inspectors_leave_three_schools_standing() -> None:
    told = [school(f"{c}{n}", c) for c in ("c1", "c2", "c3") for n in range(3)]
    assert fault(Tally.of(told), PERSONS) is None
    assert fault(Tally.of(told[:8]), PERSONS) is Hidden.SUBTRACTION, "two schools of c3 would be found"
    assert fault(Tally.of(told[:6]), PERSONS) is None, "the two inspectors know both circonscriptions anyway"
    assert fault(Tally.of(told[:5]), PERSONS) is Hidden.SUBTRACTION, (
        "the inspector of c1 would find two schools of c2"
    )
    assert fault(Tally.of(told[:3]), PERSONS) is None


def test_a_small_school_is_known_to_no_inspector() -> None:
    told = [school(f"a{n}") for n in range(3)] + [school("tiny", counted=4, out_of=9)]
    assert fault(Tally.of(told), PERSONS) is Hidden.SUBTRACTION
    assert (
        fault(Tally.of([*told, *(school(f"tiny{n}", counted=4, out_of=9) for n in range(2))]), PERSONS)
        is None
    )
