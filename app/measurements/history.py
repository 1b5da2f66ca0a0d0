"""What became of one figure: who wrote each answer, when, and what stood there before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.domain.indicators import Indicator
from app.domain.school_year import Term
from app.domain.territories import DEPARTEMENTS
from app.domain.vocabulary import Door, Grade, Source
from app.measurements import queries
from app.measurements.chains import says
from app.measurements.checks import indicator_named
from app.measurements.entry import said
from app.schools.models import School

MOST = 200
"""Answers shown: a figure has a handful, one with a hundred events a few hundred."""


@dataclass(frozen=True, slots=True)
class Change:
    """One answer, as it was written."""

    at: datetime
    about: str
    """« toute l’école », a grade, or what fed the figure."""
    now: str
    before: str
    by: str


@dataclass(frozen=True, slots=True)
class History:
    school: School
    indicator: Indicator
    changes: Sequence[Change]
    is_whole: bool
    """False when older answers are left out."""

    @property
    def zone(self) -> str:
        departement = DEPARTEMENTS.get(self.school.departement)
        return departement.timezone if departement else "Europe/Paris"


def history_of_figure(db: Session, actor: Actor, uai: str, term: Term, slug: str) -> History:
    """The answers of one indicator and term, newest first: the chains say it, nothing else is kept for it."""
    school = school_for(db, actor, uai, Task.COUNT)
    indicator = indicator_named(db, school.id, slug)
    rows = queries.history_of_figure(db, school.id, str(term), slug, MOST + 1)
    return History(school, indicator, [_change(row) for row in rows[:MOST]], len(rows) <= MOST)


def _change(row: Any) -> Change:
    written, former, name = row
    door = "" if written.door is Door.PAGE else f" ({written.door.label})"
    return Change(
        at=written.recorded_at,
        about=_about(written.source, written.grade),
        now=said(says(written)),
        before=said(says(former)) if former is not None else "rien",
        by=f"{name or 'Le service'}{door}",
    )


def _about(source: Source, grade: Grade) -> str:
    if source is not Source.TYPED:
        return source.label
    return "toute l’école" if grade is Grade.ALL else grade.label
