"""AMBITIONNER: what a school wants, why, and how it will know."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, field_validator, model_validator
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from app.db import TermKey, Text, Whole, choice, uuid7
from app.domain.vocabulary import GoalState, stake_label, stake_named

MOST = 100_000


class BaselineIn(SQLModel):
    """Where the school starts from."""

    model_config = ConfigDict(extra="forbid")

    counted: Whole = Field(ge=0, le=MOST, title="Nombre au départ")
    out_of: Whole | None = Field(default=None, ge=0, le=MOST, title="Sur combien")

    @model_validator(mode="after")
    def _within(self) -> "BaselineIn":
        if self.out_of is not None and self.counted > self.out_of:
            raise ValueError("Le premier nombre ne peut pas dépasser le second.")
        return self


class TargetIn(SQLModel):
    """`value` is whole per cent for a rate, a whole number for a count, to reach by the end of `term`."""

    model_config = ConfigDict(extra="forbid")

    indicator: Text = Field(max_length=60, title="Indicateur")
    value: Whole = Field(
        ge=0,
        le=MOST,
        title="Valeur visée",
        description="85 pour 85\u202f% d’une part\u202f; un nombre sinon.",
    )
    term: TermKey = Field(max_length=12, title="À atteindre avant la fin du")
    baseline: BaselineIn | None = None


class GoalIn(SQLModel):
    """What a school writes of a goal: the JSON body and the HTML form alike."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "stake": "dialogue",
                    "title": "Rencontrer chaque famille, pas seulement en cas de difficulté",
                    "why": "Les familles venues une fois reviennent plus volontiers.",
                    "target": {"indicator": "individual_meetings", "value": 85, "term": "2026-2027-T3"},
                }
            ]
        },
    )

    stake: Text = Field(
        min_length=3,
        max_length=120,
        title="Enjeu",
        description="Un enjeu de la fiche, ou le vôtre en quelques mots.",
    )
    title: Text = Field(
        min_length=3,
        max_length=200,
        title="Objectif",
        description="Une phrase, à l’infinitif. Exemple\u202f: Rencontrer chaque famille",
    )
    why: Text = Field(
        default="", max_length=1000, title="Pourquoi", description="Ce qui vous fait choisir cet objectif."
    )
    target: TargetIn | None = Field(default=None, title="Cible")

    @field_validator("stake")
    @classmethod
    def _of_the_sheet(cls, said: str) -> str:
        return stake_named(said)


class Goal(SQLModel, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        CheckConstraint("state <> 'dropped' OR reason IS NOT NULL", name="dropped_reason"),
        CheckConstraint(
            "(target_indicator IS NULL) = (target_value IS NULL)"
            " AND (target_indicator IS NULL) = (target_term IS NULL)",
            name="whole_target",
        ),
        CheckConstraint("target_value >= 0 AND target_value <= 100000", name="target_range"),
        CheckConstraint(
            "baseline_counted IS NULL OR target_indicator IS NOT NULL", name="baseline_of_target"
        ),
        CheckConstraint(
            "baseline_out_of IS NULL OR baseline_counted <= baseline_out_of", name="baseline_within"
        ),
    )
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    stake: str = Field(max_length=120)
    title: str = Field(max_length=200)
    why: str = Field(default="", max_length=1000)
    target_indicator: str | None = Field(default=None, max_length=60)
    target_value: int | None = None
    target_term: str | None = Field(default=None, max_length=12)
    baseline_counted: int | None = None
    baseline_out_of: int | None = None
    state: GoalState = Field(default=GoalState.ACTIVE, sa_type=choice(GoalState))
    reason: str | None = Field(default=None, max_length=1000)
    created_at: datetime
    state_set_at: datetime | None = None
    """When the state was last set by hand; a review says itself what it decided."""
    version: int = 1

    @property
    def target(self) -> TargetIn | None:
        if self.target_indicator is None or self.target_value is None or self.target_term is None:
            return None
        baseline = None
        if self.baseline_counted is not None:
            baseline = BaselineIn(counted=self.baseline_counted, out_of=self.baseline_out_of)
        return TargetIn(
            indicator=self.target_indicator, value=self.target_value, term=self.target_term, baseline=baseline
        )


class GoalOut(GoalIn):
    id: UUID
    state: GoalState
    reason: str | None
    created_at: datetime
    version: int


def as_read(goal: Goal) -> GoalOut:
    """A goal as a page shows it, form or not: the words of its stake and not its slug."""
    shown = GoalOut.model_validate(goal, from_attributes=True)
    return shown.model_copy(update={"stake": stake_label(goal.stake)})


class GoalChange(GoalIn):
    """A whole replacement; the reason goes to the school's history."""

    reason: Text = Field(
        min_length=3,
        max_length=1000,
        title="Pourquoi ce changement",
        description="Une phrase, pour s’en souvenir au prochain conseil.",
    )


class GoalStateIn(SQLModel):
    """Only the state changes: reached, dropped (with its reason), or active again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"state": "reached"}]})

    state: GoalState = Field(title="État")
    reason: Text | None = Field(
        default=None, max_length=1000, title="Pourquoi", description="Une phrase suffit."
    )
