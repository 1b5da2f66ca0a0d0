"""The yearly election of the parents' representatives: one record feeds turnout, seats and blank votes."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from pydantic import ConfigDict, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import Day, Flag, Text, Whole, choice
from app.domain.ballot_text import MOST_CHARACTERS
from app.domain.uai import check_uai
from app.domain.vocabulary import ListCategory, VotingMode

MOST = 20_000


class ElectionListIn(SQLModel):
    """One list of candidates and what it obtained."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(
        min_length=1,
        max_length=80,
        title="Nom de la liste",
        description="Le nom de la liste, pas de personne. Exemple\u202f: FCPE",
    )
    category: ListCategory = Field(title="Catégorie")
    votes: Whole = Field(ge=0, le=MOST, title="Voix", description="Exemple\u202f: 126")
    candidates: Whole | None = Field(
        default=None,
        ge=0,
        le=200,
        title="Candidats titulaires",
        description="Si la liste a moins de candidats que de sièges.",
    )
    seats: Whole | None = Field(
        default=None,
        ge=0,
        le=200,
        title="Sièges obtenus",
        description="Laissez vide\u202f: le calcul est fait.",
    )


_COUNTED: JsonDict = {name: {"type": "integer"} for name in ("registered", "voters", "blank_null")}


class ElectionIn(SQLModel):
    """What the official result sheet says.

    With `no_ballot` nobody voted, and seats are filled by drawing lots among volunteers. With `held_with` the
    figures are on the page of the school that held the ballot, and none are given here.
    """

    model_config = ConfigDict(
        extra="forbid",
        validate_default=True,  # a number that is missing is judged by what was said before it
        json_schema_extra={
            "anyOf": [
                {"required": ["registered", "voters", "blank_null"], "properties": _COUNTED},
                {"required": ["no_ballot"], "properties": {"no_ballot": {"const": True}}},
                {"required": ["held_with"], "properties": {"held_with": {"type": "string"}}},
            ],
            "examples": [
                {
                    "held_on": "2026-10-09",
                    "voting_modes": ["in_person", "by_post"],
                    "registered": 362,
                    "voters": 159,
                    "blank_null": 9,
                    "seats": 9,
                    "lists": [
                        {"name": "FCPE", "category": "fcpe", "votes": 100},
                        {"name": "Parents de l’école", "category": "local_association", "votes": 50},
                    ],
                }
            ],
        },
    )

    held_on: Day = Field(title="Date du scrutin", description="Exemple\u202f: 09/10/2026")
    voting_modes: list[VotingMode] = Field(default_factory=list, max_length=3, title="Modes de vote")
    held_with: Text | None = Field(
        default=None,
        max_length=12,
        title="École qui a tenu le scrutin (UAI)",
        description="Seulement pour des écoles regroupées qui votent ensemble. Exemple\u202f: 0990012J",
    )
    no_ballot: Flag = Field(default=False, title="Aucune liste\u202f: le scrutin n’a pas eu lieu")
    lots_drawn: Flag = Field(
        default=False, title="Des sièges ont été pourvus par tirage au sort entre parents volontaires"
    )
    registered: Whole | None = Field(
        default=None,
        ge=0,
        le=MOST,
        title="Inscrits",
        description="Chaque parent vote\u202f: souvent deux par famille. Exemple\u202f: 362",
    )
    voters: Whole | None = Field(
        default=None, ge=0, le=MOST, title="Votants", description="Émargements. Exemple\u202f: 159"
    )
    blank_null: Whole | None = Field(
        default=None, ge=0, le=MOST, title="Blancs et nuls", description="Exemple\u202f: 9"
    )
    seats: Whole | None = Field(
        default=None,
        ge=1,
        le=200,
        title="Sièges à pourvoir",
        description="Autant que de classes. Exemple\u202f: 9",
    )
    seats_filled: Whole | None = Field(
        default=None,
        ge=0,
        le=200,
        title="Sièges pourvus",
        description="Laissez vide\u202f: c’est la somme des listes, sauf tirage au sort.",
    )
    lists: list[ElectionListIn] = Field(default_factory=list, max_length=20, title="Listes")

    @field_validator("held_with")
    @classmethod
    def _is_uai(cls, value: str | None) -> str | None:
        return None if value is None else check_uai(value)

    @field_validator("registered", "voters", "blank_null", "seats", "seats_filled")
    @classmethod
    def _given_here(cls, value: int | None, info: ValidationInfo) -> int | None:
        """A ballot has its three counts; where nobody voted, or where another school counted, it has none."""
        if not {"held_with", "no_ballot"} <= info.data.keys():
            return value  # one of them is refused already
        counts = {"registered", "voters", "blank_null"}
        if info.data["held_with"] is not None:
            if value:
                raise ValueError("Ce nombre se note une seule fois, dans l’école qui a tenu le scrutin.")
        elif info.data["no_ballot"]:
            if value and info.field_name in counts - {"registered"}:
                raise ValueError("Personne n’a voté\u202f: laissez cette case vide.")
        elif value is None and info.field_name in counts:
            raise PydanticCustomError("missing", "an answer is missing")
        elif value == 0 and info.field_name == "registered":
            raise ValueError("Un scrutin a des inscrits\u202f: écrivez leur nombre.")
        return value

    @field_validator("voters")
    @classmethod
    def _voters_within(cls, value: int | None, info: ValidationInfo) -> int | None:
        registered = info.data.get("registered")
        if value is not None and registered is not None and value > registered:
            raise ValueError(f"Il ne peut pas y avoir plus de votants que d’inscrits ({registered}).")
        return value

    @field_validator("blank_null")
    @classmethod
    def _blank_within(cls, value: int | None, info: ValidationInfo) -> int | None:
        voters = info.data.get("voters")
        if value is not None and voters is not None and value > voters:
            raise ValueError(f"Il ne peut pas y avoir plus de bulletins que de votants ({voters}).")
        return value


