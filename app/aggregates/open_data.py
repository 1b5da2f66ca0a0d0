"""Open data: a release as a Data Package, the same bytes for everybody as long as it is the latest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.accounts.actor import NIL
from app.accounts.audit import version_of
from app.aggregates import release_queries
from app.aggregates.answering import sum_of_cell, written_code
from app.aggregates.answers import COLUMNS
from app.aggregates.models import Release
from app.aggregates.rows import figure_row
from app.domain.indicators import INDICATORS
from app.domain.release_rules import Hidden
from app.domain.school_year import Term
from app.errors import NotFound
from app.web.answers import encoded
from app.web.datapackage import OPEN_DATA, Package, descriptor, resource
from app.web.tabular import Column, Kind, Table

FIGURES, DICTIONARY = "aggregates", "indicators"
TABLES = (FIGURES, DICTIONARY)
KEY = ("level", "departement", "code", "name", "indicator", "term", "breakdown", "value")

_EMPTY_WHEN = {
    "code": "Vide pour une circonscription dont le code n’est pas connu.",
    "departement": "D’une circonscription\u202f; vide au-dessus.",
    "value": "Vide sans coupe.",
}
"""Text columns with empty cells: in a Table Schema an empty cell is nothing at all, and has to be allowed."""
_DEPARTEMENT = 3
"""Where the département stands among the columns of every other answer."""
_FIGURE_COLUMNS = tuple(
    replace(column, is_nullable=True, description=_EMPTY_WHEN[column.name])
    if column.name in _EMPTY_WHEN
    else column
    for column in (*COLUMNS[:_DEPARTEMENT], Column("departement", "Département"), *COLUMNS[_DEPARTEMENT:])
)
_DICTIONARY_COLUMNS = (
    Column("indicator", "Indicateur"),
    Column("title", "Intitulé"),
    Column("counted", "Ce qui est compté"),
    Column("out_of", "Parmi", description="Rien pour un simple nombre.", is_nullable=True),
    Column("unit", "Unité"),
    Column("every", "Rythme", description="term\u202f: au trimestre\u202f; year\u202f: en T1."),
    Column("is_official", "De la fiche", Kind.BOOLEAN),
    Column("source", "Source"),
)
_SOURCES = (
    ("Ce que les écoles ont transmis, et les procès-verbaux de l’élection des représentants des parents", ""),
    (
        "Annuaire de l’éducation (ministère chargé de l’Éducation nationale)",
        "https://data.education.gouv.fr/explore/dataset/fr-en-annuaire-education/",
    ),
)


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """A release that anyone may read. `state` changes whenever the bytes of one of its files could."""

    term: Term
    number: int
    released_at: datetime
    state: tuple[object, ...]

    @property
    def name(self) -> str:
        """As it is written in an address: 2026-2027-T1.2"""
        return f"{self.term}.{self.number}"


def latest(db: Session) -> OpenRelease:
    """The last release of the last term that was released. Raises NotFound before the first one."""
    found = release_queries.latest_release(db)
    if found is None:
        told = "Rien n’est encore publié\u202f: les données ouvertes commencent avec la première publication."
        raise NotFound(told, code="nothing_released")
    return _open(db, found)


def release_named(db: Session, name: str) -> OpenRelease:
    """Any release by its name. Raises NotFound."""
    term, _, number = name.rpartition(".")
    is_number = number.isascii() and number.isdecimal() and len(number) < 6
    found = db.get(Release, (term, int(number))) if is_number else None
    if found is None:
        raise NotFound("Cette publication n’existe pas\u202f: GET /api/v1/open-data/ mène à la dernière.")
    return _open(db, found)


def _open(db: Session, release: Release) -> OpenRelease:
    # The names of territories are not part of a release: an import, which is a turn, may change them.
    state = (release.term, release.number, release.released_at, version_of(db, NIL))
    return OpenRelease(Term(release.term), release.number, release.released_at, state)


def package_of(release: OpenRelease, files: Mapping[str, bytes], folder: str) -> dict[str, Any]:
    """The descriptor. `folder` leads from its address to the files, which are the ones it was given."""
    package = Package(
        name=f"confiance-{release.term.lower()}",
        title=f"Les relations entre l’école et les parents, {release.term.label}",
        description=_ABOUT,
        version=release.name,
        created=release.released_at,
        sources=_SOURCES,
        keywords=("école primaire", "parents d’élèves", "élections des représentants"),
    )
    tables = {FIGURES: figures_of(release, ()), DICTIONARY: dictionary()}
    keys = {FIGURES: KEY, DICTIONARY: ("indicator",)}
    return descriptor(
        package,
        [resource(tables[name], files[name], path=f"{folder}{name}.csv", key=keys[name]) for name in TABLES],
    )


_ABOUT = (
    "Totaux par circonscription, département, académie et pour la France, de ce que les écoles ont choisi de "
    "transmettre, et des élections. Les taux sont Σ/Σ, jamais une moyenne de taux. Un total qui laisserait "
    "trouver une école ou une famille n’est pas montré\u202f: la case est vide, `suppressed` vaut true, et "
    "`reason` dit pourquoi ("
    + "\u202f; ".join(f"{reason.value}\u202f: {reason.label}" for reason in Hidden)
    + "). Aucun classement\u202f: peu d’écoles comptées sur beaucoup d’attendues ne décrit pas un territoire."
)


def file_of(db: Session, release: OpenRelease, name: str) -> bytes:
    """One table of the package, whole."""
    if name == DICTIONARY:
        return encoded(dictionary(), OPEN_DATA)
    rows = _rows(db, release)
    return encoded(figures_of(release, rows), OPEN_DATA)


def figures_of(release: OpenRelease, rows: Any) -> Table:
    told = "Une ligne par territoire, indicateur, coupe et valeur de la coupe."
    return Table(FIGURES, f"Totaux publiés, {release.term.label}", _FIGURE_COLUMNS, rows, told)


def dictionary() -> Table:
    rows = [
        (
            one.slug,
            one.title,
            one.counted,
            one.out_of,
            one.unit[1],
            one.every,
            one.is_official,
            one.source,
        )
        for one in INDICATORS.values()
    ]
    return Table(DICTIONARY, "Les indicateurs", _DICTIONARY_COLUMNS, rows, "Ce que compte chaque indicateur.")


def _rows(db: Session, release: OpenRelease) -> Iterator[tuple[object, ...]]:
    for row in release_queries.cells_opened(db, release.term, release.number):
        code, found = written_code(row.level, row.code), sum_of_cell(row)
        cell = row.indicator, release.term, row.breakdown, row.value
        told = figure_row(row.level, code, row.name, *cell, found)
        yield *told[:_DEPARTEMENT], row.departement or "", *told[_DEPARTEMENT:]
