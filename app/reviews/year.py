"""A school year in review: three terms side by side, what was reached, done, stopped and decided.

Everything is read from the data by plain rules; nothing is put into words that the school did not write or
count. Unlike the minutes, it is what the school knows today.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.plan import Verdict
from app.domain.rates import FEWEST_FOR_PERCENT
from app.domain.school_year import SchoolYear, Term
from app.domain.vocabulary import ActionState, GoalState, Status
from app.errors import NotFound
from app.measurements.service import Total
from app.reviews import year_queries
from app.reviews.charts import chart_of
from app.reviews.kinds import TargetKind
from app.reviews.minutes import DecisionLine, IndicatorLine, decision_line, naming
from app.reviews.models import Decision
from app.reviews.overview import Overview, overview
from app.reviews.year_plan import YearAction, YearGoal, actions_of_year, goals_of_year, joined
from app.schools.frame import Frame
from app.web.french import long_day


@dataclass(frozen=True, slots=True)
class YearIndicator:
    """`cells` are the three terms as they are read in a table; `line` is its sentence and its chart."""

    line: IndicatorLine
    cells: tuple[str, str, str]
    is_known: bool


@dataclass(frozen=True, slots=True)
class YearDecision:
    """What was decided of one goal or action, by term."""

    title: str
    kind: TargetKind
    by_term: Mapping[Term, DecisionLine]


@dataclass(frozen=True, slots=True)
class Takeaway:
    """One heading of « À emporter au projet d’école », and what the data say under it."""

    title: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class YearReport:
    school: str
    commune: str
    uai: str
    year: SchoolYear
    until: Term
    """The last term that has begun."""
    read_on: date
    indicators: list[YearIndicator]
    goals: list[YearGoal]
    actions: list[YearAction]
    reviews: Mapping[Term, date]
    """The terms whose review was closed, and the day of that conseil des maîtres."""
    decisions: list[YearDecision]

    @property
    def goals_by_state(self) -> list[tuple[str, list[YearGoal]]]:
        titles = {
            GoalState.REACHED: "Atteints",
            GoalState.ACTIVE: "En cours",
            GoalState.DROPPED: "Abandonnés",
        }
        return [(title, [goal for goal in self.goals if goal.state is at]) for at, title in titles.items()]

    @property
    def actions_by_state(self) -> list[tuple[str, list[YearAction]]]:
        titles = {
            ActionState.DONE: "Terminées",
            ActionState.RUNNING: "En cours",
            ActionState.PLANNED: "Prévues",
            ActionState.DROPPED: "Abandonnées",
        }
        return [(title, [done for done in self.actions if done.state is at]) for at, title in titles.items()]

    @property
    def councils(self) -> list[str]:
        """The head of each term's decisions: « 1er trimestre, conseil du 15 décembre 2026 »."""
        return [f"{term.ordinal}, {self._council(term)}" for term in self.year.terms]

    def _council(self, term: Term) -> str:
        if term in self.reviews:
            return f"conseil du {long_day(self.reviews[term])}"
        return "à venir" if term > self.until else "bilan non clos"

    @property
    def takeaways(self) -> list[Takeaway]:
        """What the year's goals, actions and decisions say; a heading without a line is left out."""
        found = (
            Takeaway("Ce que l’année a apporté", list(_gained(self))),
            Takeaway("Ce qui reste à faire", list(_left(self))),
            Takeaway("Ce que l’équipe a décidé pour la suite", list(_decided(self))),
            Takeaway("Ce que l’équipe a arrêté, et pourquoi", list(_stopped(self))),
            Takeaway("Ce que l’année ne dit pas", list(_unknown(self))),
        )
        return [takeaway for takeaway in found if takeaway.lines]

    @property
    def filename(self) -> str:
        return f"annee-{self.uai}-{self.year}.docx"


