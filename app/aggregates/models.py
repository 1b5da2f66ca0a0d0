"""Releases: totals above the school, frozen, and what each school counted in them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from app.db import TermKey, choice
from app.domain.release_rules import Hidden
from app.domain.vocabulary import Labelled, PriorityEducation, SchoolType, TerritoryLevel


class Breakdown(Labelled):
    """The closed list of cuts; there is no other."""

    NONE = "none", "ensemble"
    PRIORITY = "priority_education", "éducation prioritaire"
    TYPE = "school_type", "type d’école"


class Level(Labelled):
    """What one row of an answer is about."""

    SCHOOL = "school", "école"
    CIRCONSCRIPTION = "circonscription", "circonscription"
    DEPARTEMENT = "departement", "département"
    ACADEMIE = "academie", "académie"
    NATIONAL = "national", "France"


class Release(SQLModel, table=True):
    """One publication of a term: every territory, every indicator, at one moment. Never changed."""

    __table_args__ = (
        PrimaryKeyConstraint("term", "number"),
        CheckConstraint("number >= 1", name="number_range"),
    )
    term: str = Field(max_length=12)
    number: int
    released_at: datetime
    released_by: UUID | None = Field(default=None, foreign_key="user.id")


class ReleaseCell(SQLModel, table=True):
    """One total of a release, or why it is not shown. A hidden number is not in the table at all.

    `since` is the release whose figure it is: a cell where too little changed keeps its former number.
    """

    __tablename__ = "release_cell"
    __table_args__ = (
        PrimaryKeyConstraint("territory_id", "term", "number", "indicator", "breakdown", "value"),
        ForeignKeyConstraint(["term", "number"], ["release.term", "release.number"]),
        Index("ix_release_cell_term", "term", "number", "indicator"),
        CheckConstraint("(counted IS NULL) = (reason IS NOT NULL)", name="shown_or_hidden"),
        CheckConstraint("since <= number", name="since_range"),
        CheckConstraint("out_of IS NULL OR counted IS NOT NULL", name="out_of_with_count"),
    )
    territory_id: UUID = Field(foreign_key="territory.id")
    term: str = Field(max_length=12)
    number: int
    indicator: str = Field(max_length=60)
    breakdown: Breakdown = Field(sa_type=choice(Breakdown))
    value: str = Field(default="", max_length=20)
    counted: int | None = None
    out_of: int | None = None
    pupils: int | None = None
    """Of the schools behind a plain count, when all of them said how many they have."""
    schools_reporting: int
    schools_expected: int | None = None
    reason: Hidden | None = Field(default=None, sa_type=choice(Hidden))
    since: int


class ReleasedFigure(SQLModel, table=True):
    """What a school counts in the releases of a term, from release `number` on; NULL: nothing any more.

    Kept to know what has changed since: who compares two releases must not find one school's change.
    """

    __tablename__ = "released_figure"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "term", "indicator", "number"),
        Index("ix_released_figure_term", "term", "number"),
        CheckConstraint("out_of IS NULL OR counted IS NOT NULL", name="out_of_with_count"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    term: str = Field(max_length=12)
    indicator: str = Field(max_length=60)
    number: int
    circonscription_id: UUID = Field(foreign_key="territory.id")
    priority: PriorityEducation = Field(sa_type=choice(PriorityEducation))
    type: SchoolType = Field(sa_type=choice(SchoolType))
    counted: int | None = None
    out_of: int | None = None
    pupils: int | None = None
    is_small: bool = False


# --- what goes out -------------------------------------------------------------------------------------


class AggregateOut(SQLModel):
    """One territory (or school), indicator, term and cut. `rate` is Σ counted / Σ out_of, a share 0–1."""

    level: Level
    code: str
    name: str
    indicator: str
    term: str
    breakdown: Breakdown
    value: str
    counted: int | None
    out_of: int | None
    rate: float | None
    per_100_pupils: float | None
    schools_reporting: int
    schools_expected: int | None
    suppressed: bool
    reason: str | None
    as_of: datetime | None


class ReleaseOut(SQLModel):
    term: str
    number: int
    released_at: datetime


class PublicationOut(ReleaseOut):
    """What a publication did: totals shown, hidden, and kept from the release before."""

    shown: int
    hidden: int
    kept: int


class ReleaseIn(SQLModel):
    """A term to publish. `seal` is that of the preview that was read: anything new since is then refused."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"term": "2026-2027-T1", "seal": "5f0c1c9d3b6a4e27"}]},
    )
    term: TermKey
    seal: str | None = Field(default=None, max_length=64)


