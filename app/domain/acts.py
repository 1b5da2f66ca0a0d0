"""What a school did, in the words of a head teacher: the verbs of the record, and what each act changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain import french
from app.domain.indicators import INDICATORS
from app.domain.plan import Verdict
from app.domain.school_year import SchoolYear, Term
from app.domain.vocabulary import (
    STAKES,
    ActionState,
    Audience,
    Axis,
    EventState,
    GoalState,
    Grade,
    LeadRole,
    Role,
    Status,
)

ACTS: Mapping[str, str] = {
    "account.password_renewed": "Un nouveau mot de passe choisi",
    "account.renewal_made": "Lien remis pour un nouveau mot de passe",
    "action.added": "Action ajoutée",
    "action.conditions_checked": "Conditions de réussite d’une action revues",
    "action.deleted": "Action supprimée",
    "action.revised": "Action modifiée",
    "action.state_set": "État d’une action changé",
    "action_sheet.written": "Fiche action écrite",
    "audit.sealed": "Actes anciens mis à part par le service",
    "calendar.set": "Dates des trimestres changées",
    "count.closed": "Comptage à l’entrée clos",
    "count.late_added": "Appuis arrivés après la clôture ajoutés",
    "duty.ended": "Fin de fonction",
    "duty.headship_handed_over": "Direction transmise",
    "election.corrected": "Élection corrigée",
    "election.deleted": "Élection supprimée",
    "election.recorded": "Élection enregistrée",
    "evaluation.closed": "Évaluation partagée close",
    "evaluation.note_removed": "Parole retirée de l’évaluation partagée",
    "evaluation.noted": "Parole notée pour l’évaluation partagée",
    "evaluation.reopened": "Évaluation partagée rouverte",
    "evaluation.started": "Évaluation partagée commencée",
    "event.added": "Rendez-vous ajouté",
    "event.deleted": "Rendez-vous supprimé",
    "event.revised": "Rendez-vous modifié",
    "events.recorded": "Rendez-vous enregistrés par un fichier",
    "file.imported": "Fichier importé",
    "goal.added": "Objectif ajouté",
    "goal.deleted": "Objectif supprimé",
    "goal.revised": "Objectif modifié",
    "goal.state_set": "État d’un objectif changé",
    "grades.recorded": "Relevés par niveau enregistrés",
    "indicator.added": "Indicateur de l’école ajouté",
    "indicator.followed": "Indicateur suivi",
    "indicator.stopped": "Indicateur qui n’est plus suivi",
    "invitation.accepted": "Invitation acceptée",
    "invitation.made": "Invitation faite",
    "invitation.withdrawn": "Invitation retirée",
    "measurement.corrected": "Relevé corrigé",
    "measurement.recorded": "Relevé enregistré",
    "measurements.recorded": "Relevés enregistrés",
    "parent_link.made": "Lien ouvert aux parents élus",
    "parent_link.revoked": "Lien des parents élus fermé",
    "parent_remark.kept": "Remarque de parents élus gardée",
    "parent_remark.left": "Remarque laissée par des parents élus",
    "parent_remark.set_aside": "Remarque de parents élus écartée",
    "parent_remark.waiting": "Remarque de parents élus à relire de nouveau",
    "partner.added": "Partenaire ajouté",
    "partner.deleted": "Partenaire supprimé",
    "partner.revised": "Partenaire modifié",
    "partner.taken_up": "Partenaire suggéré repris",
    "practice.taken_up": "Pratique reprise",
    "profile.confirmed": "Rentrée confirmée",
    "report.written": "Rapport d’une action écrit",
    "review.closed": "Bilan clos",
    "review.decided": "Décision prise au conseil",
    "review.decision_withdrawn": "Décision retirée",
    "review.met": "Conseil des maîtres réuni",
    "review.noted": "Notes du conseil écrites",
    "review.opened": "Bilan ouvert",
    "review.reopened": "Bilan rouvert",
    "shared_analysis.deleted": "Séance d’analyse partagée supprimée",
    "shared_analysis.held": "Séance d’analyse partagée enregistrée",
    "shared_analysis.revised": "Séance d’analyse partagée modifiée",
    "sheet.published": "Fiche action publiée pour d’autres écoles",
    "sheet.taken_up": "Fiche d’une autre école reprise",
    "sheet.withdrawn": "Fiche action retirée des autres écoles",
    "taps.received": "Appuis reçus à l’entrée",
    "term.transmitted": "Trimestre transmis",
}
"""Every verb that a school's chain can hold; a test reads them from the code."""


