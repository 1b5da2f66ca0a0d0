"""Sheets that schools of the demonstration passed on to each other: all invented."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.accounts.access import today_at
from app.accounts.actor import Actor
from app.action_sheets.models import ActionSheetIn
from app.action_sheets.queries import sheets_of_school
from app.action_sheets.service import write_sheet
from app.actions.queries import actions_of_school
from app.domain.passing_on import Credit, Readers
from app.passing_on.models import SharingIn, TakeUpSheetIn
from app.passing_on.service import publish_sheet, shared_or_404, take_up_sheet
from app.schools.models import School

_MEETINGS: dict[str, Any] = {
    "title": "Rencontres individuelles en fin de journée",
    "aims": "Que chaque parent puisse venir, même celui qui embauche tôt.",
    "topics": "Ce que l’enfant réussit, ce qui l’aide, ce que l’on fait ensemble d’ici Noël.",
    "activities": {"chosen": ["reception"]},
    "approaches": {"chosen": ["individual"]},
    "frequency": "Trois soirs par trimestre, de 17 h à 19 h 30",
    "unexpected_effects": "Des pères sont venus, que nous n’avions jamais vus.",
    "helped": "Trois soirs différents dans la semaine\nUn adulte qui garde les enfants\nUn mot court",
    "hindered": "Les enseignants à temps partiel n’étaient pas là tous les soirs.",
    "keywords": ["rencontres individuelles", "horaires"],
}


def pass_on(db: Session, main: tuple[Actor, School], others: list[tuple[Actor, School]]) -> None:
    """The main school publishes its café under its name; another one, unnamed; a third takes the café up."""
    claire, school = main
    sheet, _ = sheets_of_school(db, school.id)[0]
    named = SharingIn(readers=Readers.CIRCONSCRIPTION, credit=Credit.SCHOOL)
    cafe = publish_sheet(db, claire, school.uai, sheet.action_id, named, 0)
    (karim, unnamed), (nora, taker) = others[:2]
    action = next(row for row in actions_of_school(db, unnamed.id) if row.title.startswith("Rencontres"))
    write_sheet(db, karim, unnamed.uai, action.id, ActionSheetIn(answers=_MEETINGS), 0)
    discreet = SharingIn(readers=Readers.EVERYONE, credit=Credit.ANONYMOUS)
    publish_sheet(db, karim, unnamed.uai, action.id, discreet, 0)
    shared, today = shared_or_404(db, nora, cafe.id), today_at(taker)
    data = TakeUpSheetIn(
        sheet_id=shared.id,
        axis=shared.axis,
        lever=shared.lever,
        audience=shared.audience,
        step=shared.step,
        title="Café des parents du mardi",
        planned_from=today,
        planned_to=today + timedelta(days=200),
    )
    take_up_sheet(db, nora, taker.uai, data)
