"""The relevé de conclusions: what one closing decided, and everything that was on the wall that day.

Words and figures come from the copies of the closing; the curves are folded again at its ledger version. A
figure corrected since then changes nothing, and one that disagrees with its copy stops the document.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.actions.models import ActionIn
from app.domain.indicators import Indicator
from app.domain.plan import Verdict
from app.domain.rates import Figure
from app.domain.readings import Target
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, Axis, GoalState, Status, stake_label
from app.errors import AppError, NotFound
from app.goals.models import GoalIn
from app.measurements.checks import grades_in
from app.measurements.service import Series, series_of_school, shown_total
from app.reviews import queries
from app.reviews.charts import CHANCE
from app.reviews.kinds import FigureKind, TargetKind
from app.reviews.models import ChangesIn, Decision, ReviewFigure, ReviewVersion
from app.reviews.overview import history_of, since_first_answer, target_text
from app.schools.models import School
from app.schools.queries import profiles_of_school
from app.schools.service import indicators_of
from app.web.french import long_day
from dashboards.looks import Chart
from dashboards.points import Point
from dashboards.series import term_series
from dashboards.svg import svg_of

log = logging.getLogger("confiance.error")
_NO_DOCUMENT = "le document n’est pas produit"


class DocumentFailed(AppError):
    """A document is whole or is not: `detail` names the chart or the figure that could not be written."""

    status, code, title = 500, "document_failed", "Document non produit"


@dataclass(frozen=True, slots=True)
class GoalLine:
    title: str
    state: GoalState
    sentence: str
    target: str


@dataclass(frozen=True, slots=True)
class ActionLine:
    title: str
    state: ActionState
    sentence: str
    axis: Axis | None


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """`chart` is a figure of dashboards/; `label` says it to those who do not see it."""

    slug: str
    title: str
    sentence: str
    chart: Chart
    note: str
    """What a stroke of the chart means, when it has one."""

    @property
    def label(self) -> str:
        return f"{self.title}, trimestre par trimestre. {self.sentence}"


@dataclass(frozen=True, slots=True)
class DecisionLine:
    title: str
    kind: TargetKind
    verdict: Verdict
    reason: str
    changes: list[str]
    """What a change makes of it, or what an addition brings."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """What the minutes say, whatever they are written on."""

    school: str
    commune: str
    uai: str
    term: Term
    number: int
    reopen_reason: str
    held_on: date
    chair: str
    members_present: int
    notes: list[str]
    closed_at: datetime
    goals: list[GoalLine]
    actions: list[ActionLine]
    indicators: list[IndicatorLine]
    decisions: list[DecisionLine]

    @property
    def by_axis(self) -> list[tuple[str, list[ActionLine]]]:
        """The three axes of the sheet, empty ones too; an action whose axis was not copied stands last."""
        found = [(axis.label, [line for line in self.actions if line.axis is axis]) for axis in Axis]
        others = [line for line in self.actions if line.axis is None]
        return [*found, ("Autres actions", others)] if others else found

    @property
    def answered(self) -> int:
        return sum(bool(line.chart["data"]) for line in self.indicators)

    @property
    def filename(self) -> str:
        """« releve-0990001N-2026-2027-T1.docx », and its version from the second on."""
        version = f"-v{self.number}" if self.number > 1 else ""
        return f"releve-{self.uai}-{self.term}{version}.docx"


@contextmanager
def naming(indicator: str) -> Iterator[None]:
    """Whatever goes wrong with a curve, the person reads which one it was."""
    try:
        yield
    except DocumentFailed:
        raise
    except Exception as error:
        log.error("document", exc_info=error)
        raise DocumentFailed(
            f"Le graphique de «\u202f{indicator}\u202f» n’a pas pu être dessiné\u202f: {_NO_DOCUMENT}."
        ) from error


def drawing_of(line: IndicatorLine, width: int = 640) -> str:
    """The curve as the SVG of a page, its words escaped."""
    with naming(line.title):
        return svg_of(line.chart, width=width, label=line.label)


def minutes_of(db: Session, actor: Actor, uai: str, term: Term, number: int | None = None) -> Minutes:
    """The minutes of one closing, the last one unless a number is given, for who sees the school's work."""
    return minutes_in(db, school_for(db, actor, uai, Task.SEE_WORK), term, number)


