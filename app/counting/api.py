"""The counter at the gate over JSON: what the phones send, and what a school's own tool may send too."""

from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session

from app.accounts.access import CurrentActor, IfMatch, Uai, school_for
from app.accounts.actor import Task
from app.actions.models import Event
from app.actions.queries import event_or_404
from app.counting import service
from app.counting.models import CountClosingIn, CountOut, LateIn, TapsIn
from app.db import Db
from app.web.paging import tagged

router = APIRouter(prefix="/api/v1/schools/{uai}/events/{event_id}", tags=["AGIR"])


def _count(db: Session, response: Response, event: Event) -> CountOut:
    return tagged(response, service.count_of_event(db, event))


@router.get("/count", response_model=CountOut)
def get_count(db: Db, actor: CurrentActor, uai: Uai, event_id: UUID, response: Response) -> CountOut:
    """Ce qui a été compté à l’entrée jusqu’ici, avec la version du rendez-vous en `ETag`."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return _count(db, response, event_or_404(db, school.id, event_id))


@router.post("/taps", response_model=CountOut)
def post_taps(
    db: Db, actor: CurrentActor, uai: Uai, event_id: UUID, data: TapsIn, response: Response
) -> CountOut:
    """Envoyer des appuis sur +1 ou −1. Chacun a son `id` : le même lot deux fois compte une fois.

    Après la clôture ils sont gardés à part (`late`) et ne changent pas le nombre du rendez-vous.
    """
    return _count(db, response, service.receive_taps(db, actor, uai, event_id, data))


@router.post("/count/close", response_model=CountOut)
def post_count_closing(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    event_id: UUID,
    data: CountClosingIn,
    version: IfMatch,
    response: Response,
) -> CountOut:
    """Clore le comptage : le rendez-vous a eu lieu, `total` parents sont venus."""
    return _count(db, response, service.close_count(db, actor, uai, event_id, data, version))


@router.post("/count/late", response_model=CountOut)
def post_late_taps(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    event_id: UUID,
    data: LateIn,
    version: IfMatch,
    response: Response,
) -> CountOut:
    """Ajouter au nombre du rendez-vous ce qui est arrivé après la clôture."""
    return _count(db, response, service.add_late_taps(db, actor, uai, event_id, data, version))
