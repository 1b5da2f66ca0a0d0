"""The library over both doors: what one may ask of it, and what it answers."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from app.actions.models import ActionIn, LeverSlug
from app.db import Text
from app.domain.engagement import Step
from app.domain.levers import LEVERS, Setting, Strategy, Theme
from app.domain.practice import Age, Effort
from app.domain.practices import PRACTICES, Wanted
from app.domain.vocabulary import Audience, Axis, PartnerKind

Condition = Annotated[str, StringConstraints(min_length=3, max_length=200), Text]


def _or_blank(schema: dict[str, Any]) -> None:
    """What a box of the search form may be sent as, too: a blank asks nothing."""
    schema["anyOf"].append({"const": ""})


class LibraryFilter(BaseModel):
    """A search of what others did: the address of a page and the query of the API; a blank asks nothing."""

    model_config = ConfigDict(extra="forbid")

    q: Text = Field(
        default="",
        max_length=100,
        title="Mots",
        description="Chaque mot doit se trouver, sans accent ni pluriel.",
        examples=["cafe parent"],
    )
    step: Step | None = Field(
        default=None, title="Ce qu’elle demande aux parents", json_schema_extra=_or_blank
    )
    axis: Axis | None = Field(default=None, title="Axe", json_schema_extra=_or_blank)
    lever: LeverSlug | None = Field(
        default=None, title="Levier", examples=["conviviality"], json_schema_extra=_or_blank
    )
    audience: Audience | None = Field(default=None, title="Pour qui", json_schema_extra=_or_blank)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, asked: Any) -> Any:
        boxes = {name for name, info in cls.model_fields.items() if info.json_schema_extra is _or_blank}
        return {name: value for name, value in asked.items() if value != "" or name not in boxes}


class PracticeFilter(LibraryFilter):
    """The practices of the library."""

    age: Age | None = Field(default=None, title="Âge des enfants", json_schema_extra=_or_blank)
    partner_kind: PartnerKind | None = Field(
        default=None, title="Avec quel partenaire", json_schema_extra=_or_blank
    )
    effort: Effort | None = Field(default=None, title="Effort pour l’équipe", json_schema_extra=_or_blank)

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            axis=self.axis,
            lever=self.lever,
            audience=self.audience,
            age=self.age,
            step=self.step,
            partner_kind=self.partner_kind,
            effort=self.effort,
            words=self.q,
        )


class PracticeListing(PracticeFilter):
    after: Text = Field(default="", max_length=60, description="Le `next` de la page d’avant")
    limit: int = Field(default=100, ge=1, le=500, description="Combien d’éléments au plus")


class LeverOut(BaseModel):
    """A lever; `part_of` names the general one of which the five others are parts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "slug": "conviviality",
                    "label": "Se rencontrer dans un moment convivial",
                    "why": LEVERS["conviviality"].why,
                    "part_of": "linking",
                    "settings": ["school", "after_school", "early_childhood"],
                    "themes": ["school_life", "parenting", "social_skills"],
                    "strategies": ["living_places", "community"],
                    "practices": ["themed_tea", "festive_start", "parents_cafe"],
                }
            ]
        },
    )

    slug: str
    label: str
    why: str
    part_of: str | None
    settings: tuple[Setting, ...]
    themes: tuple[Theme, ...]
    strategies: tuple[Strategy, ...]
    practices: list[str]


class ExampleOut(BaseModel):
    """Where it has been done."""

    model_config = ConfigDict(from_attributes=True)

    place: str
    told: str


class PracticeOut(BaseModel):
    """A practice that a school can take up."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "slug": "parents_cafe",
                    "title": "Café des parents",
                    "summary": "Un café après avoir déposé les enfants, une fois par mois.",
                    "axis": "familiarity",
                    "lever": "conviviality",
                    "step": "come",
                    "settings": ["school"],
                    "audiences": ["all_parents", "newcomers"],
                    "ages": ["3_to_5", "6_to_11"],
                    "effort": "light",
                    "context": "Beaucoup de parents ne viennent à l’école que lorsqu’on les appelle.",
                    "stakeholders": ["la direction", "les parents élus"],
                    "partner_kinds": ["social_centre"],
                    "means": ["une salle où l’on peut s’asseoir", "du café, du thé"],
                    "conditions": ["Le jour et l’heure ne changent pas."],
                    "examples": [],
                    "indicators": ["visits", "families_met_once"],
                }
            ]
        },
    )

    slug: str
    title: str
    summary: str
    axis: Axis
    lever: str
    step: Step
    settings: tuple[Setting, ...]
    audiences: tuple[Audience, ...]
    ages: tuple[Age, ...]
    effort: Effort
    context: str
    stakeholders: tuple[str, ...]
    partner_kinds: tuple[PartnerKind, ...]
    means: tuple[str, ...]
    conditions: tuple[str, ...]
    examples: tuple[ExampleOut, ...]
    indicators: tuple[str, ...]


class TakeUpIn(ActionIn):
    """An action begun from a practice. Without `conditions` the practice's own become the checklist."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "practice": "parents_cafe",
                    "axis": "familiarity",
                    "lever": "conviviality",
                    "step": "come",
                    "title": "Café des parents du vendredi",
                    "planned_from": "2026-12-04",
                    "planned_to": "2027-06-25",
                    "conditions": ["Le jour et l’heure ne changent pas."],
                    "goal_ids": [],
                    "partner_ids": [],
                }
            ]
        },
    )

    practice: Text = Column(max_length=60, title="Pratique reprise")
    conditions: list[Condition] | None = Column(
        default=None,
        max_length=20,
        title="Conditions de réussite à garder",
        description="Elles deviennent une liste à cocher, que vous pourrez changer.",
    )

    @field_validator("practice")
    @classmethod
    def _known_practice(cls, value: str) -> str:
        if value not in PRACTICES:
            raise ValueError("Cette pratique n’est pas dans la bibliothèque.")
        return value


# --- what the figures say of a lever --------------------------------------------------------------------


class WeighedFields(SQLModel):
    number: int
    first_year: str = Column(max_length=9)
    last_year: str = Column(max_length=9)
    """School years in which the schools of the group took the lever up."""
    schools: int
    persons: int
    """Counted out of, after; rounded down to the ten, so that no exact number can be subtracted."""
    low: int
    high: int
    """In points, rounded outwards."""
    weighed_at: datetime


class LeverEffect(WeighedFields, table=True):
    """How a rate moved in one group of schools around the term in which each took a lever up. Never changed.

    Groups of a lever and an indicator have no school in common (ADR 0028).
    """

    __tablename__ = "lever_effect"
    __table_args__ = (
        PrimaryKeyConstraint("lever", "indicator", "number"),
        CheckConstraint("schools >= 5", name="schools_count"),
        CheckConstraint("low <= high", name="interval_in_order"),
    )
    lever: str = Column(max_length=60)
    indicator: str = Column(max_length=60)


class LeverEffectSchool(SQLModel, table=True):
    """Which school was counted in which group: it is never counted again. Never shown to anybody."""

    __tablename__ = "lever_effect_school"
    __table_args__ = (PrimaryKeyConstraint("school_id", "lever", "indicator"),)
    school_id: UUID = Column(foreign_key="school.id")
    lever: str = Column(max_length=60)
    indicator: str = Column(max_length=60)
    number: int
    term: str = Column(max_length=12)
    """In which it took the lever up, as it was weighed."""
