"""People, what they may do where, and the proof of what was done. Only hashes of secrets are stored."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import AfterValidator, ConfigDict
from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from app.accounts.guessing import refuse_guessable
from app.db import Text, Whole, choice, refuse_control, uuid7
from app.domain.vocabulary import Door, Labelled, Role, TerritoryLevel

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")


def _email(value: str) -> str:
    folded = value.strip().lower()
    if not _EMAIL.fullmatch(folded):
        raise ValueError("écrivez une adresse complète, par exemple prenom.nom@ac-exemple.fr")
    return folded


Email = Annotated[Text, AfterValidator(_email)]
Secret = Annotated[
    str, AfterValidator(refuse_control), AfterValidator(lambda value: unicodedata.normalize("NFKC", value))
]
"""A password as typed, spaces included; two keyboards may send the same accent in two ways."""
NewSecret = Annotated[Secret, AfterValidator(refuse_guessable)]


class TokenScope(Labelled):
    READ = "read", "lire seulement"
    WRITE = "write", "lire et écrire"


MOST_ID_TOKEN = 4000


class SessionProof(Labelled):
    """What a session was opened with; `is_enough` for everybody, the password alone for some."""

    PASSWORD = "password", "mot de passe"
    FACTOR = "factor", "mot de passe et code"
    RECOVERY_CODE = "recovery_code", "mot de passe et code de secours"
    DEMO = "demo", "bouton de la démonstration"
    PROVIDER = "provider", "fournisseur d’identité"
    STRONG_PROVIDER = "strong_provider", "fournisseur d’identité, au niveau demandé"

    @property
    def is_enough(self) -> bool:
        return self not in (SessionProof.PASSWORD, SessionProof.PROVIDER)


class User(SQLModel, table=True):
    """One person. `email` is folded to lower case; it is a sign-in name, never a mailing address."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=100)
    password_hash: str | None = Field(default=None, max_length=200)
    is_administrator: bool = False
    ended_at: datetime | None = None
    created_at: datetime
    version: int = 1


_LIVE = sa.text("ended_at IS NULL")


class SchoolMembership(SQLModel, table=True):
    """A duty in one school, from `started_at` until `ended_at`; one head teacher and one deputy at a time."""

    __tablename__ = "school_membership"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "id"),
        CheckConstraint("role IN ('head_teacher', 'deputy', 'teacher')", name="school_role"),
        Index(
            "uq_school_membership_live",
            "school_id",
            "user_id",
            unique=True,
            sqlite_where=_LIVE,
        ),
        Index(
            "uq_school_membership_one_head",
            "school_id",
            "role",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL AND role <> 'teacher'"),
        ),
    )
    school_id: UUID = Field(foreign_key="school.id")
    id: UUID = Field(default_factory=uuid7)
    user_id: UUID = Field(foreign_key="user.id", index=True)
    role: Role = Field(sa_type=choice(Role))
    started_at: datetime
    ended_at: datetime | None = None


class TerritoryMembership(SQLModel, table=True):
    """An inspector's circonscription, or an authority's département or académie."""

    __tablename__ = "territory_membership"
    __table_args__ = (
        CheckConstraint("role IN ('inspector', 'authority')", name="territory_role"),
        Index(
            "uq_territory_membership_live",
            "user_id",
            "territory_id",
            unique=True,
            sqlite_where=_LIVE,
        ),
    )
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID = Field(foreign_key="user.id")
    territory_id: UUID = Field(foreign_key="territory.id")
    role: Role = Field(sa_type=choice(Role))
    started_at: datetime
    ended_at: datetime | None = None


class Invitation(SQLModel, table=True):
    """A single-use link, valid 14 days, handed over by hand; also the way to a new password."""

    __table_args__ = (
        CheckConstraint(
            "user_id IS NOT NULL OR (role IS NOT NULL AND (role = 'administrator' "
            "OR (school_id IS NOT NULL) <> (territory_id IS NOT NULL)))",
            name="one_place",
        ),
    )
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    email: str = Field(max_length=254)
    role: Role | None = Field(default=None, sa_type=choice(Role))
    school_id: UUID | None = Field(default=None, foreign_key="school.id", index=True)
    territory_id: UUID | None = Field(default=None, foreign_key="territory.id")
    user_id: UUID | None = Field(default=None, foreign_key="user.id")
    """Set when the link only renews the password of an account that exists."""
    invited_by: UUID | None = Field(default=None, foreign_key="user.id")
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None


