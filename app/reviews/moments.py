"""When the actions of a school really began and ended, for the marks on its charts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from sqlmodel import Session

from app.actions.feeding import JOINT_ACTIONS, VISITS
from app.domain.french import fold
from app.domain.indicators import Indicator
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState
from app.reviews import sheet_queries
from app.reviews.sheet_queries import ActionCourse
from app.schools.frame import Frame

UNDER_WAY = {ActionState.RUNNING, ActionState.DONE}
ENDED = {ActionState.DONE, ActionState.DROPPED}


@dataclass(frozen=True, slots=True)
class Moment:
    """An action that began with a term, or ended with it; `slugs` are the indicators it is marked on.

    One that lasted a single term has its beginning only, and says so.
    """

    term: Term
    title: str
    kind: Literal["start", "stop"]
    slugs: frozenset[str]
    lasted_one_term: bool = False

    @property
    def label(self) -> str:
        return f"{self.title}, un trimestre" if self.lasted_one_term else self.title

    def is_told_on(self, indicator: Indicator) -> bool:
        """On what its goals aim at and its events feed; on every count of persons when it says neither."""
        if not self.slugs:
            return indicator.counts == "persons" and indicator.fed_by is None
        return indicator.slug in self.slugs


@dataclass(frozen=True, slots=True)
class _Run:
    """One action, taken up again year after year under the same title; `ended` is None while it goes on."""

    title: str
    began: Term
    ended: Term | None
    slugs: frozenset[str]

    def goes_on_in(self, other: "_Run") -> bool:
        return self.ended is None or other.began.year.start <= self.ended.year.start + 1

    def followed_by(self, other: "_Run") -> "_Run":
        ended = max(self.ended, other.ended) if self.ended and other.ended else None
        return replace(other, began=self.began, ended=ended, slugs=self.slugs | other.slugs)


def moments_of(db: Session, frame: Frame, term: Term) -> list[Moment]:
    """The beginnings and ends up to `term`, oldest first.

    An action begins with its first held event, else with the term it was planned from once it is under way.
    It ends with the term whose review decided so, else with its planned end; never before its last held event
    nor in a term to come. One that was dropped without an event never began, and one that the next year takes
    up under the same title did not end.
    """
    endings = sheet_queries.endings_by_review(db, frame.school.id)
    runs: dict[str, list[_Run]] = {}
    known = sheet_queries.courses_of_school(db, frame.school.id)
    courses = ((_began(frame, course), course) for course in known)
    for began, course in sorted(((b, c) for b, c in courses if b), key=lambda pair: pair[0]):
        ended = _ended(frame, course, began, endings.get(course.id)) if course.state in ENDED else None
        is_only_planned = course.state is ActionState.PLANNED and course.first_held is None
        run = _Run(course.title, began, ended, _slugs(course))
        before = runs.setdefault(fold(course.title), [])
        if before and before[-1].goes_on_in(run):
            before[-1] = before[-1].followed_by(run)
        elif not is_only_planned:
            before.append(run)
    found = (moment for of_title in runs.values() for run in of_title for moment in _ends_of(run))
    return sorted((moment for moment in found if moment.term <= term), key=lambda moment: moment.term)


def _ends_of(run: _Run) -> Iterator[Moment]:
    yield Moment(run.began, run.title, "start", run.slugs, run.began == run.ended)
    if run.ended is not None and run.ended != run.began:
        yield Moment(run.ended, run.title, "stop", run.slugs)


def _slugs(course: ActionCourse) -> frozenset[str]:
    fed = [slug for slug, events in ((VISITS, course.held), (JOINT_ACTIONS, course.joint)) if events]
    return frozenset([*course.aims, *fed])


def _began(frame: Frame, course: ActionCourse) -> Term | None:
    if course.first_held is not None:
        return course.first_held
    if course.state is ActionState.PLANNED:
        return frame.term_on(course.planned_from)
    return min(frame.term_on(course.planned_from), frame.now) if course.state in UNDER_WAY else None


def _ended(frame: Frame, course: ActionCourse, began: Term, decided: Term | None) -> Term:
    told = decided or min(frame.term_on(course.planned_to), frame.now)
    return max(told, began, course.last_held or began)
