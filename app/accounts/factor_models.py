"""How an account proves itself besides a password, and what the pages about it ask for."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlmodel import Field, SQLModel

from app.accounts.models import Email, RenewalIn, Secret
from app.db import Text


class SecondFactor(SQLModel, table=True):
    """The key shared with a phone. Shown between `begun_at` and `confirmed_at`, and never afterwards."""

    __tablename__ = "second_factor"
    user_id: UUID = Field(foreign_key="user.id", primary_key=True)
    secret: bytes = Field(sa_type=sa.LargeBinary)
    begun_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0
    """The step of the last code that was taken: that one and those before it are refused."""
    failures: int = 0
    """Wrong codes in a row, over days: a limit of five minutes alone would let them be guessed in a year."""


class RecoveryCode(SQLModel, table=True):
    """One of ten codes for the day the phone is lost; 120 bits each, so that a plain hash is enough."""

    __tablename__ = "recovery_code"
    user_id: UUID = Field(foreign_key="user.id", primary_key=True)
    code_hash: str = Field(max_length=64, primary_key=True)
    used_at: datetime | None = None


class ProviderIdentity(SQLModel, table=True):
    """Whom an account is at an identity provider: linked by that person, never by an address."""

    __tablename__ = "provider_identity"
    issuer: str = Field(max_length=255, primary_key=True)
    subject: str = Field(max_length=255, primary_key=True)
    user_id: UUID = Field(foreign_key="user.id", index=True)
    linked_at: datetime


class EnrolmentIn(SQLModel):
    """The first code: it proves that the phone has the key."""

    model_config = ConfigDict(extra="forbid")

    one_time_code: Text = Field(
        max_length=20,
        title="Code affiché par l’application",
        description="6 chiffres, qui changent toutes les 30 secondes. Exemple : 123 456",
    )


class CodeIn(SQLModel):
    """A code of the phone, or one of the ten recovery codes."""

    model_config = ConfigDict(extra="forbid")

    one_time_code: Text = Field(
        max_length=40,
        title="Code",
        description="Les 6 chiffres que montre l’application, ou l’un de vos codes de secours.",
    )


class FactorResetIn(SQLModel):
    """Whose second factor is taken away."""

    model_config = ConfigDict(extra="forbid")

    email: Email = Field(
        max_length=254,
        title="Adresse de courriel du compte",
        description="Exemple : prenom.nom@ac-exemple.fr",
    )


class CurrentPasswordIn(SQLModel):
    model_config = ConfigDict(extra="forbid")

    current_password: Secret = Field(max_length=200, title="Mot de passe actuel")


class PasswordChangeIn(RenewalIn, CurrentPasswordIn):
    """A new password, by someone who knows the present one."""