class ReleaseReasonOut(SQLModel):
    reason: Hidden
    label: str
    totals: int


class ReleaseLineOut(SQLModel):
    """One indicator of a preview: its totals, and the one of the whole country when it is shown."""

    indicator: str
    title: str
    shown: int
    hidden: int
    kept: int
    france_counted: int | None
    france_out_of: int | None


class ReleasePreviewOut(SQLModel):
    """What the next release of a term would show, hide, and keep from the release before."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "term": "2026-2027-T1",
                    "number": 1,
                    "seal": "5f0c1c9d3b6a4e27",
                    "schools_sent": 22,
                    "schools_expected": 24,
                    "shown": 31,
                    "hidden": 9,
                    "kept": 0,
                    "reasons": [
                        {
                            "reason": "too_few_schools",
                            "label": "chiffre non montré\u202f: moins de trois écoles",
                            "totals": 9,
                        }
                    ],
                    "lines": [
                        {
                            "indicator": "individual_meetings",
                            "title": "Participation aux rencontres individuelles",
                            "shown": 31,
                            "hidden": 9,
                            "kept": 0,
                            "france_counted": 1812,
                            "france_out_of": 2570,
                        }
                    ],
                }
            ]
        }
    )
    term: str
    number: int
    seal: str
    schools_sent: int
    schools_expected: int
    shown: int
    hidden: int
    kept: int
    reasons: list[ReleaseReasonOut]
    lines: list[ReleaseLineOut]


class TerritoryOut(SQLModel):
    level: TerritoryLevel
    code: str
    name: str


class PointOut(SQLModel):
    """One transmitted school of the funnel; named only for who may see the school."""

    uai: str | None
    name: str | None
    out_of: int
    rate: float
    counted: int
    flag: Literal["below", "above"] | None
    """Outside the 99.8 % limits by exact binomial tails: « à regarder », never more than that."""
    to_discuss: Literal["below", "above"] | None
    """The same at 95 %."""


class LimitOut(SQLModel):
    out_of: int
    low_95: float
    high_95: float
    low_998: float
    high_998: float


class DistributionOut(SQLModel):
    """A funnel: every transmitted school against the pooled share, with what chance allows at each size."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "territory": {"level": "circonscription", "code": "0990900Z", "name": "Val-des-Tilleuls"},
                    "indicator": "individual_meetings",
                    "term": "2026-2027-T1",
                    "reference": 0.7,
                    "counted": 140,
                    "out_of": 200,
                    "schools_reporting": 1,
                    "schools_expected": 12,
                    "points": [
                        {
                            "uai": "0990001X",
                            "name": "École des Tilleuls",
                            "out_of": 200,
                            "rate": 0.7,
                            "counted": 140,
                            "flag": None,
                            "to_discuss": None,
                        }
                    ],
                    "limits": [
                        {
                            "out_of": 200,
                            "low_95": 0.633,
                            "high_95": 0.76,
                            "low_998": 0.5949,
                            "high_998": 0.7945,
                        }
                    ],
                    "not_shown": 0,
                }
            ]
        }
    )

    territory: TerritoryOut
    indicator: str
    term: str
    reference: float | None
    counted: int
    out_of: int
    schools_reporting: int
    schools_expected: int | None
    points: list[PointOut]
    limits: list[LimitOut]
    not_shown: int
    """Transmitted schools counted among fewer than 11."""