def year_report(db: Session, actor: Actor, uai: str, year: SchoolYear) -> YearReport:
    """The year up to today. NotFound for a year that has not begun."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    frame = Frame(db, school)
    if year > frame.now.year:
        raise NotFound("Cette année scolaire n’a pas encore commencé.")
    seen = {term: overview(db, frame, term) for term in year.terms if term <= frame.now}
    until = max(seen)
    versions = year_queries.last_versions(db, school.id, year.terms)
    decided = year_queries.decisions_of_versions(db, school.id, versions)
    return YearReport(
        school=school.name,
        commune=school.commune,
        uai=school.uai,
        year=year,
        until=until,
        read_on=frame.today,
        indicators=_indicators(seen),
        goals=goals_of_year(db, school, seen[until]),
        actions=actions_of_year(db, school, seen[until]),
        reviews={Term(version.term): version.held_on for version in versions},
        decisions=_decisions(decided, frame.indicators()),
    )


# --- the three terms -----------------------------------------------------------------------------------


def _indicators(seen: Mapping[Term, Overview]) -> list[YearIndicator]:
    """Those that were followed in any term of the year, in the order of the last one."""
    slugs = {
        view.indicator.slug: None for term in sorted(seen, reverse=True) for view in seen[term].indicators
    }
    return [_indicator(slug, seen) for slug in slugs]


def _indicator(slug: str, seen: Mapping[Term, Overview]) -> YearIndicator:
    """Its sentence is that of the last term that was measured, as the dashboard of that term says it."""
    views = {term: view for term in seen for view in seen[term].indicators if view.indicator.slug == slug}
    last = max(views)
    latest = views[last]
    measured = [term for term in views if views[term].figure.rate]
    said = views[max(measured)].sentence if measured else _silent(latest.figure.status)
    if measured and not latest.indicator.is_yearly:
        said = f"{max(measured).ordinal}{NARROW}: {said}"
    with naming(latest.indicator.title):
        shown = chart_of(latest, seen[last])
    line = IndicatorLine(slug, latest.indicator.title, said, dict(shown.block["figure"]), shown.block["note"])
    totals = {total.term: total for total in latest.history}
    first, second, third = (
        _cell(totals.get(term)) if term in seen else "à venir" for term in last.year.terms
    )
    return YearIndicator(line, (first, second, third), bool(measured))


def _cell(total: Total | None) -> str:
    """« 158 sur 196 (81 %) », or which kind of nothing."""
    if total is None:
        return "—"  # a yearly figure, which stands in the first term, or one that is no longer followed
    rate = total.figure.rate
    if rate is None:
        return "sans objet" if total.figure.status is Status.NOT_APPLICABLE else "non mesuré"
    if rate.out_of is None:
        return french.number(rate.counted)
    has_share = rate.share is not None and rate.out_of >= FEWEST_FOR_PERCENT
    share = f" ({french.percent(rate.share)})" if has_share and rate.share is not None else ""
    return f"{french.number(rate.counted)} sur {french.number(rate.out_of)}{share}"


def _silent(status: Status) -> str:
    return "Sans objet." if status is Status.NOT_APPLICABLE else "Non mesuré cette année."


# --- the decisions -------------------------------------------------------------------------------------


def _decisions(rows: Sequence[Decision], known: Mapping[str, Indicator]) -> list[YearDecision]:
    """Goals, then actions, each under the title that it had last."""
    by_target: dict[UUID, list[Decision]] = {}
    for row in rows:
        by_target.setdefault(row.target_id or row.id, []).append(row)
    ordered = sorted(by_target.values(), key=lambda taken: taken[0].kind is TargetKind.ACTION)
    return [
        YearDecision(
            taken[-1].title, taken[0].kind, {Term(row.term): decision_line(row, known) for row in taken}
        )
        for taken in ordered
    ]


# --- à emporter au projet d’école ----------------------------------------------------------------------


def _gained(report: YearReport) -> Iterator[str]:
    for goal in report.goals:
        if goal.state is GoalState.REACHED:
            yield joined(f"Objectif atteint{NARROW}: {goal.title}", goal.reason)
        elif _is_to_confirm(goal):
            yield joined(
                f"Cible atteinte, à confirmer en conseil des maîtres{NARROW}: {goal.title}", goal.sentence
            )
    for action in report.actions:
        if action.state is ActionState.DONE:
            yield joined(f"Action menée à terme{NARROW}: {action.title}", action.said)


def _left(report: YearReport) -> Iterator[str]:
    for goal in report.goals:
        if goal.state is GoalState.ACTIVE and not _is_to_confirm(goal):
            yield joined(goal.title, goal.sentence or "Sans cible chiffrée")


def _is_to_confirm(goal: YearGoal) -> bool:
    return goal.state is GoalState.ACTIVE and goal.is_met


def _decided(report: YearReport) -> Iterator[str]:
    """Of the last closed review: what goes on, changes and begins."""
    said = {Verdict.KEEP: "Poursuivre", Verdict.CHANGE: "Modifier", Verdict.ADD: "Commencer"}
    last = max(report.reviews, default=None)
    for decision in report.decisions:
        line = decision.by_term.get(last) if last else None
        if line and line.verdict in said:
            yield joined(f"{said[line.verdict]}{NARROW}: {line.title}", line.reason, " · ".join(line.changes))


def _stopped(report: YearReport) -> Iterator[str]:
    for goal in report.goals:
        if goal.state is GoalState.DROPPED:
            yield joined(f"Objectif{NARROW}: {goal.title}", goal.reason)
    for action in report.actions:
        if action.state is ActionState.DROPPED:
            yield joined(f"Action{NARROW}: {action.title}", action.reason)


def _unknown(report: YearReport) -> Iterator[str]:
    for found in report.indicators:
        if not found.is_known:
            yield f"{found.line.title}{NARROW}: {found.line.sentence.lower()}"
    for term in report.year.terms:
        if term <= report.until and term not in report.reviews:
            yield f"{term.label}{NARROW}: le bilan n’a pas été clos."
