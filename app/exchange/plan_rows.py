"""Partners, goals and actions as lines of a file."""

from typing import Any

from app.accounts.actor import Task
from app.actions.models import ActionChange, ActionIn, ActionStateIn, PartnerIn
from app.actions.queries import actions_of_school, actions_out, partners_of_school
from app.actions.service import add_action, add_partner, revise_action, revise_partner, set_action_state
from app.domain.engagement import Step
from app.domain.plan import way
from app.domain.typed import bare
from app.domain.vocabulary import (
    ActionState,
    Audience,
    Axis,
    GoalState,
    LeadRole,
    PartnerKind,
    PartnerSector,
    PartnerSpecialty,
)
from app.exchange.columns import (
    DAY,
    INDICATOR,
    LEVER,
    STAKE,
    TERM,
    TEXT,
    WHOLE,
    FileColumn,
    choice_of,
    names_of,
)
from app.exchange.kinds import (
    CHANGED_BY_A_FILE,
    FileKind,
    Flat,
    Work,
    body_of,
    in_turn,
    number_column,
    same_body,
)
from app.exchange.models import Outcome
from app.goals.models import GoalChange, GoalIn, GoalStateIn
from app.goals.queries import goals_of_school
from app.goals.service import add_goal, revise_goal, set_goal_state

ALL = 1_000_000
NUMBER = number_column("Vide d’ordinaire\u202f; 2 pour le deuxième qui porte le même titre.")
REASON = FileColumn("reason", "Raison", TEXT, "Pourquoi il est abandonné.", blank=None)


def like_goals(flat: Flat) -> tuple[str, str]:
    """Goals are numbered among goals of the same title; an action may have that title too."""
    return "goal", bare(flat["title"])


def like_actions(flat: Flat) -> tuple[str, str]:
    return "action", bare(flat["title"])


def by_title(flat: Flat) -> tuple[str, int]:
    return bare(flat["title"]), flat.get("number") or 1


# --- partners ------------------------------------------------------------------------------------------


def _partner_rows(work: Work) -> list[Flat]:
    return [row.model_dump() for row in partners_of_school(work.db, work.school.id, limit=ALL)]


def _put_partner(work: Work, current: Flat | None, given: Flat) -> Outcome:
    data = PartnerIn.model_validate(body_of(PartnerIn, (current or {}) | given))
    if current is None:
        add_partner(work.db, work.actor, work.uai, data)
        return Outcome.CREATED
    if same_body(data, PartnerIn.model_validate(body_of(PartnerIn, current))):
        return Outcome.SAME
    revise_partner(work.db, work.actor, work.uai, current["id"], data, current["version"])
    return Outcome.CHANGED


PARTNERS = FileKind(
    slug="partners",
    label="Partenaires",
    thing=("partenaire", "partenaires"),
    description="Les organismes avec lesquels l’école travaille. Aucun nom de personne.",
    task=Task.STEER,
    columns=(
        FileColumn(
            "name",
            "Organisme",
            TEXT,
            "Organisme et fonction, sans nom de personne.",
            ("Partenaire", "Nom", "Organisme et fonction"),
            is_key=True,
            is_required=True,
        ),
        FileColumn(
            "kind", "Type d’organisme", choice_of(PartnerKind), "Un des vingt types proposés.", ("Type",)
        ),
        FileColumn("specialty", "Spécialité", choice_of(PartnerSpecialty), "Pour une association seulement."),
        FileColumn(
            "sector", "Domaine", choice_of(PartnerSector), "Un des douze domaines proposés.", ("Secteur",)
        ),
    ),
    key=lambda flat: bare(flat["name"]),
    rows=_partner_rows,
    put=_put_partner,
)


# --- goals ---------------------------------------------------------------------------------------------

_GOAL_NAMES = (
    "id", "version", "title", "stake", "why", "target_indicator", "target_value", "target_term",
    "baseline_counted", "baseline_out_of", "state", "reason",
)  # fmt: skip


def _goal_rows(work: Work) -> list[Flat]:
    rows = goals_of_school(work.db, work.school.id, limit=ALL)
    flats: list[Flat] = [{name: getattr(row, name) for name in _GOAL_NAMES} for row in rows]
    return in_turn(work, flats, like_goals)


def _goal_in(flat: Flat) -> GoalIn:
    body: dict[str, Any] = {name: flat.get(name) for name in ("stake", "title") if flat.get(name) is not None}
    target = {name: flat.get(f"target_{name}") for name in ("indicator", "value", "term")}
    baseline = {name: flat.get(f"baseline_{name}") for name in ("counted", "out_of")}
    if any(value is not None for value in (*target.values(), *baseline.values())):
        body["target"] = _said(target)
        if any(value is not None for value in baseline.values()):
            body["target"]["baseline"] = _said(baseline)
    return GoalIn.model_validate(body | {"why": flat.get("why") or ""})


def _put_goal(work: Work, current: Flat | None, given: Flat) -> Outcome:
    wanted = (current or {}) | given
    data = _goal_in(wanted)
    outcome = Outcome.SAME
    if current is None:
        work.next_number(given, like_goals(given))
        goal = add_goal(work.db, work.actor, work.uai, data)
        held, version, key, outcome = (GoalState.ACTIVE, None), goal.version, goal.id, Outcome.CREATED
    else:
        held, version, key = (current["state"], current["reason"]), current["version"], current["id"]
        if not same_body(data, _goal_in(current)):
            change = GoalChange(**data.model_dump(), reason=CHANGED_BY_A_FILE)
            version = revise_goal(work.db, work.actor, work.uai, key, change, version).version
            outcome = Outcome.CHANGED
    state = GoalStateIn(state=wanted.get("state") or held[0], reason=wanted.get("reason"))
    if (state.state, state.reason) != held:
        for step in way(held[0], state.state):
            said = state if step is state.state else GoalStateIn(state=step, reason=CHANGED_BY_A_FILE)
            version = set_goal_state(work.db, work.actor, work.uai, key, said, version).version
        outcome = outcome if outcome is Outcome.CREATED else Outcome.CHANGED
    return outcome


