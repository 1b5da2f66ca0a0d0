"""What an import says it did, or would do; and the file that waits to be confirmed."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import ConfigDict, PrivateAttr
from sqlalchemy import PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from app.db import Text, uuid7
from app.domain.vocabulary import Labelled


class Outcome(Labelled):
    """What a line of a file does, or did."""

    CREATED = "created", "créé"
    CHANGED = "changed", "modifié"
    SAME = "same", "déjà là"
    EMPTY = "empty", "laissé vide"
    REFUSED = "refused", "à corriger"


class LineProblem(SQLModel):
    """One cell, or one line when `field` is empty, that cannot be taken."""

    line: int = Field(title="Ligne", description="Le numéro de la ligne dans le fichier")
    field: str = Field(title="Champ")
    column: str = Field(title="Colonne")
    code: str
    detail: str = Field(title="Problème")


class LineChange(SQLModel):
    """One line that creates or changes something, and what it changes."""

    line: int
    outcome: Outcome
    about: str
    changes: list[str]


class MatchedColumn(SQLModel):
    """A column of the file, and the field it was taken for; none when it is left out."""

    heading: str
    field: str | None


class PartReport(SQLModel):
    """One kind of rows: how many lines do what."""

    kind: str
    sheet: str
    heading_line: int
    columns: list[MatchedColumn]
    lines: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    empty: int = 0
    refused: int = 0
    problems: list[LineProblem] = Field(default_factory=list)
    examples: list[LineChange] = Field(default_factory=list)

    _outcomes: dict[int, Outcome] = PrivateAttr(default_factory=dict)

    def count(self, outcome: Outcome, line: int) -> None:
        self._outcomes[line] = outcome

    def add_up(self) -> None:
        """Once all lines were counted: setting a field costs more than judging a line."""
        told = Counter(self._outcomes.values())
        for outcome in Outcome:
            setattr(self, outcome.value, told[outcome])

    def follow(self, later: "PartReport") -> None:
        """Take up what a second look at the same lines did: a line is told once, by what it did first."""
        first = self._outcomes
        self.columns, self.problems = later.columns, later.problems
        known = {example.line for example in self.examples}
        self.examples += [example for example in later.examples if example.line not in known]
        self._outcomes = {
            line: first[line]
            if first.get(line) in (Outcome.CREATED, Outcome.CHANGED) and outcome is not Outcome.REFUSED
            else outcome
            for line, outcome in later._outcomes.items()
        }
        self.add_up()


class ImportReport(SQLModel):
    """The same whether it was a trial or not; `saved` says whether anything was written."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "saved": False,
                    "seconds": 0.1,
                    "created": 1,
                    "changed": 0,
                    "same": 0,
                    "empty": 0,
                    "refused": 1,
                    "ignored_sheets": [],
                    "parts": [
                        {
                            "kind": "measurements",
                            "sheet": "",
                            "heading_line": 1,
                            "columns": [
                                {"heading": "Indicateur", "field": "indicator"},
                                {"heading": "Trimestre", "field": "term"},
                                {"heading": "Nombre", "field": "counted"},
                                {"heading": "Remarques", "field": None},
                            ],
                            "lines": 2,
                            "created": 1,
                            "changed": 0,
                            "same": 0,
                            "empty": 0,
                            "refused": 1,
                            "problems": [
                                {
                                    "line": 3,
                                    "field": "counted",
                                    "column": "Nombre",
                                    "code": "int_type",
                                    "detail": "Écrivez un nombre entier, par exemple 42.",
                                }
                            ],
                            "examples": [
                                {
                                    "line": 2,
                                    "outcome": "created",
                                    "about": "Venues des parents à l’école, 1er trimestre 2026-2027",
                                    "changes": ["Nombre\u202f: 41"],
                                }
                            ],
                        }
                    ],
                }
            ]
        }
    )

    saved: bool = False
    seconds: float = Field(
        default=0, description="Le temps pris\u202f; celui de l’essai annonce celui de l’import"
    )
    created: int = 0
    changed: int = 0
    same: int = 0
    empty: int = 0
    refused: int = 0
    ignored_sheets: list[str] = Field(default_factory=list)
    parts: list[PartReport] = Field(default_factory=list)

    @property
    def lines(self) -> int:
        return sum(part.lines for part in self.parts)

    def add_up(self) -> "ImportReport":
        for outcome in Outcome:
            setattr(self, outcome.value, sum(getattr(part, outcome.value) for part in self.parts))
        return self


class FileIn(SQLModel):
    """The form that takes a file; `file` is its name, the content comes beside."""

    model_config = ConfigDict(extra="forbid")

    kind: Text = Field(max_length=20, title="Ce que contient le fichier")
    file: Text = Field(
        max_length=120,
        title="Fichier",
        description="CSV, XLSX ou ODS, 4 Mo et 5 000 lignes au plus. Aucun nom d’enfant ni de parent.",
    )


class WaitingFile(SQLModel, table=True):
    """A file between its upload and its import: its cells as text, never the bytes that came.

    `columns` is what a person confirmed: place of the part → place of the column → field.
    """

    __tablename__ = "waiting_file"
    __table_args__ = (PrimaryKeyConstraint("school_id", "id"),)
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    kind: str = Field(max_length=20)
    name: str = Field(max_length=120)
    sheets: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    columns: list[Any] | None = Field(default=None, sa_type=sa.JSON)
    report: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    checked_version: int | None = None
    """The school's ledger version that the check saw: a later one means that the check is out of date."""
    created_at: datetime
    created_by: UUID = Field(foreign_key="user.id")
