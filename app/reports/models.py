"""The report of an action: what the school writes, the notes of its evaluation, what closing keeps."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from app.db import Day, Impersonal, choice, uuid7
from app.domain.report import Finding, TargetEffect, Voice, needs_evidence
from app.domain.vocabulary import Status


class ReportIn(SQLModel):
    """What a school writes of an action, whole. The lists are texts of one point a line."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "summary": "Des parents et des professionnels se retrouvent une fois par mois à l’école.",
                    "aims": "Créer des espaces de rencontre\nDonner du sens à l’action collective",
                    "effects": ["parents_involvement", "self_confidence"],
                    "audience": "Parents et acteurs éducatifs",
                    "animators": "Coordonnatrice REP",
                    "strengths": "Des outils faits ensemble",
                    "improvements": "Donner plus de place à l’enfant",
                }
            ]
        },
    )

    summary: Impersonal = Field(
        default="",
        max_length=2000,
        title="Ce que l’on y fait",
        description="Avec qui, quand, pour quoi. Quelques phrases, sans nom de personne.",
    )
    aims: Impersonal = Field(
        default="", max_length=1500, title="Objectifs de l’action", description="Un par ligne."
    )
    effects: list[TargetEffect] = Field(
        default_factory=list,
        max_length=len(TargetEffect),
        title="Effets visés",
        description="Ce que l’école espère voir bouger. Trois ou quatre suffisent.",
    )
    audience: Impersonal = Field(
        default="", max_length=240, title="Public", description="Exemple\u202f: parents et acteurs éducatifs"
    )
    animators: Impersonal = Field(
        default="",
        max_length=240,
        title="Animateurs",
        description="Des rôles, jamais des noms. Exemple\u202f: coordonnatrice REP",
    )
    strengths: Impersonal = Field(
        default="", max_length=2000, title="Points forts", description="Un par ligne."
    )
    improvements: Impersonal = Field(
        default="", max_length=2000, title="Points à améliorer", description="Un par ligne."
    )


class ActionReport(SQLModel, table=True):
    """One an action. The five numbers are the copy that closing makes; until then they are counted live."""

    __tablename__ = "action_report"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "action_id"),
        ForeignKeyConstraint(["school_id", "action_id"], ["action.school_id", "action.id"]),
        CheckConstraint(
            "closed_on IS NULL OR (started_on IS NOT NULL AND started_on < closed_on)", name="closed_later"
        ),
        CheckConstraint(
            "(closed_on IS NULL) = (events IS NULL) AND (events IS NULL) = (parents IS NULL)"
            " AND (events IS NULL) = (children IS NULL) AND (events IS NULL) = (professionals IS NULL)"
            " AND (events IS NULL) = (partners IS NULL)",
            name="closed_is_counted",
        ),
        CheckConstraint(
            "events >= 0 AND parents >= 0 AND children >= 0 AND professionals >= 0 AND partners >= 0",
            name="counts",
        ),
    )
    school_id: UUID = Field(foreign_key="school.id")
    action_id: UUID
    summary: str = Field(default="", max_length=2000)
    aims: str = Field(default="", max_length=1500)
    audience: str = Field(default="", max_length=240)
    animators: str = Field(default="", max_length=240)
    strengths: str = Field(default="", max_length=2000)
    improvements: str = Field(default="", max_length=2000)
    started_on: date | None = None
    closed_on: date | None = None
    events: int | None = None
    parents: int | None = None
    children: int | None = None
    professionals: int | None = None
    partners: int | None = None
    version: int = 1


_OF_REPORT = (["school_id", "action_id"], ["action_report.school_id", "action_report.action_id"])


