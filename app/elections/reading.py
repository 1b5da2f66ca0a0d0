"""A pasted result sheet becomes a proposal: it fills the form or a body, and stores nothing."""

from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.domain.ballot_text import NAMES, BallotReading, read_ballot
from app.domain.french import NARROW
from app.domain.school_year import SchoolYear
from app.elections.models import (
    BallotReadingOut,
    BallotTextIn,
    ProposedElection,
    ProposedList,
    ReadOn,
    UnreadLine,
)
from app.elections.service import refuse_private
from app.schools.models import School
from app.schools.service import calendar_for


def read_result(db: Session, actor: Actor, uai: str, year: str, data: BallotTextIn) -> BallotReadingOut:
    """What a pasted sheet says of the year's election. Nothing is stored, and no audit event is left.

    Raises what `record_election` would: the school must be the actor's to write, and a public one.
    """
    school = school_for(db, actor, uai, Task.RUN_ELECTION, year=year)
    refuse_private(db, school, year)
    reading = read_ballot(data.text)
    return BallotReadingOut(
        proposed=_proposed(reading),
        read=_read_on(reading),
        doubts=[*reading.doubts, *_beside_the_year(db, school, SchoolYear(year), reading)],
        not_understood=[UnreadLine(line=one.line, text=one.text[:300]) for one in reading.not_understood],
    )


def _proposed(reading: BallotReading) -> ProposedElection:
    values: dict[str, Any] = {name: found.value for name, found in reading.values.items()}
    lists = [
        ProposedList(
            name=one.name, category=one.category, votes=one.votes, candidates=one.candidates, seats=one.seats
        )
        for one in reading.lists
    ]
    return ProposedElection(**values, lists=lists)


def _read_on(reading: BallotReading) -> list[ReadOn]:
    rows = [
        ReadOn(
            field=name,
            label=NAMES[name],
            value=f"{found.value:%d/%m/%Y}" if isinstance(found.value, date) else str(found.value),
            line=found.line,
            text=found.text[:300],
        )
        for name, found in reading.values.items()
    ]
    for n, one in enumerate(reading.lists):
        numbers = ((one.votes, "voix"), (one.candidates, "candidats"), (one.seats, "sièges"))
        said = [f"{number} {what}" for number, what in numbers if number is not None]
        if one.category is not None:
            said.append(one.category.label)
        name = one.name or "sans nom"
        rows.append(
            ReadOn(
                field=f"lists/{n}",
                label=f"liste {n + 1}",
                value=", ".join([name, *said]),
                line=one.line,
                text="",
            )
        )
    return rows


def _beside_the_year(db: Session, school: School, year: SchoolYear, reading: BallotReading) -> list[str]:
    day = reading.value("held_on")
    calendar = calendar_for(db, school, year)
    if not isinstance(day, date) or calendar.first_day <= day <= calendar.last_day:
        return []
    return [
        f"Le scrutin du {day:%d/%m/%Y} n’est pas de l’année scolaire {year}{NARROW}: "
        f"est-ce le bon texte{NARROW}?"
    ]
