"""Who gets what from which route: the table of DESIGN §4, route by route.

A row is « METHOD path » → the kind of access and, for a write, the body that makes it valid. `{…}` in a path
is filled from `tests/test_matrix.py::places`. A route without a row fails the suite.
"""

from dataclasses import dataclass, field
from typing import Any

EVERYONE = ("claire", "lea", "karim", "ines", "paul", "rita", "nadia", "admin", "anonymous")
"""The people of tests/world.py, and Nadia, who is the authority over France."""
NOBODY = ("expired", "revoked", "parents")
"""Claire half a day later, her token once revoked, the parents’ link shown at other doors: anonymous."""


@dataclass(frozen=True)
class Row:
    """`allowed` get an answer, `seeing` 403, the other signed-in people 404, the anonymous 401 or 303."""

    allowed: tuple[str, ...]
    seeing: tuple[str, ...] = ()
    body: dict[str, Any] | None = None
    version: int | None = None
    query: str = ""
    content: str | None = None
    """A file, where a JSON body would be."""
    places: dict[str, str] = field(default_factory=dict)
    """What a `{…}` of the path stands for in this row only."""
    answers: frozenset[int] = field(default=frozenset({200, 201, 204, 303}))


def see_work(**more: Any) -> Row:
    return Row(("claire", "lea"), **more)


def steer(body: dict[str, Any] | None = None, version: int | None = None, **more: Any) -> Row:
    return Row(("claire",), ("lea",), body, version, **more)


def count(body: dict[str, Any] | None = None, version: int | None = None, **more: Any) -> Row:
    return Row(("claire", "lea"), (), body, version, **more)


def see_school() -> Row:
    return Row(("claire", "lea", "ines", "rita", "nadia", "admin"))


def see_elections() -> Row:
    return Row(("claire", "lea", "ines", "rita", "nadia"))


def run_election(body: dict[str, Any] | None = None, version: int | None = None, **more: Any) -> Row:
    return Row(("claire",), ("lea", "ines", "rita", "nadia"), body, version, **more)


def signed_in(body: dict[str, Any] | None = None, **more: Any) -> Row:
    return Row(EVERYONE[:-1], (), body, **more)


def releases(body: dict[str, Any] | None = None, **more: Any) -> Row:
    """What is published above the circonscriptions is the authority's over France."""
    return Row(("nadia",), ("ines", "paul", "rita"), body, **more)


PUBLIC = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /aide",
    "GET /feuille-vierge",
    "GET /feuille-vierge.docx",
    "GET /accessibilite",
    "GET /donnees-personnelles",
    "GET /mentions-legales",
    "GET /connexion",
    "POST /connexion",
    "POST /connexion/demo",
    "GET /connexion/fournisseur",
    "GET /connexion/fournisseur/retour",
    "GET /invitation/{token}/fournisseur",
    "GET /invitation/{token}",
    "POST /invitation/{token}",
    "GET /comptage",
    "GET /comptage/worker.js",
    "GET /comptage/manifest.webmanifest",
    "GET /parents/{token}",
    "POST /parents/{token}",
    "GET /calendrier/{token}.ics",
    "GET /api/v1/open-data/",
    "GET /api/v1/open-data/datapackage.json",
    "GET /api/v1/open-data/{release}/datapackage.json",
    "GET /api/v1/open-data/{release}/{table}.csv",
}
"""Routes that answer without a session; each says in its own test why that is right."""

_MEETINGS = {"indicator": "individual_meetings", "term": "2026-2027-T1", "counted": 158, "out_of": 196}
_GOAL = {"stake": "dialogue", "title": "Rencontrer chaque famille"}
ACTION = {
    "axis": "familiarity",
    "title": "Café des parents",
    "planned_from": "2026-10-02",
    "planned_to": "2027-06-25",
}
_EVENT = {"planned_on": "2026-11-06", "state": "held", "parents_present": 14}
_PARTNER = {"name": "Médiathèque", "kind": "association", "sector": "culture_leisure"}

_SESSION = {
    "held_on": "2026-11-19",
    "representatives_present": 6,
    "representatives_elected": 9,
}
_UNTYPED = {"term": "2025-2026-T2", "slug": "individual_meetings"}
"""A place where nobody answered yet."""
ELECTION = {
    "held_on": "2026-10-09",
    "registered": 362,
    "voters": 159,
    "blank_null": 9,
    "seats": 9,
    "lists": [{"name": "FCPE", "category": "fcpe", "votes": 150}],
}
_OWN = {"label": "Familles venues à la fête", "counted_label": "familles venues"}
_DATES = {"t1_last": "2027-01-03", "t2_last": "2027-04-18"}


def set_up(body: dict[str, Any], version: int) -> Row:
    """What the school's outsiders may look at, and only its head teacher may write."""
    return Row(("claire",), ("lea", "ines", "rita", "nadia", "admin"), body, version)