def _text(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _number(value: object) -> str:
    return french.number(value) if isinstance(value, int) else _text(value)


def _day(value: object) -> str:
    try:
        return date.fromisoformat(str(value)).strftime("%d/%m/%Y")
    except ValueError:
        return _text(value)


def _term(value: object) -> str:
    try:
        return Term(str(value)).label
    except ValueError:
        return _text(value)


def _indicator(value: object) -> str:
    known = INDICATORS.get(str(value))
    return known.title if known else _text(value)


def _one_of(*kinds: type[StrEnum]) -> Callable[[object], str]:
    labels: dict[str, str] = {}
    for kind in kinds:
        labels |= {member.value: getattr(member, "label", "") for member in kind}
    return lambda value: labels.get(str(value), _text(value))


def _stake(value: object) -> str:
    known = STAKES.get(str(value))
    return known.label if known else _text(value)


LONGEST = 200
"""A long text is cut where it is shown: the page tells what changed, it is not a copy."""
NAMES = ("title", "name", "label")
"""What a row is called: it is the subject of its act, and not repeated below."""
FIELDS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "title": ("titre", _text),
    "name": ("nom", _text),
    "label": ("libellé", _text),
    "stake": ("enjeu", _stake),
    "why": ("pourquoi", _text),
    "target_indicator": ("indicateur visé", _indicator),
    "target_value": ("cible", _number),
    "target_term": ("échéance", _term),
    "axis": ("axe", _one_of(Axis)),
    "audience": ("pour qui", _one_of(Audience)),
    "lead_role": ("qui s’en charge", _one_of(LeadRole)),
    "planned_from": ("du", _day),
    "planned_to": ("au", _day),
    "planned_on": ("prévu le", _day),
    "held_on": ("tenu le", _day),
    "parents_present": ("parents venus", _number),
    "children_present": ("enfants présents", _number),
    "professionals_present": ("professionnels présents", _number),
    "invited": ("parents invités", _number),
    "status": ("réponse", _one_of(Status)),
    "counted": ("compté", _number),
    "out_of": ("sur", _number),
    "written": ("relevés écrits", _number),
    "registered": ("inscrits", _number),
    "voters": ("votants", _number),
    "blank_null": ("blancs et nuls", _number),
    "seats": ("sièges", _number),
    "seats_filled": ("sièges pourvus", _number),
    "representatives_present": ("parents élus présents", _number),
    "representatives_elected": ("parents élus", _number),
    "members_present": ("présents au conseil", _number),
    "verdict": ("décision", _one_of(Verdict)),
    "notes": ("notes", _text),
    "pupils": ("élèves", _number),
    "classes": ("classes", _number),
    "families": ("familles", _number),
    "t1_last": ("dernier jour du 1er trimestre", _day),
    "t2_last": ("dernier jour du 2e trimestre", _day),
    "since_term": ("depuis", _term),
    "until_term": ("jusqu’au", _term),
    "role": ("fonction", _one_of(Role)),
    "taps": ("appuis", _number),
    "reason": ("raison", _text),
    "why_changed": ("pourquoi ce changement", _text),
    "why_reopened": ("pourquoi rouvrir", _text),
}
"""What is worth telling of a row, in the order in which it is told; the rest is for the machine."""


OWN_FIELDS: Mapping[str, Mapping[str, tuple[str, Callable[[Any], str]]]] = {
    "goal": {"state": ("état", _one_of(GoalState))},
    "action": {"state": ("état", _one_of(ActionState))},
    "event": {"state": ("état", _one_of(EventState))},
    "count": {"state": ("état", _one_of(EventState))},
    "audit": {"events": ("actes mis à part", _number)},
}
"""What the same word means in some kinds of rows only; told first."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One thing that an act changed; None on a side where there was nothing, or is nothing any more."""

    label: str
    before: str | None
    after: str | None


def what_was_done(verb: str) -> str:
    return ACTS.get(verb, "Autre acte")


def subject(target: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """What an act is about: « Café des parents », « Entretiens individuels, CP, 1er trimestre 2026-2027 ».

    Read from the row that was written, else from the words of `target` that mean something to a school.
    """
    row = after or before or {}
    for name in NAMES:
        if row.get(name):
            return _text(row[name])
    if row.get("indicator"):
        grade = _one_of(Grade)(row["grade"]) if row.get("grade") not in (None, Grade.ALL.value) else ""
        said = (_indicator(row["indicator"]), grade, _term(row.get("term") or ""))
        return ", ".join(part for part in said if part)
    known = (_meaning(word) for word in target.split(":")[1:])
    return ", ".join(word for word in known if word)


def _meaning(word: str) -> str:
    """A term, a school year or an indicator in words; nothing for a key."""
    for kind in (Term, SchoolYear):
        try:
            found = kind(word)
        except ValueError:
            continue
        return found.label if isinstance(found, Term) else str(found)
    return INDICATORS[word].title if word in INDICATORS else ""


def changes(
    verb: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[FieldChange]:
    """What an act changed, field by field; of something new what it is, of something removed what it was."""
    was, now = before or {}, after or {}
    found = []
    for name, (label, said) in (*OWN_FIELDS.get(verb.partition(".")[0], {}).items(), *FIELDS.items()):
        old, new = _said(said, was.get(name)), _said(said, now.get(name))
        is_subject = name in NAMES and None in (old, new)
        if was.get(name) != now.get(name) and old != new and not is_subject:
            found.append(FieldChange(label, old, new))
    return found


def _said(say: Callable[[Any], str], value: object) -> str | None:
    return None if value in (None, "") else say(value)
