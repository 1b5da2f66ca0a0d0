"""A column of a school's files: its French heading, how a cell is read, how it is written back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from app.domain.french import fold
from app.domain.indicators import Indicator
from app.domain.levers import LEVERS
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
from app.domain.vocabulary import STAKES, Entry, Labelled
from app.web.tabular import Cell, Column, Kind

Choice = TypeVar("Choice", bound=Labelled)


class Names:
    """Rows of one table under the names that tell them apart, oldest first: « Fête », « Fête (2) »."""

    def __init__(self, rows: Iterable[tuple[UUID, str]] = ()) -> None:
        known = list(rows)
        self.label = dict(
            zip((key for key, _ in known), numbered([title for _, title in known]), strict=True)
        )
        self._by_name = {bare(label): key for key, label in self.label.items()}

    def find(self, name: str) -> UUID:
        """ValueError, in French, for a name that nothing has."""
        key = self._by_name.get(bare(name))
        if key is None:
            raise ValueError(f"«\u202f{name[:80]}\u202f» n’est pas dans l’école\u202f: ajoutez-le d’abord.")
        return key


@dataclass
class Lookups:
    """What the cells of a file name: the school's own indicators, goals, actions and partners."""

    indicators: dict[str, Indicator] = field(default_factory=dict)
    goals: Names = field(default_factory=Names)
    actions: Names = field(default_factory=Names)
    partners: Names = field(default_factory=Names)

    @cached_property
    def slugs(self) -> dict[str, str]:
        """Folded slug or title → slug of the first indicator that has it."""
        names = [(name, slug) for slug, of in self.indicators.items() for name in (slug, of.title)]
        return {fold(name): slug for name, slug in reversed(names)}


@dataclass(frozen=True, slots=True)
class CellType:
    """`read` raises ValueError with a French sentence; never for a blank cell. `write` never sees None."""

    read: Callable[[str, Lookups], Any]
    write: Callable[[Any, Lookups], Cell]
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class FileColumn:
    """`blank` is what an empty cell says; `is_key` columns tell rows apart, and must be in the file."""

    name: str
    title: str
    type: CellType
    description: str
    synonyms: tuple[str, ...] = ()
    is_key: bool = False
    is_required: bool = False
    blank: Any = None

    @property
    def column(self) -> Column:
        return Column(self.name, self.title, self.type.kind, self.description, is_nullable=True)


def _from_one(text: str, _: Lookups) -> int:
    number = read_number(text)
    if not isinstance(number, int) or not 1 <= number <= 1000:
        raise ValueError("Écrivez un nombre entier à partir de 1, ou laissez vide.")
    return number


def _indicator(text: str, at: Lookups) -> str:
    found = at.slugs.get(fold(text))
    if found is None:
        raise ValueError(
            "L’école ne suit pas cet indicateur\u202f: ajoutez-le dans «\u202fNos indicateurs\u202f»."
        )
    return found


def _indicator_title(slug: str, at: Lookups) -> str:
    return at.indicators[slug].title if slug in at.indicators else slug


def _entry(catalogue: dict[str, Entry], *, is_open: bool) -> CellType:
    def read(text: str, _: Lookups) -> str:
        found = next(
            (slug for slug, entry in catalogue.items() if fold(text) in {slug, fold(entry.label)}), None
        )
        if found is None and not is_open:
            told = ", ".join(f"«\u202f{entry.label}\u202f»" for entry in catalogue.values())
            raise ValueError(f"Choisissez une des réponses\u202f: {told}.")
        return found or text

    return CellType(read, lambda slug, _: catalogue[slug].label if slug in catalogue else slug)


def choice_of(kind: type[Choice]) -> CellType:
    return CellType(lambda text, _: read_choice(kind, text), lambda value, _: kind(value).label)


def choices_of(kind: type[Choice]) -> CellType:
    """Several answers, with a comma or a bar between them."""
    return CellType(
        lambda text, _: [read_choice(kind, one) for one in text.replace("|", ",").split(",") if one.strip()],
        lambda values, _: ", ".join(kind(value).label for value in values),
    )


def name_of(table: str) -> CellType:
    """The name of one of the school's own rows."""
    return CellType(
        lambda text, at: getattr(at, table).find(text), lambda key, at: getattr(at, table).label.get(key, "")
    )


def names_of(table: str) -> CellType:
    return CellType(
        lambda text, at: [getattr(at, table).find(name) for name in split_names(text)],
        lambda keys, at: join_names(getattr(at, table).label[key] for key in keys),
    )


TEXT = CellType(lambda text, _: text, lambda value, _: value)
WHOLE = CellType(lambda text, _: read_number(text), lambda value, _: value, Kind.INTEGER)
WHOLE_FROM_ONE = CellType(_from_one, lambda value, _: None if value == 1 else value, Kind.INTEGER)
DAY = CellType(lambda text, _: read_day(text), lambda value, _: value, Kind.DATE)
YES_NO = CellType(lambda text, _: read_yes_no(text), lambda value, _: "oui" if value else "non")
TERM = CellType(lambda text, _: read_term(text), lambda value, _: value)
YEAR = CellType(lambda text, _: read_year(text), lambda value, _: value)
INDICATOR = CellType(_indicator, _indicator_title)
STAKE = _entry(dict(STAKES), is_open=True)
LEVER = _entry(dict(LEVERS), is_open=False)
