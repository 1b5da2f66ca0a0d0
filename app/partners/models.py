"""The organisations a circonscription suggests to its schools, and what partners took part in."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.actions.models import PartnerIn
from app.db import Impersonal, YearKey, choice, uuid7
from app.domain.vocabulary import PartnerKind, PartnerSector, PartnerSpecialty


class SuggestionIn(PartnerIn):
    """An organisation that the schools of a circonscription may want to know."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Maison des familles, accueil",
                    "kind": "association",
                    "specialty": "parenting",
                    "sector": "social_support",
                    "offers": "Anime un café des parents, prête des jeux de société.",
                }
            ]
        },
    )

    offers: Impersonal = Field(
        default="",
        max_length=300,
        title="Ce qu’il propose aux écoles",
        description="Une phrase, sans nom ni téléphone. Exemple\u202f: anime un café des parents.",
    )


class SuggestedPartner(SQLModel, table=True):
    """Read and copied by the schools of the circonscription; no row of a school ever points here."""

    __tablename__ = "suggested_partner"
    __table_args__ = (
        PrimaryKeyConstraint("territory_id", "id"),
        UniqueConstraint("territory_id", "name"),
        CheckConstraint("specialty IS NULL OR kind = 'association'", name="specialty_of_association"),
    )
    territory_id: UUID = Field(foreign_key="territory.id")
    id: UUID = Field(default_factory=uuid7)
    name: str = Field(max_length=120)
    kind: PartnerKind = Field(sa_type=choice(PartnerKind))
    specialty: PartnerSpecialty | None = Field(default=None, sa_type=choice(PartnerSpecialty))
    sector: PartnerSector = Field(sa_type=choice(PartnerSector))
    offers: str = Field(default="", max_length=300)
    version: int = 1


class SuggestionOut(SQLModel):
    id: UUID
    name: str
    kind: PartnerKind
    specialty: PartnerSpecialty | None
    sector: PartnerSector
    offers: str
    version: int


class SuggestionSeen(SuggestionOut):
    """A suggestion as a school reads it; `is_known` when its own list has that organisation already."""

    is_known: bool


class SharedAction(BaseModel):
    """One action, and how many of its held events the partner was at."""

    id: UUID
    title: str
    events: int


class Participation(BaseModel):
    """What one partner took part in during a school year: held events, all together and by action."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "partner_id": "01980000-0000-7000-8000-000000000001",
                    "name": "Centre social des Tilleuls",
                    "year": "2026-2027",
                    "events": 4,
                    "actions": [
                        {
                            "id": "01980000-0000-7000-8000-000000000002",
                            "title": "Café des parents",
                            "events": 4,
                        }
                    ],
                }
            ]
        }
    )

    partner_id: UUID
    name: str
    year: YearKey
    events: int
    actions: list[SharedAction]
