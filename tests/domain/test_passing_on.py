"""What leaves the school with a sheet, and what has to be reworded first."""

import pytest

from app.domain.passing_on import (
    Credit,
    Origin,
    answers_shared,
    conditions_shared,
    held_back,
    to_reword,
)
from app.domain.personal import ADDRESS, PERSON, PHONE

ORIGIN = Origin("École élémentaire des Tilleuls", "Valmont", "0990001X")
ANSWERS = {
    "title": "Café des parents",
    "carrier_names": "École des Tilleuls",
    "aims": "Se connaître",
    "publics": {"chosen": ["children"], "details": {"children": "3 à 6 ans"}},
    "people": {"parents": 63, "children": 10, "professionals": 6},
    "partner_structures": "Centre social des Tilleuls",
    "links": ["https://ecole.example.org"],
}


def found(
    title: str = "Café", conditions: tuple[str, ...] = (), credit: Credit = Credit.SCHOOL, **answers: object
) -> list[tuple[str, tuple[str | int, ...], str]]:
    return [
        (refusal.part, refusal.path, refusal.code)
        for refusal in to_reword(title, conditions, answers, credit, ORIGIN)
    ]


# --- what is left out -----------------------------------------------------------------------------------


def test_under_its_name_everything_leaves_but_few_children() -> None:
    shared = answers_shared(ANSWERS, Credit.SCHOOL)
    assert shared == ANSWERS | {"people": {"parents": 63, "professionals": 6}}
    assert held_back(ANSWERS, Credit.SCHOOL) == [
        "Enfants par an\u202f: un nombre sous 11 ne sort pas de l’école."
    ]


def test_without_its_name_nothing_says_which_school_it_is() -> None:
    shared = answers_shared(ANSWERS, Credit.ANONYMOUS)
    assert shared.keys() == ANSWERS.keys() - {"carrier_names", "partner_structures", "links"}
    told = held_back(ANSWERS, Credit.ANONYMOUS)
    assert len(told) == 4
    assert all("nommerait l’école" in sentence for sentence in told[:3])


@pytest.mark.parametrize(("parents", "leaves"), [(10, False), (11, True)])
def test_eleven_parents_are_enough(parents: int, leaves: bool) -> None:
    answers = {"people": {"parents": parents}}
    assert answers_shared(answers, Credit.SCHOOL) == (answers if leaves else {})
    assert (held_back(answers, Credit.SCHOOL) == []) is leaves


def test_the_checklist_of_the_action_comes_first() -> None:
    assert conditions_shared(["Un lieu connu"], {"helped": "Le même jour"}) == ["Un lieu connu"]
    assert conditions_shared([], {"helped": "- Le même jour\n\n • Du café\nLe même jour\nok"}) == [
        "Le même jour",
        "Du café",
    ]
    assert conditions_shared([], {}) == []
    assert [len(line) for line in conditions_shared([], {"helped": "a" * 300})] == [200]


# --- what has to be reworded ----------------------------------------------------------------------------


def test_nothing_to_say_of_a_sheet_that_names_nobody() -> None:
    assert found(aims="Que chacun connaisse quelqu’un", people={"parents": 63}, inequalities="yes") == []


def test_a_person_is_found_wherever_she_is_named() -> None:
    assert found(title="Le café de Mme Martin") == [("title", (), "personal")]
    assert found(conditions=("Un lieu", "Appeler le 01 23 45 67 89")) == [("conditions", (1,), "personal")]
    assert found(keywords=["café", "mme Martin", "a@b.fr"]) == [("keywords", (2,), "personal")]
    details = {"chosen": ["other"], "details": {"other": "Mme Martin"}}
    assert found(sectors=details) == [("sectors", ("details", "other"), "personal")]


def test_the_sentence_says_what_to_do_and_repeats_nothing() -> None:
    for text, told in (("Mme Martin", PERSON), ("01 23 45 67 89", PHONE), ("a@b.fr", ADDRESS)):
        (refusal,) = to_reword("Café", (), {"aims": text}, Credit.SCHOOL, ORIGIN)
        assert refusal.told == told
        assert text not in refusal.detail


@pytest.mark.parametrize(
    "text",
    ["À l’école élémentaire des TILLEULS", "Aux Tilleuls, le vendredi", "La mairie de Valmont", "0990001x"],
)
def test_a_school_that_is_not_named_is_named_nowhere(text: str) -> None:
    assert found(aims=text, credit=Credit.ANONYMOUS) == [("aims", (), "names_school")]
    assert found(aims=text) == []


@pytest.mark.parametrize(
    ("origin", "text", "is_named"),
    [
        (("École Jules-Ferry", "Le Mans"), "Les parents de Ferry", True),
        (("École Jules-Ferry", "Le Mans"), "Des familles venues du Mans", True),
        (("École Jules-Ferry", "Le Mans"), "Le matin, Jules et les autres", True),
        (("École du Parc", "Eu"), "La mairie d’Eu", True),
        (("École du Parc", "Eu"), "Nous avons eu du monde", False),
        (("École Saint-Exupéry", "Eu"), "La fête de la Saint-Nicolas", False),
        (("École des Petits Princes", "Eu"), "Petits groupes. Petits moments", False),
        (("École Jules-Ferry", "Le Mans"), "L’École et les Parents", False),
    ],
)
def test_one_word_of_its_name_with_a_capital_names_it(
    origin: tuple[str, str], text: str, is_named: bool
) -> None:
    """A sentence may begin with any word; within it, a capital is for a name."""
    assert Origin(*origin, "0990001X").is_named_in(text) is is_named


def test_without_its_name_the_organisations_it_meant_stay() -> None:
    """« Autre » leaves; « la maison de quartier des Lilas » stays. What is not an organisation leaves."""
    answers = {
        "funding": {"chosen": ["caf", "other"], "details": {"other": "La maison des Lilas"}},
        "publics": {"chosen": ["children"], "details": {"children": "3 à 6 ans"}},
    }
    shared = answers_shared(answers, Credit.ANONYMOUS)
    assert shared == answers | {"funding": {"chosen": ["caf", "other"]}}
    (told,) = held_back(answers, Credit.ANONYMOUS)
    assert "Qui la finance" in told
    assert held_back(shared, Credit.ANONYMOUS) == held_back(answers, Credit.SCHOOL) == []


def test_a_short_or_generic_name_gives_nothing_away() -> None:
    """« Eu » is a commune, and also a word of many sentences; « école primaire » names no school."""
    assert Origin("École primaire publique", "Eu", "0990001X").names == [
        "ecole primaire publique",
        "0990001x",
    ]
