"""The verbs of the yearly election. One result sheet feeds turnout, seats and blank votes."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from app.accounts.access import check_version, school_for, today_at
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, plain, record, take_turn
from app.accounts.reach_queries import is_visible
from app.domain.election import UnresolvedTie
from app.domain.french import fold
from app.domain.rates import NOT_APPLICABLE, Figure, Rate
from app.domain.school_year import SchoolYear
from app.domain.vocabulary import Sector, Source
from app.elections import queries
from app.elections.models import Election, ElectionIn, ElectionList, ElectionListIn, ElectionOut
from app.elections.results import computed_or_none, computed_seats, turnout_of, warnings_about
from app.errors import Conflict, FieldError, Invalid, Stale
from app.measurements.chains import FigureKey, put_only
from app.schools.models import School, SchoolYearProfile
from app.schools.queries import profile_at
from app.schools.service import calendar_for

TURNOUT, SEATS_FILLED, BLANK_NULL = "election_turnout", "seats_filled", "blank_null_votes"
NOT_CONCERNED = (
    "L’élection des représentants au conseil d’école concerne les écoles publiques\u202f: "
    "une école privée n’a rien à noter ici."
)


def record_election(
    db: Session, actor: Actor, uai: str, year: str, data: ElectionIn, version: int | None = None
) -> Election:
    """Write down the official result of a year, or replace it when `version` is the one that was read.

    Raises Conflict for a private school, and Invalid with the field when the numbers cannot be.
    """
    school = school_for(db, actor, uai, Task.RUN_ELECTION, year=year)
    refuse_private(db, school, year)
    turn = take_turn(db, school.id)
    row = queries.election_or_none(db, school.id, year)
    _check(row, version)
    columns, lists = _accepted(db, school, SchoolYear(year), data)
    before = None if row is None else _told(db, row)
    if row is None:
        row = Election(school_id=school.id, year=year, **columns)
        db.add(row)
    else:
        row.version += 1
        for name, value in columns.items():
            setattr(row, name, value)
    db.flush()
    queries.replace_lists(db, school.id, year, lists)
    _feed(db, actor, turn, row)
    verb = "election.corrected" if before else "election.recorded"
    record(db, actor, turn, verb, f"election:{year}", before=before, after=_told(db, row))
    return row


def delete_election(db: Session, actor: Actor, uai: str, year: str, version: int | None) -> None:
    """Take a result back, for one that was typed by mistake: what it fed is withdrawn."""
    school = school_for(db, actor, uai, Task.RUN_ELECTION, year=year)
    turn = take_turn(db, school.id)
    row = queries.election_or_404(db, school.id, year)
    check_version(row, version)
    before = _told(db, row)
    put_only(db, actor, turn, Source.ELECTION, {year: {}})
    queries.replace_lists(db, school.id, year, [])
    db.delete(row)
    db.flush()
    record(db, actor, turn, "election.deleted", f"election:{year}", before=before)


def is_concerned(profile: SchoolYearProfile | None) -> bool:
    """Only public schools elect representatives to a conseil d’école; `profile` is that of the year."""
    return profile is None or profile.sector is not Sector.PRIVATE


def proposed_seats(db: Session, school: School, year: str) -> int | None:
    """As many seats as classes; None when nobody said how many there are."""
    profile = profile_at(db, school.id, year)
    return profile.classes or None if profile else None


# --- reading -------------------------------------------------------------------------------------------


def seen_election(db: Session, actor: Actor, school: School, row: Election) -> ElectionOut:
    lists = queries.lists_of(db, school.id, [row.year])[row.year]
    return _out(db, school, row, lists, _turnout_seen(db, actor, school, SchoolYear(row.year).previous))


def elections_seen(db: Session, actor: Actor, school: School, *, after: str) -> list[ElectionOut]:
    """The elections of the years in which the school is the actor's to see, oldest first."""
    rows = queries.elections_of_school(db, school.id, after=after)
    seen = [row for row in rows if is_visible(db, actor, school.id, Task.SEE_ELECTIONS, row.year)]
    lists = queries.lists_of(db, school.id, [row.year for row in seen])
    turnouts = {row.year: turnout_of(row) for row in seen}
    if after:
        turnouts[after] = _turnout_seen(db, actor, school, after)
    return [
        _out(db, school, row, lists[row.year], turnouts.get(SchoolYear(row.year).previous)) for row in seen
    ]


