"""The whole report of an action, read once for the page, the document and the API."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import school_for, today_at
from app.accounts.actor import Actor, Task
from app.actions.condition_queries import conditions_of_actions
from app.actions.models import Action
from app.actions.queries import action_or_404, aims_of_actions
from app.domain.french import counted
from app.domain.indicators import INDICATORS, OFFICIAL, Indicator
from app.domain.readings import counts_sentence
from app.domain.report import Attended, Period, points_of, twelve_months_from
from app.domain.school_year import Term
from app.measurements.service import series_of_school, shown_total
from app.reports import queries
from app.reports.answers import (
    AttendedOut,
    EvaluationOut,
    FigureOut,
    NoteOut,
    ReportOut,
)
from app.reports.models import (
    ActionReport,
    EvaluationFigure,
)
from app.schools.models import School
from app.schools.service import indicators_of, term_on


@dataclass(frozen=True, slots=True)
class Report:
    """`out` is what the API answers; the rest is what a page needs beside it."""

    school: School
    action: Action
    out: ReportOut
    period: Period | None
    today: date

    @property
    def aims(self) -> list[str]:
        return points_of(self.out.aims)

    @property
    def strengths(self) -> list[str]:
        return points_of(self.out.strengths)

    @property
    def improvements(self) -> list[str]:
        return points_of(self.out.improvements)

    @property
    def audience(self) -> str:
        """What the report says, else the action's own."""
        return self.out.audience or (self.action.audience.label if self.action.audience else "")

    @property
    def evaluation(self) -> EvaluationOut | None:
        return self.out.evaluation

    @property
    def is_closed(self) -> bool:
        return self.evaluation is not None and self.evaluation.closed_on is not None

    @property
    def terms(self) -> list[Term]:
        """The columns of the table of indicators."""
        figures = self.evaluation.figures if self.evaluation else []
        return sorted({Term(figure.term) for figure in figures})

    @property
    def lines(self) -> list[list[str | None]]:
        """An indicator a line: its title, then what each term says (a yearly one only the first)."""
        found: dict[str, dict[str, str]] = {}
        for figure in self.evaluation.figures if self.evaluation else ():
            found.setdefault(figure.title, {})[figure.term] = figure.sentence.removesuffix(".")
        return [[title, *(said.get(term) for term in self.terms)] for title, said in found.items()]

    @property
    def filename(self) -> str:
        return f"rapport-{self.school.uai}-{str(self.action.id)[-8:]}.docx"


def read_report(db: Session, actor: Actor, uai: str, action_id: UUID) -> Report:
    """For who may see the school's work."""
    return report_of(db, school_for(db, actor, uai, Task.SEE_WORK), action_id)


def report_of(db: Session, school: School, action_id: UUID) -> Report:
    """NotFound for an action that is not the school's. An action without a report has an empty one."""
    action = action_or_404(db, school.id, action_id)
    row = queries.find_report(db, school.id, action.id) or ActionReport(
        school_id=school.id, action_id=action.id, version=0
    )
    today = today_at(school)
    period = twelve_months_from(row.started_on) if row.started_on else None
    written = {name: getattr(row, name) for name in _WRITTEN}
    out = ReportOut.model_validate(
        written
        | {
            "title": action.title,
            "effects": [effect.model_dump() for effect in queries.effects_of(db, school.id, action.id)],
            "conditions": conditions_of_actions(db, school.id, [action.id]).get(action.id, []),
            "evaluation": _evaluation(db, school, row, period, today) if period else None,
        }
    )
    return Report(school, action, out, period, today)


_WRITTEN = (
    "action_id", "summary", "aims", "audience", "animators", "strengths", "improvements", "version",
)  # fmt: skip


def _evaluation(db: Session, school: School, row: ActionReport, period: Period, today: date) -> EvaluationOut:
    came = kept_attendance(row) or queries.attended(db, school.id, row.action_id, period)
    figures = (
        queries.figures_of(db, school.id, row.action_id)
        if row.closed_on
        else list(live_figures(db, school, row.action_id, period, today))
    )
    return EvaluationOut(
        started_on=period.first,
        last_day=period.last,
        closed_on=row.closed_on,
        may_be_closed=row.closed_on is None and period.is_over(today),
        attended=AttendedOut(
            events=came.events,
            parents=came.parents,
            children=came.children,
            professionals=came.professionals,
            partners=came.partners,
            sentence=came.sentence,
        ),
        figures=[FigureOut.model_validate(figure.model_dump()) for figure in figures],
        notes=[
            NoteOut.model_validate(note.model_dump())
            for note in queries.notes_of(db, school.id, row.action_id)
        ],
    )


def kept_attendance(row: ActionReport) -> Attended | None:
    """What closing copied; None while the evaluation is open."""
    if row.events is None:
        return None
    names = ("events", "parents", "children", "professionals", "partners")
    return Attended(*(getattr(row, name) for name in names))


def live_figures(
    db: Session, school: School, action_id: UUID, period: Period, today: date
) -> Iterator[EvaluationFigure]:
    """The indicators that the action's goals aim at, then the official ones, in every term of the period.

    An official one without any answer is left out; one that a goal aims at is shown as not measured. Nothing
    for a period that has not begun.
    """
    if today < period.first:
        return
    series = series_of_school(db, school)
    aims = aims_of_actions(db, school.id).get(action_id, [])
    place = 0
    for indicator in _asked(aims, indicators_of(db, school)):
        totals = {
            (total := shown_total(series, indicator, term)).term: total
            for term in _terms(db, school, period, today)
        }
        if indicator.slug not in aims and not any(total.answers for total in totals.values()):
            continue
        for term, total in totals.items():
            place += 1
            rate = total.figure.rate
            said = counts_sentence(indicator, total.figure)
            if total.grades:
                said += f" {counted(total.grades, ('niveau compté', 'niveaux comptés')).capitalize()}."
            yield EvaluationFigure(
                school_id=school.id,
                action_id=action_id,
                indicator=indicator.slug,
                term=term,
                place=place,
                title=indicator.title,
                status=total.figure.status,
                counted=rate.counted if rate else None,
                out_of=rate.out_of if rate else None,
                sentence=said,
            )


def _asked(aims: list[str], known: Mapping[str, Indicator]) -> list[Indicator]:
    return [known[slug] for slug in dict.fromkeys([*aims, *OFFICIAL_ORDER]) if slug in known]


OFFICIAL_ORDER = tuple(slug for slug in INDICATORS if slug in OFFICIAL)


def _terms(db: Session, school: School, period: Period, today: date) -> list[Term]:
    """Those that the twelve months touch, as far as they have begun."""
    term, last = term_on(db, school, period.first), term_on(db, school, period.until(today))
    found = [term]
    while found[-1] < last:
        found.append(found[-1].next)
    return found
