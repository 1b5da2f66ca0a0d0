"""The sheet over JSON: the whole of one term, with the sentence the page says of each indicator."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.domain.verdicts import ChangeKind, Verdict
from app.domain.vocabulary import ActionState, Axis, GoalState, Status
from app.reviews import queries
from app.reviews.api import TermPath
from app.reviews.kinds import ReviewState
from app.reviews.overview import ActionView, GoalView, IndicatorView, overview
from app.reviews.undecided import undecided_in
from app.schools.frame import Frame

router = APIRouter(prefix="/api/v1/schools/{uai}/sheet", tags=["ANALYSER"])

_EXAMPLE: JsonDict = {
    "uai": "0990001N",
    "name": "École des Tilleuls",
    "term": "2026-2027-T2",
    "goals": [
        {
            "id": "01990a6e-5b7c-7cc2-9a51-3a8f0f2c1d11",
            "title": "Rencontrer chaque famille",
            "stake": "dialogue",
            "state": "active",
            "target": "85\u202f% au 3e trimestre 2026-2027",
            "reading": "158 élèves sur 196 (81\u202f%). Il manque 9 élèves.",
        }
    ],
    "actions": [
        {
            "id": "01990a6e-5b7c-7cc2-9a51-3a8f0f2c1d12",
            "title": "Café des parents",
            "axis": "familiarity",
            "state": "running",
            "held": 5,
            "attendances": 63,
            "summary": "5 rendez-vous tenus, 63 venues",
        }
    ],
    "indicators": [
        {
            "indicator": "individual_meetings",
            "title": "Participation aux rencontres individuelles",
            "status": "value",
            "counted": 158,
            "out_of": 196,
            "grades": 0,
            "target_value": 85,
            "target_term": "2026-2027-T3",
            "reading": "158 élèves sur 196 (81\u202f%), contre 124 sur 190 (65\u202f%) un an plus tôt. "
            "Sur un an, 16 points de plus\u202f: changement net, le hasard seul ne l’explique pas. "
            "Il manque 9 élèves.",
            "change": {"kind": "clear", "since": "2025-2026-T2", "gap": 16, "margin": 9, "unit": "points"},
        }
    ],
    "review": "open",
    "undecided": 2,
}


class SheetGoal(BaseModel):
    """`target` and `reading` are empty for a goal without a number to reach."""

    id: UUID
    title: str
    stake: str
    state: GoalState
    target: str
    reading: str


class SheetAction(BaseModel):
    """`held` and `attendances` are those of the school year."""

    id: UUID
    title: str
    axis: Axis
    state: ActionState
    held: int
    attendances: int
    summary: str


class SheetChange(BaseModel):
    """How far the figure is from the one of `since`, and how far chance alone may take it.

    `unit` is `points` (of percentage) or `attendances_per_event`. `within_chance`: the interval at 95 % holds
    zero. `to_discuss`: it does not. `clear`: it still does not at the level that the number of comparisons of
    the year asks for, 99,8 % at least, and the indicator is one of the official five.
    """

    kind: ChangeKind
    since: str
    gap: int
    margin: int
    unit: str


class SheetIndicator(BaseModel):
    """`reading` is the sentence of the page and of the minutes; `change` is null when nothing is judged."""

    indicator: str
    title: str
    status: Status
    counted: int | None
    out_of: int | None
    grades: int
    target_value: int | None
    target_term: str | None
    reading: str
    change: SheetChange | None


class SheetOut(BaseModel):
    """The three columns of the sheet; `review` is null until the conseil des maîtres of the term is open."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    uai: str
    name: str
    term: str
    goals: list[SheetGoal]
    actions: list[SheetAction]
    indicators: list[SheetIndicator]
    review: ReviewState | None
    undecided: int


@router.get("/{term}", response_model=SheetOut)
def get_sheet(db: Db, actor: CurrentActor, uai: Uai, term: TermPath) -> object:
    """La feuille d’un trimestre, et ce qu’elle dit de chaque indicateur.

    `reading` est la phrase de la page et du relevé de conclusions : les nombres d’abord, puis le trimestre
    d’avant et le même un an plus tôt, puis ce que le hasard permet pour une école de cette taille. `change`
    en donne les éléments ; il est vide quand les nombres sont trop petits pour en dire quelque chose.
    """
    school = school_for(db, actor, uai, Task.SEE_WORK)
    seen = overview(db, Frame(db, school), term)
    review = queries.review_or_none(db, school.id, term)
    decisions = queries.decisions_of_term(db, school.id, term, review.number) if review else []
    return {
        "uai": school.uai,
        "name": school.name,
        "term": term,
        "goals": [_goal(view) for view in seen.goals],
        "actions": [_action(view) for view in seen.actions],
        "indicators": [_indicator(view) for view in seen.indicators],
        "review": review.state if review else None,
        "undecided": len(undecided_in(seen, decisions)),
    }


def _goal(view: GoalView) -> dict[str, object]:
    goal = view.goal
    return {
        "id": goal.id,
        "title": goal.title,
        "stake": goal.stake,
        "state": goal.state,
        "target": view.target_text,
        "reading": view.sentence,
    }


def _action(view: ActionView) -> dict[str, object]:
    action = view.action
    return {
        "id": action.id,
        "title": action.title,
        "axis": action.axis,
        "state": action.state,
        "held": view.held,
        "attendances": view.parents,
        "summary": view.sentence,
    }


def _indicator(view: IndicatorView) -> dict[str, object]:
    indicator, rate, target = view.indicator, view.figure.rate, view.target
    return {
        "indicator": indicator.slug,
        "title": indicator.title,
        "status": view.figure.status,
        "counted": rate.counted if rate else None,
        "out_of": rate.out_of if rate else None,
        "grades": view.total.grades,
        "target_value": target.value if target else None,
        "target_term": target.by if target else None,
        "reading": view.sentence,
        "change": _change(view, view.reading.verdict),
    }


def _change(view: IndicatorView, found: Verdict | None) -> dict[str, object] | None:
    if found is None:
        return None
    unit = "points" if view.indicator.is_rate else "attendances_per_event"
    return {"kind": found.kind, "since": found.since, "gap": found.gap, "margin": found.margin, "unit": unit}
