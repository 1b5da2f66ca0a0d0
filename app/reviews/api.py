"""Reviews over JSON: open, decide, close, reopen; what was seen stays readable version by version."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from app.accounts.access import CurrentActor, IfMatch, Uai, school_for
from app.accounts.actor import Actor, Task
from app.db import Db
from app.domain.school_year import TERM_PATTERN, Term
from app.reviews import meeting, queries, service
from app.reviews.kinds import ReviewState
from app.reviews.models import (
    AttendanceIn,
    ClosingIn,
    Decision,
    DecisionIn,
    DecisionOut,
    NoteIn,
    ReopeningIn,
    Review,
    ReviewIn,
    ReviewOut,
    ReviewSummary,
)
from app.reviews.overview import overview
from app.reviews.undecided import undecided_in
from app.schools.frame import Frame
from app.schools.models import School
from app.schools.service import term_or_404
from app.web.paging import Page, tagged

router = APIRouter(prefix="/api/v1/schools/{uai}/reviews", tags=["AJUSTER"])


_TERM = Path(examples=["2026-2027-T1"], json_schema_extra={"pattern": TERM_PATTERN})


async def _term(term: Annotated[str, _TERM]) -> Term:
    return term_or_404(term)


TermPath = Annotated[Term, Depends(_term)]


@router.get("", response_model=Page[ReviewSummary])
def get_reviews(db: Db, actor: CurrentActor, uai: Uai) -> object:
    """Les bilans de l’école, le plus récent d’abord."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return {"items": queries.reviews_of_school(db, school.id), "next": None}


@router.post("", response_model=ReviewSummary, status_code=201)
def post_review(db: Db, actor: CurrentActor, uai: Uai, data: ReviewIn, response: Response) -> Review:
    """Ouvrir le bilan d’un trimestre."""
    return tagged(response, service.open_review(db, actor, uai, data))


@router.get("/{term}", response_model=ReviewOut)
def get_review(
    db: Db, actor: CurrentActor, uai: Uai, term: TermPath, response: Response
) -> dict[str, object]:
    """Un bilan : ce qui est décidé, ce qui reste à décider, et chaque version close avec ses chiffres."""
    return _whole(db, actor, uai, term, response)


@router.put("/{term}/attendance", response_model=ReviewSummary)
def put_attendance(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    term: TermPath,
    data: AttendanceIn,
    version: IfMatch,
    response: Response,
) -> Review:
    """Dire combien de membres sont là et qui préside : le conseil commence."""
    return tagged(response, meeting.start_meeting(db, actor, uai, term, data, version))


@router.post("/{term}/notes", response_model=ReviewSummary)
def post_note(
    db: Db, actor: CurrentActor, uai: Uai, term: TermPath, data: NoteIn, response: Response
) -> Review:
    """Ajouter une ligne aux notes du conseil ; une ligne déjà écrite n’est pas répétée."""
    return tagged(response, meeting.add_note(db, actor, uai, term, data))


@router.post("/{term}/decisions", response_model=DecisionOut)
def post_decision(db: Db, actor: CurrentActor, uai: Uai, term: TermPath, data: DecisionIn) -> Decision:
    """Décider d’une action ou d’un objectif, ou en ajouter ; décider à nouveau remplace."""
    return service.decide(db, actor, uai, term, data)


@router.delete("/{term}/decisions/{decision_id}", status_code=204)
def delete_decision(db: Db, actor: CurrentActor, uai: Uai, term: TermPath, decision_id: UUID) -> None:
    """Retirer une décision avant la clôture."""
    service.withdraw_decision(db, actor, uai, term, decision_id)


@router.post("/{term}/close", response_model=ReviewOut)
def post_closing(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    term: TermPath,
    data: ClosingIn,
    version: IfMatch,
    response: Response,
) -> dict[str, object]:
    """Clore : toutes les décisions s’appliquent ensemble, et ce qui a été vu est copié."""
    service.close_review(db, actor, uai, term, data, version)
    return _whole(db, actor, uai, term, response)


@router.post("/{term}/reopen", response_model=ReviewOut)
def post_reopening(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    term: TermPath,
    data: ReopeningIn,
    version: IfMatch,
    response: Response,
) -> dict[str, object]:
    """Rouvrir un bilan clos, en disant pourquoi. Rien n’est défait."""
    service.reopen_review(db, actor, uai, term, data, version)
    return _whole(db, actor, uai, term, response)


def _whole(db: Db, actor: Actor, uai: str, term: Term, response: Response) -> dict[str, object]:
    school = school_for(db, actor, uai, Task.SEE_WORK)
    review = tagged(response, queries.review_or_404(db, school.id, term))
    decisions = queries.decisions_of_term(db, school.id, term, review.number)
    is_open = review.state is ReviewState.OPEN
    return review.model_dump() | {
        "decisions": decisions,
        "undecided": undecided_in(overview(db, Frame(db, school), term), decisions) if is_open else [],
        "versions": _versions(db, school, term),
    }


def _versions(db: Db, school: School, term: Term) -> list[dict[str, object]]:
    decisions = queries.decisions_of_term(db, school.id, term)
    figures = queries.figures_of_term(db, school.id, term)
    return [
        version.model_dump()
        | {
            "decisions": [item for item in decisions if item.number == version.number],
            "figures": [item for item in figures if item.number == version.number],
        }
        for version in queries.versions_of_term(db, school.id, term)
    ]
