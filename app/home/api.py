"""What is due, and what was done, over JSON."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.home.history import ActOut, history_of_school
from app.home.models import RemindersOut
from app.home.service import reminders_of
from app.measurements.service import series_of_school
from app.schools.frame import Frame
from app.web.paging import Limit, Page, page_of

router = APIRouter(prefix="/api/v1/schools/{uai}", tags=["AJUSTER"])


@router.get("/reminders", response_model=RemindersOut)
def get_reminders(db: Db, actor: CurrentActor, uai: Uai) -> RemindersOut:
    """Ce qui est à faire maintenant dans l’école, selon votre fonction, le plus pressé d’abord."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    frame = Frame(db, school)
    items = reminders_of(db, actor, frame, series_of_school(db, school))
    return RemindersOut(today=frame.today, items=items)


@router.get("/history", response_model=Page[ActOut])
def get_history(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    after: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="`next` de la page d’avant")] = None,
    limit: Limit = 100,
) -> object:
    """Tout ce qui a été fait dans l’école, le plus récent d’abord, et ce qu’il y avait avant.

    Les actes que le service a mis à part (`audit.sealed`) n’y sont plus.
    """
    found = history_of_school(db, actor, uai, before=after, limit=limit + 1)
    return page_of(found.acts, limit, lambda act: act.position)
