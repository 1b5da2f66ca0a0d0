"""What the ministry's files change: schools, their circonscriptions and the current year's profile.

A past year never moves, absence from a file closes nothing, and what a school confirmed itself is kept.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.actor import Actor
from app.accounts.audit import record, take_turn
from app.accounts.queries import service_note
from app.db import uuid7
from app.domain.school_year import SchoolYear, today_in, year_of
from app.errors import Conflict, Forbidden
from app.progress import Watch, unwatched
from app.schools import import_queries
from app.schools.circonscriptions import Circonscriptions
from app.schools.directory import ListedFigures, ListedSchool
from app.schools.exports import Reading
from app.schools.models import School, SchoolYearProfile


@dataclass
class Summary:
    """What one file changed. Every line is in one of these counts."""

    file: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """For the audit: the counts, not the lines."""
        return {
            "file": self.file,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "skipped": dict(self.skipped),
            "problems": len(self.problems),
        }


PLACE_WATCHERS: list[Callable[[Session, Collection[tuple[UUID, str]]], None]] = []
"""Who is told of the (school, year) pairs whose place, kind or opening changed, in the same transaction.

Figures count where a school was that year; a feature above this one (transmissions) moves its sums.
"""
_PLACE = ("circonscription_id", "type", "sector", "priority", "is_open")


@dataclass
class _Changes:
    """Rows to write at the end, set by set: never one by one."""

    new_schools: list[dict[str, Any]] = field(default_factory=list)
    schools: list[dict[str, Any]] = field(default_factory=list)
    new_profiles: list[dict[str, Any]] = field(default_factory=list)
    profiles: list[dict[str, Any]] = field(default_factory=list)
    moved: list[tuple[UUID, str]] = field(default_factory=list)

    def write(self, db: Session) -> None:
        import_queries.add_rows(db, School, self.new_schools)
        import_queries.rewrite_rows(db, School, self.schools)
        import_queries.add_rows(db, SchoolYearProfile, self.new_profiles)
        import_queries.rewrite_rows(db, SchoolYearProfile, self.profiles)
        for watcher in PLACE_WATCHERS if self.moved else ():
            watcher(db, self.moved)


def import_directory(
    db: Session, actor: Actor, file: Reading[ListedSchool], watch: Watch = unwatched
) -> Summary:
    """Bring schools and their current year to what the directory says. Raises Conflict on a demonstration.

    A circonscription exists when an école names it; a closed school that was never here stays away.
    """
    _refuse(db, actor, demo=True)
    turn = take_turn(db)
    summary = Summary(file.name, skipped=file.skipped.copy(), problems=list(file.problems))
    known = import_queries.schools_by_uai(db)
    years, before = _state(db, {row.departement for row in file.rows})
    places = Circonscriptions(db, file.codes)
    changes = _Changes()
    for listed in watch(file.rows, f"Écriture de {file.name}"):
        school = known.get(listed.uai)
        if school is None and not listed.is_open:
            summary.skipped["école fermée, jamais inscrite ici"] += 1
            continue
        place = None
        try:
            place = places.of(listed.circonscription)
        except ValueError as problem:
            summary.problems.append((listed.line, str(problem)))
        key = uuid7() if school is None else school.id
        changed = _note_school(changes, key, listed, school)
        profile = before.get(key)
        if listed.is_open:
            changed |= _note_profile(changes, key, listed, years[listed.departement], profile, place)
        elif profile is not None:
            changed |= _note(changes, key, years[listed.departement], profile, {"is_open": False})
        summary.created += school is None
        summary.updated += school is not None and changed
        summary.unchanged += not changed
    places.write(db)
    changes.write(db)
    summary.problems.sort()
    record(db, actor, turn, "directory.imported", f"file:{file.name}", after=summary.told())
    return summary


def import_figures(
    db: Session, actor: Actor, file: Reading[ListedFigures], watch: Watch = unwatched
) -> Summary:
    """Give each known school the pupils and classes of its latest rentrée in the file, for it to confirm."""
    _refuse(db, actor)
    turn = take_turn(db)
    summary = Summary(file.name, skipped=file.skipped.copy(), problems=list(file.problems))
    known = import_queries.schools_by_uai(db)
    years, before = _state(db, {school.departement for school in known.values()})
    changes = _Changes()
    wanted: dict[UUID, tuple[SchoolYear, ListedFigures]] = {}
    for listed in watch(file.rows, f"Écriture de {file.name}"):
        school = known.get(listed.uai)
        if school is None:
            summary.skipped["école qui n’est pas inscrite ici"] += 1
        elif listed.year > (year := years[school.departement]):
            summary.skipped["rentrée qui n’a pas eu lieu"] += 1
        elif school.id in wanted and wanted[school.id][1].year >= listed.year:
            summary.skipped["rentrée dépassée par une autre du fichier"] += 1
        else:
            summary.skipped["rentrée dépassée par une autre du fichier"] += school.id in wanted
            wanted[school.id] = year, listed
    left = Counter(
        reason
        for key, (year, listed) in wanted.items()
        if (reason := _note_figures(changes, key, listed, year, before.get(key)))
    )
    summary.skipped = +(summary.skipped + left)
    summary.updated = len(changes.new_profiles) + len(changes.profiles)
    summary.unchanged = len(wanted) - summary.updated - left.total()
    changes.write(db)
    record(db, actor, turn, "figures.imported", f"file:{file.name}", after=summary.told())
    return summary


def _refuse(db: Session, actor: Actor, *, demo: bool = False) -> None:
    if not actor.is_administrator:
        raise Forbidden()
    if demo and service_note(db, "demo") == "yes":
        raise Conflict("Cette base est une démonstration\u202f: les écoles réelles vont dans une autre.")


def _state(db: Session, departements: Iterable[str]) -> tuple[dict[str, SchoolYear], dict[UUID, Any]]:
    """The current school year of each département (overseas it starts earlier), and the profiles then."""
    moment = clock.now()
    years = {code: year_of(today_in(code, moment), code) for code in departements}
    before: dict[UUID, Any] = {}
    for year in set(years.values()):
        before |= import_queries.profiles_before(
            db, year, [code for code, its in years.items() if its == year]
        )
    return years, before


def _note_school(changes: _Changes, key: UUID, listed: ListedSchool, school: Any) -> bool:
    wanted = {
        "name": listed.name,
        "commune": listed.commune,
        "departement": listed.departement,
        "is_open": listed.is_open,
    }
    if school is None:
        changes.new_schools.append(
            wanted | {"id": key, "uai": listed.uai, "predecessor_uai": None, "version": 1}
        )
        return True
    if _same(school, wanted):
        return False
    changes.schools.append(
        wanted | {"version": school.version + 1, "at_id": key, "at_version": school.version}
    )
    return True


def _note_profile(
    changes: _Changes, key: UUID, listed: ListedSchool, year: SchoolYear, before: Any, place: UUID | None
) -> bool:
    """A line without circonscription says nothing about it; one without profile this year carries over."""
    keeps_ulis = before is not None and before.is_confirmed and before.year == year
    wanted = {
        "circonscription_id": place or (before.circonscription_id if before else None),
        "type": listed.type,
        "sector": listed.sector,
        "priority": listed.priority,
        "has_ulis": before.has_ulis if keeps_ulis else listed.has_ulis,
        "is_open": True,
    }
    return _note(changes, key, year, before, wanted)


def _note_figures(
    changes: _Changes, key: UUID, listed: ListedFigures, year: SchoolYear, before: Any
) -> str | None:
    """The reason why the figures are left, if they are."""
    if before is None:
        return "école sans profil"
    if before.is_confirmed and before.year == year:
        return "chiffres confirmés par l’école"
    if (before.figures_year or "") > listed.year:
        return "chiffres plus anciens que ceux de l’école"
    wanted = {"pupils": listed.pupils, "classes": listed.classes, "figures_year": str(listed.year)}
    _note(changes, key, year, before, wanted)
    return None


def _note(changes: _Changes, key: UUID, year: SchoolYear, before: Any, wanted: dict[str, Any]) -> bool:
    if before is None or any(
        getattr(before, name) != wanted.get(name, getattr(before, name)) for name in _PLACE
    ):
        changes.moved.append((key, str(year)))
    if before is None or before.year != year:
        changes.new_profiles.append(carried_over(before) | wanted | {"school_id": key, "year": str(year)})
        return True
    if _same(before, wanted):
        return False
    at = {"at_school_id": key, "at_year": str(year), "at_version": before.version}
    changes.profiles.append(wanted | {"version": before.version + 1} | at)
    return True


def carried_over(before: Any) -> dict[str, Any]:
    """The columns of a new year's profile: what the school was, until someone looks at it again."""
    kept = {
        name: getattr(before, name, None)
        for name in ("circonscription_id", "type", "sector", "priority", "pupils", "classes", "families")
    }
    typed_in = before.figures_year or before.year if before and before.pupils is not None else None
    return kept | {
        "has_ulis": before.has_ulis if before else False,
        "is_open": before.is_open if before else True,
        "figures_year": typed_in,
        "is_confirmed": False,
        "version": 1,
    }


def _same(row: Any, wanted: dict[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in wanted.items())
