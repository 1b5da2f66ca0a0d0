"""The sheet that the main school writes at the end of a year: what its action says, and a few sentences."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.action_sheets.models import ActionSheetIn
from app.action_sheets.service import sheet_out, write_sheet

_SAID: dict[str, Any] = {
    "schemes": {"chosen": ["none"]},
    "initiative": {"chosen": ["public", "field"]},
    "topics": "Le sommeil, les écrans, les devoirs, et ce que les parents apportent ce jour-là.",
    "activities": {"chosen": ["reception", "social_ties"]},
    "approaches": {"chosen": ["collective"]},
    "territories": {"chosen": ["local"]},
    "places": {"chosen": ["own_premises"]},
    "unexpected_effects": "Des parents qui ne se parlaient pas s’attendent maintenant au portail.",
    "accessibility": {"geographic": "yes", "cultural": "partly", "physical": "partly", "economic": "yes"},
    "accessibility_more": "À 8 h 30, ceux qui embauchent tôt ne viennent pas.",
    "participation": {"priorities": ["families"], "running": ["families", "professionals"]},
    "training": "Aucune formation\u202f; le centre social a montré comment lancer la parole.",
    "funding": {"chosen": ["own_funds", "volunteers"]},
    "evaluation": "under_way",
    "evaluators": {"chosen": ["self"]},
    "helped": "Le même jour et la même heure, et quelqu’un du centre social à chaque fois.",
    "keywords": ["café des parents", "accueil", "centre social"],
}
"""Questions 26 to 30 are left for the next council."""


def describe(db: Session, actor: Actor, uai: str, action_id: UUID) -> None:
    """Take what the action proposes as it is, and add what only the team knows."""
    school = school_for(db, actor, uai, Task.STEER)
    proposed = {slug: item.value for slug, item in sheet_out(db, school, action_id).proposed.items()}
    write_sheet(db, actor, uai, action_id, ActionSheetIn(answers=proposed | _SAID), 0)
