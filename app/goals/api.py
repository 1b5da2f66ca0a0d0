"""Goals over JSON."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.accounts.access import CurrentActor, IfMatch, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.domain.vocabulary import GoalState
from app.goals import queries, service
from app.goals.models import Goal, GoalChange, GoalIn, GoalOut, GoalStateIn
from app.web.paging import Limit, Page, page_of, tagged

router = APIRouter(prefix="/api/v1/schools/{uai}/goals", tags=["AMBITIONNER"])


@router.get("", response_model=Page[GoalOut])
def get_goals(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    state: GoalState | None = None,
    after: UUID | None = None,
    limit: Limit = 100,
) -> object:
    """Les objectifs de l’école, du plus ancien au plus récent."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    rows = queries.goals_of_school(db, school.id, state=state, after=after, limit=limit + 1)
    return page_of(rows, limit, lambda goal: goal.id)


@router.post("", response_model=GoalOut, status_code=201)
def post_goal(db: Db, actor: CurrentActor, uai: Uai, data: GoalIn, response: Response) -> Goal:
    """Ajouter un objectif."""
    return tagged(response, service.add_goal(db, actor, uai, data))


@router.get("/{goal_id}", response_model=GoalOut)
def get_goal(db: Db, actor: CurrentActor, uai: Uai, goal_id: UUID, response: Response) -> Goal:
    """Un objectif, avec sa version en `ETag`."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return tagged(response, queries.goal_or_404(db, school.id, goal_id))


@router.put("/{goal_id}", response_model=GoalOut)
def put_goal(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    goal_id: UUID,
    data: GoalChange,
    version: IfMatch,
    response: Response,
) -> Goal:
    """Remplacer un objectif, en disant pourquoi."""
    return tagged(response, service.revise_goal(db, actor, uai, goal_id, data, version))


@router.patch("/{goal_id}", response_model=GoalOut)
def patch_goal_state(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    goal_id: UUID,
    data: GoalStateIn,
    version: IfMatch,
    response: Response,
) -> Goal:
    """Changer l’état seulement : atteint, abandonné, à nouveau en cours."""
    return tagged(response, service.set_goal_state(db, actor, uai, goal_id, data, version))


@router.delete("/{goal_id}", status_code=204)
def delete_goal(db: Db, actor: CurrentActor, uai: Uai, goal_id: UUID, version: IfMatch) -> None:
    """Supprimer un objectif auquel rien ne se rapporte."""
    service.delete_goal(db, actor, uai, goal_id, version)
