"""Relevés and totals over JSON."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from app.accounts.access import CurrentActor, IfMatch, Uai, school_for
from app.accounts.actor import Task
from app.accounts.warm_reads import KeptWarm
from app.db import Db, TermKey
from app.domain.school_year import Term
from app.errors import NotFound
from app.measurements import queries, service, session_queries, sessions
from app.measurements.entry import warnings_on
from app.measurements.models import (
    Measurement,
    MeasurementIn,
    MeasurementOut,
    MeasurementRow,
    MeasurementStored,
    SharedAnalysis,
    SharedAnalysisIn,
    SharedAnalysisOut,
    TotalOut,
)
from app.web.openapi import or_made
from app.web.paging import Limit, Page, page_of, tagged

router = APIRouter(prefix="/api/v1/schools/{uai}", tags=["ANALYSER"])


@router.get("/measurements", response_model=Page[MeasurementOut])
def get_measurements(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    term: TermKey | None = None,
    indicator: str | None = None,
    live: Annotated[bool, Query(description="Seulement ce qui compte aujourd’hui, sans l’historique")] = True,
    after: UUID | None = None,
    limit: Limit = 100,
) -> object:
    """Les relevés de l’école ; `live=false` rend aussi ce qui a été remplacé ou retiré."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    rows = queries.measurements_listed(
        db, school.id, term=term, indicator=indicator, live=live, after=after, limit=limit + 1
    )
    return page_of(rows, limit, lambda row: row.id)


@router.post("/measurements", response_model=MeasurementStored, status_code=201)
def post_measurement(db: Db, actor: CurrentActor, uai: Uai, data: MeasurementIn) -> Response:
    """Enregistrer un relevé, ou corriger celui que `replaces` désigne.

    `warnings` dit ce qui mérite d’être relu ; rien n’y empêche d’enregistrer.
    """
    return _stored(db, service.record_measurement(db, actor, uai, data), 201)


def _stored(db: Session, row: MeasurementRow | Measurement, status: int) -> Response:
    """Written here: FastAPI would check and write its own answer once more, in another thread."""
    said = {name: getattr(row, name) for name in MeasurementOut.model_fields}
    stored = MeasurementStored(**said, warnings=list(warnings_on(db, row)))
    return Response(stored.model_dump_json(), status, media_type="application/json")


@router.get("/measurements/{measurement_id}", response_model=MeasurementOut)
def get_measurement(db: Db, actor: CurrentActor, uai: Uai, measurement_id: UUID) -> Measurement:
    """Un relevé, remplacé ou non."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    row = queries.measurement_or_none(db, school.id, measurement_id)
    if row is None:
        raise NotFound()
    return row


@router.put(
    "/measurements/{measurement_id}",
    response_model=MeasurementStored,
    responses=or_made(MeasurementStored),
)
def put_measurement(
    db: Db, actor: CurrentActor, uai: Uai, measurement_id: UUID, data: MeasurementIn
) -> Response:
    """Enregistrer un relevé sous un identifiant choisi : le renvoyer ne change rien."""
    row, is_new = service.put_measurement(db, actor, uai, measurement_id, data)
    return _stored(db, row, 201 if is_new else 200)


@router.get("/totals", response_model=Page[TotalOut], dependencies=[KeptWarm])
def get_totals(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    term: Annotated[TermKey | None, Query(description="Sans trimestre, tous ceux qui ont un chiffre")] = None,
    as_of: Annotated[
        int | None, Query(ge=0, le=2**31 - 1, description="Version du registre de l’école")
    ] = None,
) -> object:
    """Les chiffres d’un trimestre, ou de tous, dits en mots ; `as_of` les rend tels qu’ils étaient.

    La phrase entière, avec ce qui change, est sur la feuille : `/sheet/{term}`.
    """
    return {"items": service.totals_at(db, actor, uai, Term(term) if term else None, as_of), "next": None}


# --- shared analyses -----------------------------------------------------------------------------------


@router.get("/shared-analyses", response_model=Page[SharedAnalysisOut])
def get_shared_analyses(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    term: TermKey | None = None,
    after: UUID | None = None,
    limit: Limit = 100,
) -> object:
    """Les séances d’analyse partagée, dans l’ordre où elles ont été notées."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    rows = session_queries.analyses_listed(db, school.id, term=term, after=after, limit=limit + 1)
    return page_of(rows, limit, lambda analysis: analysis.id)


@router.post("/shared-analyses", response_model=SharedAnalysisOut, status_code=201)
def post_shared_analysis(
    db: Db, actor: CurrentActor, uai: Uai, data: SharedAnalysisIn, response: Response
) -> SharedAnalysis:
    """Noter une séance tenue avec les représentants élus ; elle compte dans le trimestre de sa date."""
    return tagged(response, sessions.hold_shared_analysis(db, actor, uai, data))


@router.get("/shared-analyses/{analysis_id}", response_model=SharedAnalysisOut)
def get_shared_analysis(
    db: Db, actor: CurrentActor, uai: Uai, analysis_id: UUID, response: Response
) -> SharedAnalysis:
    """Une séance, avec sa version en `ETag`."""
    school = school_for(db, actor, uai, Task.SEE_WORK)
    return tagged(response, session_queries.analysis_or_404(db, school.id, analysis_id))


@router.put("/shared-analyses/{analysis_id}", response_model=SharedAnalysisOut)
def put_shared_analysis(
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    analysis_id: UUID,
    data: SharedAnalysisIn,
    version: IfMatch,
    response: Response,
) -> SharedAnalysis:
    """Corriger une séance."""
    return tagged(response, sessions.revise_shared_analysis(db, actor, uai, analysis_id, data, version))


@router.delete("/shared-analyses/{analysis_id}", status_code=204)
def delete_shared_analysis(
    db: Db, actor: CurrentActor, uai: Uai, analysis_id: UUID, version: IfMatch
) -> None:
    """Supprimer une séance notée par erreur."""
    sessions.delete_shared_analysis(db, actor, uai, analysis_id, version)
