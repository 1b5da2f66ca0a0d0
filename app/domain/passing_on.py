"""What of an action sheet leaves the school, and what has to be reworded before it may.

A school passes a sheet on under its name or without it. Nothing personal leaves it either way; without its
name, nothing that names it does: neither its answers to who carries the action, nor its name in a sentence.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.action_sheet import PARTS, QUESTION_OF, Answers, Refusal, tidy
from app.domain.action_sheet_checks import Path
from app.domain.disclosure import FEWEST_COUNTED_OUT_OF
from app.domain.french import fold
from app.domain.personal import refuse_personal
from app.domain.vocabulary import Labelled


class Readers(Labelled):
    """Who reads a published sheet."""

    CIRCONSCRIPTION = "circonscription", "les écoles de notre circonscription, et son IEN"
    EVERYONE = "everyone", "toutes les écoles"


class Credit(Labelled):
    """How the origin of a published sheet is told."""

    SCHOOL = "school", "avec le nom de l’école et sa commune"
    ANONYMOUS = "anonymous", "sans nommer l’école"


NAMING = ("carrier_names", "activity_reports", "partner_structures", "evaluation_reports", "links")
"""Answers that say which school it is: left out of a sheet that does not name it."""
NAMING_DETAILS = ("carriers", "initiative", "funding", "evaluators")
"""Choices stay, but not what organisation was meant by « autre »."""
COUNTED_FAMILIES = ("parents", "children")
CONDITIONS_MOST, CONDITION_MOST = 20, 200
"""Of a checklist (app.actions.models.ConditionsIn)."""
_GENERIC = frozenset(
    {"ecole", "maternelle", "elementaire", "primaire", "publique", "privee", "groupe", "scolaire"}
    | {"de", "des", "du", "d", "l", "la", "le", "les"}
)
_SHORTEST_NAME = 4
_CAPITAL_WITHIN = re.compile(r"(?<=[\w,;][\s’'-])[A-ZÀ-ÖØ-Þ]\w*")
"""A word with a capital that does not begin a sentence."""
_SAINTS = frozenset({"saint", "sainte"})
"""« La Saint-Nicolas » is a day, also in a school or a commune that bears a saint's name."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The school a sheet comes from, as a text might name it."""

    name: str
    commune: str
    uai: str

    @property
    def names(self) -> list[str]:
        """Folded: the name, its proper part (« Tilleuls »), the commune, the UAI."""
        proper = " ".join(word for word in fold(self.name).split() if word not in _GENERIC)
        found = [fold(self.name), proper, fold(self.commune), fold(self.uai)]
        return [name for name in dict.fromkeys(found) if len(name) >= _SHORTEST_NAME]

    def is_named_in(self, text: str) -> bool:
        """Also by one word of its name with a capital: « à Ferry » for Jules-Ferry, « la mairie d’Eu »."""
        folded = f" {fold(text)} "
        if any(f" {name} " in folded for name in self.names):
            return True
        own = set(f"{fold(self.name)} {fold(self.commune)}".split()) - _GENERIC - _SAINTS
        return any(own.intersection(fold(word).split()) for word in _CAPITAL_WITHIN.findall(text))


def answers_shared(answers: Answers, credit: Credit) -> dict[str, Any]:
    """The answers that leave the school; counts of families under 11 stay, as in any figure."""
    found = dict(answers)
    if credit is Credit.ANONYMOUS:
        found = {slug: value for slug, value in answers.items() if slug not in NAMING}
        found |= {slug: found[slug] | {"details": {}} for slug in NAMING_DETAILS if slug in found}
    counts: Mapping[str, int] = found.get("people", {})
    found["people"] = {row: count for row, count in counts.items() if not _is_small(row, count)}
    return tidy(found)


def _is_small(row: str, count: int) -> bool:
    return row in COUNTED_FAMILIES and count < FEWEST_COUNTED_OUT_OF


def held_back(answers: Answers, credit: Credit) -> list[str]:
    """Why something of the sheet is not in what is published, a sentence each."""
    found = []
    if credit is Credit.ANONYMOUS:
        for slug in NAMING:
            if slug in answers:
                name = PARTS[slug].label or QUESTION_OF[slug].title
                found.append(f"«\u202f{name}\u202f»\u202f: cette réponse nommerait l’école.")
        for slug in NAMING_DETAILS:
            if answers.get(slug, {}).get("details"):
                name = QUESTION_OF[slug].title
                found.append(f"«\u202f{name}\u202f»\u202f: ce qui y est précisé ferait reconnaître l’école.")
    counts: Mapping[str, int] = answers.get("people", {})
    few = [row for row, count in counts.items() if _is_small(row, count)]
    names = PARTS["people"].row_by_code
    found += [
        f"{names[row].label}\u202f: un nombre sous {FEWEST_COUNTED_OUT_OF} ne sort pas de l’école."
        for row in few
    ]
    return found


def conditions_shared(checklist: Sequence[str], answers: Answers) -> list[str]:
    """What helps to succeed, as lines of a checklist: the action's own, else what the sheet says helped."""
    lines = list(checklist) or str(answers.get("helped", "")).splitlines()
    tidy = [line.strip(" -–•\t") for line in lines]
    return [line[:CONDITION_MOST] for line in dict.fromkeys(tidy) if len(line) >= 3][:CONDITIONS_MOST]


def to_reword(
    title: str, conditions: Sequence[str], answers: Answers, credit: Credit, origin: Origin
) -> list[Refusal]:
    """What may not leave as it is written: a person's name or address, or the name of a school not named.

    Nothing of the text comes back in the sentences.
    """
    unnamed = origin if credit is Credit.ANONYMOUS else None
    found = [_refusal("title", (), "Le titre", title, unnamed)]
    found += [
        _refusal("conditions", (place,), "Ce qui aide à réussir", text, unnamed)
        for place, text in enumerate(conditions)
    ]
    for slug, value in answers.items():
        question = QUESTION_OF[slug].name
        found += [_refusal(slug, path, question, text, unnamed) for path, text in _texts((), value)]
    return [refusal for refusal in found if refusal is not None]


def _refusal(part: str, path: Path, question: str, text: str, unnamed: Origin | None) -> Refusal | None:
    try:
        refuse_personal(text)
    except ValueError as problem:
        return Refusal(part, path, question, str(problem), "personal")
    if unnamed is not None and unnamed.is_named_in(text):
        told = "Retirez ce qui nomme l’école ou sa commune, ou publiez avec le nom de l’école."
        return Refusal(part, path, question, told, "names_school")
    return None


def _texts(path: Path, value: Any) -> Iterable[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts((*path, key), item)
    elif isinstance(value, Sequence):
        for place, item in enumerate(value):
            yield from _texts((*path, place), item)
