"""A territory by the code that people write."""

from sqlmodel import Session

from app.domain.territories import NATION
from app.domain.vocabulary import TerritoryLevel
from app.errors import NotFound
from app.schools import queries
from app.schools.models import Territory


def level_and_code(text: str) -> tuple[TerritoryLevel, str]:
    """By the ministry's codes: eight characters, a département's two or three, A and two for an académie, FR.

    The letter is needed: 24 is the Dordogne, and also the académie of Créteil. Raises NotFound.
    """
    typed = text.strip().upper()
    if typed == NATION:
        return TerritoryLevel.NATIONAL, NATION
    kinds = {8: TerritoryLevel.CIRCONSCRIPTION, 3: TerritoryLevel.DEPARTEMENT, 2: TerritoryLevel.DEPARTEMENT}
    level = TerritoryLevel.ACADEMIE if typed.startswith("A") else kinds.get(len(typed))
    if level is None:
        raise NotFound()
    return level, typed.removeprefix("A")


def territory_or_404(db: Session, code: str) -> Territory:
    found = queries.territory_or_none(db, *level_and_code(code))
    if found is None:
        raise NotFound()
    return found