def minutes_in(db: Session, school: School, term: Term, number: int | None = None) -> Minutes:
    """The same for a caller that has decided who may read them. NotFound before the first closing.

    Raises DocumentFailed, naming the indicator, when a curve does not say what the closing kept.
    """
    version = _version_or_404(queries.versions_of_term(db, school.id, term), number)
    figures = [row for row in queries.figures_of_term(db, school.id, term) if row.number == version.number]
    decisions = queries.decisions_of_term(db, school.id, term, version.number)
    known = indicators_of(db, school)
    series = series_of_school(db, school, as_of=version.ledger_version)
    grades = {profile.year: len(grades_in(profile)) for profile in profiles_of_school(db, school.id)}
    return Minutes(
        school=school.name,
        commune=school.commune,
        uai=school.uai,
        term=term,
        number=version.number,
        reopen_reason=version.reopen_reason or "",
        held_on=version.held_on,
        chair=version.chair_role.label,
        members_present=version.members_present,
        notes=[line for line in version.notes.splitlines() if line.strip()],
        closed_at=version.closed_at,
        goals=[_goal(row) for row in figures if row.kind is FigureKind.GOAL],
        actions=[_action(row) for row in figures if row.kind is FigureKind.ACTION],
        indicators=[
            _indicator(row, known.get(row.key), series, grades)
            for row in figures
            if row.kind is FigureKind.INDICATOR
        ],
        decisions=[decision_line(row, known) for row in sorted(decisions, key=_place)],
    )


def _version_or_404(versions: Sequence[ReviewVersion], number: int | None) -> ReviewVersion:
    wanted = [version for version in versions if number in (None, version.number)]
    if not wanted:
        raise NotFound(
            "Le relevé de conclusions paraît à la clôture du bilan\u202f: ce bilan n’est pas encore clos."
            if number is None
            else "Ce bilan n’a pas de version close de ce numéro."
        )
    return wanted[-1]


def _goal(row: ReviewFigure) -> GoalLine:
    return GoalLine(row.label, GoalState(row.state), row.sentence, row.target)


def _action(row: ReviewFigure) -> ActionLine:
    return ActionLine(row.label, ActionState(row.state), row.sentence, row.axis)


def _indicator(
    row: ReviewFigure, indicator: Indicator | None, series: Series, grades: Mapping[str, int]
) -> IndicatorLine:
    """The copied words under the curve of that day; both must give the same figure."""
    if indicator is None:
        raise DocumentFailed(
            f"L’indicateur «\u202f{row.label}\u202f» n’est plus connu\u202f: le document n’est pas produit."
        )
    kept = (
        Figure.of(row.counted, row.out_of)
        if row.status is Status.VALUE and row.counted is not None
        else Figure(row.status or Status.NOT_MEASURED)
    )
    if shown_total(series, indicator, Term(row.term)).figure != kept:
        raise DocumentFailed(
            f"Le chiffre de «\u202f{row.label}\u202f» ne se retrouve pas dans les relevés "
            f"de ce jour-là\u202f: {_NO_DOCUMENT}."
        )
    target = (
        Target(row.key, row.target_value, Term(row.target_by))
        if row.target_value is not None and row.target_by
        else None
    )
    points = [
        Point(
            total.term,
            total.figure,
            complete=not total.grades or total.grades >= grades.get(total.term.year, 0),
        )
        for total in since_first_answer(history_of(series, indicator, Term(row.term)))
    ]
    chart = term_series(indicator, points, target=target)
    has_interval = any("error_y" in trace for trace in chart["data"])
    return IndicatorLine(row.key, row.label, row.sentence, chart, CHANCE if has_interval else "")


# --- the decisions -------------------------------------------------------------------------------------


def _place(decision: Decision) -> tuple[bool, bool]:
    """Goals, then actions, then what is added; inside, the order in which they were taken."""
    return decision.verdict is Verdict.ADD, decision.kind is TargetKind.ACTION


def decision_line(row: Decision, known: Mapping[str, Indicator]) -> DecisionLine:
    changes = ChangesIn.model_validate(row.changes) if row.changes else ChangesIn()
    said: list[str] = []
    if changes.action:
        said = _of_action(changes.action)
    elif changes.goal:
        said = _of_goal(changes.goal, known)
    item = changes.action or changes.goal
    if item and item.title != row.title:
        said.insert(0, f"Devient «\u202f{item.title}\u202f»")
    return DecisionLine(row.title, row.kind, row.verdict, row.reason or "", said)


def _of_action(action: ActionIn) -> list[str]:
    said = [action.axis.label, f"du {long_day(action.planned_from)} au {long_day(action.planned_to)}"]
    if action.audience:
        said.append(f"pour {action.audience.label}")
    if action.lead_role:
        said.append(f"portée par {action.lead_role.label}")
    return said


def _of_goal(goal: GoalIn, known: Mapping[str, Indicator]) -> list[str]:
    said = [stake_label(goal.stake)]
    if goal.target and (indicator := known.get(goal.target.indicator)):
        target = Target(goal.target.indicator, goal.target.value, Term(goal.target.term))
        said.append(f"cible\u202f: {target_text(indicator, target)}")
    if goal.why:
        said.append(goal.why)
    return said