_CLOSING = {"held_on": "2026-11-20", "members_present": 9}
_ADDITION = {"verdict": "add", "changes": {"action": ACTION}}
_UNDECIDED = frozenset({409, 422})
"""Allowed to close, but a goal waits for its decision."""
_PRESS = "5f0c2a52-6f0e-4c9c-9d0b-0e7f5a3c1d11"
_UNCOUNTED = frozenset({409})
"""Allowed to close the count, but nobody has pressed anything yet."""
_UNREVIEWED, _REVIEWED = "2025-2026-T2", "2025-2026-T3"

_INVITED = {"email": "nouvelle@demo.invalid", "role": "teacher"}
_HEAD_WANTED = {"ecole": "0990001X", "email": "nouvelle@demo.invalid", "role": "head_teacher"}


def see_people() -> Row:
    return Row(("claire", "lea", "admin"))


def see_transmitted() -> Row:
    """What the school sent of a term: its own people and its inspector; to the others it does not exist."""
    return Row(("claire", "lea", "ines"), places={"term": _REVIEWED})


def look_after(body: dict[str, Any] | None = None, **more: Any) -> Row:
    """Accounts are the head teacher's and the administrator's; the inspector does not even see them."""
    return Row(("claire", "admin"), ("lea",), body, **more)


def may_invite(body: dict[str, Any] | None = None) -> Row:
    """The inspector too, but a teacher is not hers to invite."""
    return Row(("claire", "admin"), ("lea", "ines", "rita", "nadia"), body)


def only(*people: str, body: dict[str, Any] | None = None, **more: Any) -> Row:
    """What belongs to these people; for the others it does not exist."""
    return Row(people, (), body, **more)


EVALUATED = "01980000-0000-7000-8000-0000000000e1"
"""An action whose report has a note and may be closed."""
_EVALUATED = {"action_id": EVALUATED}
DESCRIBED = "01980000-0000-7000-8000-0000000000d1"
PUBLISHED = "01980000-0000-7000-8000-0000000000d2"
"""An action with its sheet, and that sheet as every school reads it."""
_DESCRIBED = {"action_id": DESCRIBED}
_REPORT = {"summary": "Un café", "effects": ["health"]}
_NOTE = {"voice": "parents", "noted_on": "2026-11-02", "text": "Un horaire plus tardif"}
_FOUND = {"findings": [{"effect": "health", "finding": "not_known"}]}


def keep_list(body: dict[str, Any] | None = None, version: int | None = None) -> Row:
    """What the circonscription suggests is its inspector's; a school reads it from its own side."""
    return only("ines", body=body, version=version, places={"code": "0990900Z"})


