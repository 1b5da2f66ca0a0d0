"""The documents of a school over the API: the same bytes as the pages give."""

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai
from app.db import Db
from app.reviews.api import TermPath
from app.reviews.minutes import minutes_of
from app.reviews.minutes_docx import minutes_docx
from app.reviews.minutes_pages import Number
from app.reviews.year_pages import YearPath, year_file
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


@router.get(
    "/years/{year}/report.docx",
    response_class=Response,
    responses=binary(DOCX, "Le bilan de l’année, à ouvrir dans un traitement de texte."),
)
def get_year_report(db: Db, actor: CurrentActor, uai: Uai, year: YearPath) -> Response:
    """Le bilan d’une année scolaire, tel que l’école le connaît aujourd’hui.

    Les trois trimestres côte à côte, ce que sont devenus les objectifs et les actions, les décisions, ce
    qu’il y a à emporter au projet d’école, les courbes. 404 pour une année qui n’a pas commencé. Si un
    graphique manque, rien n’est produit et `detail` dit lequel.
    """
    return year_file(db, actor, uai, year)
