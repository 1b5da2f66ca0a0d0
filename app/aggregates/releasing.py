"""Releases: the totals above the school, frozen term by term, with nothing to find by subtraction.

Preparing reads and decides, which takes seconds on a national set; publishing only writes. What may be shown
is decided by app.domain.release.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.actor import Actor
from app.accounts.audit import record, take_turn
from app.aggregates import queries, release_queries
from app.aggregates.expected import Expected, expected_in
from app.aggregates.models import Breakdown, PublicationOut, Release, ReleaseCell, ReleasedFigure
from app.aggregates.place_queries import parents
from app.aggregates.weighing import weigh_levers
from app.domain.indicators import INDICATORS
from app.domain.rates import Rate
from app.domain.release import Cell, Exposed, Hidden, Part, Released, decide_release, members_of
from app.domain.release_rules import CHANGES_OF_PERSONS, LEVELS
from app.domain.school_year import Term
from app.domain.transmitted import base_of
from app.domain.vocabulary import Role
from app.errors import Conflict, Forbidden
from app.schools.queries import nation

Figures = Mapping[tuple[UUID, str], Mapping[str, Any]]
"""(school, indicator) → its columns of `published_figure`."""
MOST_ON_A_PAGE = 3000
"""Published figures that a page may release while somebody waits; more are for the command."""


@dataclass
class Prepared:
    """A release that is decided and not written yet."""

    term: Term
    number: int
    state: object
    """What it was decided on; anything else means that something changed meanwhile."""
    cells: list[dict[str, Any]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)

    @property
    def seal(self) -> str:
        """Stands for what it was decided on: who has read a preview sends it back."""
        return sha256(repr((self.term, self.state)).encode()).hexdigest()[:16]


def may_release(db: Session, actor: Actor) -> bool:
    """An authority over the whole country, or the operator at the keyboard of the server."""
    above_all = actor.territories.get(nation(db).id) is Role.AUTHORITY
    return above_all or (actor.user_id is None and actor.is_administrator)


def prepare_release(db: Session, actor: Actor, term: Term, *, most: int | None = None) -> Prepared:
    """Decide the next release of a term from what is published now.

    Raises Forbidden for who may not, and Conflict when nothing is published, when fewer than 3 schools with
    11 families in all have changed since the last one, when there are more than `most` figures, or when what
    was released before would give away a figure that must now be hidden.
    """
    if not may_release(db, actor):
        raise Forbidden()
    now = {
        (row.school_id, row.indicator): dict(row._mapping)
        for row in release_queries.published_of_term(db, term)
    }
    if not now:
        raise Conflict("Aucune école n’a encore transmis ce trimestre.", code="nothing_published")
    if most is not None and len(now) > most:
        told = f"Il y a trop de chiffres pour une page\u202f: lancez python -m app publish {term}."
        raise Conflict(told, code="too_large")
    history = _history(db, term)
    last = history[-1] if history else {}
    changed = {key for key in now.keys() | last.keys() if _kept(now.get(key)) != _kept(last.get(key))}
    if history:
        _refuse_few_changes(changed, now, last)
    prepared = Prepared(term, len(history) + 1, decided_on(db, term))
    prepared.figures = [_figure(key, now.get(key), last.get(key), prepared) for key in sorted(changed)]
    _decide(db, prepared, now, history)
    return prepared


def publish_release(
    db: Session, actor: Actor, prepared: Prepared, *, seal: str | None = None
) -> PublicationOut:
    """Write a prepared release. Raises Conflict when something was transmitted or released meanwhile.

    `seal` is that of the preview somebody read: what was decided since on other figures is refused too.
    """
    if not may_release(db, actor):
        raise Forbidden()
    if seal is not None and seal != prepared.seal:
        told = "Une école a transmis depuis l’aperçu\u202f: relisez-le, puis publiez."
        raise Conflict(told, code="changed_since_preview")
    turn = take_turn(db)
    if decided_on(db, prepared.term) != prepared.state:
        told = "Une école a transmis pendant le calcul\u202f: recommencez."
        raise Conflict(told, code="changed_meanwhile")
    release = Release(
        term=prepared.term, number=prepared.number, released_at=clock.now(), released_by=actor.user_id
    )
    release_queries.add_release(db, release, prepared.cells, prepared.figures)
    if prepared.term == prepared.term.year.terms[-1]:
        weigh_levers(db, prepared.term.year)
    record(db, actor, turn, "term.released", f"release:{release.term}:{release.number}", after=release)
    return publication(db, release)


def publication(db: Session, release: Release) -> PublicationOut:
    shown, hidden, kept = release_queries.counts_of_cells(db, release.term, release.number)
    return PublicationOut(**release.model_dump(), shown=shown, hidden=hidden, kept=kept)


def decided_on(db: Session, term: Term) -> object:
    """Stands for all that a release of the term rests on: anything transmitted or released changes it."""
    return len(release_queries.releases_of_term(db, term)), queries.live_version(db)


# --- what was counted before ---------------------------------------------------------------------------


def _history(db: Session, term: Term) -> list[dict[tuple[UUID, str], dict[str, Any]]]:
    """What each release of the term counted of every school, oldest first."""
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for found in release_queries.figures_released(db, term):
        rows[found.number].append(dict(found._mapping))
    counted: dict[tuple[UUID, str], dict[str, Any]] = {}
    history = []
    for release in release_queries.releases_of_term(db, term):
        for row in rows[release.number]:
            counted[row["school_id"], row["indicator"]] = row
        history.append({key: row for key, row in counted.items() if row["counted"] is not None})
    return history


_KEPT = ("circonscription_id", "priority", "type", "counted", "out_of", "pupils", "is_small")


def _kept(row: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if row is None else tuple(row[name] for name in _KEPT)


def _figure(
    key: tuple[UUID, str], now: Mapping[str, Any] | None, last: Mapping[str, Any] | None, prepared: Prepared
) -> dict[str, Any]:
    """The row that says what a release counts of a school from now on; nothing when it left."""
    source = now or last
    assert source is not None
    row = {name: source[name] for name in _KEPT} | {"school_id": key[0], "indicator": key[1]}
    if now is None:
        row |= {"counted": None, "out_of": None}
    return {name: (row | {"term": prepared.term, "number": prepared.number})[name] for name in _COLUMNS}


_COLUMNS = tuple(ReleasedFigure.model_fields)


def _refuse_few_changes(changed: Iterable[tuple[UUID, str]], now: Figures, last: Figures) -> None:
    families: dict[UUID, int] = defaultdict(int)
    for school, indicator in changed:
        row = now.get((school, indicator)) or last[school, indicator]
        base = base_of(Rate(row["counted"], row["out_of"]), row["pupils"])
        families[school] = max(families[school], base)
    if len(families) < CHANGES_OF_PERSONS.schools or sum(families.values()) < CHANGES_OF_PERSONS.base:
        told = (
            "Moins de trois écoles ont changé depuis la dernière publication\u202f: en comparant les deux, "
            "on trouverait leurs chiffres. Publiez plus tard."
        )
        raise Conflict(told, code="too_few_changes")


# --- the cells -----------------------------------------------------------------------------------------


def _decide(db: Session, prepared: Prepared, now: Figures, history: Sequence[Figures]) -> None:
    above = parents(db)
    expected = expected_in(db, prepared.term.year, above)
    cells = [release_queries.cells_of(db, prepared.term, number) for number in range(1, prepared.number)]
    for slug in sorted({indicator for _, indicator in now}):
        parts = _parts(now, slug, above)
        earlier = [
            Released(
                _parts(counted, slug, above),
                {_cell(row) for row in rows if _is_shown_first(row, slug)},
            )
            for counted, rows in zip(history, cells, strict=True)
        ]
        former = {
            _cell(row): row for rows in cells for row in rows if row.indicator == slug and row.reason is None
        }
        verdicts = _verdicts(parts, slug, earlier)
        members = members_of(parts)
        for cell, reason in verdicts.items():
            row = _row(prepared, slug, cell, members[cell], expected)
            if reason is not None:
                row |= {"counted": None, "out_of": None, "pupils": None, "reason": reason}
            if reason is not None and cell in former:
                row |= {name: getattr(former[cell], name) for name in _CARRIED}
            prepared.cells.append(row)


def _verdicts(parts: Sequence[Part], slug: str, earlier: Sequence[Released]) -> dict[Cell, Hidden | None]:
    try:
        return decide_release(parts, INDICATORS[slug].counts, earlier)
    except Exposed as found:
        told = (
            f"{INDICATORS[slug].title}\u202f: les publications déjà faites de ce trimestre suffiraient à "
            "retrouver un chiffre qui doit rester caché. Rien n’a été publié."
        )
        raise Conflict(told, code="exposed") from found


_CARRIED = ("counted", "out_of", "pupils", "schools_reporting", "schools_expected", "reason", "since")
"""What a cell that is not renewed keeps of the release that showed it last."""


def _is_shown_first(row: Any, slug: str) -> bool:
    return row.indicator == slug and row.reason is None and row.since == row.number


def _parts(figures: Figures, slug: str, above: Mapping[UUID, UUID | None]) -> list[Part]:
    return [
        _part(str(school), row, above) for (school, indicator), row in figures.items() if indicator == slug
    ]


def _part(school: str, row: Mapping[str, Any], above: Mapping[UUID, UUID | None]) -> Part:
    return Part(
        school=school,
        path=path_of(row["circonscription_id"], above),
        cuts=(row["priority"].value, row["type"].value),
        counted=row["counted"],
        out_of=row["out_of"],
        base=base_of(Rate(row["counted"], row["out_of"]), row["pupils"]),
        is_small=row["is_small"],
    )


def path_of(circonscription: UUID, above: Mapping[UUID, UUID | None]) -> tuple[str, str, str, str]:
    """The circonscription and the three territories above it."""
    path = [circonscription]
    while len(path) < len(LEVELS):
        parent = above[path[-1]]
        assert parent is not None
        path.append(parent)
    return str(path[0]), str(path[1]), str(path[2]), str(path[3])


def _cell(row: Any) -> Cell:
    return Cell(str(row.territory_id), row.level.value, row.breakdown.value, row.value)


def _row(
    prepared: Prepared, slug: str, cell: Cell, members: Sequence[Part], expected: Expected
) -> dict[str, Any]:
    is_rate = INDICATORS[slug].is_rate
    knows_pupils = INDICATORS[slug].per_pupils and all(part.base for part in members)
    breakdown = Breakdown(cell.breakdown)
    row = {
        "territory_id": UUID(cell.territory),
        "term": prepared.term,
        "number": prepared.number,
        "indicator": slug,
        "breakdown": breakdown,
        "value": cell.value,
        "counted": sum(part.counted for part in members),
        "out_of": sum(part.out_of or 0 for part in members) if is_rate else None,
        "pupils": sum(part.base for part in members) if knows_pupils else None,
        "schools_reporting": len(members),
        "schools_expected": expected.of(slug, UUID(cell.territory), breakdown, cell.value),
        "reason": None,
        "since": prepared.number,
    }
    return {name: row[name] for name in ReleaseCell.model_fields}
