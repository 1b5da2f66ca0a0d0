"""The dashboard over JSON and as a file: every figure its charts are drawn from."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.domain.vocabulary import ActionState, Axis, Status
from app.reviews import sheet_queries
from app.reviews.api import TermPath
from app.reviews.charts import efforts_of, points_of
from app.reviews.dashboard_table import dashboard_table
from app.reviews.overview import IndicatorView, Overview, overview
from app.schools.frame import Frame
from app.web.answers import table_answer
from app.web.files import binary
from app.web.formats import Format, Wanted
from dashboards.points import Point
from dashboards.work import Held

router = APIRouter(prefix="/api/v1/schools/{uai}/dashboard", tags=["ANALYSER"])

_POINT: JsonDict = {
    "term": "2026-2027-T1",
    "status": "value",
    "counted": 158,
    "out_of": 196,
    "pupils": 196,
    "complete": True,
}
_EXAMPLE: JsonDict = {
    "term": "2026-2027-T1",
    "indicators": [
        {
            "indicator": "individual_meetings",
            "title": "Participation aux rencontres individuelles",
            "reading": "158 élèves sur 196 (81\u202f%).",
            "target": {"value": 85, "by": "2026-2027-T3"},
            "points": [_POINT],
        }
    ],
    "work": [{"term": "2026-2027-T1", "events": 5, "parents": 63, "with_partner": 2, "partners": 1}],
    "plan": [{"axis": "familiarity", "state": "running", "actions": 2}],
}


class PointOut(BaseModel):
    """One term of an indicator. `pupils` are those of its year, for what is read per 100 pupils.

    Not `complete`: some of the grades only, to be compared with nothing. A yearly figure is in T1.
    """

    term: str
    status: Status
    counted: int | None
    out_of: int | None
    pupils: int | None
    complete: bool


class AimOut(BaseModel):
    """Per cent for a rate, else a number."""

    value: int
    by: str


class CurveOut(BaseModel):
    """One indicator: what is said of its last term, and all its terms from the first answer on."""

    indicator: str
    title: str
    reading: str
    target: AimOut | None
    points: list[PointOut]


class HeldOut(BaseModel):
    """What was held in a term: `with_partner` counts events, `partners` different organisations."""

    term: str
    events: int
    parents: int
    with_partner: int
    partners: int


class PlanOut(BaseModel):
    axis: Axis
    state: ActionState
    actions: int


class DashboardOut(BaseModel):
    """This school year up to a term, and the two before."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    term: str
    indicators: list[CurveOut]
    work: list[HeldOut]
    plan: list[PlanOut]


@router.get(
    "/{term}.csv",
    response_class=Response,
    responses=binary(Format.CSV.media_type, "Une ligne par chiffre, pour un tableur français."),
)
def get_dashboard_file(db: Db, actor: CurrentActor, uai: Uai, term: TermPath) -> Response:
    """Les chiffres du tableau de bord, ligne à ligne, à ouvrir dans un tableur."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    efforts = efforts_of(sheet_queries.effort_by_term(db, school.id), term)
    table = dashboard_table(school, term, overview(db, Frame(db, school), term), efforts)
    return table_answer(table, Wanted(Format.CSV))


@router.get("/{term}", response_model=DashboardOut)
def get_dashboard(db: Db, actor: CurrentActor, uai: Uai, term: TermPath) -> object:
    """Les indicateurs trimestre par trimestre, le travail de l’équipe, le plan : ce que montre la page.

    Un trimestre sans réponse est `not_measured`, jamais zéro. Le plan est celui d’aujourd’hui.
    """
    school = school_for(db, actor, uai, Task.SEE_WORK)
    seen = overview(db, Frame(db, school), term)
    efforts = efforts_of(sheet_queries.effort_by_term(db, school.id), term)
    return {
        "term": term,
        "indicators": [_curve(view, seen) for view in seen.indicators],
        "work": [_held(row) for row in efforts],
        "plan": [
            {"axis": axis, "state": state, "actions": actions}
            for axis, states in seen.plan.items()
            for state, actions in states.items()
        ],
    }


def _curve(view: IndicatorView, seen: Overview) -> dict[str, object]:
    return {
        "indicator": view.indicator.slug,
        "title": view.indicator.title,
        "reading": view.sentence,
        "target": {"value": view.target.value, "by": view.target.by} if view.target else None,
        "points": [_point(point) for point in points_of(view, seen)],
    }


def _point(point: Point) -> dict[str, object]:
    rate = point.figure.rate
    return {
        "term": point.term,
        "status": point.figure.status,
        "counted": rate.counted if rate else None,
        "out_of": rate.out_of if rate else None,
        "pupils": point.pupils,
        "complete": point.complete,
    }


def _held(row: Held) -> dict[str, object]:
    return {
        "term": row.term,
        "events": row.events,
        "parents": row.parents,
        "with_partner": row.joint,
        "partners": row.partners,
    }
