"""What a pasted result sheet says, and what it does not."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ballot_lists import MOST_LISTS
from app.domain.ballot_names import category_of
from app.domain.ballot_text import MOST_CHARACTERS, BallotReading, read_ballot
from app.domain.ballot_words import lines_of, readings
from app.domain.vocabulary import ListCategory
from tests.domain.ballot_sheets import LAYOUTS, Obtained, Sheet

PUBLISHED = Path(__file__).parents[3] / "shared/data/elections_reelles.csv"
COUNTS = ("registered", "voters", "blank_null", "seats", "seats_filled")


def said(reading: BallotReading) -> dict[str, int | date]:
    return {name: found.value for name, found in reading.values.items()}


def lists(reading: BallotReading) -> list[tuple[str | None, int | None, int | None]]:
    return [(one.name, one.votes, one.seats) for one in reading.lists]


def agrees(sheet: Sheet, layout: Callable[[Sheet], str]) -> None:
    reading = read_ballot(layout(sheet))
    expected = {name: getattr(sheet, name) for name in ("held_on", *COUNTS)}
    assert said(reading) == expected, (layout.__name__, layout(sheet), reading.doubts)
    assert lists(reading) == [(one.name, one.votes, one.seats) for one in sheet.lists], layout.__name__
    assert reading.not_understood == (), (layout.__name__, layout(sheet))


# --- published results --------------------------------------------------------------------------------

# Coursan, école Jeanne Miquel, 14 October 2011: midilibre.fr 2011/10/19 (see elections_reelles.csv).
COURSAN = Sheet(
    date(2011, 10, 14), 395, 186, 6, 10, 10, (Obtained("FCPE", 126, 7), Obtained("ADEREP", 54, 3))
)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_published_result_in_every_layout(layout: Callable[[Sheet], str]) -> None:
    agrees(COURSAN, layout)


def by_list(cell: str) -> dict[str, int]:
    return {name: int(number) for name, number in (entry.split("=") for entry in cell.split(";"))}


@pytest.mark.skipif(not PUBLISHED.exists(), reason="reference data not beside the repository")
def test_every_complete_published_result() -> None:
    with PUBLISHED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    complete = [
        row
        for row in rows
        if all(row[name] for name in (*COUNTS, "list_seats")) and "%" not in row["list_votes"]
    ]
    for row in complete:
        votes, seats = by_list(row["list_votes"]), by_list(row["list_seats"])
        obtained = tuple(Obtained(name, votes[name], seats[name]) for name in votes)
        registered, voters, blank_null, places, filled = (int(row[name]) for name in COUNTS)
        day = date.fromisoformat(row["election_date"])
        sheet = Sheet(day, registered, voters, blank_null, places, filled, obtained)
        for layout in LAYOUTS:
            agrees(sheet, layout)
    assert len(complete) == 7


def test_the_page_of_a_school() -> None:
    """The layout of ecolelabutte.blogspot.com 2011/10: the day is not said to be the ballot's."""
    reading = read_ballot(
        "vendredi 14 octobre 2011\nÉlections 2011\nRésultats de ce scrutin :\n  • Électeurs inscrits : 297\n"
        "  • Votants : 121\n  • Bulletins blancs ou nuls : 6\n  • Le taux de participation est de 40,74 %"
    )
    assert said(reading) == {"registered": 297, "voters": 121, "blank_null": 6}
    assert reading.doubts == ("Ligne 1\u202f: le 14/10/2011, sans dire si c’est le jour du scrutin.",)
    assert reading.not_understood == ()
    assert (reading.values["voters"].line, reading.values["voters"].text) == (5, "• Votants : 121")
    assert reading.value("seats") is None
    assert reading.value("voters") == 121