MATRIX: dict[str, Row] = {
    # --- people
    "GET /": signed_in(),
    "GET /api/v1/me": signed_in(),
    "GET /api/v1/tokens": signed_in(),
    "POST /api/v1/tokens": signed_in({"label": "Tableur", "scope": "read"}),
    "DELETE /api/v1/tokens/{token_id}": only("claire"),
    "GET /mon-compte": signed_in(),
    "POST /mon-compte/jetons": signed_in({"label": "Tableur", "scope": "read", "days": "90"}),
    "GET /mon-compte/jetons/{token_id}/revoquer": only("claire"),
    "POST /mon-compte/jetons/{token_id}/revoquer": only("claire"),
    "POST /mon-compte/sessions/fermer": signed_in(),
    "GET /mon-compte/calendrier": signed_in(),
    "POST /mon-compte/calendrier": signed_in(),
    "POST /mon-compte/calendrier/revoquer": signed_in(answers=frozenset({303, 409})),
    "POST /mon-compte/sessions/{session_id}/fermer": only("claire"),
    "POST /deconnexion": signed_in(),
    "GET /connexion/code": signed_in(answers=frozenset({303})),
    "POST /connexion/code": signed_in(answers=frozenset({303})),
    "POST /mon-compte/fournisseur": Row(()),
    "GET /mon-compte/fournisseur/delier": Row(()),
    "POST /mon-compte/fournisseur/delier": Row(()),
    "GET /mon-compte/mot-de-passe": signed_in(),
    "POST /mon-compte/mot-de-passe": signed_in(answers=frozenset({422})),
    "GET /mon-compte/second-facteur": signed_in(),
    "POST /mon-compte/second-facteur": signed_in(answers=frozenset({422})),
    "POST /mon-compte/second-facteur/commencer": signed_in(),
    "POST /mon-compte/second-facteur/retirer": signed_in(answers=frozenset({422})),
    "GET /comptes/second-facteur": only("admin"),
    "POST /comptes/second-facteur": only("admin", answers=frozenset({422})),
    "GET /inviter": only("ines", "paul", "admin"),
    # The seat of the head teacher of A is taken: who may invite is told so, beside the form.
    "POST /inviter": only("ines", "admin", body=_HEAD_WANTED, answers=frozenset({422})),
    "GET /api/v1/schools/{uai}/accounts": see_people(),
    "DELETE /api/v1/schools/{uai}/accounts/{membership_id}": look_after(),
    "POST /api/v1/schools/{uai}/accounts/{membership_id}/handover": look_after(),
    "POST /api/v1/schools/{uai}/accounts/{membership_id}/renewal": look_after(),
    "GET /api/v1/schools/{uai}/invitations": look_after(),
    "POST /api/v1/schools/{uai}/invitations": may_invite(_INVITED),
    "DELETE /api/v1/schools/{uai}/invitations/{invitation_id}": may_invite(),
    "GET /ecoles/{uai}/comptes": see_people(),
    "POST /ecoles/{uai}/comptes": look_after(_INVITED),
    "GET /ecoles/{uai}/comptes/direction": look_after(),
    "POST /ecoles/{uai}/comptes/direction": look_after(answers=frozenset({422})),
    "GET /ecoles/{uai}/comptes/{membership_id}/fin": look_after(),
    "POST /ecoles/{uai}/comptes/{membership_id}/fin": look_after(),
    "POST /ecoles/{uai}/comptes/{membership_id}/lien": look_after(),
    "POST /ecoles/{uai}/comptes/invitations/{invitation_id}/retirer": may_invite(),
    # --- catalogues and the directory
    "GET /api/v1/indicators": signed_in(),
    "GET /api/v1/framework": signed_in(),
    "GET /api/v1/schools": signed_in(),
    "GET /api/v1/schools/{uai}": see_school(),
    "GET /api/v1/schools/{uai}/profiles/{year}": see_school(),
    "PUT /api/v1/schools/{uai}/profiles/{year}": set_up({"pupils": 200}, 1),
    "GET /api/v1/schools/{uai}/calendar/{year}": see_school(),
    "PUT /api/v1/schools/{uai}/calendar/{year}": set_up(_DATES, 0),
    "GET /api/v1/schools/{uai}/indicators": see_work(),
    "POST /api/v1/schools/{uai}/indicators": steer(_OWN),
    "PUT /api/v1/schools/{uai}/indicators/{slug}": steer(),
    "DELETE /api/v1/schools/{uai}/indicators/{slug}": steer(version=1),
    "GET /ecoles/{uai}/rentree": see_work(),
    "GET /ecoles/{uai}/rentree/{year}": see_work(),
    "POST /ecoles/{uai}/rentree/{year}": steer({"pupils": "200", "version": "1"}),
    "POST /ecoles/{uai}/rentree/{year}/calendrier": steer(_DATES | {"version": "0"}),
    "GET /ecoles/{uai}/indicateurs": see_work(),
    "POST /ecoles/{uai}/indicateurs": steer(_OWN),
    "POST /ecoles/{uai}/indicateurs/{slug}/suivre": steer(),
    "POST /ecoles/{uai}/indicateurs/{slug}/arreter": steer({"version": "1"}),
    # --- AMBITIONNER
    "GET /api/v1/schools/{uai}/goals": see_work(),
    "POST /api/v1/schools/{uai}/goals": steer(_GOAL),
    "GET /api/v1/schools/{uai}/goals/{goal_id}": see_work(),
    "PUT /api/v1/schools/{uai}/goals/{goal_id}": steer(_GOAL | {"reason": "Plus clair"}, 1),
    "PATCH /api/v1/schools/{uai}/goals/{goal_id}": steer({"state": "reached"}, 1),
    "DELETE /api/v1/schools/{uai}/goals/{goal_id}": steer(version=1),
    "GET /ecoles/{uai}/objectifs/nouveau": steer(),
    "POST /ecoles/{uai}/objectifs/nouveau": steer(_GOAL),
    "GET /ecoles/{uai}/objectifs/{goal_id}": see_work(),
    "POST /ecoles/{uai}/objectifs/{goal_id}": steer(_GOAL | {"reason": "Plus clair", "version": "1"}),
    "POST /ecoles/{uai}/objectifs/{goal_id}/etat": steer({"state": "reached", "version": "1"}),
    "GET /ecoles/{uai}/objectifs/{goal_id}/supprimer": steer(),
    "POST /ecoles/{uai}/objectifs/{goal_id}/supprimer": steer({"version": "1"}),
    # --- AGIR
    "GET /api/v1/schools/{uai}/actions": see_work(),
    "POST /api/v1/schools/{uai}/actions": steer(ACTION),
    "GET /api/v1/schools/{uai}/actions/{action_id}/effects": see_work(),
    "GET /api/v1/schools/{uai}/actions/{action_id}": see_work(),
    "PUT /api/v1/schools/{uai}/actions/{action_id}": steer(ACTION | {"reason": "Plus clair"}, 1),
    "PATCH /api/v1/schools/{uai}/actions/{action_id}": steer({"state": "running"}, 1),
    "PUT /api/v1/schools/{uai}/actions/{action_id}/conditions": steer(
        {"conditions": [{"text": "Un lieu connu"}]}, 1
    ),
    "DELETE /api/v1/schools/{uai}/actions/{action_id}": steer(version=1),
    "GET /api/v1/schools/{uai}/actions/{action_id}/events": see_work(),
    "POST /api/v1/schools/{uai}/actions/{action_id}/events": count(_EVENT),
    "GET /api/v1/schools/{uai}/events/{event_id}": see_work(),
    "PUT /api/v1/schools/{uai}/events/{event_id}": count(_EVENT, 1),
    "DELETE /api/v1/schools/{uai}/events/{event_id}": count(version=1),
    "GET /api/v1/schools/{uai}/partners": see_work(),
    "POST /api/v1/schools/{uai}/partners": steer(_PARTNER),
    "GET /api/v1/schools/{uai}/partners/{partner_id}": see_work(),
    "PUT /api/v1/schools/{uai}/partners/{partner_id}": steer(_PARTNER, 1),
    "DELETE /api/v1/schools/{uai}/partners/{partner_id}": steer(version=1),
    "GET /ecoles/{uai}/actions/nouvelle": steer(),
    "POST /ecoles/{uai}/actions/nouvelle": steer(ACTION),
    "GET /ecoles/{uai}/actions/{action_id}": see_work(),
    "POST /ecoles/{uai}/actions/{action_id}/rendez-vous": count(_EVENT),
    "GET /ecoles/{uai}/actions/{action_id}/modifier": steer(),
    "POST /ecoles/{uai}/actions/{action_id}/modifier": steer(
        ACTION | {"reason": "Plus clair", "version": "1"}
    ),
    "GET /ecoles/{uai}/actions/{action_id}/conditions": steer(),
    "POST /ecoles/{uai}/actions/{action_id}/conditions": steer(
        {"conditions-0-text": "Un lieu connu", "conditions-0-is_met": "true", "version": "1"}
    ),
    "GET /ecoles/{uai}/actions/{action_id}/etat": steer(),
    "POST /ecoles/{uai}/actions/{action_id}/etat": steer({"state": "running", "version": "1"}),
    "GET /ecoles/{uai}/actions/{action_id}/supprimer": steer(),
    "POST /ecoles/{uai}/actions/{action_id}/supprimer": steer({"version": "1"}),
    "GET /ecoles/{uai}/rendez-vous/{event_id}": see_work(),
    "POST /ecoles/{uai}/rendez-vous/{event_id}": count(_EVENT | {"version": "1"}),
    "GET /ecoles/{uai}/rendez-vous/{event_id}/supprimer": count(),
    "POST /ecoles/{uai}/rendez-vous/{event_id}/supprimer": count({"version": "1"}),
    # --- counted at the gate
    "GET /api/v1/schools/{uai}/events/{event_id}/count": see_work(),
    "POST /api/v1/schools/{uai}/events/{event_id}/taps": count({"taps": [{"id": _PRESS, "delta": 1}]}),
    "POST /api/v1/schools/{uai}/events/{event_id}/count/close": count({"total": 0}, 1, answers=_UNCOUNTED),
    "POST /api/v1/schools/{uai}/events/{event_id}/count/late": count({"total": 0}, 1, answers=_UNCOUNTED),
    "GET /ecoles/{uai}/comptage/{event_id}": count(),
    "POST /ecoles/{uai}/comptage/{event_id}": count({"id": _PRESS, "delta": "1", "grade": "all"}),
    "POST /ecoles/{uai}/comptage/{event_id}/ajouter": count(
        {"total": "0", "version": "1"}, answers=_UNCOUNTED
    ),
    "GET /ecoles/{uai}/comptage/{event_id}/cloture": count(),
    "POST /ecoles/{uai}/comptage/{event_id}/cloture": count(
        {"total": "0", "version": "1"}, answers=_UNCOUNTED
    ),
    # --- the report of an action
    "GET /api/v1/schools/{uai}/actions/{action_id}/report": see_work(),
    "PUT /api/v1/schools/{uai}/actions/{action_id}/report": steer(_REPORT, 0),
    "GET /api/v1/schools/{uai}/actions/{action_id}/report.docx": see_work(),
    "POST /api/v1/schools/{uai}/actions/{action_id}/report/start": steer({"started_on": "2026-11-02"}, 0),
    "POST /api/v1/schools/{uai}/actions/{action_id}/report/notes": count(_NOTE, places=_EVALUATED),
    "DELETE /api/v1/schools/{uai}/actions/{action_id}/report/notes/{note_id}": count(places=_EVALUATED),
    "POST /api/v1/schools/{uai}/actions/{action_id}/report/close": steer(_FOUND, 3, places=_EVALUATED),
    "POST /api/v1/schools/{uai}/actions/{action_id}/report/reopen": steer(
        {"reason": "Un oubli"}, 3, places=_EVALUATED, answers=frozenset({409})
    ),
    "GET /ecoles/{uai}/actions/{action_id}/rapport": see_work(),
    "GET /ecoles/{uai}/actions/{action_id}/rapport.docx": see_work(),
    "GET /ecoles/{uai}/actions/{action_id}/rapport/modifier": steer(),
    "POST /ecoles/{uai}/actions/{action_id}/rapport/modifier": steer(_REPORT | {"version": "0"}),
    "POST /ecoles/{uai}/actions/{action_id}/rapport/debut": steer(
        {"started_on": "02/11/2026", "version": "0"}
    ),
    "POST /ecoles/{uai}/actions/{action_id}/rapport/notes": count(_NOTE, places=_EVALUATED),
    "POST /ecoles/{uai}/actions/{action_id}/rapport/notes/{note_id}/retirer": count(places=_EVALUATED),
    "GET /ecoles/{uai}/actions/{action_id}/rapport/clore": steer(places=_EVALUATED),
    "POST /ecoles/{uai}/actions/{action_id}/rapport/clore": steer(
        {
            "findings-0-effect": "health",
            "findings-0-finding": "not_known",
            "findings-0-evidence": "",
            "version": "3",
        },
        places=_EVALUATED,
    ),
    "GET /ecoles/{uai}/actions/{action_id}/rapport/rouvrir": steer(),
    "POST /ecoles/{uai}/actions/{action_id}/rapport/rouvrir": steer(
        {"reason": "Un oubli", "version": "3"}, places=_EVALUATED, answers=frozenset({422})
    ),
    # --- partners
    "GET /api/v1/schools/{uai}/partner-participation": see_work(),
    "GET /api/v1/schools/{uai}/suggested-partners": see_work(),
    "POST /api/v1/schools/{uai}/suggested-partners/{suggestion_id}/take-up": steer(),
    "GET /api/v1/circonscriptions/{code}/suggested-partners": keep_list(),
    "POST /api/v1/circonscriptions/{code}/suggested-partners": keep_list(_PARTNER),
    "GET /api/v1/circonscriptions/{code}/suggested-partners/{suggestion_id}": keep_list(),
    "PUT /api/v1/circonscriptions/{code}/suggested-partners/{suggestion_id}": keep_list(_PARTNER, 1),
    "DELETE /api/v1/circonscriptions/{code}/suggested-partners/{suggestion_id}": keep_list(version=1),
    "GET /circonscription/{code}/partenaires": keep_list(),
    "POST /circonscription/{code}/partenaires": keep_list(_PARTNER),
    "GET /circonscription/{code}/partenaires/{suggestion_id}": keep_list(),
    "POST /circonscription/{code}/partenaires/{suggestion_id}": keep_list(_PARTNER | {"version": "1"}),
    "GET /circonscription/{code}/partenaires/{suggestion_id}/supprimer": keep_list(),
    "POST /circonscription/{code}/partenaires/{suggestion_id}/supprimer": keep_list({"version": "1"}),
    "GET /ecoles/{uai}/partenaires": see_work(),
    "POST /ecoles/{uai}/partenaires": steer(_PARTNER),
    "POST /ecoles/{uai}/partenaires/suggestions/{suggestion_id}": steer(),
    "GET /ecoles/{uai}/partenaires/{partner_id}": see_work(),
    "POST /ecoles/{uai}/partenaires/{partner_id}": steer(_PARTNER | {"version": "1"}),
    "GET /ecoles/{uai}/partenaires/{partner_id}/supprimer": steer(),
    "POST /ecoles/{uai}/partenaires/{partner_id}/supprimer": steer({"version": "1"}),
    # --- the library
    "POST /api/v1/schools/{uai}/taken-up-practices": steer(ACTION | {"practice": "parents_cafe"}),
    "GET /ecoles/{uai}/pratiques/{slug}": steer(places={"slug": "parents_cafe"}),
    "POST /ecoles/{uai}/pratiques/{slug}": steer(
        ACTION | {"practice": "parents_cafe"}, places={"slug": "parents_cafe"}
    ),
    "GET /api/v1/levers": signed_in(),
    "GET /api/v1/practices": signed_in(),
    "GET /api/v1/practices/{slug}": signed_in(places={"slug": "parents_cafe"}),
    "GET /leviers": signed_in(),
    "GET /pratiques": signed_in(query="q=cafe+parent&step=come&axis="),
    "GET /pratiques/{slug}": signed_in(places={"slug": "parents_cafe"}),
    # --- passing on (who reads a sheet that went to one circonscription: tests/passing_on)
    "GET /api/v1/schools/{uai}/actions/{action_id}/sheet/publication": see_work(places=_DESCRIBED),
    "PUT /api/v1/schools/{uai}/actions/{action_id}/sheet/publication": steer(
        {"readers": "everyone", "credit": "school"}, 1, places=_DESCRIBED
    ),
    "DELETE /api/v1/schools/{uai}/actions/{action_id}/sheet/publication": steer(version=1, places=_DESCRIBED),
    "GET /ecoles/{uai}/actions/{action_id}/partage": steer(places=_DESCRIBED),
    "POST /ecoles/{uai}/actions/{action_id}/partage": steer(
        {"readers": "everyone", "credit": "school", "version": "1"}, places=_DESCRIBED
    ),
    "GET /ecoles/{uai}/actions/{action_id}/partage/retirer": steer(places=_DESCRIBED),
    "POST /ecoles/{uai}/actions/{action_id}/partage/retirer": steer({"version": "1"}, places=_DESCRIBED),
    "GET /api/v1/shared-sheets": signed_in(query="q=cafe"),
    "GET /api/v1/shared-sheets/{sheet_id}": signed_in(),
    "GET /api/v1/shared-sheets/{sheet_id}/sheet.docx": signed_in(),
    "GET /fiches": signed_in(query="q=cafe&axis="),
    "GET /fiches/{sheet_id}": signed_in(),
    "GET /fiches/{sheet_id}/fiche.docx": signed_in(),
    "GET /api/v1/schools/{uai}/taken-up-sheets": see_work(),
    "POST /api/v1/schools/{uai}/taken-up-sheets": steer(ACTION | {"sheet_id": PUBLISHED}),
    "GET /ecoles/{uai}/fiches-publiees/{sheet_id}": steer(),
    "POST /ecoles/{uai}/fiches-publiees/{sheet_id}": steer(ACTION | {"sheet_id": PUBLISHED}),
    "GET /api/v1/levers/{slug}/effect": signed_in(places={"slug": "conviviality"}),
    # --- ANALYSER
    "GET /api/v1/schools/{uai}/measurements": see_work(),
    "POST /api/v1/schools/{uai}/measurements": count(_MEETINGS | {"term": "2025-2026-T2"}),
    "GET /api/v1/schools/{uai}/measurements/{measurement_id}": see_work(),
    "PUT /api/v1/schools/{uai}/measurements/{measurement_id}": count(_MEETINGS),
    "GET /api/v1/schools/{uai}/totals": Row(("claire", "lea"), query="term=2026-2027-T1"),
    "GET /api/v1/schools/{uai}/sheet/{term}": see_work(),
    "GET /api/v1/schools/{uai}/shared-analyses": see_work(),
    "POST /api/v1/schools/{uai}/shared-analyses": count(_SESSION),
    "GET /api/v1/schools/{uai}/shared-analyses/{analysis_id}": see_work(),
    "PUT /api/v1/schools/{uai}/shared-analyses/{analysis_id}": count(_SESSION, 1),
    "DELETE /api/v1/schools/{uai}/shared-analyses/{analysis_id}": count(version=1),
    "GET /ecoles/{uai}/analyse-partagee/nouvelle": count(),
    "POST /ecoles/{uai}/analyse-partagee/nouvelle": count(_SESSION),
    "GET /ecoles/{uai}/analyse-partagee/{analysis_id}": count(),
    "POST /ecoles/{uai}/analyse-partagee/{analysis_id}": count(_SESSION | {"version": "1"}),
    "GET /ecoles/{uai}/analyse-partagee/{analysis_id}/supprimer": count(),
    "POST /ecoles/{uai}/analyse-partagee/{analysis_id}/supprimer": count({"version": "1"}),
    "GET /ecoles/{uai}/saisie": count(),
    "GET /ecoles/{uai}/saisie/{term}": count(),
    "POST /ecoles/{uai}/saisie/{term}": count(
        {"indicator": "individual_meetings", "counted": "158", "out_of": "196"}, places=_UNTYPED
    ),
    "GET /ecoles/{uai}/saisie/{term}/{slug}": count(places=_UNTYPED),
    "GET /ecoles/{uai}/historique": see_work(),
    "GET /api/v1/schools/{uai}/history": see_work(),
    "GET /ecoles/{uai}/saisie/{term}/{slug}/historique": count(places=_UNTYPED),
    "POST /ecoles/{uai}/saisie/{term}/{slug}": count(
        {"rows-0-grade": "CP", "rows-0-counted": "12", "rows-0-out_of": "20"}, places=_UNTYPED
    ),
    "GET /api/v1/schools/{uai}/elections": see_elections(),
    "GET /api/v1/schools/{uai}/elections/{year}": see_elections(),
    "PUT /api/v1/schools/{uai}/elections/{year}": run_election(ELECTION, 1),
    "DELETE /api/v1/schools/{uai}/elections/{year}": run_election(version=1),
    "POST /api/v1/schools/{uai}/elections/{year}/reading": run_election({"text": "Inscrits : 362"}),
    "GET /ecoles/{uai}/election": see_elections(),
    "GET /ecoles/{uai}/election/{year}": see_elections(),
    "POST /ecoles/{uai}/election/{year}": run_election(
        {"held_on": "09/10/2026", "no_ballot": "true", "seats": "9", "version": "1"}
    ),
    "GET /ecoles/{uai}/election/{year}/proces-verbal": run_election(),
    "POST /ecoles/{uai}/election/{year}/proces-verbal": run_election({"text": "Inscrits : 362"}),
    "GET /ecoles/{uai}/election/{year}/supprimer": run_election(),
    "POST /ecoles/{uai}/election/{year}/supprimer": run_election({"version": "1"}),
    # --- AJUSTER
    "GET /api/v1/schools/{uai}/dashboard/{term}": see_work(),
    "GET /api/v1/schools/{uai}/dashboard/{term}.csv": see_work(),
    "GET /api/v1/schools/{uai}/reviews": see_work(),
    "POST /api/v1/schools/{uai}/reviews": steer({"term": _UNREVIEWED}),
    "GET /api/v1/schools/{uai}/reviews/{term}": see_work(),
    "PUT /api/v1/schools/{uai}/reviews/{term}/attendance": steer({"members_present": 9}, 1),
    "POST /api/v1/schools/{uai}/reviews/{term}/notes": steer({"text": "Une note"}),
    "POST /api/v1/schools/{uai}/reviews/{term}/decisions": steer(_ADDITION),
    "DELETE /api/v1/schools/{uai}/reviews/{term}/decisions/{decision_id}": steer(),
    "POST /api/v1/schools/{uai}/reviews/{term}/close": steer(_CLOSING, 1, answers=_UNDECIDED),
    "POST /api/v1/schools/{uai}/reviews/{term}/reopen": steer(
        {"reason": "Un oubli"}, 2, places={"term": _REVIEWED}
    ),
    "GET /api/v1/schools/{uai}/reviews/{term}/minutes.docx": Row(
        ("claire", "lea"), places={"term": _REVIEWED}
    ),
    "GET /api/v1/schools/{uai}/years/{year}/report.docx": see_work(),
    "GET /ecoles/{uai}/annee": see_work(),
    "GET /ecoles/{uai}/annee/{year}": see_work(),
    "GET /ecoles/{uai}/annee/{year}.docx": see_work(),
    "GET /ecoles/{uai}/conseil/{term}/releve": Row(("claire", "lea"), places={"term": _REVIEWED}),
    "GET /ecoles/{uai}/conseil/{term}/releve.docx": Row(("claire", "lea"), places={"term": _REVIEWED}),
    "GET /ecoles/{uai}": see_work(),
    "GET /api/v1/schools/{uai}/reminders": see_work(),
    "GET /ecoles/{uai}/tableau-de-bord": see_work(),
    "GET /ecoles/{uai}/tableau-de-bord/{term}": see_work(),
    "GET /ecoles/{uai}/tableau-de-bord/{term}.csv": see_work(),
    "GET /ecoles/{uai}/conseil": see_work(),
    "GET /ecoles/{uai}/conseil/{term}": see_work(),
    "POST /ecoles/{uai}/conseil/{term}/ouvrir": steer(places={"term": _UNREVIEWED}),
    "GET /ecoles/{uai}/conseil/{term}/etat": see_work(),
    "POST /ecoles/{uai}/conseil/{term}/presences": steer({"members_present": "9", "version": "1"}),
    "POST /ecoles/{uai}/conseil/{term}/notes": steer({"text": "Une note", "about": "visits"}),
    "POST /ecoles/{uai}/conseil/{term}/decisions/{kind}/{target_id}": steer({"verdict": "keep"}),
    "POST /ecoles/{uai}/conseil/{term}/retirer/{decision_id}": steer(),
    "POST /ecoles/{uai}/conseil/{term}/clore": steer(
        {"held_on": "20/11/2026", "chair_role": "head_teacher", "members_present": "9", "version": "1"},
        answers=_UNDECIDED,
    ),
    "POST /ecoles/{uai}/conseil/{term}/rouvrir": steer(
        {"reason": "Un oubli", "version": "2"}, places={"term": _REVIEWED}
    ),
    "GET /ecoles/{uai}/conseil/{term}/ajouter/{kind}": steer(),
    "POST /ecoles/{uai}/conseil/{term}/ajouter/{kind}": steer(ACTION),
    "GET /ecoles/{uai}/conseil/{term}/modifier/{kind}/{target_id}": steer(),
    "POST /ecoles/{uai}/conseil/{term}/modifier/{kind}/{target_id}": steer(ACTION),
    # --- shared with the elected parents
    "GET /api/v1/schools/{uai}/parent-links": steer(),
    "POST /api/v1/schools/{uai}/parent-links": steer({"term": "2026-2027-T1"}),
    "DELETE /api/v1/schools/{uai}/parent-links/{link_id}": steer(version=1),
    "GET /api/v1/schools/{uai}/parent-remarks": steer(),
    "PATCH /api/v1/schools/{uai}/parent-remarks/{remark_id}": steer({"state": "kept"}, 1),
    "GET /ecoles/{uai}/parents": steer(),
    "POST /ecoles/{uai}/parents": steer({"term": "2026-2027-T1", "days": "21"}),
    "GET /ecoles/{uai}/parents/apercu/{term}": steer(),
    "GET /ecoles/{uai}/parents/liens/{link_id}/fermer": steer(),
    "POST /ecoles/{uai}/parents/liens/{link_id}/fermer": steer({"version": "1"}),
    "POST /ecoles/{uai}/parents/remarques/{remark_id}": steer({"state": "kept", "version": "1"}),
    "GET /ecoles/{uai}/parents/seance/{term}": steer(),
    "GET /ecoles/{uai}/parents/seance/{term}/{analysis_id}": steer(),
    # --- action sheets
    "GET /api/v1/action-sheet-schema": signed_in(),
    "GET /api/v1/schools/{uai}/action-sheets": see_work(),
    "GET /api/v1/schools/{uai}/actions/{action_id}/sheet": see_work(),
    "PUT /api/v1/schools/{uai}/actions/{action_id}/sheet": steer({"answers": {"title": "Café"}}, 0),
    "GET /api/v1/schools/{uai}/actions/{action_id}/sheet.docx": see_work(),
    "GET /ecoles/{uai}/fiches": see_work(),
    "GET /ecoles/{uai}/actions/{action_id}/fiche": see_work(),
    "GET /ecoles/{uai}/actions/{action_id}/fiche.docx": see_work(),
    "GET /ecoles/{uai}/actions/{action_id}/fiche/{number}": steer(places={"number": "1"}),
    "POST /ecoles/{uai}/actions/{action_id}/fiche/{number}": steer(
        {"title": "Café", "version": "0"}, places={"number": "1"}
    ),
    # --- transmitted
    "GET /api/v1/schools/{uai}/transmissions": see_transmitted(),
    "POST /api/v1/schools/{uai}/transmissions": steer({"term": "2026-2027-T1"}),
    "GET /api/v1/schools/{uai}/transmissions/{term}": see_transmitted(),
    "GET /api/v1/schools/{uai}/transmissions/{term}/preview": see_work(),
    "GET /api/v1/schools/{uai}/transmissions/{term}/minutes.docx": see_transmitted(),
    "GET /ecoles/{uai}/transmettre": steer(),
    "GET /ecoles/{uai}/transmettre/{term}": steer(),
    "POST /ecoles/{uai}/transmettre/{term}": steer({"with_minutes": "true"}),
    "GET /ecoles/{uai}/transmis/{term}": see_transmitted(),
    "GET /ecoles/{uai}/transmis/{term}/releve.docx": see_transmitted(),
    # --- pooled
    "GET /api/v1/aggregates": only("ines", "paul", "rita", "nadia"),
    "GET /api/v1/aggregates.{extension}": only("ines", "paul", "rita", "nadia", places={"extension": "csv"}),
    "GET /api/v1/aggregates/distribution": only(
        "ines", "paul", "rita", "nadia", query="indicator=election_turnout"
    ),
    "GET /circonscription/{code}": only("ines", "rita", "nadia", places={"code": "0990900Z"}),
    "GET /territoire/{code}": only("rita", "nadia", places={"code": "A99"}),
    # --- files
    "POST /api/v1/imports": Row(
        ("claire", "lea"),
        query="uai=0990001X&kind=measurements",
        content="Indicateur;Trimestre;Nombre\nVenues des parents à l’école;2026-2027-T1;12\n",
    ),
    "GET /api/v1/schools/{uai}/files/{kind}": Row(("claire", "lea"), places={"kind": "goals"}),
    "GET /api/v1/schools/{uai}/files/{kind}.{extension}": Row(
        ("claire", "lea"), places={"kind": "goals", "extension": "csv"}
    ),
    "GET /api/v1/schools/{uai}/export.xlsx": see_work(),
    "GET /api/v1/schools/{uai}/export.zip": see_work(),
    "GET /ecoles/{uai}/fichiers": count(),
    "POST /ecoles/{uai}/fichiers": count({"kind": "measurements"}, answers=frozenset({422})),
    "GET /ecoles/{uai}/fichiers/{file_id}": only("claire"),
    "GET /ecoles/{uai}/fichiers/{file_id}/colonnes": only("claire"),
    "POST /ecoles/{uai}/fichiers/{file_id}/colonnes": only(
        "claire", body={"p0-c0": "indicator", "p0-c1": "term", "p0-c2": "counted"}
    ),
    "POST /ecoles/{uai}/fichiers/{file_id}/importer": only("claire"),
    "POST /ecoles/{uai}/fichiers/{file_id}/oublier": only("claire"),
    "GET /ecoles/{uai}/fichiers/{file_id}/{part}/a-corriger.{extension}": only(
        "claire", places={"part": "0", "extension": "csv"}
    ),
    "GET /api/v1/releases": only("ines", "paul", "rita", "nadia"),
    "GET /api/v1/releases/{term}/preview": releases(),
    "POST /api/v1/releases": releases({"term": "2026-2027-T1"}),
    "GET /publications": only("ines", "paul", "rita", "nadia"),
    "GET /publications/{term}": releases(),
    # Hers to publish, but one school has transmitted, and three are needed.
    "POST /publications/{term}": releases({}, answers=frozenset({409})),
}
