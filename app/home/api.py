"""What is due, over JSON."""

from fastapi import APIRouter

from app.accounts.access import CurrentActor, Uai, school_for, today_at
from app.accounts.actor import Task
from app.db import Db
from app.home.models import RemindersOut
from app.home.service import reminders_of

router = APIRouter(prefix="/api/v1/schools/{uai}/reminders", tags=["AJUSTER"])


@router.get("", response_model=RemindersOut)
def get_reminders(db: Db, actor: CurrentActor, uai: Uai) -> RemindersOut:
    """Ce qui est à faire maintenant dans l’école, selon votre fonction, le plus pressé d’abord."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return RemindersOut(today=today_at(school), items=reminders_of(db, actor, school))
