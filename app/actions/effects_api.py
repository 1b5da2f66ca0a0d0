"""Over JSON: what the figures say around the beginning of an action."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.actions.effects import effects_of_school
from app.actions.queries import action_or_404
from app.db import Db
from app.domain.effects import Answer, Effect, Side
from app.web.paging import Page

router = APIRouter(prefix="/api/v1/schools/{uai}/actions/{action_id}/effects", tags=["AGIR"])

_EXAMPLE: JsonDict = {
    "indicator": "visits",
    "answer": "no",
    "reading": "104 venues au 2e trimestre 2026-2027, dont 63 aux rendez-vous de l’action, contre 62 au 1er "
    "trimestre 2026-2027. Hors de ses rendez-vous, 41 contre 62\u202f: rien ne montre qu’on vienne davantage "
    "à d’autres moments.",
    "warnings": [
        "2 autres actions ont commencé au même trimestre\u202f: les chiffres ne les distinguent pas."
    ],
    "before": {"term": "2026-2027-T1", "counted": 62, "out_of": None, "own": 0, "rest": 62},
    "after": {"term": "2026-2027-T2", "counted": 104, "out_of": None, "own": 63, "rest": 41},
    "low": None,
    "high": None,
    "smallest": None,
}


class SideOut(BaseModel):
    """The figure of one term; `own` is what the action's own events brought, `rest` what remains."""

    term: str
    counted: int | None
    out_of: int | None
    own: int
    rest: int | None


class EffectOut(BaseModel):
    """One indicator around the beginning of the action.

    `low` and `high` bound after − before: shares from 0 to 1 for a rate, attendances per event for a count.
    `smallest` is the least change of share that this school could show.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    indicator: str
    answer: Answer
    reading: str
    warnings: list[str]
    before: SideOut
    after: SideOut
    low: float | None
    high: float | None
    smallest: float | None


@router.get("", response_model=Page[EffectOut])
def get_effects(db: Db, actor: CurrentActor, uai: Uai, action_id: UUID) -> object:
    """Ce que disent les chiffres autour du début d’une action.

    Ses propres rendez-vous sont retirés des deux côtés. Rien tant que l’action n’a pas eu lieu, ou que le
    trimestre où elle a commencé n’est pas achevé.
    """
    school = school_for(db, actor, uai, Task.SEE_WORK)
    action = action_or_404(db, school.id, action_id)
    found = effects_of_school(db, school).get(action.id, [])
    return {"items": [_out(effect) for effect in found], "next": None}


def _out(effect: Effect) -> dict[str, object]:
    low, high = effect.interval or (None, None)
    return {
        "indicator": effect.indicator.slug,
        "answer": effect.answer,
        "reading": effect.sentence,
        "warnings": effect.warnings,
        "before": _side(effect.before),
        "after": _side(effect.after),
        "low": low,
        "high": high,
        "smallest": effect.smallest,
    }


def _side(side: Side) -> dict[str, object]:
    rate = side.figure.rate
    return {
        "term": side.term,
        "counted": rate.counted if rate else None,
        "out_of": rate.out_of if rate else None,
        "own": side.own,
        "rest": side.rest if rate else None,
    }
