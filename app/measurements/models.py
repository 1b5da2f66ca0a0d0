"""Relevés: append-only chains, one a figure, and the live fold of each term."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import Day, TermKey, Text, Whole, choice, uuid7
from app.domain.french import number
from app.domain.vocabulary import Door, Grade, Source, Status

MOST = 100_000
_FIGURE = ["school_id", "term", "indicator", "grade", "source", "source_key"]


def _holds_counted(value: int | None, info: ValidationInfo) -> int | None:
    """What is counted is part of what it is counted out of."""
    counted = info.data.get("counted")
    if value is not None and counted is not None and counted > value:
        raise ValueError(f"Écrivez au moins {number(counted)}, le premier nombre\u202f: il en fait partie.")
    return value


class MeasurementIn(BaseModel):  # SQLModel takes as long again, for each line of a file
    """One typed relevé. `replaces` names the live relevé it corrects; without it the box must be empty."""

    model_config = ConfigDict(
        extra="forbid",
        validate_default=True,  # a number that is missing is judged by the status said before it
        json_schema_extra={
            "examples": [
                {"indicator": "individual_meetings", "term": "2026-2027-T1", "counted": 158, "out_of": 196}
            ]
        },
    )

    indicator: Text = Field(max_length=60, title="Indicateur")
    term: TermKey = Field(max_length=12, title="Trimestre", schema_extra={"examples": ["2026-2027-T1"]})
    grade: Grade = Field(default=Grade.ALL, title="Niveau")
    status: Status = Field(default=Status.VALUE, title="Réponse")
    counted: Whole | None = Field(default=None, ge=0, le=MOST, title="Nombre")
    out_of: Whole | None = Field(default=None, ge=0, le=MOST, title="Sur combien")
    replaces: UUID | None = Field(default=None, title="Remplace")

    @field_validator("counted", "out_of")
    @classmethod
    def _only_with_a_value(cls, value: int | None, info: ValidationInfo) -> int | None:
        status = info.data.get("status")
        if value is not None and status not in (Status.VALUE, None):
            raise ValueError(
                f"«\u202f{status.label.capitalize()}\u202f» ne prend pas de nombre\u202f: laissez vide."
            )
        return value

    @field_validator("counted")
    @classmethod
    def _value_is_said(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is None and info.data.get("status") is Status.VALUE:
            raise ValueError(
                "Écrivez le nombre, ou dites «\u202fnon mesuré\u202f» ou «\u202fsans objet\u202f»."
            )
        return value

    _out_of_holds_counted = field_validator("out_of")(_holds_counted)


class Measurement(SQLModel, table=True):
    """One row of a figure's chain. Nothing is updated: the tip, which no row replaces, is the live one."""

    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        UniqueConstraint("school_id", "replaces"),
        UniqueConstraint(*_FIGURE, "id", name="uq_measurement_figure"),
        ForeignKeyConstraint(
            [*_FIGURE, "replaces"],
            [f"measurement.{name}" for name in (*_FIGURE, "id")],
            name="fk_measurement_replaces",
        ),
        Index(
            "uq_measurement_first",
            *_FIGURE,
            unique=True,
            sqlite_where=sa.text("replaces IS NULL"),
        ),
        CheckConstraint("replaces <> id", name="replaces_another"),
        CheckConstraint("counted >= 0 AND counted <= 100000", name="counted_range"),
        CheckConstraint("out_of >= 0 AND out_of <= 100000", name="out_of_range"),
        CheckConstraint("out_of IS NULL OR counted <= out_of", name="counted_within"),
        CheckConstraint("(status = 'value') = (counted IS NOT NULL)", name="value_has_count"),
        CheckConstraint("out_of IS NULL OR counted IS NOT NULL", name="out_of_with_count"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    term: str = Field(max_length=12)
    indicator: str = Field(max_length=60)
    grade: Grade = Field(default=Grade.ALL, sa_type=choice(Grade))
    source: Source = Field(default=Source.TYPED, sa_type=choice(Source))
    source_key: str = Field(default="", max_length=40)
    status: Status = Field(sa_type=choice(Status))
    counted: int | None = None
    out_of: int | None = None
    replaces: UUID | None = None
    version: int
    """The school's ledger version of the act that wrote the row: what `as_of` compares with."""
    door: Door = Field(sa_type=choice(Door))
    recorded_at: datetime
    recorded_by: UUID | None = Field(default=None, foreign_key="user.id")


class MeasurementRow(NamedTuple):
    """A row of a chain as plain values: what writing reads and writes, in the order of the columns."""

    school_id: UUID
    id: UUID
    term: str
    indicator: str
    grade: Grade
    source: Source
    source_key: str
    status: Status
    counted: int | None
    out_of: int | None
    replaces: UUID | None
    version: int
    door: Door
    recorded_at: datetime
    recorded_by: UUID | None


class MeasurementOut(SQLModel):
    id: UUID
    indicator: str
    term: str
    grade: Grade
    source: Source
    source_key: str
    status: Status
    counted: int | None
    out_of: int | None
    replaces: UUID | None
    version: int
    recorded_at: datetime


class MeasurementStored(MeasurementOut):
    """A relevé just stored. `warnings` are worth a second look; none of them was in the way."""

    warnings: list[str] = []


class TermTotal(SQLModel, table=True):
    """The live fold of a school's measurements for one indicator and term, kept in the same transaction."""

    __tablename__ = "term_total"
    __table_args__ = (PrimaryKeyConstraint("school_id", "indicator", "term"),)
    school_id: UUID = Field(foreign_key="school.id")
    indicator: str = Field(max_length=60)
    term: str = Field(max_length=12)
    status: Status = Field(sa_type=choice(Status))
    counted: int | None = None
    out_of: int | None = None
    answers: int
    """Live rows that are not withdrawn; none means that nobody has said anything yet."""
    grades: int
    """How many grades have a value; 0 when the figure is the whole school's."""


class TotalOut(SQLModel):
    """One indicator of one term as the school reads it: counts first, then the sentence."""

    indicator: str
    term: str
    status: Status
    counted: int | None
    out_of: int | None
    answers: int
    grades: int
    reading: str


class SharedAnalysisIn(SQLModel):
    """A session in which figures were discussed with the elected parents."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"held_on": "2026-12-08", "representatives_present": 6, "representatives_elected": 9}
            ]
        },
    )

    held_on: Day = Field(title="Date de la séance", description="Exemple\u202f: 02/04/2027")
    representatives_present: Whole = Field(
        ge=0,
        le=200,
        title="Représentants présents",
        description="Titulaires et suppléants\u202f: un nombre, pas de noms. Exemple\u202f: 6",
    )
    representatives_elected: Whole = Field(
        ge=0, le=200, title="Représentants élus", description="Titulaires. Exemple\u202f: 9"
    )
    remarks: Text = Field(
        default="", max_length=4000, title="Leurs remarques", description="Aucun nom d’enfant ni de parent."
    )

    @field_validator("representatives_elected")
    @classmethod
    def _enough_for_the_present(cls, value: int, info: ValidationInfo) -> int:
        """Each elected representative has a deputy, who may come too."""
        present = info.data.get("representatives_present", 0)
        if present > 2 * value:
            raise ValueError(
                f"{present} présents pour {value} élus\u202f: c’est plus que titulaires et suppléants."
            )
        return value


class SharedAnalysis(SQLModel, table=True):
    __tablename__ = "shared_analysis"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        CheckConstraint("representatives_present >= 0", name="present_count"),
        CheckConstraint("representatives_elected >= 0", name="elected_count"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    term: str = Field(max_length=12)
    held_on: date
    representatives_present: int
    representatives_elected: int
    remarks: str = Field(default="", max_length=4000)
    version: int = 1


class GradeIn(SQLModel):
    """One grade of a figure typed by grade; an empty row says nothing yet."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    grade: Grade = Field(title="Niveau")
    counted: Whole | None = Field(default=None, ge=0, le=MOST, title="Nombre")
    out_of: Whole | None = Field(default=None, ge=0, le=MOST, title="Sur combien")
    replaces: UUID | None = Field(default=None, title="Remplace")

    _out_of_holds_counted = field_validator("out_of")(_holds_counted)


class GradesIn(SQLModel):
    """A figure typed by grade, all its rows in one act."""

    model_config = ConfigDict(extra="forbid")

    rows: list[GradeIn] = Field(max_length=len(Grade), title="Niveaux")


class SharedAnalysisOut(SharedAnalysisIn):
    id: UUID
    term: str
    version: int