class ReportEffect(SQLModel, table=True):
    """One target effect of an action and, once the evaluation was closed, what was seen of it."""

    __tablename__ = "target_effect"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "action_id", "effect"),
        ForeignKeyConstraint(*_OF_REPORT),
        CheckConstraint("finding IS NULL OR finding = 'not_known' OR evidence <> ''", name="shown"),
    )
    school_id: UUID
    action_id: UUID
    effect: TargetEffect = Field(sa_type=choice(TargetEffect))
    finding: Finding | None = Field(default=None, sa_type=choice(Finding))
    evidence: str = Field(default="", max_length=500)


class EvaluationNote(SQLModel, table=True):
    __tablename__ = "evaluation_note"
    __table_args__ = (PrimaryKeyConstraint("school_id", "id"), ForeignKeyConstraint(*_OF_REPORT))
    school_id: UUID
    id: UUID = Field(default_factory=uuid7)
    action_id: UUID
    voice: Voice = Field(sa_type=choice(Voice))
    noted_on: date
    text: str = Field(max_length=1000)
    created_at: datetime


class EvaluationFigure(SQLModel, table=True):
    """One indicator of one term as it was when the evaluation was closed."""

    __tablename__ = "evaluation_figure"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "action_id", "indicator", "term"),
        ForeignKeyConstraint(*_OF_REPORT),
        CheckConstraint("(status = 'value') = (counted IS NOT NULL)", name="value_has_count"),
        CheckConstraint("out_of IS NULL OR counted <= out_of", name="counted_within"),
    )
    school_id: UUID
    action_id: UUID
    indicator: str = Field(max_length=60)
    term: str = Field(max_length=12)
    place: int
    """Its line on the page, from 1."""
    title: str = Field(max_length=120)
    status: Status = Field(sa_type=choice(Status))
    counted: int | None = None
    out_of: int | None = None
    sentence: str = Field(max_length=300)


# --- the evaluation ------------------------------------------------------------------------------------


class StartIn(SQLModel):
    """The first of the twelve months."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"started_on": "2026-11-02"}]})

    started_on: Day = Field(title="Premier jour des douze mois", description="Exemple\u202f: 02/11/2026")


class NoteIn(SQLModel):
    """What parents, teachers or partners said on the way; the school writes it down."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "voice": "parents",
                    "noted_on": "2026-11-20",
                    "text": "Ils demandent un horaire plus tardif.",
                }
            ]
        },
    )

    voice: Voice = Field(title="Qui parle")
    noted_on: Day = Field(title="Noté le", description="Exemple\u202f: 20/11/2026")
    text: Impersonal = Field(
        min_length=3,
        max_length=1000,
        title="Ce qui a été dit",
        description="Une ou deux phrases, sans nom de personne.",
    )


class FindingIn(SQLModel):
    """What was seen of one target effect, and the sentence that tells it."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    effect: TargetEffect
    finding: Finding = Field(title="Ce qui a été vu")
    evidence: Impersonal = Field(
        default="",
        max_length=500,
        title="Sur quoi l’école s’appuie",
        description="Une phrase, avec un nombre si possible. Facultative si l’on ne sait pas.",
    )

    @field_validator("evidence")
    @classmethod
    def _told(cls, value: str, info: ValidationInfo) -> str:
        finding = info.data.get("finding")
        if finding is not None and needs_evidence(finding) and not value:
            raise ValueError("Dites en une phrase sur quoi l’école s’appuie, ou répondez qu’on ne sait pas.")
        return value


class ClosingIn(SQLModel):
    """One finding for each target effect of the report."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "findings": [
                        {
                            "effect": "parents_involvement",
                            "finding": "partly",
                            "evidence": "14 parents sont revenus au moins trois fois, sur 31.",
                        }
                    ]
                }
            ]
        },
    )

    findings: list[FindingIn] = Field(max_length=len(TargetEffect), title="Effets visés")


class ReopeningIn(SQLModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Un rendez-vous avait été oublié."}]}
    )

    reason: Impersonal = Field(
        min_length=3, max_length=1000, title="Pourquoi la rouvrir", description="Une phrase suffit."
    )