def _turnout_seen(db: Session, actor: Actor, school: School, year: str) -> Rate | None:
    """A year's turnout, when that year is the actor's to see."""
    row = queries.election_or_none(db, school.id, year)
    if row is None or not is_visible(db, actor, school.id, Task.SEE_ELECTIONS, year):
        return None
    return turnout_of(row)


def _out(
    db: Session,
    school: School,
    row: Election,
    lists: Sequence[ElectionList],
    last_year: Rate | None,
) -> ElectionOut:
    computed = computed_or_none(lists, row.seats) or {}
    return ElectionOut.model_validate(
        plain(row)
        | {
            "valid": row.voters - row.blank_null,
            "lists": [
                {name: plain(getattr(one, name)) for name in _LIST_COLUMNS}
                | {"computed_seats": computed.get(one.name)}
                for one in lists
            ],
            "warnings": warnings_about(row, lists, proposed_seats(db, school, row.year), last_year),
        }
    )


_LIST_COLUMNS = ("name", "category", "votes", "candidates", "seats")


def _told(db: Session, row: Election) -> dict[str, Any]:
    """The election and its lists, as the audit keeps them."""
    lists = queries.lists_of(db, row.school_id, [row.year])[row.year]
    told: dict[str, Any] = plain(row)
    return told | {"lists": [{name: plain(getattr(one, name)) for name in _LIST_COLUMNS} for one in lists]}


# --- checks --------------------------------------------------------------------------------------------


def refuse_private(db: Session, school: School, year: str) -> None:
    if not is_concerned(profile_at(db, school.id, year)):
        raise Conflict(NOT_CONCERNED, code="private_school")


def _check(row: Election | None, version: int | None) -> None:
    """`version` None or 0 stands for « no result yet »."""
    current = row.version if row else 0
    if (version or 0) != current:
        raise Stale(current)


def _accepted(
    db: Session, school: School, year: SchoolYear, data: ElectionIn
) -> tuple[dict[str, Any], list[Mapping[str, Any]]]:
    """The columns of the election and of its lists, once everything was found to fit."""
    _check_day(db, school, year, data)
    columns: dict[str, Any] = data.model_dump(exclude={"lists", "voters", "blank_null"})
    columns |= {"voters": data.voters or 0, "blank_null": data.blank_null or 0}
    if data.held_with is not None:
        _check_held_with(school, data)
        return columns | {"seats": 0, "seats_filled": 0}, []
    seats = data.seats or proposed_seats(db, school, year)
    if seats is None:
        raise Invalid.one("seats", "Écrivez le nombre de sièges\u202f: autant que de classes.", "missing")
    lists = _with_seats(data, seats)
    by_lists = sum(row["seats"] for row in lists)
    columns |= {"seats": seats, "seats_filled": _filled(data, seats, by_lists)}
    return columns, lists


def _check_day(db: Session, school: School, year: SchoolYear, data: ElectionIn) -> None:
    calendar = calendar_for(db, school, year)
    if not calendar.first_day <= data.held_on <= calendar.last_day:
        raise Invalid.one("held_on", f"Écrivez une date de l’année scolaire {year}.", "outside_year")
    if data.held_on > today_at(school):
        raise Invalid.one("held_on", "Cette date n’est pas encore passée.", "future")


def _check_held_with(school: School, data: ElectionIn) -> None:
    """The other school is not looked up: its figures are its own, and so is being here."""
    if data.held_with == school.uai:
        raise Invalid.one(
            "held_with", "C’est l’UAI de votre école\u202f: laissez cette case vide.", "own_uai"
        )
    if data.no_ballot:
        told = "Choisissez\u202f: aucun scrutin, ou un scrutin tenu dans une autre école."
        raise Invalid.one("no_ballot", told, "held_elsewhere")
    if data.lists:
        told = "Les listes se notent une seule fois, dans l’école qui a tenu le scrutin."
        raise Invalid.one("lists/0/name", told, "held_elsewhere")