def test_a_sentence_of_a_parents_blog() -> None:
    """The figures of fcpe-laplaine.blogspot.com 2019/10, in its own order: voters before registered."""
    reading = read_ballot(
        "299 votants sur 632 inscrits (47,3 %)\n58 bulletins blancs ou nuls\nFCPE : 241 voix"
    )
    assert said(reading) == {"registered": 632, "voters": 299, "blank_null": 58}
    assert lists(reading) == [("FCPE", 241, None)]


# --- any result, read back ----------------------------------------------------------------------------

names = st.lists(
    st.sampled_from(["FCPE", "PEEP", "UNAAPE", "APE Les Tilleuls", "Parents indépendants", "ADEREP"]),
    unique=True,
    max_size=5,
)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    registered = draw(st.integers(1, 9_999))
    voters = draw(st.integers(0, registered))
    blank_null = draw(st.integers(0, voters))
    seats = draw(st.integers(1, 60))
    left, rows = voters - blank_null, []
    for name in draw(names):
        votes = draw(st.integers(0, left))
        rows.append(Obtained(name, votes, draw(st.integers(0, seats))))
        left -= votes
    day = draw(st.dates(date(2010, 9, 1), date(2039, 8, 31)))
    return Sheet(day, registered, voters, blank_null, seats, draw(st.integers(0, seats)), tuple(rows))


@given(sheets(), st.sampled_from(LAYOUTS))
def test_any_result_is_read_back(sheet: Sheet, layout: Callable[[Sheet], str]) -> None:
    agrees(sheet, layout)


@given(
    sheets(), st.sampled_from(LAYOUTS), st.integers(0, 40), st.sampled_from(["", "Salle 3, porte 12", "???"])
)
def test_a_foreign_or_missing_line_makes_nothing_up(
    sheet: Sheet, layout: Callable[[Sheet], str], at: int, foreign: str
) -> None:
    """One line replaced: a count is then the right one or missing, unless two numbers changed places."""
    rows = layout(sheet).splitlines()
    rows[at % len(rows)] = foreign
    reading = read_ballot("\n".join(rows))
    assert all(
        said(reading)[name] in {getattr(sheet, n) for n in COUNTS} for name in said(reading) if name in COUNTS
    )


_PIECES = ["Inscrits", "votants", "blancs", "nuls", "sièges", "voix", "Liste", "FCPE", "1", "362", "9", "%"]
_PIECES += [" ", "\n", "\t", ";", ":", "(", ".", ",", "-", "\u202f", "\x00", "\ud800", "é", "œ", "Mme"]


@given(st.lists(st.sampled_from(_PIECES), max_size=60).map("".join))
def test_any_text_is_answered(text: str) -> None:
    reading = read_ballot(text)
    assert all(1 <= one.line <= text.count("\n") + 1 for one in reading.not_understood)


