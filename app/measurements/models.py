"""Relevés: append-only chains, one a figure, and the live fold of each term."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import ConfigDict, model_validator
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import Day, TermKey, Text, Whole, choice, uuid7
from app.domain.vocabulary import Door, Grade, Source, Status

MOST = 100_000
_FIGURE = ["school_id", "term", "indicator", "grade", "source", "source_key"]


class MeasurementIn(SQLModel):
    """One typed relevé. `replaces` names the live relevé it corrects; without it the box must be empty."""

    model_config = ConfigDict(extra="forbid")

    indicator: Text = Field(max_length=60, title="Indicateur")
    term: TermKey = Field(max_length=12, title="Trimestre", schema_extra={"examples": ["2026-2027-T1"]})
    grade: Grade = Field(default=Grade.ALL, title="Niveau")
    status: Status = Field(default=Status.VALUE, title="Réponse")
    counted: Whole | None = Field(default=None, ge=0, le=MOST, title="Nombre")
    out_of: Whole | None = Field(default=None, ge=0, le=MOST, title="Sur combien")
    replaces: UUID | None = Field(default=None, title="Remplace")

    @model_validator(mode="after")
    def _whole_answer(self) -> "MeasurementIn":
        if self.status == Status.VALUE and self.counted is None:
            raise ValueError("Écrivez le nombre, ou dites « non mesuré » ou « sans objet ».")
        if self.status != Status.VALUE and (self.counted is not None or self.out_of is not None):
            raise ValueError("« Non mesuré » et « sans objet » ne prennent pas de nombre.")
        if self.counted is not None and self.out_of is not None and self.counted > self.out_of:
            raise ValueError("Le premier nombre ne peut pas dépasser le second.")
        return self


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
            postgresql_where=sa.text("replaces IS NULL"),
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

    model_config = ConfigDict(extra="forbid")

    held_on: Day = Field(title="Date de la séance", description="Exemple : 02/04/2027")
    representatives_present: Whole = Field(
        ge=0, le=200, title="Représentants présents", description="Un nombre, pas de noms. Exemple : 6"
    )
    representatives_elected: Whole = Field(
        ge=0, le=200, title="Représentants élus", description="Titulaires. Exemple : 9"
    )
    remarks: Text = Field(
        default="", max_length=4000, title="Leurs remarques", description="Aucun nom d’enfant ni de parent."
    )

    @model_validator(mode="after")
    def _present_within(self) -> "SharedAnalysisIn":
        if self.representatives_present > 2 * max(self.representatives_elected, 1):
            raise ValueError("Il y a plus de présents que de titulaires et suppléants.")
        return self


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


class SharedAnalysisOut(SharedAnalysisIn):
    id: UUID
    term: str
    version: int