class InvitationIn(SQLModel):
    """Whom to invite into a school, as what."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"email": "lea.martin@ac-exemple.fr", "role": "teacher"}]},
    )

    email: Email = Field(
        max_length=254,
        title="Adresse de courriel",
        description="Elle servira à se connecter ; rien n’y est envoyé. Exemple : prenom.nom@ac-exemple.fr",
    )
    role: Role = Field(title="Fonction dans l’école")


class InvitationOut(SQLModel):
    id: UUID
    email: str
    role: Role | None
    """None for a link that only renews a password."""
    created_at: datetime
    expires_at: datetime


class InvitationMade(InvitationOut):
    link: str
    """The only time the link is shown."""


class MemberOut(SQLModel):
    """A duty that holds; `email` is null for those who do not look after the accounts."""

    id: UUID
    user_id: UUID
    name: str
    email: str | None
    role: Role
    started_at: datetime


class SignInIn(SQLModel):
    model_config = ConfigDict(extra="forbid")

    email: Text = Field(max_length=254, title="Adresse de courriel")
    password: Secret = Field(max_length=200, title="Mot de passe")


class RenewalIn(SQLModel):
    """A new password for an account that exists."""

    model_config = ConfigDict(extra="forbid")

    password: NewSecret = Field(
        min_length=12,
        max_length=200,
        title="Nouveau mot de passe",
        description="12 caractères au moins. Trois ou quatre mots sans lien entre eux se retiennent bien.",
    )


class WelcomeIn(RenewalIn):
    """A new account."""

    name: Text = Field(
        min_length=2,
        max_length=100,
        title="Prénom et nom",
        description="Comme vos collègues vous connaissent. Exemple : Claire Martin",
    )


class JoinIn(SQLModel):
    """One more duty for an account that exists: its owner proves it with the password."""

    model_config = ConfigDict(extra="forbid")

    password: Secret = Field(max_length=200, title="Votre mot de passe actuel")


class HeadshipIn(SQLModel):
    """Who becomes head teacher."""

    model_config = ConfigDict(extra="forbid")

    membership_id: UUID = Field(title="À qui transmettez-vous la direction")


class WebSession(SQLModel, table=True):
    """A signed-in browser: idle 60 minutes, 12 hours at most, ended by its owner at any time."""

    __tablename__ = "web_session"
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    csrf: str = Field(max_length=64)
    user_id: UUID = Field(foreign_key="user.id", index=True)
    proof: SessionProof = Field(default=SessionProof.PASSWORD, sa_type=choice(SessionProof))
    id_token: str | None = Field(default=None, max_length=MOST_ID_TOKEN)
    """What the identity provider wants back when one signs out of it too."""
    browser: str = Field(default="", max_length=120)
    created_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None = None


class TokenIn(SQLModel):
    """What a person asks for when making an API token."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"label": "Tableur de la circonscription", "scope": "read", "days": 90}]
        },
    )

    label: Text = Field(
        min_length=2,
        max_length=80,
        title="À quoi sert ce jeton",
        description="Exemple : Tableur de la circonscription",
    )
    scope: TokenScope = Field(default=TokenScope.READ, title="Droits")
    days: Whole = Field(
        default=90, ge=1, le=365, title="Valable combien de jours", description="Un an au plus. Exemple : 90"
    )


class ApiToken(SQLModel, table=True):
    """`cfe_<id>_<secret>`, shown once; it never gives more than its owner's own rights."""

    __tablename__ = "api_token"
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID = Field(foreign_key="user.id", index=True)
    label: str = Field(max_length=80)
    scope: TokenScope = Field(sa_type=choice(TokenScope))
    secret_hash: str = Field(max_length=64)
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class TokenOut(SQLModel):
    id: UUID
    label: str
    scope: TokenScope
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenMade(TokenOut):
    token: str
    """The only time the secret is shown."""


class SchoolDutyOut(SQLModel):
    uai: str
    name: str
    role: Role


class TerritoryDutyOut(SQLModel):
    level: TerritoryLevel
    code: str | None
    name: str
    role: Role


class MeOut(SQLModel):
    """Who is asking, and with which duties."""

    id: UUID
    name: str
    email: str
    is_administrator: bool
    may_write: bool
    schools: list[SchoolDutyOut]
    territories: list[TerritoryDutyOut]


class SignInAttempt(SQLModel, table=True):
    """Counts tries per account and per address; both are kept as hashes and only for minutes."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_recent", "subject_hash", "at"),)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    subject_hash: str = Field(max_length=64)
    at: datetime


class SchoolLedger(SQLModel, table=True):
    """The turn counter of a school: taking it locks the school's writes and orders them (`as_of`)."""

    __tablename__ = "school_ledger"
    school_id: UUID = Field(primary_key=True)  # the nil UUID stands for acts without a school: no foreign key
    version: int = Field(default=0)
    last_hash: str = Field(default="", max_length=64)


class AuditEvent(SQLModel, table=True):
    """One act, append-only by trigger; `position` is the turn it took, `hash` chains it to the one before."""

    __tablename__ = "audit_event"
    __table_args__ = (PrimaryKeyConstraint("school_id", "position"),)
    school_id: UUID
    position: int
    at: datetime
    user_id: UUID | None = Field(default=None, foreign_key="user.id")
    role: str = Field(max_length=20)
    verb: str = Field(max_length=60)
    target: str = Field(max_length=120)
    before: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    door: Door = Field(sa_type=choice(Door))
    request_id: str = Field(max_length=36)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class ServiceNote(SQLModel, table=True):
    """Facts about this database itself, such as « demo »: written once, at creation."""

    __tablename__ = "service_note"
    key: str = Field(max_length=40, primary_key=True)
    value: str = Field(max_length=200)
