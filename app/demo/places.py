"""The places of the demonstration: twelve schools of one invented circonscription, and its neighbours.

Each quirk is a case a real circonscription has and a toy never shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from app.domain.uai import expected_letter
from app.domain.vocabulary import PriorityEducation, SchoolType, Sector

N, E, P = SchoolType.NURSERY, SchoolType.ELEMENTARY, SchoolType.PRIMARY
NONE, REP, REP_PLUS = PriorityEducation.NONE, PriorityEducation.REP, PriorityEducation.REP_PLUS


class Quirk(Enum):
    MISSING_TERM = auto()
    """Nobody typed the second term of last year."""
    NO_BALLOT = auto()
    """No list stood last October: the seats were drawn by lot."""
    UNFILLED = auto()
    """15 candidates for 17 seats."""
    CORRECTED = auto()
    """An event was typed wrong and corrected the next day."""
    MOVED = auto()
    """Joined the circonscription this year."""
    SILENT = auto()
    """Keeps its figures to itself."""
    FULL = auto()
    """Every family came."""
    EMPTY = auto()
    """Nobody came."""
    BY_GRADE = auto()
    """Counts its meetings class by class."""


@dataclass(frozen=True, slots=True)
class Place:
    number: int
    name: str
    commune: str
    type: SchoolType
    classes: int
    pupils: int
    priority: PriorityEducation = NONE
    sector: Sector = Sector.PUBLIC
    quirks: frozenset[Quirk] = field(default_factory=frozenset)
    start: float = 0.6
    """Share of pupils met individually in the first term of the story."""

    @property
    def uai(self) -> str:
        digits = f"099{self.number:04}"
        return digits + expected_letter(digits)

    @property
    def families(self) -> int:
        return round(self.pupils * 0.77)

    @property
    def voters_registered(self) -> int:
        """Each parent votes: a little under two a family."""
        return round(self.families * 1.85)


def _q(*quirks: Quirk) -> frozenset[Quirk]:
    return frozenset(quirks)


PLACES: Sequence[Place] = (
    Place(1, "École des Tilleuls", "Valmont", E, 9, 196, REP, quirks=_q(Quirk.CORRECTED), start=0.62),
    Place(2, "École du Vieux-Port", "Valmont", P, 11, 248, start=0.71),
    Place(3, "École du Col", "Saint-Aubin-le-Haut", P, 1, 17, quirks=_q(Quirk.FULL), start=0.9),
    Place(4, "École Sainte-Colombe", "Valmont", P, 8, 190, sector=Sector.PRIVATE, start=0.8),
    Place(5, "École de la Rivière", "Pont-d’Ormes", E, 6, 138, quirks=_q(Quirk.MISSING_TERM), start=0.55),
    Place(6, "École maternelle des Lilas", "Pont-d’Ormes", N, 5, 112, quirks=_q(Quirk.NO_BALLOT), start=0.68),
    Place(7, "École du Grand-Chêne", "Orval", P, 17, 401, quirks=_q(Quirk.UNFILLED), start=0.58),
    Place(8, "École de la Gare", "Orval", E, 7, 149, REP_PLUS, quirks=_q(Quirk.BY_GRADE), start=0.44),
    Place(9, "École des Trois-Fontaines", "Lurey", P, 3, 61, quirks=_q(Quirk.MOVED), start=0.65),
    Place(10, "École du Moulin", "Lurey", E, 4, 92, quirks=_q(Quirk.SILENT), start=0.5),
    Place(11, "École maternelle du Verger", "Valmont", N, 4, 88, REP, quirks=_q(Quirk.EMPTY), start=0.6),
    Place(12, "École du Plateau", "Saint-Aubin-le-Haut", P, 2, 34, start=0.7),
)
MAIN = PLACES[0]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A circonscription next door: what is published needs more schools than one inspector reads."""

    code: str
    name: str
    places: Sequence[Place]


NEIGHBOURS: Sequence[Neighbour] = (
    Neighbour(
        "0990901A",
        "Côte-aux-Ormes",
        (
            Place(13, "École du Phare", "Sablons", P, 8, 181, start=0.66),
            Place(14, "École des Dunes", "Sablons", E, 6, 142, start=0.58),
            Place(15, "École maternelle des Mouettes", "Sablons", N, 4, 97, start=0.7),
            Place(16, "École de la Pointe", "Roches-Vives", P, 3, 64, REP, start=0.52),
        ),
    ),
    Neighbour(
        "0990902B",
        "Plaine-du-Levant",
        (
            Place(17, "École des Moissons", "Champ-Clair", P, 10, 233, start=0.61),
            Place(18, "École du Lavoir", "Champ-Clair", E, 5, 118, REP, start=0.47),
            Place(19, "École des Peupliers", "Bréval", P, 6, 137, start=0.73),
            Place(20, "École de la Halle", "Bréval", E, 7, 160, REP_PLUS, start=0.42),
        ),
    ),
    Neighbour(
        "0990903C",
        "Monts-du-Couchant",
        (
            Place(21, "École du Belvédère", "Hautecombe", P, 5, 109, start=0.64),
            Place(22, "École des Sapins", "Hautecombe", E, 4, 86, REP, start=0.55),
            Place(23, "École maternelle du Torrent", "Vernay", N, 3, 71, start=0.69),
            Place(24, "École du Bourg", "Vernay", P, 9, 204, start=0.6),
        ),
    ),
)
