"""The thirty questions against the sheet they come from, what is refused, how complete a sheet is."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.action_sheet import (
    NUMBERED,
    PARTS,
    QUESTION_OF,
    QUESTIONS,
    SECTIONS,
    check,
    completeness,
    tidy,
)
from app.domain.action_sheet_parts import Kind
from app.domain.action_sheet_words import read_when, said, say_when, searched, write_when
from app.domain.search import is_found
from app.domain.vocabulary import PartnerKind, PartnerSector
from tests.clef import CLEF

LISTS = {
    "sectors": 12,
    "carriers": 20,
    "carrier_organisations": 5,
    "schemes": 12,
    "initiative": 7,
    "publics": 8,
    "activities": 16,
    "approaches": 2,
    "period": 6,
    "territories": 7,
    "surroundings": 10,
    "places": 6,
    "partner_sectors": 12,
    "funding": 21,
    "evaluation": 4,
    "evaluators": 4,
    "strategies": 5,
    "inequalities": 5,
}
"""Choices of each closed list of sheet 81."""
GRIDS = {"accessibility": (4, 3), "participation": (6, 2), "people": (3, 0)}
"""Lines × choices."""
OF_NUMBER = {
    1: "sectors",
    2: "carriers",
    3: "schemes",
    4: "initiative",
    6: "publics",
    8: "activities",
    9: "approaches",
    10: "period",
    12: "territories",
    13: "surroundings",
    14: "places",
    15: "people",
    17: "accessibility",
    18: "participation",
    20: "partner_sectors",
    21: "funding",
    22: "evaluation",
    23: "evaluators",
    27: "strategies",
    29: "inequalities",
}
IN_WORDS = {5, 7, 11, 16, 19, 24, 25, 26, 28, 30}


# --- the sheet ------------------------------------------------------------------------------------------


def test_the_sheet_asks_thirty_questions_in_order() -> None:
    assert [question.number for question in QUESTIONS if question.number] == list(range(1, 31))
    assert OF_NUMBER.keys() | IN_WORDS == set(range(1, 31))


def test_every_list_is_as_long_as_in_the_sheet() -> None:
    found = {slug: len(part.choices) for slug, part in PARTS.items() if part.choices and slug not in GRIDS}
    assert found == LISTS
    assert {slug: (len(PARTS[slug].rows), len(PARTS[slug].choices)) for slug in GRIDS} == GRIDS


@pytest.mark.parametrize(("number", "slug"), OF_NUMBER.items())
def test_a_list_belongs_to_its_question(number: int, slug: str) -> None:
    assert slug in {part.slug for part in NUMBERED[number].parts}


@pytest.mark.parametrize("number", sorted(IN_WORDS))
def test_the_others_are_answered_in_words(number: int) -> None:
    assert NUMBERED[number].parts[0].kind in {Kind.LINE, Kind.TEXT}


def test_what_has_no_number_is_there_too() -> None:
    unnumbered = [part.slug for question in QUESTIONS if not question.number for part in question.parts]
    assert unnumbered == ["title", "comments", "links", "keywords"]
    beside = {"carrier_names", "diagnosis", "vulnerability", "activities_more", "activity_reports"}
    beside |= {"accessibility_more", "participation_more", "partner_structures", "evaluation_reports"}
    beside |= {"strategies_comment", "inequalities_more", "evaluators_more"}
    assert beside <= PARTS.keys()


def test_what_has_to_be_specified() -> None:
    """Every « précisez » of a list, and the three dates of question 10."""
    asked = {
        slug: [choice.code for choice in part.choices if choice.detail]
        for slug, part in PARTS.items()
        if any(choice.detail for choice in part.choices)
    }
    only_other = ["sectors", "carriers", "schemes", "initiative", "activities"]
    only_other += ["surroundings", "places", "partner_sectors"]
    assert asked == {slug: ["other"] for slug in only_other} | {
        "publics": ["children", "professionals", "other"],
        "period": ["design_date", "start_date", "end_date"],
        "funding": ["ministry", "other"],
        "evaluators": ["external"],
    }


def test_codes_are_told_apart_and_labels_are_words() -> None:
    parts = [part.slug for section in SECTIONS for part in section.parts]
    assert len(set(parts)) == len(parts) == len(QUESTION_OF)
    for part in PARTS.values():
        for listed in (part.choices, part.rows):
            codes = [choice.code for choice in listed]
            assert len(set(codes)) == len(codes)
            assert all(choice.label for choice in listed)
        told = {code for choice in part.choices for code in choice.against} | set(part.in_order)
        assert told <= part.by_code.keys()
    for question in QUESTIONS:
        for aside in (
            question.unless and question.unless[0],
            *(p.under and p.under[0] for p in question.parts),
        ):
            assert aside is None or aside in PARTS


def test_partners_and_carriers_are_one_list() -> None:
    assert list(PARTS["carriers"].by_code) == [kind.value for kind in PartnerKind]
    assert list(PARTS["partner_sectors"].by_code) == [sector.value for sector in PartnerSector]
    assert all(choice.examples for choice in PARTS["strategies"].choices)


# --- what is refused ------------------------------------------------------------------------------------

REFUSED: list[tuple[Mapping[str, Any], str, tuple[Any, ...], str]] = [
    ({"hobbies": "x"}, "hobbies", (), "unknown_question"),
    ({"Son nom": "x"}, "_", (), "unknown_question"),
    ({"title": 3}, "title", (), "string_type"),
    ({"title": "x" * 201}, "title", (), "string_too_long"),
    ({"aims": "x" * 4001}, "aims", (), "string_too_long"),
    ({"aims": "a\0"}, "aims", (), "value_error"),
    ({"aims": "\ud800"}, "aims", (), "value_error"),
    ({"carrier_names": "Mairie, Mme Durand"}, "carrier_names", (), "personal"),
    ({"comments": "Appelez le 01 23 45 67 89"}, "comments", (), "personal"),
    ({"keywords": ["a@exemple.fr"]}, "keywords", (0,), "personal"),
    ({"evaluation": "later"}, "evaluation", (), "unknown_choice"),
    ({"evaluation": ["planned"]}, "evaluation", (), "unknown_choice"),
    ({"carriers": ["school"]}, "carriers", (), "dict_type"),
    ({"carriers": {"picked": ["school"]}}, "carriers", ("picked",), "unknown_name"),
    ({"carriers": {"chosen": "school"}}, "carriers", ("chosen",), "list_type"),
    ({"carriers": {"chosen": ["school", "zzz"]}}, "carriers", ("chosen", 1), "unknown_choice"),
    ({"carriers": {"chosen": [["school"]]}}, "carriers", ("chosen", 0), "unknown_choice"),
    ({"carriers": {"chosen": ["school", "school"]}}, "carriers", ("chosen",), "twice"),
    ({"schemes": {"chosen": ["reaap", "none"]}}, "schemes", ("chosen",), "alone"),
    ({"period": {"chosen": ["no_end", "end_date"]}}, "period", ("chosen",), "against"),
    ({"carriers": {"details": "x"}}, "carriers", ("details",), "dict_type"),
    ({"carriers": {"details": {"school": "x"}}}, "carriers", ("details", "school"), "unknown_name"),
    ({"carriers": {"details": {"other": "x"}}}, "carriers", ("details", "other"), "unchosen"),
    (
        {"carriers": {"chosen": ["other"], "details": {"other": 3}}},
        "carriers",
        ("details", "other"),
        "string_type",
    ),
    (
        {"period": {"chosen": ["start_date"], "details": {"start_date": "vers 2005"}}},
        "period",
        ("details", "start_date"),
        "not_a_date",
    ),
    (
        {"period": {"chosen": ["start_date"], "details": {"start_date": "2005-13"}}},
        "period",
        ("details", "start_date"),
        "not_a_date",
    ),
    (
        {
            "period": {
                "chosen": ["design_date", "end_date"],
                "details": {"design_date": "2006-01", "end_date": "2005-12-01"},
            }
        },
        "period",
        ("details", "end_date"),
        "out_of_order",
    ),
    ({"carrier_organisations": {"chosen": ["families"]}}, "carrier_organisations", (), "unasked"),
    ({"people": 3}, "people", (), "dict_type"),
    ({"people": {"dogs": 3}}, "people", ("dogs",), "unknown_name"),
    ({"people": {"parents": "117"}}, "people", ("parents",), "int_type"),
    ({"people": {"parents": True}}, "people", ("parents",), "int_type"),
    ({"people": {"parents": -1}}, "people", ("parents",), "out_of_range"),
    ({"people": {"parents": 10**30}}, "people", ("parents",), "out_of_range"),
    ({"accessibility": {"economic": "free"}}, "accessibility", ("economic",), "unknown_choice"),
    ({"accessibility": []}, "accessibility", (), "dict_type"),
    ({"participation": {"design": "families"}}, "participation", ("design",), "list_type"),
    ({"participation": {"zzz": ["families"]}}, "participation", ("zzz",), "unknown_name"),
    ({"participation": "families"}, "participation", (), "dict_type"),
    (
        {"participation": {"design": ["families"], "none": ["families"]}},
        "participation",
        ("none",),
        "alone",
    ),
    ({"links": "https://a.fr"}, "links", (), "list_type"),
    ({"links": ["https://a.fr", "javascript:x"]}, "links", (1,), "not_a_link"),
    ({"links": ["https://a.fr"] * 11}, "links", (), "too_long"),
    ({"links": [3]}, "links", (0,), "string_type"),
    ({"keywords": ["x" * 61]}, "keywords", (0,), "string_too_long"),
]


@pytest.mark.parametrize(("answers", "part", "path", "code"), REFUSED)
def test_what_is_refused_names_its_question(
    answers: Mapping[str, Any], part: str, path: tuple[Any, ...], code: str
) -> None:
    refusals = check(answers)
    assert [(refusal.part, refusal.path, refusal.code) for refusal in refusals] == [(part, path, code)]
    if part in PARTS:
        assert refusals[0].question == QUESTION_OF[part].name
        assert refusals[0].detail.startswith(refusals[0].question)


def test_an_unknown_choice_is_refused_with_the_list() -> None:
    (refusal,) = check({"evaluation": "later"})
    assert refusal.detail == (
        "Question 22, «\u202fOù en est l’évaluation\u202f?\u202f»\u202f: "
        "choisissez une de ces valeurs\u202f: planned, under_way, finished, none."
    )


ACCEPTED: list[Mapping[str, Any]] = [
    {},
    dict.fromkeys(PARTS),
    {
        "period": {
            "chosen": ["design_date", "end_date"],
            "details": {"design_date": "2005", "end_date": "2005-12"},
        }
    },
    {"period": {"chosen": ["design_date"], "details": {"design_date": "  "}}},
    {"carriers": {"chosen": ["association"]}, "carrier_organisations": {"chosen": ["families"]}},
    {"carrier_organisations": {"chosen": []}},
    {"participation": {"design": ["families"], "none": ["professionals"]}},
    {"participation": {"none": None, "design": None}},
    {"people": {"parents": 0, "children": None}},
    {"accessibility": {"economic": None}},
    {"links": ["", " https://www.exemple.fr/bilan ", "https://www.exemple.fr/@ecole"]},
    CLEF,
]


@pytest.mark.parametrize("answers", ACCEPTED)
def test_any_part_of_a_sheet_is_taken(answers: Mapping[str, Any]) -> None:
    assert check(answers) == []
    assert check(tidy(answers)) == []


# --- as it is kept --------------------------------------------------------------------------------------


def test_blanks_are_not_kept() -> None:
    typed = {
        "keywords": [" langage ", " "],
        "aims": " Un\r\ndeux ",
        "title": "  ",
        "carriers": {"chosen": [], "details": {"other": ""}},
        "people": {"parents": 0, "children": None},
    }
    assert list(tidy(typed).items()) == [
        ("aims", "Un\ndeux"),
        ("people", {"parents": 0}),
        ("keywords", ["langage"]),
    ]


def test_keeping_twice_changes_nothing() -> None:
    assert tidy(CLEF) == CLEF
    assert list(tidy(CLEF)) == [slug for slug in PARTS if slug in CLEF]


# --- how complete ---------------------------------------------------------------------------------------


def test_the_real_sheet_is_complete() -> None:
    found = completeness(CLEF)
    assert (found.answered, found.asked, found.missing, found.to_specify) == (30, 30, (), ())
    assert found.is_complete


def test_an_empty_sheet_has_everything_left() -> None:
    found = completeness({})
    assert (found.answered, found.asked) == (0, 30)
    assert [question.number for question in found.missing] == [None, *range(1, 31)]


@pytest.mark.parametrize(
    ("changes", "missing", "to_specify"),
    [
        ({"aims": None}, [5], []),
        ({"people": {"parents": 3}}, [15], []),
        ({"accessibility": {"geographic": "yes"}}, [17], []),
        ({"links": None, "comments": None, "vulnerability": None}, [], []),
        ({"sectors": {"chosen": ["other"]}}, [], [1]),
        ({"period": {"chosen": ["start_date"]}}, [], [10]),
        ({"carriers": {"chosen": ["association"]}}, [2], []),
        ({"carriers": {"chosen": ["association"]}, "carrier_organisations": {"chosen": ["users"]}}, [], []),
        ({"results": None}, [24], []),
        ({"results": None, "evaluation": "none"}, [], []),
        ({"results": None, "evaluation": "under_way"}, [24], []),
    ],
)
def test_what_is_left_to_say(changes: Mapping[str, Any], missing: list[int], to_specify: list[int]) -> None:
    found = completeness(tidy(CLEF | dict(changes)))
    assert [question.number for question in found.missing] == missing
    assert [question.number for question in found.to_specify] == to_specify
    assert found.is_complete is (not missing and not to_specify)


def test_the_progress_of_one_page() -> None:
    found = completeness({"initiative": {"chosen": ["public"]}}, SECTIONS[0].questions)
    assert (found.answered, found.asked) == (1, 4)
    assert [question.heading for question in found.missing][:2] == [
        "Intitulé de l’action",
        "1. Dans quels domaines travaillez-vous\u202f?",
    ]


# --- in words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "lines"),
    [
        ("title", [CLEF["title"]]),
        ("evaluation", ["Terminée"]),
        ("sectors", ["Petite enfance", "Éducation", "Autre\u202f: Soutien à la parentalité"]),
        ("period", ["Conception commencée\u202f: 1999", "Pas de fin prévue"]),
        (
            "people",
            ["Parents par an\u202f: 117", "Enfants par an\u202f: 272", "Professionnels par an\u202f: 176"],
        ),
        ("links", CLEF["links"]),
        ("keywords", [", ".join(CLEF["keywords"])]),
        ("diagnosis", []),
    ],
)
def test_answers_in_words(slug: str, lines: list[str]) -> None:
    assert said(PARTS[slug], CLEF.get(slug)) == lines


def test_grids_in_words() -> None:
    assert said(PARTS["accessibility"], CLEF["accessibility"])[1].endswith("\u202f: en partie")
    assert said(PARTS["participation"], CLEF["participation"])[2] == (
        "À la conception\u202f: familles, parents, enfants, professionnels bénéficiaires"
    )
    assert said(PARTS["aims"], "Un\n\ndeux") == ["Un", "deux"]


@pytest.mark.parametrize(
    "query", ["cafe poussette", "reseau", "petites enfances", "asforel", "soutien parentalite"]
)
def test_a_sheet_is_found_by_its_words(query: str) -> None:
    assert is_found(searched(CLEF), query)
    assert not is_found(searched(CLEF), "viabloga")


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("2005", "2005", "2005"),
        ("12/2005", "2005-12", "décembre 2005"),
        (" 1/12/2005 ", "2005-12-01", "1er décembre 2005"),
        ("02.10.2026", "2026-10-02", "2 octobre 2026"),
    ],
)
def test_dates_that_are_half_known(typed: str, kept: str, shown: str) -> None:
    assert read_when(typed) == kept
    assert say_when(kept) == shown
    assert read_when(write_when(kept)) == kept


def test_what_is_no_date_stays_as_typed() -> None:
    assert read_when("vers 2005") == "vers 2005"
