"""Rendez-vous as lines of a file: one line a dated occurrence of an action."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.accounts.actor import Task
from app.actions.batches import event_batch
from app.actions.event_queries import events_of_school
from app.actions.models import EventIn
from app.actions.queries import events_out
from app.domain.vocabulary import EventState
from app.exchange.columns import DAY, WHOLE, FileColumn, choice_of, name_of, names_of
from app.exchange.kinds import FileKind, Flat, Item, Work, body_of, in_turn, number_column, same_body
from app.exchange.models import Outcome

COLUMNS = (
    FileColumn(
        "action_id",
        "Action",
        name_of("actions"),
        "Le titre d’une action de l’école.",
        is_key=True,
        is_required=True,
    ),
    FileColumn(
        "planned_on",
        "Date",
        DAY,
        "Le jour prévu\u202f: 06/11/2026",
        ("Date prévue", "Jour"),
        is_key=True,
        is_required=True,
    ),
    FileColumn(
        "state",
        "État",
        choice_of(EventState),
        "prévu, tenu ou annulé\u202f; tenu si des parents sont comptés.",
    ),
    FileColumn(
        "held_on", "Tenu un autre jour, le", DAY, "Seulement si ce n’est pas le jour prévu.", ("Tenu le",)
    ),
    FileColumn("parents_present", "Parents venus", WHOLE, "0 si personne n’est venu.", ("Parents",)),
    FileColumn("children_present", "Enfants présents", WHOLE, "Un nombre.", ("Enfants",)),
    FileColumn("professionals_present", "Professionnels présents", WHOLE, "Un nombre.", ("Professionnels",)),
    FileColumn("invited", "Parents invités", WHOLE, "Un nombre.", ("Invités",)),
    FileColumn("partner_ids", "Partenaires présents", names_of("partners"), "Séparés par | .", blank=[]),
    number_column("Vide d’ordinaire\u202f; 2 pour le deuxième rendez-vous de l’action ce jour-là."),
)


def key(flat: Flat) -> tuple[Any, ...]:
    return flat["action_id"], str(flat["planned_on"]), flat.get("number") or 1


def rows(work: Work) -> list[Flat]:
    flats = events_out(work.db, work.school.id, events_of_school(work.db, work.school.id))
    for flat in flats:
        if flat["held_on"] == flat["planned_on"]:
            flat["held_on"] = None
    return in_turn(work, flats, lambda flat: key(flat)[:2])


def completed(items: Sequence[Item]) -> Iterator[Item]:
    """Parents who came were at an event that was held, whether the line says so or not."""
    for item in items:
        if item.given.get("parents_present") is not None:
            item.given["state"] = item.given.get("state") or EventState.HELD
        yield item


def _body(flat: Flat) -> EventIn:
    data = EventIn.model_validate(body_of(EventIn, flat))
    return data.model_copy(update={"held_on": None}) if data.held_on == data.planned_on else data


def put(work: Work, current: Flat | None, given: Flat) -> Outcome:
    data = _body((current or {}) | given)
    if current is None:
        work.next_number(given, key(given)[:2])
        work.batch.add(given["action_id"], data)
        return Outcome.CREATED
    if same_body(data, _body(current)):
        return Outcome.SAME
    work.batch.revise(current["id"], data, current["version"])
    return Outcome.CHANGED


EVENTS = FileKind(
    slug="events",
    label="Rendez-vous",
    thing=("rendez-vous", "rendez-vous"),
    description="Cafés, réunions, matinées\u202f: une ligne par rendez-vous d’une action de l’école.",
    task=Task.COUNT,
    columns=COLUMNS,
    key=key,
    rows=rows,
    put=put,
    together=lambda work: event_batch(work.db, work.actor, work.uai),
    gather=completed,
)
