"""The yearly election of the parents' representatives: one record feeds turnout, seats and blank votes."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import Day, Flag, Text, Whole, choice
from app.domain.vocabulary import ListCategory, VotingMode

MOST = 20_000


class ElectionListIn(SQLModel):
    """One list of candidates and what it obtained."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(
        min_length=1, max_length=80, title="Nom de la liste", description="Le nom de la liste, pas de personne. Exemple : FCPE"
    )
    category: ListCategory = Field(title="Catégorie")
    votes: Whole = Field(ge=0, le=MOST, title="Voix", description="Exemple : 126")
    candidates: Whole | None = Field(
        default=None, ge=0, le=200, title="Candidats titulaires", description="Si la liste a moins de candidats que de sièges."
    )
    seats: Whole | None = Field(
        default=None, ge=0, le=200, title="Sièges obtenus", description="Laissez vide : le calcul est fait."
    )


class ElectionIn(SQLModel):
    """What the official result sheet says. With `no_ballot` nothing was voted and only the seats remain."""

    model_config = ConfigDict(extra="forbid")

    held_on: Day = Field(title="Date du scrutin", description="Exemple : 09/10/2026")
    voting_modes: list[VotingMode] = Field(default_factory=list, max_length=3, title="Modes de vote")
    no_ballot: Flag = Field(default=False, title="Aucune liste : le scrutin n’a pas eu lieu")
    lots_drawn: Flag = Field(default=False, title="Des sièges ont été pourvus par tirage au sort")
    registered: Whole = Field(
        default=0, ge=0, le=MOST, title="Inscrits", description="Chaque parent vote : souvent deux par famille. Exemple : 362"
    )
    voters: Whole = Field(default=0, ge=0, le=MOST, title="Votants", description="Exemple : 159")
    blank_null: Whole = Field(default=0, ge=0, le=MOST, title="Blancs et nuls", description="Exemple : 9")
    seats: Whole = Field(ge=0, le=200, title="Sièges à pourvoir", description="Autant que de classes. Exemple : 9")
    seats_filled: Whole | None = Field(
        default=None, ge=0, le=200, title="Sièges pourvus", description="Laissez vide : la somme des listes."
    )
    held_with: Text | None = Field(
        default=None, max_length=8, title="Scrutin commun avec (UAI)", description="Pour des écoles regroupées. Exemple : 0990012J"
    )
    lists: list[ElectionListIn] = Field(default_factory=list, max_length=20, title="Listes")


class Election(SQLModel, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "year"),
        CheckConstraint("voters <= registered", name="voters_within"),
        CheckConstraint("blank_null <= voters", name="blank_within"),
        CheckConstraint("seats_filled <= seats", name="seats_within"),
        CheckConstraint("registered >= 0 AND voters >= 0 AND blank_null >= 0", name="counts"),
        CheckConstraint("seats >= 0 AND seats_filled >= 0", name="seat_counts"),
        CheckConstraint("NOT no_ballot OR voters = 0", name="no_ballot_no_voters"),
    )
    school_id: UUID = Field(foreign_key="school.id")
    year: str = Field(max_length=9)
    held_on: date
    voting_modes: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    no_ballot: bool = False
    lots_drawn: bool = False
    registered: int
    voters: int
    blank_null: int
    seats: int
    seats_filled: int
    held_with: str | None = Field(default=None, max_length=8)
    version: int = 1


class ElectionList(SQLModel, table=True):
    __tablename__ = "election_list"
    __table_args__ = (
        PrimaryKeyConstraint("school_id", "year", "position"),
        ForeignKeyConstraint(["school_id", "year"], ["election.school_id", "election.year"], ondelete="CASCADE"),
        UniqueConstraint("school_id", "year", "name"),
        CheckConstraint("votes >= 0", name="votes_count"),
        CheckConstraint("seats >= 0", name="seats_count"),
    )
    school_id: UUID
    year: str = Field(max_length=9)
    position: int
    name: str = Field(max_length=80)
    category: ListCategory = Field(sa_type=choice(ListCategory))
    votes: int
    candidates: int | None = None
    seats: int


class ElectionListOut(SQLModel):
    name: str
    category: ListCategory
    votes: int
    candidates: int | None
    seats: int


class ElectionOut(SQLModel):
    year: str
    held_on: date
    voting_modes: list[VotingMode]
    no_ballot: bool
    lots_drawn: bool
    registered: int
    voters: int
    blank_null: int
    valid: int
    seats: int
    seats_filled: int
    held_with: str | None
    lists: list[ElectionListOut]
    warnings: list[str]
    version: int
