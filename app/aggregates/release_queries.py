"""Reads of releases: their cells, and what each of them counted of every school."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.aggregates.models import Breakdown, Hidden, Release, ReleaseCell, ReleasedFigure
from app.aggregates.place_queries import Place, everything_inside
from app.domain.vocabulary import TerritoryLevel
from app.prepared import Prepared, inside
from app.schools.models import Territory
from app.transmissions.models import PublishedFigure

_P = PublishedFigure.__table__  # the Core tables of the classes
_F = ReleasedFigure.__table__
_R, _CELL, _T = Release.__table__, ReleaseCell.__table__, Territory.__table__


def releases_of_term(db: Session, term: str) -> Sequence[Release]:
    """Every release of a term, the first one first."""
    return db.scalars(select(Release).where(col(Release.term) == term).order_by(col(Release.number))).all()


def last_term_released(db: Session) -> str | None:
    return db.execute(select(func.max(Release.term))).scalar_one()


def latest_release(db: Session) -> Release | None:
    """The last release of the last term that was released."""
    newest = select(Release).order_by(col(Release.term).desc(), col(Release.number).desc())
    return db.scalars(newest.limit(1)).one_or_none()


def releases_listed(db: Session, *, after: tuple[str, int], limit: int) -> Sequence[Release]:
    """Releases by term and number, those that come after (term, number)."""
    key = sa.tuple_(Release.term, Release.number)
    return db.scalars(
        select(Release)
        .where(key > sa.tuple_(*after))
        .order_by(col(Release.term), col(Release.number))
        .limit(limit)
    ).all()


class Cell(NamedTuple):
    """One total of a release as it is told; `as_of` is the moment of the release that its figure is from."""

    territory_id: UUID
    indicator: str
    term: str
    value: str
    counted: int | None
    out_of: int | None
    pupils: int | None
    schools_reporting: int
    schools_expected: int | None
    reason: Hidden | None
    as_of: datetime


def _latest_cells(*territories: sa.ColumnElement[bool]) -> Prepared:
    def many(name: str, kind: sa.types.TypeEngine[Any]) -> sa.BindParameter[Any]:
        return sa.bindparam(name, type_=kind, expanding=True)

    since, release = _R.alias("since"), _R.alias("latest")
    stretch = release.c.term.between(sa.bindparam("first"), sa.bindparam("last"))
    latest = (
        select(release.c.term, func.max(release.c.number).label("number"))
        .where(stretch)
        .group_by(release.c.term)
        .subquery()
    )
    cell = _CELL.c
    return Prepared(
        select(
            cell.territory_id, cell.indicator, cell.term, cell.value, cell.counted, cell.out_of, cell.pupils,
            cell.schools_reporting, cell.schools_expected, cell.reason, since.c.released_at,
        )
        .join(latest, sa.and_(latest.c.term == cell.term, latest.c.number == cell.number))
        .join(since, sa.and_(since.c.term == cell.term, since.c.number == cell.since))
        .join(_T, _T.c.id == cell.territory_id)
        .where(
            *territories,
            cell.indicator.in_(many("indicators", sa.String())),
            cell.breakdown == sa.bindparam("breakdown"),
        )
    )  # fmt: skip


_OF_LEVEL = _T.c.level == sa.bindparam("level")
_CELLS_OF_ONE = _latest_cells(_T.c.id == sa.bindparam("territory"))
_CELLS_EVERYWHERE = _latest_cells(_OF_LEVEL)
_CELLS_INSIDE = _latest_cells(_OF_LEVEL, _T.c.id.in_(everything_inside()))


def latest_cells(
    db: Session,
    within: Place,
    level: TerritoryLevel,
    indicators: Collection[str],
    terms: Collection[str],
    breakdown: Breakdown,
) -> list[Cell]:
    """The cells of the territories of a level inside one, in no order: of the latest release of each term.

    Of every term from the first to the last.
    """
    asked = {"indicators": indicators, "first": min(terms), "last": max(terms), "breakdown": breakdown}
    if within.level is level:
        rows = inside(db)(_CELLS_OF_ONE, asked | {"territory": within.id})
    elif within.level is TerritoryLevel.NATIONAL:
        rows = inside(db)(_CELLS_EVERYWHERE, asked | {"level": level})
    else:
        rows = inside(db)(_CELLS_INSIDE, asked | {"territory": within.id, "level": level})
    return list(map(Cell._make, rows))


def cells_of(db: Session, term: str, number: int) -> Sequence[sa.Row[Any]]:
    """Every cell of one release, with the level of its territory."""
    return db.execute(
        select(_CELL, Territory.level)
        .join(Territory, col(Territory.id) == _CELL.c.territory_id)
        .where(_CELL.c.term == term, _CELL.c.number == number)
    ).all()


def cells_opened(db: Session, term: str, number: int) -> Sequence[sa.Row[Any]]:
    """Every cell of one release with its territory's level, code, name and département, whole France first.

    `as_of` is the moment of the release that the figure comes from.
    """
    above = sa.orm.aliased(Territory)
    since = sa.orm.aliased(Release)
    return db.execute(
        select(
            _CELL,
            Territory.level,
            Territory.code,
            Territory.name,
            above.code.label("departement"),
            since.released_at.label("as_of"),
        )
        .join(Territory, col(Territory.id) == _CELL.c.territory_id)
        .join(since, sa.and_(since.term == _CELL.c.term, since.number == _CELL.c.since))
        .outerjoin(above, sa.and_(above.id == Territory.parent_id, above.level == TerritoryLevel.DEPARTEMENT))
        .where(_CELL.c.term == term, _CELL.c.number == number)
        .order_by(
            sa.case(_FROM_THE_TOP, value=Territory.level),
            Territory.name,
            Territory.id,
            _CELL.c.indicator,
            _CELL.c.breakdown,
            _CELL.c.value,
        )
    ).all()


_FROM_THE_TOP = {
    level: number
    for number, level in enumerate(
        (
            TerritoryLevel.NATIONAL,
            TerritoryLevel.ACADEMIE,
            TerritoryLevel.DEPARTEMENT,
            TerritoryLevel.CIRCONSCRIPTION,
        )
    )
}


_IS_SHOWN = _CELL.c.counted.is_not(None)
_COUNTS = (
    func.count(sa.case((sa.and_(_IS_SHOWN, _CELL.c.since == _CELL.c.number), 1))).label("shown"),
    func.count(sa.case((~_IS_SHOWN, 1))).label("hidden"),
    func.count(sa.case((sa.and_(_IS_SHOWN, _CELL.c.since < _CELL.c.number), 1))).label("kept"),
)


def counts_of_cells(db: Session, term: str, number: int) -> tuple[int, int, int]:
    """How many cells a release shows anew, hides, and keeps from the release before."""
    row = db.execute(select(*_COUNTS).where(_CELL.c.term == term, _CELL.c.number == number)).one()
    return row[0], row[1], row[2]


def releases_counted(db: Session) -> Sequence[sa.Row[Any]]:
    """(term, number, released_at, shown, hidden, kept) of every release, by term and number."""
    keys = (Release.term, Release.number, Release.released_at)
    return db.execute(
        select(*keys, *_COUNTS)
        .join(_CELL, sa.and_(_CELL.c.term == Release.term, _CELL.c.number == Release.number))
        .group_by(*keys)
        .order_by(col(Release.term), col(Release.number))
    ).all()


def terms_with_figures(db: Session) -> set[str]:
    """The terms in which a school published something, be it an election."""
    return set(db.scalars(select(_P.c.term).distinct()))


def published_of_term(db: Session, term: str) -> Sequence[sa.Row[Any]]:
    """What every school adds to a term now."""
    return db.execute(select(_P).where(_P.c.term == term).order_by(_P.c.school_id, _P.c.indicator)).all()


def figures_released(db: Session, term: str) -> Sequence[sa.Row[Any]]:
    """What every release of a term counted of each school, oldest first: a row where it changed."""
    return db.execute(select(_F).where(_F.c.term == term).order_by(_F.c.number)).all()


def add_release(
    db: Session, release: Release, cells: list[dict[str, Any]], figures: list[dict[str, Any]]
) -> None:
    db.add(release)
    db.flush()
    if cells:
        db.execute(sa.insert(_CELL), cells)
    if figures:
        db.execute(sa.insert(_F), figures)
