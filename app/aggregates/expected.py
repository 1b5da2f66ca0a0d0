"""How many schools a total could have: what makes « 8 écoles sur 12 » honest."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.aggregates import queries
from app.aggregates.models import Breakdown
from app.domain.indicators import INDICATORS
from app.domain.transmitted import is_published_at_once
from app.domain.vocabulary import Sector


@dataclass(frozen=True, slots=True)
class Expected:
    """Schools open in a year, by (territory, cut, value); `voting` are those that elect representatives."""

    all: Mapping[tuple[UUID, str, str], int]
    voting: Mapping[tuple[UUID, str, str], int]

    def of(self, slug: str, territory: UUID, breakdown: Breakdown, value: str = "") -> int | None:
        """None for an indicator that a school may choose not to follow: nobody expects it."""
        indicator = INDICATORS[slug]
        if not indicator.is_official:
            return None
        counts = self.voting if is_published_at_once(indicator) else self.all
        return counts.get((territory, breakdown.value, value), 0)


def expected_in(
    db: Session,
    year: str,
    above: Mapping[UUID, UUID | None],
    circonscriptions: Collection[UUID] | None = None,
) -> Expected:
    """Count them in a year, in some circonscriptions or in all, and in every territory `above` them."""
    return _expected(queries.schools_expected(db, circonscriptions), year, above)


def expected_by_year(
    db: Session, years: Iterable[str], above: Mapping[UUID, UUID], circonscriptions: Collection[UUID] | None
) -> dict[str, Expected]:
    """The same for several years."""
    rows = queries.schools_expected(db, circonscriptions)
    return {year: _expected(rows, year, above) for year in years}


def _expected(
    rows: Iterable[queries.Open], year: str, above: Mapping[UUID, UUID | None] | Mapping[UUID, UUID]
) -> Expected:
    everyone: dict[tuple[UUID, str, str], int] = defaultdict(int)
    voting: dict[tuple[UUID, str, str], int] = defaultdict(int)
    for row in rows:
        if year < row.year or (row.until is not None and row.until <= year):
            continue
        cuts = (
            (Breakdown.NONE.value, ""),
            (Breakdown.PRIORITY.value, row.priority.value),
            (Breakdown.TYPE.value, row.type.value),
        )
        territory: UUID | None = row.circonscription_id
        while territory is not None:
            for cut, value in cuts:
                everyone[territory, cut, value] += row.schools
                if row.sector is not Sector.PRIVATE:
                    voting[territory, cut, value] += row.schools
            territory = above.get(territory)
    return Expected(everyone, voting)