# --- never guessed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Inscrits : 1.362", "plusieurs lectures"),
        ("Inscrits 12 159 4", "«\u202finscrits\u202f» sans nombre"),
        ("Inscrits : 36 12", "«\u202finscrits\u202f» sans nombre"),
        ("Inscrits : 362 ou 364", "plusieurs lectures"),
        ("Inscrits à la cantine : 120", "plusieurs lectures"),
        ("Inscrits\tVotants\t362\t159", "plusieurs lectures"),
        ("Inscrits, votants : 159", "plusieurs lectures"),
        ("362 inscrits, votants : 159", "plusieurs lectures"),
        ("Sur 362 et 12 inscrits", "plusieurs lectures"),
        ("Sur -362 et 12 inscrits", "plusieurs lectures"),
        ("12 enfants et leurs inscrits", "plusieurs lectures"),
        ("159 votants 12", "plusieurs lectures"),
        ("Inscrits\nVotants\n362", "autant de nombres que d’intitulés"),
        ("Inscrits : 362\nInscrits : 363", "deux choses pour «\u202finscrits\u202f»"),
        ("Nombre de sièges : 9", "sans dire à pourvoir ou pourvus"),
        ("Nombre de voix : 9", "de quelle liste"),
        ("Sièges à pourvoir : 900", "«\u202fsièges à pourvoir\u202f» sans nombre"),
        ("Bulletins blancs : 4", "pas les deux ensemble"),
        ("Bulletins nuls : 4", "pas les deux ensemble"),
        ("Le 14/10/2011", "sans dire si c’est le jour du scrutin"),
        ("Scrutin du 14/10/2011\nÉlections du 15/10/2011", "deux choses pour «\u202fdate du scrutin\u202f»"),
    ],
)
def test_what_is_ambiguous_is_not_filled_and_is_told(text: str, told: str) -> None:
    reading = read_ballot(text)
    assert said(reading) == {}
    assert len(reading.doubts) == 1
    assert told in reading.doubts[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Inscrits : 1 362", {"registered": 1362}),
        ("ÉLECTEURS  INSCRITS SUR LA LISTE ÉLECTORALE : 1\u00a0362", {"registered": 1362}),
        ("Nombre d'électeurs (parents inscrits) : 362", {"registered": 362}),
        ("1. Inscrits (2) : 362", {"registered": 362}),
        ("Votants : 159 dont 120 par correspondance", {"voters": 159}),
        ("Votants : 159\nVotes par correspondance : 120\nTaux de participation : 43 %", {"voters": 159}),
        ("Nombre d’émargements : 159\nVotants : 159", {"voters": 159}),
        ("Blancs : 4\nNuls : 5", {"blank_null": 9}),
        ("Inscrits : 362, votants\n159", {"registered": 362, "voters": 159}),
        ("Inscrits : 362, taux : 43, votants : 159", {"registered": 362, "voters": 159}),
        ("Nuls et blancs : 9", {"blank_null": 9}),
        ("Inscrits : 362\nArticle D. 411-1\nVotants", {"registered": 362}),
        ("Inscrits\nà l’école\n362", {}),
        ("Inscrits² : 3\u00ad62", {"registered": 362}),
        ("Inscrits : \x00\x0b362\x07", {"registered": 362}),
        (
            "Scrutin du 1er octobre 2021\nRecours contre l’élection avant le 9/10/2021",
            {"held_on": date(2021, 10, 1)},
        ),
        ("Scrutin du 31/02/2021", {}),
        ("", {}),
    ],
)
def test_labels_and_numbers(text: str, expected: dict[str, int | date]) -> None:
    reading = read_ballot(text)
    assert said(reading) == expected
    assert reading.doubts == ()