def _with_seats(data: ElectionIn, seats: int) -> list[Mapping[str, Any]]:
    """The rows of the lists; a list without typed seats gets the computed ones."""
    if data.no_ballot and data.lists:
        raise Invalid.one("lists/0/name", "Sans scrutin, il n’y a pas de liste.", "no_ballot")
    _check_lists(data)
    try:
        computed = computed_seats(data.lists, seats)
    except UnresolvedTie as tie:
        computed = {}
        _ask_for_seats(data.lists, tie)
    rows: list[Mapping[str, Any]] = []
    for one in data.lists:
        typed = one.model_dump()
        rows.append(typed | {"seats": computed[one.name] if one.seats is None else one.seats})
    if (given := sum(row["seats"] for row in rows)) > seats:
        told = f"Les listes ont {given} sièges en tout, pour {seats} à pourvoir."
        raise Invalid.one(f"lists/{len(rows) - 1}/seats", told, "too_many_seats")
    return rows


def _check_lists(data: ElectionIn) -> None:
    names = [fold(one.name) or one.name for one in data.lists]
    errors = [
        FieldError(f"/lists/{n}/name", "Deux listes portent ce nom\u202f: réunissez-les.", "taken")
        for n, name in enumerate(names)
        if name in names[:n]
    ]
    valid, votes = (data.voters or 0) - (data.blank_null or 0), sum(one.votes for one in data.lists)
    if votes > valid:
        told = f"Les listes ont {votes} voix en tout, pour {valid} suffrages exprimés."
        errors.append(FieldError(f"/lists/{len(names) - 1}/votes", told, "too_many_votes"))
    if errors:
        raise Invalid(errors)


def _ask_for_seats(lists: Sequence[ElectionListIn], tie: UnresolvedTie) -> None:
    told = (
        f"{' et '.join(tie.tied)} sont à égalité\u202f: le siège va à la liste du candidat le plus âgé. "
        "Écrivez les sièges de chaque liste."
    )
    missing = [n for n, one in enumerate(lists) if one.seats is None]
    if missing:
        raise Invalid([FieldError(f"/lists/{n}/seats", told, "tie") for n in missing])


def _filled(data: ElectionIn, seats: int, by_lists: int) -> int:
    """Seats filled, drawing of lots included. Without a list seats are filled by lots, or stay empty."""
    filled = data.seats_filled
    if filled is None and data.lots_drawn:
        told = "Écrivez le nombre de sièges pourvus, tirage au sort compris."
        raise Invalid.one("seats_filled", told, "missing")
    if filled is None and not data.lists and not data.no_ballot:
        raise Invalid.one(
            "seats_filled", "Écrivez les sièges pourvus, ou les listes et leurs voix.", "missing"
        )
    if filled is not None and filled > seats:
        raise Invalid.one("seats_filled", f"Il n’y a que {seats} sièges à pourvoir.", "too_many_seats")
    if filled and data.no_ballot and not data.lots_drawn:
        told = "Sans liste, un siège se pourvoit par tirage au sort\u202f: cochez cette case, ou écrivez 0."
        raise Invalid.one("seats_filled", told, "lots_not_drawn")
    return by_lists if filled is None else filled


# --- what it feeds -------------------------------------------------------------------------------------


def _feed(db: Session, actor: Actor, turn: Turn, row: Election) -> None:
    term = SchoolYear(row.year).terms[0]
    wanted = {
        FigureKey(row.school_id, term, indicator, source=Source.ELECTION, source_key=row.year): figure
        for indicator, figure in _figures(row).items()
    }
    put_only(db, actor, turn, Source.ELECTION, {row.year: wanted})


def _figures(row: Election) -> dict[str, Figure]:
    """Where nobody voted there is no turnout; where another school counted, its figures are its own."""
    figures = dict.fromkeys((TURNOUT, SEATS_FILLED, BLANK_NULL), NOT_APPLICABLE)
    if row.held_with is None:
        figures[SEATS_FILLED] = Figure.of(row.seats_filled, row.seats)
        if row.registered is not None and not row.no_ballot:
            figures[TURNOUT] = Figure.of(row.voters, row.registered)
            figures[BLANK_NULL] = Figure.of(row.blank_null, row.voters)
    return figures
