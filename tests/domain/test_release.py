"""Which cells a release shows, by hand."""

import pytest

from app.domain.release import Cell, Exposed, Hidden, Part, Released, decide_release, members_of

NATION = "fr"


def part(
    school: str,
    circonscription: str = "c1",
    *,
    counted: int = 30,
    out_of: int | None = 60,
    departement: str = "35",
    priority: str = "none",
    type_: str = "primary",
) -> Part:
    path = (circonscription, departement, "14", NATION)
    base = 60 if out_of is None else out_of
    return Part(school, path, (priority, type_), counted, out_of, base, is_small=base < 11)


def circonscription(name: str, number: int = 4, departement: str = "35") -> list[Part]:
    return [part(f"{name}-{n}", name, departement=departement) for n in range(number)]


FOUR = [p for name in ("c1", "c2", "c3", "c4") for p in circonscription(name)]
C1, DEPARTEMENT = Cell("c1", "circonscription"), Cell("35", "departement")


def hidden(decided: dict[Cell, Hidden | None]) -> dict[Cell, Hidden]:
    return {cell: why for cell, why in decided.items() if why}


def test_cells_are_territories_and_above_the_circonscription_one_cut_at_a_time() -> None:
    decided = decide_release(FOUR, "persons")
    above = [DEPARTEMENT, Cell("14", "academie"), Cell(NATION, "national")]
    assert set(decided) == {
        *(Cell(f"c{n}", "circonscription") for n in (1, 2, 3, 4)),
        *above,
        *(cell._replace(breakdown="priority_education", value="none") for cell in above),
        *(cell._replace(breakdown="school_type", value="primary") for cell in above),
    }
    assert not hidden(decided)


def test_the_order_of_the_schools_changes_nothing() -> None:
    mixed = [*FOUR, part("tiny", counted=4, out_of=9)]
    assert list(decide_release(mixed, "persons").items()) == list(
        decide_release(mixed[::-1], "persons").items()
    )


def test_a_school_counts_once() -> None:
    with pytest.raises(ValueError, match="une fois"):
        decide_release([*FOUR, FOUR[0]], "persons")


def test_nothing_reported_makes_no_cell() -> None:
    assert decide_release([], "persons") == {}


def test_a_vote_is_public() -> None:
    assert not hidden(decide_release([part("alone", counted=1)], "public"))


def test_a_small_school_enters_no_circonscription_and_is_not_left_over() -> None:
    decided = decide_release([*FOUR, part("tiny", "c9", counted=4, out_of=9)], "persons")
    assert Cell("c9", "circonscription") not in decided
    # Were all four shown, the département minus their sum would be the small school; two of the inspectors
    # of the hidden ones would find it as well: three are hidden, and a fourth would be what is left of them.
    assert decided[DEPARTEMENT] is None
    assert [c.territory for c in hidden(decided)] == ["c1", "c2", "c3"]


def test_a_lone_value_of_a_cut_takes_another_with_it() -> None:
    told = [*FOUR, *(part(f"r{n}", f"c{n}", priority="rep") for n in (1, 2))]
    decided = decide_release(told, "persons")
    rep, rest = (
        DEPARTEMENT._replace(breakdown="priority_education", value=value) for value in ("rep", "none")
    )
    assert (decided[rep], decided[rest]) == (Hidden.TOO_FEW_SCHOOLS, Hidden.SUBTRACTION)
    assert decided[DEPARTEMENT] is None


def test_events_need_three_schools_and_no_more() -> None:
    told = [part(f"s{n}", counted=0, out_of=None) for n in range(3)]
    assert not hidden(decide_release(told, "events"))
    assert set(decide_release(told[:2], "events").values()) == {Hidden.TOO_FEW_SCHOOLS}
    assert set(decide_release(told, "persons").values()) == {Hidden.TOO_FEW_FAMILIES}


def released(parts: list[Part]) -> Released:
    return Released(parts, [cell for cell, why in decide_release(parts, "persons").items() if not why])


def test_a_cell_is_renewed_when_three_schools_have_changed() -> None:
    before = released(FOUR)
    for number, why in ((1, Hidden.TOO_FEW_CHANGES), (2, Hidden.TOO_FEW_CHANGES), (3, None)):
        told = [part(f"c1-{n}", "c1", counted=40) for n in range(number)] + FOUR[number:]
        decided = decide_release(told, "persons", [before])
        assert (decided[C1], decided[DEPARTEMENT]) == (why, why)
        assert decided[Cell("c2", "circonscription")] is None, "nothing changed there"


def test_new_and_missing_schools_are_changes_too() -> None:
    before = released(FOUR)
    told = [*FOUR[1:], part("new", "c1")]
    assert decide_release(told, "persons", [before])[C1] is Hidden.TOO_FEW_CHANGES
    assert decide_release([*told, part("newer", "c1")], "persons", [before])[C1] is None


def test_a_change_is_not_found_by_two_inspectors_who_know_the_others() -> None:
    before = released(FOUR)
    told = [part(f"c{n}-0", f"c{n}", counted=41) for n in (1, 2, 3)]
    told += [p for p in FOUR if p.school not in {q.school for q in told}]
    assert decide_release(told, "persons", [before])[DEPARTEMENT] is Hidden.TOO_FEW_CHANGES


@pytest.mark.parametrize("unsaid", [set[str](), {"rep"}])
def test_what_an_earlier_release_gives_away_is_refused(unsaid: set[str]) -> None:
    """As if it had been made by other rules: the lone REP school is told, or is what the others leave."""
    told = [*FOUR, part("alone", "c1", priority="rep")]
    before = Released(told, [cell for cell in members_of(told) if cell.value not in unsaid])
    with pytest.raises(Exposed):
        decide_release(told, "persons", [before])
