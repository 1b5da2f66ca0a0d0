"""Territories, schools, what a school is in a given year, and its own term dates."""

from datetime import date
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import Day, Flag, TermKey, Text, Whole, YearKey, choice, uuid7
from app.domain.vocabulary import PriorityEducation, SchoolType, Sector, TerritoryLevel


class Territory(SQLModel, table=True):
    """An académie, a département or a circonscription. A circonscription's code is the ministry's or NULL."""

    __table_args__ = (
        UniqueConstraint("level", "code"),
        UniqueConstraint("level", "parent_id", "folded_name"),
    )
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    level: TerritoryLevel = Field(sa_type=choice(TerritoryLevel))
    code: str | None = Field(default=None, max_length=12)
    name: str = Field(max_length=160)
    folded_name: str = Field(max_length=160)
    parent_id: UUID | None = Field(default=None, foreign_key="territory.id", index=True)


class School(SQLModel, table=True):
    """A school is addressed by its UAI; `predecessor_uai` is shown as « avant » and never joined."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    uai: str = Field(max_length=8, unique=True)
    name: str = Field(max_length=160)
    commune: str = Field(default="", max_length=100)
    departement: str = Field(max_length=3)
    predecessor_uai: str | None = Field(default=None, max_length=8)
    is_open: bool = True
    version: int = 1


class ProfileIn(SQLModel):
    """What the school says of itself for one school year (« Rentrée »)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"pupils": 196, "classes": 9, "families": 150, "has_ulis": False}]},
    )

    pupils: Whole | None = Field(
        default=None,
        ge=0,
        le=5000,
        title="Élèves",
        description="Tous niveaux, à la rentrée. Exemple\u202f: 196",
    )
    classes: Whole | None = Field(
        default=None, ge=0, le=200, title="Classes", description="Y compris l’Ulis. Exemple\u202f: 9"
    )
    families: Whole | None = Field(
        default=None,
        ge=0,
        le=5000,
        title="Familles",
        description="Une fratrie compte une fois. Exemple\u202f: 150",
    )
    has_ulis: Flag = Field(default=False, title="L’école a un dispositif Ulis")


class SchoolYearProfile(SQLModel, table=True):
    """A past year never moves: a figure counts where the school was that year."""

    __tablename__ = "school_year_profile"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "year"),
        CheckConstraint("pupils >= 0", name="pupils_count"),
        CheckConstraint("classes >= 0", name="classes_count"),
        CheckConstraint("families >= 0", name="families_count"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    year: str = Field(max_length=9)
    circonscription_id: UUID | None = Field(default=None, foreign_key="territory.id", index=True)
    type: SchoolType = Field(sa_type=choice(SchoolType))
    sector: Sector = Field(sa_type=choice(Sector))
    priority: PriorityEducation = Field(sa_type=choice(PriorityEducation))
    pupils: int | None = None
    classes: int | None = None
    families: int | None = None
    has_ulis: bool = False
    is_open: bool = True
    """False from the year in which the ministry's directory says that the school has closed."""
    figures_year: str | None = Field(default=None, max_length=9)
    """The year the figures describe when they were not typed for this one: the ministry's are years late."""
    is_confirmed: bool = False
    """Whether the school itself looked at this year's figures (« Rentrée »), or they only carry over."""
    version: int = 1


class CalendarIn(SQLModel):
    """The last days of the first two terms; the third ends with the school year."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"t1_last": "2027-01-03", "t2_last": "2027-04-18"}]}
    )

    t1_last: Day = Field(title="Dernier jour du 1er trimestre", description="Exemple\u202f: 03/01/2027")
    t2_last: Day = Field(title="Dernier jour du 2e trimestre", description="Exemple\u202f: 18/04/2027")


class TermCalendar(SQLModel, table=True):
    """A school's own term dates; without a row the catalogue's dates of its zone hold."""

    __tablename__ = "term_calendar"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "year"),
        CheckConstraint("t1_last < t2_last", name="terms_in_order"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    year: str = Field(max_length=9)
    t1_last: date
    t2_last: date
    version: int = 1


class TrackedIn(SQLModel):
    """An indicator of the school's own: "…" on the sheet is an open list."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"label": "Familles venues à la fête", "counted_label": "familles venues"}]
        },
    )

    label: Text = Field(
        min_length=3,
        max_length=80,
        title="Indicateur",
        description="Exemple\u202f: Familles venues à la fête",
    )
    counted_label: Text = Field(
        min_length=2, max_length=80, title="Ce que l’on compte", description="Exemple\u202f: familles venues"
    )
    out_of_label: Text | None = Field(
        default=None,
        max_length=80,
        title="Sur combien",
        description="Laissez vide pour un simple nombre. Exemple\u202f: familles de l’école",
    )
    unit_one: Text = Field(
        default="famille", max_length=40, title="Unité au singulier", description="Exemple\u202f: famille"
    )
    unit_many: Text = Field(
        default="familles", max_length=40, title="Unité au pluriel", description="Exemple\u202f: familles"
    )


class TrackedIndicator(SQLModel, table=True):
    """A pack's indicator switched on, or one of the school's own; the official five need no row."""

    __tablename__ = "tracked_indicator"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "slug"),
        CheckConstraint("is_own = (label IS NOT NULL)", name="own_has_label"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    slug: str = Field(max_length=60)
    is_own: bool = False
    label: str | None = Field(default=None, max_length=80)
    counted_label: str | None = Field(default=None, max_length=80)
    out_of_label: str | None = Field(default=None, max_length=80)
    unit_one: str | None = Field(default=None, max_length=40)
    unit_many: str | None = Field(default=None, max_length=40)
    since_term: str = Field(max_length=12)
    until_term: str | None = Field(default=None, max_length=12)
    version: int = 1


class SchoolOut(SQLModel):
    """A school of the directory, with what it is in `year`."""

    uai: str
    name: str
    commune: str
    departement: str
    predecessor_uai: str | None
    is_open: bool
    circonscription: str | None
    circonscription_code: str | None
    type: SchoolType
    sector: Sector
    priority: PriorityEducation
    year: YearKey
    pupils: int | None
    classes: int | None
    families: int | None


class ProfileOut(ProfileIn):
    year: YearKey
    type: SchoolType
    sector: Sector
    priority: PriorityEducation
    figures_year: str | None
    is_confirmed: bool
    version: int


class TermDatesOut(SQLModel):
    term: TermKey
    first_day: date
    last_day: date


class CalendarOut(SQLModel):
    """The three terms of a year; `is_own` when the school set the dates, `to_confirm` when nobody could."""

    year: YearKey
    terms: list[TermDatesOut]
    to_confirm: bool
    is_own: bool
    version: int
