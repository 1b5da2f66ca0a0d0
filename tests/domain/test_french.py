from fractions import Fraction

import pytest

from app.domain import french


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, "0"), (999, "999"), (1234, "1\u202f234"), (1_234_567, "1\u202f234\u202f567"), (-5, "−5")],
)
def test_number(n: int, text: str) -> None:
    assert french.number(n) == text


@pytest.mark.parametrize(
    ("x", "digits", "text"),
    [
        (12.5, 1, "12,5"),
        (2.675, 2, "2,68"),
        (Fraction(1, 3), 2, "0,33"),
        (0.04, 1, "0,0"),
        (-0.04, 1, "0,0"),
        (-1234.56, 1, "−1\u202f234,6"),
        (53.5, 0, "54"),
        (1e-7, 2, "0,00"),
    ],
)
def test_decimal(x: float | Fraction, digits: int, text: str) -> None:
    assert french.decimal(x, digits) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(97, 212), "46\u202f%"),
        (Fraction(1, 8), "13\u202f%"),
        (0.125, "13\u202f%"),
        (0, "0\u202f%"),
        (1, "100\u202f%"),
    ],
)
def test_percent_is_whole_and_rounded_half_up(share: float | Fraction, text: str) -> None:
    assert french.percent(share) == text


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 famille"), (1, "1 famille"), (2, "2 familles"), (1200, "1\u202f200 familles")]
)
def test_zero_and_one_are_singular(n: int, text: str) -> None:
    assert french.counted(n, ("famille", "familles")) == text


def test_plural_of_a_part() -> None:
    assert french.plural(1.9, "point", "points") == "point"
    assert french.plural(-2, "point", "points") == "points"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("École  Jean-Macé", "ECOLE JEAN MACE"),
        ("L’Haÿ-les-Roses", "L'HAY LES ROSES"),
        ("Sacré-Cœur", "sacre coeur"),
        (" Val-d'Oise ", "VAL D’OISE"),
    ],
)
def test_names_match_whatever_their_spelling(one: str, other: str) -> None:
    assert french.fold(one) == french.fold(other)


def test_different_names_stay_apart() -> None:
    assert french.fold("Vitry 1") != french.fold("Vitry 11")