GOALS = FileKind(
    slug="goals",
    label="Objectifs",
    thing=("objectif", "objectifs"),
    description="Ce que l’école veut (AMBITIONNER), avec une cible facultative.",
    task=Task.STEER,
    columns=(
        FileColumn("stake", "Enjeu", STAKE, "Un enjeu de la fiche, ou le vôtre."),
        FileColumn(
            "title",
            "Objectif",
            TEXT,
            "Une phrase, à l’infinitif.",
            ("Titre", "Intitulé"),
            is_key=True,
            is_required=True,
        ),
        FileColumn("why", "Pourquoi", TEXT, "Ce qui fait choisir cet objectif.", blank=""),
        FileColumn("target_indicator", "Indicateur visé", INDICATOR, "Vide sans cible.", ("Indicateur",)),
        FileColumn("target_value", "Valeur visée", WHOLE, "85 pour 85 %\u202f; un nombre sinon.", ("Cible",)),
        FileColumn("target_term", "À atteindre avant la fin du", TERM, "Un trimestre.", ("Échéance",)),
        FileColumn("baseline_counted", "Nombre au départ", WHOLE, "D’où l’on part.", ("Départ",)),
        FileColumn("baseline_out_of", "Sur combien au départ", WHOLE, "Pour une part."),
        FileColumn("state", "État", choice_of(GoalState), "en cours, atteint ou abandonné."),
        REASON,
        NUMBER,
    ),
    key=by_title,
    rows=_goal_rows,
    put=_put_goal,
    pointers={
        "target": "target_indicator",
        "target/indicator": "target_indicator",
        "target/value": "target_value",
        "target/term": "target_term",
        "target/baseline": "baseline_counted",
        "target/baseline/counted": "baseline_counted",
        "target/baseline/out_of": "baseline_out_of",
    },
)


# --- actions -------------------------------------------------------------------------------------------


def _action_rows(work: Work) -> list[Flat]:
    rows = actions_of_school(work.db, work.school.id, limit=ALL)
    return in_turn(work, actions_out(work.db, work.school.id, rows), like_actions)


def _put_action(work: Work, current: Flat | None, given: Flat) -> Outcome:
    wanted = (current or {}) | given
    data = ActionIn.model_validate(body_of(ActionIn, wanted))
    outcome = Outcome.SAME
    if current is None:
        work.next_number(given, like_actions(given))
        action = add_action(work.db, work.actor, work.uai, data)
        held, version, key, outcome = (ActionState.PLANNED, None), action.version, action.id, Outcome.CREATED
    else:
        held, version, key = (current["state"], current["reason"]), current["version"], current["id"]
        if not same_body(data, ActionIn.model_validate(body_of(ActionIn, current))):
            change = ActionChange(**data.model_dump(), reason=CHANGED_BY_A_FILE)
            version = revise_action(work.db, work.actor, work.uai, key, change, version).version
            outcome = Outcome.CHANGED
    state = ActionStateIn(state=wanted.get("state") or held[0], reason=wanted.get("reason"))
    if (state.state, state.reason) != held:
        for step in way(held[0], state.state):
            said = state if step is state.state else ActionStateIn(state=step, reason=CHANGED_BY_A_FILE)
            version = set_action_state(work.db, work.actor, work.uai, key, said, version).version
        outcome = outcome if outcome is Outcome.CREATED else Outcome.CHANGED
    return outcome


ACTIONS = FileKind(
    slug="actions",
    label="Actions",
    thing=("action", "actions"),
    description="Ce que l’école fait (AGIR), axe par axe.",
    task=Task.STEER,
    columns=(
        FileColumn("axis", "Axe", choice_of(Axis), "Un des trois axes de la fiche."),
        FileColumn("lever", "Levier", LEVER, "Un des cinq leviers, ou rien."),
        FileColumn(
            "title",
            "Action",
            TEXT,
            "Exemple\u202f: Café des parents du vendredi",
            ("Titre", "Intitulé"),
            is_key=True,
            is_required=True,
        ),
        FileColumn("audience", "Pour qui", choice_of(Audience), "Un des publics proposés.", ("Public",)),
        FileColumn("step", "Ce qu’elle demande", choice_of(Step), "De venir à animer avec l’équipe."),
        FileColumn(
            "lead_role", "Qui s’en charge", choice_of(LeadRole), "Un rôle, pas un nom.", ("Responsable",)
        ),
        FileColumn("planned_from", "Du", DAY, "02/10/2026", ("Début",)),
        FileColumn("planned_to", "Au", DAY, "25/06/2027", ("Fin",)),
        FileColumn(
            "goal_ids", "Objectifs servis", names_of("goals"), "Séparés par | .", ("Objectifs",), blank=[]
        ),
        FileColumn("partner_ids", "Partenaires", names_of("partners"), "Séparés par | .", blank=[]),
        FileColumn("state", "État", choice_of(ActionState), "prévue, en cours, terminée ou abandonnée."),
        REASON,
        NUMBER,
    ),
    key=by_title,
    rows=_action_rows,
    put=_put_action,
    last=frozenset({"state", "reason"}),
)


def _said(values: Flat) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
