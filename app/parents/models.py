"""A link that shows one page of one school to the elected parents, and the remarks they leave there."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from app.db import TermKey, Text, Whole, choice, uuid7
from app.domain.vocabulary import Labelled


class RemarkTopic(Labelled):
    """What a remark is about: a part of the page, or the rest."""

    FIGURES = "figures", "Ce que nous avons compté"
    GOALS = "goals", "Ce que nous voulons"
    ACTIONS = "actions", "Ce que nous faisons"
    OTHER = "other", "Autre chose"


class RemarkState(Labelled):
    WAITING = "waiting", "à relire"
    KEPT = "kept", "gardée"
    SET_ASIDE = "set_aside", "écartée"


class ParentLinkIn(SQLModel):
    """Which term the elected parents may read, and for how long."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"term": "2026-2027-T1", "days": 21}]}
    )

    term: TermKey = Field(
        max_length=12, title="Trimestre montré", schema_extra={"examples": ["2026-2027-T1"]}
    )
    days: Whole = Field(
        default=21,
        ge=1,
        le=90,
        title="Ouvert combien de jours",
        description="Trois mois au plus. Exemple\u202f: 21",
    )


class ParentLink(SQLModel, table=True):
    """Whoever has the link reads the page until `expires_at`; only the hash of its secret is kept."""

    __tablename__ = "parent_link"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        # Not UNIQUE: that would have to lead with school_id, which a link does not say; 256 bits do not meet.
        Index("ix_parent_link_token_hash", "token_hash"),
        CheckConstraint("created_at < expires_at", name="expires_later"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    term: str = Field(max_length=12)
    token_hash: str = Field(max_length=64)
    created_at: datetime
    created_by: UUID | None = Field(default=None, foreign_key="user.id")
    expires_at: datetime
    revoked_at: datetime | None = None
    version: int = 1

    def is_open(self, moment: datetime) -> bool:
        return self.revoked_at is None and moment < self.expires_at


class ParentLinkOut(SQLModel):
    id: UUID
    term: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    version: int


class ParentLinkMade(ParentLinkOut):
    link: str
    """The only time the link is shown."""


class RemarkIn(SQLModel):
    """What an elected parent writes. Nobody asks who they are."""

    model_config = ConfigDict(extra="forbid")

    topic: RemarkTopic = Field(title="À propos de")
    text: Text = Field(
        min_length=3,
        max_length=1000,
        title="Votre remarque",
        description="Ne nommez aucun enfant, parent ou enseignant.",
    )


class ParentRemark(SQLModel, table=True):
    """One remark, anonymous; it leaves this table for the record only once the head teacher keeps it."""

    __tablename__ = "parent_remark"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        ForeignKeyConstraint(["school_id", "link_id"], ["parent_link.school_id", "parent_link.id"]),
        CheckConstraint("(state = 'waiting') = (reviewed_at IS NULL)", name="reviewed_is_dated"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    link_id: UUID
    topic: RemarkTopic = Field(sa_type=choice(RemarkTopic))
    text: str = Field(max_length=1000)
    left_at: datetime
    state: RemarkState = Field(default=RemarkState.WAITING, sa_type=choice(RemarkState))
    reviewed_at: datetime | None = None
    version: int = 1


class RemarkReviewIn(SQLModel):
    """What the head teacher does with a remark; it can be changed later."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"state": "kept"}]})

    state: Literal[RemarkState.KEPT, RemarkState.SET_ASIDE] = Field(title="Que faire de cette remarque")


class RemarkOut(SQLModel):
    id: UUID
    link_id: UUID
    topic: RemarkTopic
    text: str
    left_at: datetime
    state: RemarkState
    reviewed_at: datetime | None
    version: int
