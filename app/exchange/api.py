"""Files over the JSON door: import with a trial first, and export of everything a school holds."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.domain.uai import normalise_uai
from app.exchange.catalogue import KINDS, kind_or_404
from app.exchange.corrections import corrections
from app.exchange.exporting import rows_as_table, school_tables, write_archive
from app.exchange.models import ImportReport
from app.exchange.service import import_file
from app.exchange.sheets import Sheet, read_sheets, refused
from app.exchange.told_tables import told_tables
from app.exchange.waiting import parts_for
from app.web.answers import table_answer
from app.web.files import attached, binary
from app.web.formats import ByExtension, Format, WantedFormat, offered
from app.web.forms import PostedForm
from app.web.tabular import Table
from app.web.xlsx_writer import write_workbook

router = APIRouter(prefix="/api/v1", tags=["Fichiers"])

KindName = Literal[
    "school", "indicators", "partners", "goals", "actions", "events", "elections", "sessions", "measurements"
]
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Le fichier lui-même, ou un formulaire avec le fichier dans `file`. 4 Mo au plus.",
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "Indicateur;Trimestre;Nombre;Sur combien\r\n"
                "Participation aux rencontres individuelles;2026-2027-T1;158;196\r\n",
            },
            Format.XLSX.media_type: {"schema": {"type": "string", "format": "binary"}},
            "application/vnd.oasis.opendocument.spreadsheet": {
                "schema": {"type": "string", "format": "binary"}
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


def sheets_sent(posted: PostedForm) -> list[Sheet]:
    """The file of the request, read before any lock is taken."""
    if posted.file is None:
        raise refused("Joignez un fichier CSV, XLSX ou ODS.", "missing")
    return read_sheets(posted.file.content)


@router.post(
    "/imports",
    response_model=ImportReport,
    openapi_extra=_FILE,
    responses=offered("Avec `dry_run=true`, autrement qu’en JSON\u202f: les lignes à corriger."),
)
def post_import(
    actor: CurrentActor,
    sheets: Annotated[list[Sheet], Depends(sheets_sent)],
    db: Db,
    uai: Annotated[str, Query(min_length=8, max_length=8, description="L’école", examples=["0990001X"])],
    kind: Annotated[
        KindName, Query(description="Ce que sont les lignes\u202f; `school`\u202f: un classeur entier")
    ],
    wanted: WantedFormat,
    dry_run: Annotated[bool, Query(description="Dire ce qui changerait, sans rien écrire")] = False,
    partial: Annotated[bool, Query(description="Écrire les lignes sans erreur, laisser les autres")] = False,
) -> object:
    """Importer un fichier : tout ou rien, sauf `partial=true`. Le même fichier deux fois ne change rien.

    Les colonnes sont reconnues à leur titre. Une case vide vide le champ ; une colonne absente le laisse.
    """
    school = school_for(db, actor, normalise_uai(uai), Task.COUNT)
    parts, ignored = parts_for(kind, sheets)
    report = import_file(
        db, actor, school.uai, parts, dry_run=dry_run, partial=partial, ignored_sheets=ignored
    )
    if dry_run and wanted.format is not Format.JSON:
        return _to_correct(parts, report, wanted)
    return report


def _to_correct(parts: Any, report: ImportReport, wanted: Any) -> Response:
    found = next((pair for pair in zip(parts, report.parts, strict=True) if pair[1].problems), None)
    part, about = found or (parts[0], report.parts[0])
    return table_answer(corrections(part, about), wanted)


# --- out -----------------------------------------------------------------------------------------------

_KIND = Path(description="Ce que sont les lignes", json_schema_extra={"enum": [kind.slug for kind in KINDS]})
_TEMPLATE = Query(description="Ajouter une ligne par réponse encore attendue ce trimestre")
_TOLD = "Ce que l’école a écrit, dans les colonnes que l’import relit."


@router.get("/schools/{uai}/files/{kind}", responses=offered(_TOLD))
@router.get("/schools/{uai}/files/{kind}.{extension}", dependencies=[ByExtension], responses=offered(_TOLD))
def get_file(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    kind: Annotated[str, _KIND],
    wanted: WantedFormat,
    template: Annotated[bool, _TEMPLATE] = False,
) -> Response:
    """Les lignes d’une sorte, pour un tableur ou un programme ; avec `template`, un modèle prérempli."""
    return table_answer(rows_as_table(db, actor, uai, kind_or_404(kind), template=template), wanted)


@router.get("/schools/{uai}/export.xlsx", responses=binary(Format.XLSX.media_type, "Une feuille par sorte."))
def get_export_workbook(db: Db, actor: CurrentActor, uai: Uai) -> Response:
    """Tout ce que l’école a écrit, en un classeur : importé avec `kind=school`, il redonne la même école.

    Les feuilles « Fiches action » et « Rapports » sont à lire : l’import les laisse de côté.
    """
    tables = school_tables(db, actor, uai) + told_tables(db, actor, uai)
    return _whole(tables, write_workbook, uai, "xlsx", Format.XLSX.media_type)


@router.get("/schools/{uai}/export.zip", responses=binary("application/zip", "Un CSV par sorte."))
def get_export_archive(db: Db, actor: CurrentActor, uai: Uai) -> Response:
    """Le même contenu en fichiers CSV, un par sorte."""
    tables = school_tables(db, actor, uai) + told_tables(db, actor, uai)
    return _whole(tables, write_archive, uai, "zip", "application/zip")


def _whole(
    tables: Sequence[Table],
    write: Callable[[Sequence[Table], IO[bytes]], None],
    uai: str,
    extension: str,
    media_type: str,
) -> Response:
    file = BytesIO()
    write(tables, file)
    return attached(file.getvalue(), media_type, f"confiance-{uai}.{extension}")