@pytest.mark.parametrize(
    ("text", "expected", "told"),
    [
        # tables
        ("Liste\tVoix\nFCPE\t126\n\t54", [("FCPE", 126, None)], ""),
        ("Liste\tVoix\tNote\nFCPE\t126\tbien 3", [("FCPE", 126, None)], ""),
        ("Liste\tVoix\nFCPE\t12,5", [("FCPE", None, None)], "n’est pas un nombre entier"),
        ("Liste\tVoix\tSièges\nFCPE\t126\t900", [("FCPE", 126, None)], "900 est trop"),
        ("Liste\tVoix\nFCPE\t126\t7", [], ""),
        ("\tSuffrages exprimés\tCandidats\nFCPE\t126\t15", [("FCPE", 126, None)], ""),
        ("Listes Voix Sièges\nFCPE 126", [], "2 nombres étaient attendus après «\u202fFCPE\u202f»"),
        ("Listes Voix Sièges\n126 7", [], ""),
        ("Listes Voix Quotient Sièges\nFCPE 126 7 7", [("FCPE", 126, 7)], ""),
        ("Listes Voix Sièges\nFCPE\n126 7", [("FCPE", 126, 7)], ""),
        ("Listes Voix Sièges\nFCPE\n1 126\n7", [("FCPE", 1126, 7)], ""),
        (
            "Listes Voix Sièges\nFCPE\n126\nPEEP 54 3",
            [("PEEP", 54, 3)],
            "des nombres manquent après «\u202fFCPE\u202f»",
        ),
        ("Listes Voix Sièges\nFCPE\n126\n54 3", [], "des nombres manquent après «\u202fFCPE\u202f»"),
        ("Listes Voix Sièges\nFCPE\nLe bureau est clos\nPEEP 54 3", [], ""),
        (
            "Listes Voix Sièges\nFCPE 126 7\nListe PEEP : 54 voix, 3 sièges",
            [("FCPE", 126, 7), ("PEEP", 54, 3)],
            "",
        ),
        ("Listes Voix\nSièges\nFCPE 126 7\nTotal 126 7\nSièges", [("FCPE", 126, 7)], ""),
        ("Liste\tVoix\nFCPE 126", [], ""),
        ("Liste n° 1 126 7", [], ""),
        ("Listes Voix Sièges\nListe n° 1 126 7", [("Liste n° 1", 126, 7)], ""),
        # sentences
        ("FCPE – voix : 126 – sièges : 7", [("FCPE", 126, 7)], ""),
        ("La liste FCPE a obtenu 126 voix (70 %)", [("La liste FCPE", 126, None)], ""),
        ("FCPE 126 voix 54 voix", [], "ne se lisent pas d’une seule façon"),
        ("FCPE 126 voix 54", [], "ne se lisent pas d’une seule façon"),
        ("FCPE 12 159 voix", [], "ne se lisent pas d’une seule façon"),
        ("FCPE 126 7", [], ""),
        (
            "Liste FCPE : 126 voix\nRappel FCPE : 126 voix",
            [("FCPE", 126, None), ("Rappel FCPE", 126, None)],
            "",
        ),
        ("FCPE : 126 voix\nFCPE : 126 voix, 7 sièges", [("FCPE", 126, 7)], ""),
        (
            "FCPE : 126 voix\nFcpe : 127 voix",
            [("FCPE", None, None)],
            "deux choses pour «\u202fFCPE\u202f»\u202f: 126 et 127",
        ),
        # blocks
        ("FCPE\nVoix : 126\nVoix : 127", [("FCPE", 126, None)], "de quelle liste"),
        ("Liste : FCPE\nSièges : 7\nInscrits : 362", [("FCPE", None, 7)], ""),
        ("Liste : FCPE\nInscrits : 362", [], ""),
        ("Liste : FCPE\nVoix\n126", [("FCPE", 126, None)], ""),
        ("Association des parents d’élèves représentés au conseil d’école\n126", [], ""),
        # a spreadsheet's columns
        ("Inscrits;Votants;Voix\n362;159;12", [], "de quelle liste"),
        (
            "Inscrits;Votants;Cantine\n362;159;12",
            [],
            "Colonne «\u202fCantine\u202f»\u202f: nous ne savons pas",
        ),
        ("Inscrits;Votants;\n362;159;12", [], "Colonne «\u202fsans titre\u202f»"),
        ("Inscrits;Votants;Voix FCPE\n362;159;12,5", [], "«\u202fvoix ou sièges\u202f» sans nombre"),
    ],
)
def test_lists(text: str, expected: list[tuple[str, int | None, int | None]], told: str) -> None:
    reading = read_ballot(text)
    assert lists(reading) == expected
    assert (told in " ".join(reading.doubts)) if told else reading.doubts == ()


def test_a_figure_that_is_not_taken_is_shown() -> None:
    reading = read_ballot(
        "Inscrits : 362\nFCPE 126 7\nSalle 12\nTél. 04 68 11 22 33\nArticle D. 411-1\n8h30, page 1/2"
    )
    assert [one.line for one in reading.not_understood] == [2, 3, 4]


def test_no_person_becomes_the_name_of_a_list() -> None:
    reading = read_ballot("Liste\tVoix\nListe de Mme Durand\t126\nM. Petit\t54")
    assert lists(reading) == [(None, 126, None), (None, 54, None)]
    assert "nom d’une personne" in reading.doubts[0]


