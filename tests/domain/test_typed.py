"""What people type: numbers, days, terms, choices and lists, in the ways they are written in France."""

import pytest

from app.domain.headings import heading_row, matched
from app.domain.typed import (
    bare,
    join_names,
    numbered,
    read_choice,
    read_day,
    read_number,
    read_term,
    read_year,
    read_yes_no,
    split_names,
)
from app.domain.vocabulary import EventState, Grade


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("18500", 18500),
        ("18 500", 18500),
        ("18\u202f500", 18500),
        ("18\u00a0500", 18500),
        ("1 234 567", 1234567),
        (" 12 ", 12),
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
    ],
)
def test_a_number_is_read(typed: str, read: float) -> None:
    assert read_number(typed) == read
    assert type(read_number(typed)) is type(read)


@pytest.mark.parametrize(
    "typed",
    ["18.500,00", "18,500.00", "1_000", "12,5,1", "1 23", "12 5", "45 %", "1e3", "٣", "", "douze", "1" * 19],
)
def test_what_is_ambiguous_stays_as_typed(typed: str) -> None:
    assert read_number(typed) == typed


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12/10/2026", "2026-10-12"),
        ("1.9.2026", "2026-09-01"),
        ("1-9-2026", "2026-09-01"),
        ("2026-10-12", "2026-10-12"),
        (" 2026-10-12 ", "2026-10-12"),
        ("12/10/26", "12/10/26"),
        ("hier", "hier"),
    ],
)
def test_a_day(typed: str, read: str) -> None:
    assert read_day(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "2026-2027-T2",
        "T2 2026-2027",
        "t2 2026/2027",
        "2e trimestre 2026-2027",
        "2ème trim. 2026-2027",
        "2026-2027 trimestre 2",
    ],
)
def test_a_term(typed: str) -> None:
    assert read_term(typed) == "2026-2027-T2"


@pytest.mark.parametrize(
    "typed", ["", "T2", "2026-2027", "T4 2026-2027", "T2 2026", "T2 2026-2028", "T1 T2 2026-2027"]
)
def test_what_is_no_term(typed: str) -> None:
    with pytest.raises(ValueError, match="s’écrit"):
        read_term(typed)


def test_a_year() -> None:
    assert read_year("2026/2027") == read_year(" 2026-2027 ") == "2026-2027"
    with pytest.raises(ValueError, match="s’écrit 2026-2027"):
        read_year("2026")


def test_yes_and_no() -> None:
    assert [read_yes_no(text) for text in ("Oui", "x", "1", "NON", "faux")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(ValueError, match="oui ou par non"):
        read_yes_no("peut-être")


def test_a_choice_is_read_by_its_label_or_its_value() -> None:
    assert read_choice(EventState, "Prévu") is read_choice(EventState, "planned") is EventState.PLANNED
    assert read_choice(Grade, "toute l'école") is Grade.ALL
    with pytest.raises(ValueError, match="«\u202fprévu\u202f», «\u202ftenu\u202f»"):
        read_choice(EventState, "reporté")


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["Mairie"],
        ["Mairie", "Centre social, animatrice"],
        ["Avec | une barre", 'Avec « "guillemets" »', "Fin"],
        ["Sur deux\nlignes", "x"],
        ['"'],
    ],
)
def test_names_in_one_cell_come_back_as_they_were(names: list[str]) -> None:
    assert split_names(join_names(names)) == names


def test_names_as_people_write_them() -> None:
    assert split_names("Mairie|Centre social |  ") == ["Mairie", "Centre social"]


def test_titles_that_fold_alike_are_told_apart() -> None:
    assert numbered(["Fête", "FETE", "Café", "Fête (2)", "fête"]) == [
        "Fête",
        "FETE (2)",
        "Café",
        "Fête (2) (2)",
        "fête (3)",
    ]
    assert bare("« ! »") == "« ! »"


ACCEPTED = {"counted": ("Nombre", "Valeur"), "out_of": ("Sur combien", "Sur"), "status": ("Réponse",)}


def test_headings_are_matched_whatever_their_accents_and_their_order() -> None:
    assert matched(["SUR COMBIEN ?", "reponse", "Remarques", "valeur"], ACCEPTED) == {
        0: "out_of",
        1: "status",
        3: "counted",
    }
    assert matched(["Nombre", "Valeur"], ACCEPTED) == {0: "counted"}


def test_the_headings_may_come_after_a_title() -> None:
    assert (
        heading_row([["Relevés de l’école", "", ""], ["", "Nombre"], ["Réponse", "Nombre", "Sur"]], ACCEPTED)
        == 2
    )
    assert heading_row([["a", "b"], ["1", "2"]], ACCEPTED) == 0
    assert heading_row([], ACCEPTED) == 0
