"""What a school sent of a term, what it currently adds to its circonscription, and the sum of that."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from app.db import Flag, TermKey, choice
from app.domain.vocabulary import PriorityEducation, SchoolType, Status


class TransmissionIn(SQLModel):
    """Sending a term. The minutes of its closed review go with it unless `with_minutes` is false."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"term": "2026-2027-T1", "with_minutes": True}]}
    )

    term: TermKey = Field(max_length=12, title="Trimestre", schema_extra={"examples": ["2026-2027-T1"]})
    with_minutes: Flag = Field(
        default=True,
        title="Joindre le relevé de conclusions",
        description="Seulement quand le bilan du trimestre est clos.",
    )


class SendingIn(SQLModel):
    """The same as the page asks for it: the term is in the address."""

    model_config = ConfigDict(extra="forbid")

    with_minutes: Flag = Field(
        default=False,
        title="Joindre le relevé de conclusions du conseil des maîtres",
        description="L’IEN pourra le télécharger, avec vos objectifs, vos actions et vos décisions.",
    )


class Transmission(SQLModel, table=True):
    """One version of a term as the circonscription reads it. Never changed: a correction is a new version."""

    __table_args__ = (
        PrimaryKeyConstraint("school_id", "term", "number"),
        ForeignKeyConstraint(
            ["school_id", "term", "review_number"],
            ["review_version.school_id", "review_version.term", "review_version.number"],
        ),
        CheckConstraint("number >= 1", name="number_range"),
        CheckConstraint("pupils >= 0", name="pupils_count"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    term: str = Field(max_length=12)
    number: int
    ledger_version: int
    transmitted_at: datetime
    transmitted_by: UUID | None = Field(default=None, foreign_key="user.id")
    pupils: int | None = None
    """Of that day, for figures per 100 pupils."""
    review_number: int | None = None
    """Which closing's minutes the inspector may download; None when they were not attached."""


class TransmittedTotal(SQLModel, table=True):
    """One figure of one version, every status included: « not measured » is an answer too."""

    __tablename__ = "transmitted_total"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "term", "number", "indicator"),
        ForeignKeyConstraint(
            ["school_id", "term", "number"],
            ["transmission.school_id", "transmission.term", "transmission.number"],
        ),
        CheckConstraint("out_of IS NULL OR counted <= out_of", name="counted_within"),
        CheckConstraint("(status = 'value') = (counted IS NOT NULL)", name="value_has_count"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    term: str = Field(max_length=12)
    number: int
    indicator: str = Field(max_length=60)
    status: Status = Field(sa_type=choice(Status))
    counted: int | None = None
    out_of: int | None = None
    grades: int = 0
    """How many grades were measured, when the figure was typed by grade."""


class PublishedFigure(SQLModel, table=True):
    """What a school currently adds, where it was that year. Written by `publish` alone."""

    __tablename__ = "published_figure"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "term", "indicator"),
        Index("ix_published_figure_place", "circonscription_id", "term", "indicator"),
        Index("ix_published_figure_term", "term", "indicator"),
        CheckConstraint("out_of IS NULL OR counted <= out_of", name="counted_within"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    term: str = Field(max_length=12)
    indicator: str = Field(max_length=60)
    circonscription_id: UUID = Field(foreign_key="territory.id")
    priority: PriorityEducation = Field(sa_type=choice(PriorityEducation))
    type: SchoolType = Field(sa_type=choice(SchoolType))
    counted: int
    out_of: int | None = None
    pupils: int | None = None
    is_small: bool = False
    """Counted among fewer than 11 persons: it enters totals of a département and above only."""


class CirconscriptionTotal(SQLModel, table=True):
    """The sum of the published figures of a circonscription, kept in the transaction that changes them."""

    __tablename__ = "circonscription_total"
    __table_args__ = (
        PrimaryKeyConstraint("circonscription_id", "term", "indicator", "is_small"),
        CheckConstraint("counted >= 0", name="counted_range"),
        CheckConstraint("schools >= 0", name="schools_count"),
    )
    circonscription_id: UUID = Field(foreign_key="territory.id")
    term: str = Field(max_length=12)
    indicator: str = Field(max_length=60)
    is_small: bool = False
    counted: int
    out_of: int
    """0 for a plain count."""
    schools: int
    pupils: int
    schools_with_pupils: int


class CirconscriptionVersion(SQLModel, table=True):
    """Moves whenever an answer about the circonscription might: what its ETags are made of."""

    __tablename__ = "circonscription_version"
    circonscription_id: UUID = Field(foreign_key="territory.id", primary_key=True)
    version: int
    changed_at: datetime


class TransmittedOut(SQLModel):
    indicator: str
    status: Status
    counted: int | None
    out_of: int | None
    grades: int
    suppressed: bool = False
    """True when the figure is counted among too few persons for the reader."""


class TransmissionOut(SQLModel):
    """One version; `changed_since` says how many figures the school corrected since (members only)."""

    term: str
    number: int
    transmitted_at: datetime
    has_minutes: bool
    figures: list[TransmittedOut]
    changed_since: int | None = None


class PreviewFigure(SQLModel):
    indicator: str
    title: str
    status: Status
    counted: int | None
    out_of: int | None
    reading: str
    is_new: bool
    """Differs from what was transmitted last, or was not transmitted yet."""


class PreviewOut(SQLModel):
    """What a transmission of this term would contain now."""

    term: str
    figures: list[PreviewFigure]
    public: list[PreviewFigure]
    """Election results: public as soon as they are recorded, nothing to transmit."""
    stays: list[str]
    """Titles of the school's own indicators, which never leave it."""
    has_minutes: bool
    last_number: int
    last_transmitted_at: datetime | None
    changed_since: int
