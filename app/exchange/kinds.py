"""What a school's files hold, kind by kind: template, import, export and documentation read these lists."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, SQLModel

from app.accounts.actor import Actor, Task
from app.domain.headings import Accepted
from app.errors import Invalid
from app.exchange.columns import WHOLE_FROM_ONE, FileColumn, Lookups
from app.exchange.models import LineProblem, Outcome
from app.exchange.sheets import MAX_LINES, MAX_LINES_ONE_BY_ONE
from app.schools.models import School

Flat = dict[str, Any]
"""One row of a kind, by column name; beside them `id` and `version` of a row that exists."""

CHANGED_BY_A_FILE = "Mis à jour par un fichier importé."
"""The reason that the school's history keeps."""


def same_body(one: SQLModel, other: SQLModel) -> bool:
    """Whether two bodies say the same; a browser's line ends and a file's are one."""
    return bool(_plain(one.model_dump()) == _plain(other.model_dump()))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return sorted((_plain(item) for item in value), key=str)
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


@dataclass
class Work:
    """One school's rows being read from, or written to, a file; `noted` is for what one file says twice."""

    db: Session
    actor: Actor
    school: School
    lookups: Lookups
    noted: dict[Hashable, Any] = field(default_factory=dict)
    batch: Any = None
    """What `FileKind.together` made, while lines are put."""

    @property
    def uai(self) -> str:
        return self.school.uai

    def next_number(self, given: Flat, alike: Hashable) -> None:
        """A new row has the number after those that are like it. Raises Invalid for one out of turn."""
        number = self.noted.get(("last", alike), 0) + 1
        if (given.get("number") or 1) != number:
            told = f"Écrivez {number}\u202f: c’est le numéro qui vient." if number > 1 else "Laissez vide."
            raise Invalid.one("number", told, "out_of_turn")
        self.noted["last", alike] = number


@dataclass
class Item:
    """One thing that a file speaks of: usually a line. `lines` are those of its list, when it has one."""

    line: int
    given: Flat
    lines: list[int] = field(default_factory=list)


class Misread(Exception):
    """One item with cells that cannot be read."""

    def __init__(self, problems: list[LineProblem]) -> None:
        super().__init__()
        self.problems = problems


@dataclass(frozen=True, slots=True)
class FileKind:
    """`put` makes one item what the school says, by the ordinary verbs. `gather` folds lines into items.

    Kinds that come by the thousand go in `together`: `put` gives each item to that batch, which refuses it at
    once or writes it with the others. The others are written one by one, each under a savepoint.
    """

    slug: str
    label: str
    thing: tuple[str, str]
    description: str
    task: Task
    columns: Sequence[FileColumn]
    key: Callable[[Flat], Hashable]
    """What makes two lines speak of the same thing."""
    rows: Callable[[Work], list[Flat]]
    put: Callable[[Work, Flat | None, Flat], Outcome]
    together: Callable[[Work], AbstractContextManager[Any]] | None = None
    gather: Callable[[Sequence[Item]], Iterator[Item | Misread]] = iter
    spread: Callable[[Sequence[Flat]], Iterator[Flat]] = iter
    """The inverse of `gather`: the lines of the file for the school's rows."""
    unanswered: Callable[[Work], list[Flat]] = lambda _: []
    """Lines that a template adds, for the boxes still empty."""
    last: frozenset[str] = frozenset()
    """Columns that wait for the other kinds: an action that ended takes no more events."""
    pointers: Mapping[str, str] = field(default_factory=dict)
    """Field of a verb → name of the column, where they differ."""

    @property
    def most(self) -> int:
        """How many lines one file may have: what is checked, then run, takes a few seconds."""
        return MAX_LINES if self.together else MAX_LINES_ONE_BY_ONE

    @property
    def required(self) -> list[FileColumn]:
        """Without one of these a line cannot be understood."""
        return [column for column in self.columns if column.is_required]

    @property
    def accepted(self) -> Accepted:
        return {column.name: (column.title, *column.synonyms) for column in self.columns}

    def named(self, name: str) -> FileColumn | None:
        return next((column for column in self.columns if column.name == name), None)


def number_column(description: str) -> FileColumn:
    """Tells rows apart that nothing else does; nearly always blank."""
    return FileColumn("number", "Numéro", WHOLE_FROM_ONE, description, is_key=True, blank=1)


def in_turn(work: Work, flats: list[Flat], alike: Callable[[Flat], Hashable]) -> list[Flat]:
    """Each row with its number among those that are alike, oldest first."""
    for flat in flats:
        number = work.noted.get(("last", alike(flat)), 0) + 1
        work.noted["last", alike(flat)] = flat["number"] = number
    return flats


def body_of(model: type[SQLModel], flat: Flat) -> dict[str, Any]:
    """The fields of a body among a row's columns; what was left blank falls to the model."""
    return {name: flat[name] for name in model.model_fields if flat.get(name) is not None}
