"""The name of a list of candidates in a pasted result sheet, and the family it tells."""

import re
from dataclasses import dataclass

from app.domain.french import fold
from app.domain.vocabulary import ListCategory

LONGEST_NAME = 80
_FIRST_WORDS = re.compile(
    r"^[\s•*–—:.,«\"-]*(?:(?:nom de la )?liste\s*(?:n\s?[°ºo]?\s*|numéro\s+)?(?:\d{1,2}\b)?\s*[:–—-]?\s*)?",
    re.I,
)
_LAST_WORDS = re.compile(r"[\s:;|,=»\"(–—-]*(?:(?:a|ont)\s+(?:obtenu|recueilli))?[\s:;|,=»\"(–—-]*$", re.I)
_PERSON = re.compile(r"\b(?:m\.|mme|mlle|mr|monsieur|madame|conduite\s+par)(?:\s|$)", re.I)


@dataclass(frozen=True, slots=True)
class ListRead:
    """One list; what the text does not say of it is None. A person's name never stands for a list's."""

    name: str | None
    category: ListCategory | None
    line: int
    votes: int | None = None
    candidates: int | None = None
    seats: int | None = None


def category_of(name: str) -> ListCategory | None:
    """The family a list's name tells, or None."""
    folded = f" {fold(name)} "
    federations = [one for one in list(ListCategory)[:3] if one.value in folded]
    if len(federations) > 1 or re.search(r" (union|unitaire|entente|intersyndicale) ", folded):
        return ListCategory.JOINT
    if federations:
        return federations[0]
    if re.search(r" (sans|hors|non constitues en|non affilies a une) association ", folded) or re.search(
        r" parents? (d eleves )?(independants?|non constitues|sans etiquette) ", folded
    ):
        return ListCategory.NO_ASSOCIATION
    if re.search(r" (association|amicale|ape|aape|aipe) ", folded):
        return ListCategory.LOCAL_ASSOCIATION
    return None


def named(said: str, line: int) -> ListRead:
    name = _LAST_WORDS.sub("", _FIRST_WORDS.sub("", said, count=1)).strip() or said.strip(" :–-")
    if _PERSON.search(name) or not any(letter.isalnum() for letter in name):
        return ListRead(None, category_of(name), line)
    return ListRead(name[:LONGEST_NAME].strip(), category_of(name), line)
