import pytest

from app.domain import engagement, levers, plan, practice, vocabulary
from app.domain.levers import LEVERS
from app.domain.vocabulary import (
    STAKES,
    SUGGESTED_ACTIONS,
    Axis,
    Grade,
    Labelled,
    ListCategory,
    PartnerKind,
    PartnerSector,
    SchoolType,
    stake_label,
    stake_named,
)

LISTS = [
    kind
    for module in (vocabulary, plan, engagement, levers, practice)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Labelled) and kind is not Labelled
]


@pytest.mark.parametrize("kind", LISTS)
def test_every_value_fits_its_column_and_has_a_label(kind: type[Labelled]) -> None:
    assert all(len(member.value) <= 20 and member.label and member.value.isascii() for member in kind)
    assert len({member.label for member in kind}) == len(kind)


@pytest.mark.parametrize("kind", [kind for kind in LISTS if kind is not Grade])
def test_values_are_stable_lower_case(kind: type[Labelled]) -> None:
    assert all(member.value == member.value.lower() for member in kind)


@pytest.mark.parametrize("kind", [kind for kind in LISTS if kind is not Grade])
def test_an_unknown_value_is_refused(kind: type[Labelled]) -> None:
    with pytest.raises(ValueError, match="not a valid"):
        kind("nothing")


@pytest.mark.parametrize(
    ("text", "grade"), [("CM2", Grade.CM2), ("cm2", Grade.CM2), ("ULIS", Grade.ULIS), ("all", Grade.ALL)]
)
def test_a_grade_is_read_in_either_case(text: str, grade: Grade) -> None:
    assert Grade(text) is grade


def test_an_unknown_grade_is_refused() -> None:
    with pytest.raises(ValueError, match="not a valid Grade"):
        Grade("6e")


def test_the_classes_of_a_school() -> None:
    assert [grade.value for grade in SchoolType.NURSERY.grades] == ["PS", "MS", "GS"]
    assert [grade.value for grade in SchoolType.ELEMENTARY.grades] == [
        "CP",
        "CE1",
        "CE2",
        "CM1",
        "CM2",
        "ulis",
    ]
    assert SchoolType.PRIMARY.grades == SchoolType.NURSERY.grades + SchoolType.ELEMENTARY.grades


def test_a_stake_of_the_sheet_is_read_in_words_and_kept_as_a_slug() -> None:
    words = STAKES["success"].label
    assert (stake_label("success"), stake_named(words), stake_named("success")) == (
        words,
        "success",
        "success",
    )
    assert (stake_label("Mieux se parler"), stake_named("Mieux se parler")) == ("Mieux se parler",) * 2


def test_the_sheet_is_complete() -> None:
    assert (len(STAKES), len(LEVERS), len(Axis)) == (4, 5, 3)
    assert (len(PartnerSector), len(PartnerKind), len(ListCategory)) == (12, 20, 7)
    by_axis = {axis: [a for a in SUGGESTED_ACTIONS.values() if a.axis is axis] for axis in Axis}
    assert [len(actions) for actions in by_axis.values()] == [6, 4, 4]
    assert all(slug == entry.slug for slug, entry in [*STAKES.items(), *LEVERS.items()])
    assert all(slug == action.slug for slug, action in SUGGESTED_ACTIONS.items())
