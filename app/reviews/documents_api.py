"""The documents of a school over the API: the same bytes as the pages give."""

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai
from app.db import Db
from app.reviews.api import TermPath
from app.reviews.minutes import minutes_of
from app.reviews.minutes_docx import minutes_docx
from app.reviews.minutes_pages import Number
from app.web.files import attached, binary
from app.web.paper import DOCX

router = APIRouter(prefix="/api/v1/schools/{uai}", tags=["AJUSTER"])


@router.get(
    "/reviews/{term}/minutes.docx",
    response_class=Response,
    responses=binary(DOCX, "Le relevé de conclusions, à ouvrir dans un traitement de texte."),
)
def get_minutes(db: Db, actor: CurrentActor, uai: Uai, term: TermPath, number: Number = None) -> Response:
    """Le relevé de conclusions d’un bilan clos : la feuille, les décisions, les courbes de ce jour-là.

    404 tant que le bilan n’a pas été clos. Si un graphique ou un chiffre manque, rien n’est produit et
    `detail` dit lequel.
    """
    minutes = minutes_of(db, actor, uai, term, number)
    return attached(minutes_docx(minutes), DOCX, minutes.filename)
