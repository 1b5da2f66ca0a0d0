"""A territory by the code that people write."""

from sqlmodel import Session

from app.domain.territories import NATION
from app.domain.vocabulary import TerritoryLevel
from app.errors import NotFound
from app.schools import queries
from app.schools.models import Territory


def territory_or_404(db: Session, code: str) -> Territory:
    """By the ministry's codes: eight characters, a département's two or three, A and two for an académie, FR.

    The letter is needed: 24 is the Dordogne, and also the académie of Créteil.
    """
    typed = code.strip().upper()
    if typed == NATION:
        return queries.nation(db)
    kinds = {8: TerritoryLevel.CIRCONSCRIPTION, 3: TerritoryLevel.DEPARTEMENT, 2: TerritoryLevel.DEPARTEMENT}
    level = TerritoryLevel.ACADEMIE if typed.startswith("A") else kinds.get(len(typed))
    found = queries.territory_or_none(db, level, typed.removeprefix("A")) if level else None
    if found is None:
        raise NotFound()
    return found