def test_differences_are_remarks_and_fill_nothing() -> None:
    missing = read_ballot("Votants : 159\nSuffrages exprimés : 150")
    assert said(missing) == {"voters": 159}
    assert "il resterait 9 bulletins blancs ou nuls" in missing.doubts[0]
    wrong = read_ballot("Votants : 159\nBlancs et nuls : 8\nExprimés : 150")
    assert "avec 8 blancs ou nuls" in wrong.doubts[0]
    assert read_ballot("Votants : 159\nBlancs ou nuls : 9\nExprimés : 150").doubts == ()
    fewer = read_ballot("Votants : 140\nExprimés : 150")
    assert fewer.doubts == ()
    short = read_ballot("Suffrages exprimés : 150\nFCPE : 126 voix")
    assert short.doubts == ("Les listes lues ont 126 voix en tout, pour 150 suffrages exprimés.",)


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("FCPE", ListCategory.FCPE),
        ("Liste PEEP des Tilleuls", ListCategory.PEEP),
        ("U.N.A.A.P.E.", None),
        ("UNAAPE", ListCategory.UNAAPE),
        ("FCPE-PEEP", ListCategory.JOINT),
        ("Liste d’union", ListCategory.JOINT),
        ("Parents indépendants", ListCategory.NO_ASSOCIATION),
        ("Parents non constitués en association", ListCategory.NO_ASSOCIATION),
        ("Liste sans association", ListCategory.NO_ASSOCIATION),
        ("Association des parents d’élèves", ListCategory.LOCAL_ASSOCIATION),
        ("APE Vaucresson", ListCategory.LOCAL_ASSOCIATION),
        ("ADEREP", None),
    ],
)
def test_the_family_of_a_list(name: str, category: ListCategory | None) -> None:
    assert category_of(name) is category


# --- hostile ------------------------------------------------------------------------------------------


def test_a_text_has_a_limit() -> None:
    with pytest.raises(ValueError, match="trop long"):
        read_ballot("1" * (MOST_CHARACTERS + 1))


@pytest.mark.parametrize(
    "text",
    [
        "1 " * (MOST_CHARACTERS // 2),
        "123 " * (MOST_CHARACTERS // 4),
        "Inscrits " * (MOST_CHARACTERS // 9),
        "Inscrits : " + "1 234 " * 1_900,
        "Liste\tVoix\n" + "A\t1\n" * 2_900,
        "Listes Voix Sièges\n" + "\n".join(f"L{chr(97 + n % 26)}{chr(97 + n // 26)} 1 1" for n in range(300)),
        "a\n" * (MOST_CHARACTERS // 2),
        "inscrits : 1,5\n" * 790,
        "blancs " * (MOST_CHARACTERS // 7),
        " " * MOST_CHARACTERS,
        "sieges " * (MOST_CHARACTERS // 7),
        ";" * MOST_CHARACTERS,
        "\ud800\x00" * 1_000,
    ],
)
def test_hostile_texts_are_answered_and_bounded(text: str) -> None:
    reading = read_ballot(text)
    assert len(reading.doubts) <= 31
    assert len(reading.lists) <= MOST_LISTS
    "".join(reading.doubts).encode()


def test_numbers_that_could_be_read_two_ways() -> None:
    (line,) = lines_of("1 126 7")
    assert readings(line.numbers, 2) == [(1126, 7)]
    assert readings(line.numbers, 3) == [(1, 126, 7)]
    assert readings(line.numbers, 1) == []
    (both,) = lines_of("1 126 1 126")
    assert readings(both.numbers, 3) == [(1, 126, 1126), (1126, 1, 126)]


def test_a_group_of_digits_that_is_no_number() -> None:
    """« 12 045 » is neither twelve thousand and forty-five, above any school, nor twelve and forty-five."""
    for text in ("12 045", "045"):
        (line,) = lines_of(text)
        assert [readings(line.numbers, count) for count in (1, 2)] == [[], []], text
