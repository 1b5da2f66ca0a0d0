"""Transmissions over JSON: what would leave, sending it, and every version as each reader may see it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.reviews.api import TermPath
from app.reviews.minutes_docx import minutes_docx
from app.transmissions import service
from app.transmissions.models import PreviewFigure, PreviewOut, TransmissionIn, TransmissionOut
from app.web.files import attached, binary
from app.web.paging import Limit, Page, page_of
from app.web.paper import DOCX

router = APIRouter(prefix="/api/v1/schools/{uai}/transmissions", tags=["Transmettre"])
Number = Annotated[
    int | None, Query(ge=1, le=1000, description="Une version précise\u202f; la dernière sinon.")
]


@router.get("", response_model=Page[TransmissionOut])
def get_transmissions(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    after: Annotated[str, Query(max_length=12, description="Le dernier trimestre reçu")] = "",
    limit: Limit = 100,
) -> object:
    """La dernière version de chaque trimestre transmis, le plus ancien d’abord.

    Hors de l’école, un chiffre compté parmi moins de 11 personnes est `null`, avec `suppressed`.
    """
    rows = service.versions_seen(db, actor, uai, after=after, limit=limit + 1)
    return page_of(rows, limit, lambda sent: sent.term)


@router.post("", response_model=TransmissionOut, status_code=201)
def post_transmission(db: Db, actor: CurrentActor, uai: Uai, data: TransmissionIn) -> TransmissionOut:
    """Transmettre un trimestre : ses chiffres deviennent lisibles par la circonscription.

    Une correction se transmet par une nouvelle version ; les précédentes restent. 409 quand rien n’a changé.
    """
    sent = service.transmit_term(db, actor, uai, data)
    return service.version_seen(db, actor, school_for(db, actor, uai, Task.SEE_WORK), sent)


@router.get("/{term}", response_model=TransmissionOut)
def get_transmission(
    db: Db, actor: CurrentActor, uai: Uai, term: TermPath, number: Number = None
) -> TransmissionOut:
    """Une version d’un trimestre transmis, la dernière sans `number`."""
    school = service.school_seen(db, actor, uai, term)
    return service.version_seen(db, actor, school, service.transmission_or_404(db, school, term, number))


@router.get("/{term}/preview", response_model=PreviewOut)
def get_preview(db: Db, actor: CurrentActor, uai: Uai, term: TermPath) -> dict[str, Any]:
    """Ce qu’une transmission contiendrait maintenant, ce qui est déjà public, et ce qui reste à l’école."""
    seen = service.preview_of(db, actor, uai, term)
    return {
        "term": seen.term,
        "figures": [_figure(sent) for sent in seen.figures],
        "public": [_figure(sent) for sent in seen.public],
        "stays": [indicator.title for indicator in seen.stays],
        "has_minutes": seen.review_number is not None,
        "last_number": seen.last.number if seen.last else 0,
        "last_transmitted_at": seen.last.transmitted_at if seen.last else None,
        "changed_since": seen.changed_since,
    }


def _figure(sent: service.Sent) -> PreviewFigure:
    rate = sent.total.figure.rate
    return PreviewFigure(
        indicator=sent.indicator.slug,
        title=sent.indicator.title,
        status=sent.total.figure.status,
        counted=rate.counted if rate else None,
        out_of=rate.out_of if rate else None,
        reading=sent.reading,
        is_new=sent.is_new,
    )


@router.get(
    "/{term}/minutes.docx",
    response_class=Response,
    responses=binary(DOCX, "Le relevé de conclusions joint à la transmission."),
)
def get_attached_minutes(
    db: Db, actor: CurrentActor, uai: Uai, term: TermPath, number: Number = None
) -> Response:
    """Le relevé de conclusions que l’école a joint ; 404 quand elle ne l’a pas fait."""
    minutes = service.attached_minutes(db, actor, uai, term, number)
    return attached(minutes_docx(minutes), DOCX, minutes.filename)