class Election(SQLModel, table=True):
    """One a school and year. `registered` is unknown (NULL) where nobody voted and nobody said."""

    __table_args__ = (
        PrimaryKeyConstraint("school_id", "year"),
        CheckConstraint("voters <= registered", name="voters_within"),
        CheckConstraint("registered IS NOT NULL OR voters = 0", name="voters_of_some"),
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
    registered: int | None = None
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
        ForeignKeyConstraint(
            ["school_id", "year"], ["election.school_id", "election.year"], ondelete="CASCADE"
        ),
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
    """One list; `computed_seats` is what the largest remainder gives, NULL when lists are level."""

    name: str
    category: ListCategory
    votes: int
    candidates: int | None
    seats: int
    computed_seats: int | None


class ElectionOut(SQLModel):
    """A result as it is read: `valid` and `warnings` are worked out, nothing of them is stored."""

    year: str
    held_on: date
    voting_modes: list[VotingMode]
    no_ballot: bool
    lots_drawn: bool
    registered: int | None
    voters: int
    blank_null: int
    valid: int
    seats: int
    seats_filled: int
    held_with: str | None
    lists: list[ElectionListOut]
    warnings: list[str]
    version: int


class BallotTextIn(SQLModel):
    """The text of a result sheet. It is read and forgotten: nothing of it is kept."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "text": "Scrutin du 09/10/2026\nÉlecteurs inscrits\u202f: 362\nVotants\u202f: 159\n"
                    "Bulletins blancs ou nuls\u202f: 9\nListe\tVoix\tSièges\nFCPE\t150\t9"
                }
            ]
        },
    )

    text: str = Field(
        min_length=1,
        max_length=MOST_CHARACTERS,
        title="Le texte du procès-verbal",
        description="Copié d’un PDF, de l’application du ministère ou d’un tableur. Rien n’en est gardé.",
    )


class ProposedList(SQLModel):
    """One list as it was read; what the text does not say is absent."""

    name: str | None = None
    category: ListCategory | None = None
    votes: int | None = None
    candidates: int | None = None
    seats: int | None = None


class ProposedElection(SQLModel):
    """The fields of `ElectionIn` that the text gives in one reading only; complete it, then PUT it."""

    held_on: date | None = None
    registered: int | None = None
    voters: int | None = None
    blank_null: int | None = None
    seats: int | None = None
    seats_filled: int | None = None
    lists: list[ProposedList] = Field(default_factory=list)


class ReadOn(SQLModel):
    """Where a value was read: `field` as in `ElectionIn` (`lists/0` for a list), `label` in French."""

    field: str
    label: str
    value: str
    line: int
    text: str


class UnreadLine(SQLModel):
    line: int
    text: str


class BallotReadingOut(SQLModel):
    """A proposal, where each value comes from, what is doubtful, and the lines with a figure left aside."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "proposed": {
                        "registered": 362,
                        "lists": [{"name": "FCPE", "category": "fcpe", "votes": 150}],
                    },
                    "read": [
                        {
                            "field": "registered",
                            "label": "inscrits",
                            "value": "362",
                            "line": 2,
                            "text": "Électeurs inscrits\u202f: 362",
                        }
                    ],
                    "doubts": [],
                    "not_understood": [{"line": 9, "text": "Salle 12"}],
                }
            ]
        }
    )

    proposed: ProposedElection
    read: list[ReadOn]
    doubts: list[str]
    not_understood: list[UnreadLine]
