"""Files of thousands of lines: as the verbs would write them, in a number of queries that does not grow."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import clock
from app.accounts.actor import Actor
from app.accounts.audit import broken_links
from app.accounts.audit_queries import audit_chain
from app.actions.batches import event_batch
from app.actions.event_queries import events_of_school, partners_of_events
from app.actions.models import Action, ActionIn, EventIn, PartnerIn
from app.actions.queries import actions_of_school, partners_of_school
from app.actions.service import add_action, add_event, add_partner, revise_event
from app.db import uuid7
from app.domain.vocabulary import Source
from app.errors import AppError, Invalid
from app.exchange import waiting
from app.exchange.sheets import MAX_LINES_ONE_BY_ONE, read_sheets
from app.measurements import chain_queries, chains
from app.measurements.batches import measurement_batch
from app.measurements.models import MeasurementIn
from app.measurements.queries import live_rows
from app.measurements.service import record_measurement, series_of_school, verify_totals
from app.schools.models import TrackedIn
from app.schools.service import add_own_indicator
from tests.matrix import ACTION
from tests.world import LAST_YEAR, NOW, T1, YEAR, A, B, World, form

Counting = Callable[[], AbstractContextManager[list[str]]]
TERMS = [f"{LAST_YEAR}-T1", f"{LAST_YEAR}-T2", f"{LAST_YEAR}-T3", T1, f"{YEAR}-T2"]


def own_indicators(db: Session, world: World, number: int) -> None:
    for place in range(number):
        label = f"Veillée {place}"
        data = TrackedIn(label=label, counted_label="familles venues", out_of_label="familles")
        add_own_indicator(db, world.actor(db, "claire"), A, data)


def figures(number: int, counted: int = 12) -> str:
    lines = [f"Veillée {place // 3};{TERMS[place % 3]};{counted};20" for place in range(number)]
    return "\n".join(["Indicateur;Trimestre;Nombre;Sur combien", *lines])


def meetings(number: int, parents: int = 14) -> str:
    first = date(2025, 9, 4)
    lines = [f"Café;{first + timedelta(place)};{parents};Mairie" for place in range(number)]
    return "\n".join(["Action;Date;Parents venus;Partenaires présents", *lines])


def an_action(title: str) -> ActionIn:
    return ActionIn.model_validate(ACTION | {"title": title})


def a_cafe(db: Session, world: World, name: str = "claire", uai: str = A) -> Action:
    actor = world.actor(db, name)
    hall = PartnerIn.model_validate({"name": "Mairie", "kind": "other", "sector": "other"})
    add_partner(db, actor, uai, hall)
    return add_action(db, actor, uai, an_action("Café"))


# --- fast because nothing is repeated ------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "file"), [("measurements", figures), ("events", meetings)])
def test_queries_do_not_grow_with_the_lines(
    kind: str,
    file: Callable[..., str],
    send: Any,
    db: Session,
    world: World,
    count_queries: Counting,
) -> None:
    own_indicators(db, world, 40)
    a_cafe(db, world)
    send(kind, file(3), dry_run=True)
    with count_queries() as few:
        assert send(kind, file(6)).json()["created"] == 6
    with count_queries() as many:
        assert send(kind, file(120)).json()["created"] == 114
    assert len(many) <= len(few) + 2
    with count_queries() as corrected:
        assert send(kind, file(120, 15)).json()["changed"] == 120
    assert len(corrected) <= len(few) + 4
    assert verify_totals(db) == []
    assert broken_links(db)[1] == []


def test_a_batch_of_events_is_one_act_that_keeps_what_was(send: Any, db: Session, world: World) -> None:
    a_cafe(db, world)
    send("events", meetings(3))
    send("events", meetings(4, 15))
    first, _, second, file = audit_chain(db, world.a.id)[-4:]
    assert (first.verb, second.verb, file.verb) == ("events.recorded", "events.recorded", "file.imported")
    assert first.after is not None
    assert second.before is not None
    assert second.after is not None
    assert first.before == {}
    assert len(first.after["added"]) == 3
    assert len(first.after["running"]) == 1, "its first held event makes the action run"
    assert {one["parents_present"] for one in second.before.values()} == {14}
    assert {one["parents_present"] for one in second.after["revised"].values()} == {15}
    assert second.before.keys() == second.after["revised"].keys() == set(first.after["added"])
    assert len(second.after["added"]) == 1


def test_what_is_written_one_by_one_is_bounded(send: Any, db: Session, world: World) -> None:
    names = "\n".join(f"Organisme {place}" for place in range(MAX_LINES_ONE_BY_ONE + 1))
    refused = send("partners", f"Organisme\n{names}", dry_run=True)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "too_many_rows"
    assert "500 lignes" in refused.json()["errors"][0]["detail"]


# --- as the verbs would --------------------------------------------------------------------------------


def outcome(act: Callable[[], object]) -> str:
    """The code of the refusal, or nothing."""
    try:
        act()
    except Invalid as refusal:
        return refusal.errors[0].code
    except AppError as refusal:
        return refusal.code
    return ""


def bodies(chance: random.Random, number: int) -> list[dict[str, Any]]:
    """Whole school and grades, rates and counts, and everything that is refused."""
    found = []
    for _ in range(number):
        body: dict[str, Any] = {
            "indicator": chance.choice(["individual_meetings", "visits", "election_turnout", "unknown"]),
            "term": chance.choice(TERMS),
            "grade": chance.choice(["all", "all", "CP", "CE1", "PS"]),
        }
        counted = chance.randrange(20)
        status = chance.choice(["value", "value", "value", "not_measured", "not_applicable"])
        body |= {"counted": counted} if status == "value" else {"status": status}
        if status == "value" and chance.random() < 0.7:
            body["out_of"] = counted + chance.randrange(9)
        found.append(body)
    return found


def replaced(db: Session, school_id: UUID, body: dict[str, Any]) -> UUID | None:
    rows = live_rows(db, school_id, term=body["term"], indicator=body["indicator"], source=Source.TYPED)
    return next((row.id for row in rows if row.grade.value == body["grade"]), None)


@pytest.mark.parametrize("seed", range(6))
def test_a_batch_says_of_each_figure_what_the_verb_says(db: Session, world: World, seed: int) -> None:
    chance = random.Random(seed)
    claire, karim = world.actor(db, "claire"), world.actor(db, "karim")
    for _ in range(4):
        each_once = {(body["indicator"], body["term"], body["grade"]): body for body in bodies(chance, 12)}
        alone, together = [], []
        asked = [
            (body, replaced(db, world.b.id, body) if chance.random() < 0.8 else None)
            for body in each_once.values()
        ]
        with measurement_batch(db, karim, B) as batch:
            for body, old in asked:
                data = MeasurementIn.model_validate(body | {"replaces": old})
                together.append(outcome(partial(batch.put, data)))
        for body, old in asked:
            data = MeasurementIn.model_validate(body)
            mine = data.model_copy(update={"replaces": old and replaced(db, world.a.id, body)})
            alone.append(outcome(partial(record_measurement, db, claire, A, mine)))
        assert together == alone
        at_a, at_b = (series_of_school(db, db.merge(school)) for school in (world.a, world.b))
        assert at_b == at_a
    assert verify_totals(db) == []
    assert broken_links(db)[1] == []


@contextmanager
def one_by_one(db: Session, actor: Actor, uai: str) -> Iterator[Any]:
    """The verbs, under the names of a batch."""

    def add(action_id: UUID, data: EventIn) -> None:
        add_event(db, actor, uai, action_id, data)

    def revise(event_id: UUID, data: EventIn, version: int) -> None:
        revise_event(db, actor, uai, event_id, data, version)

    yield SimpleNamespace(add=add, revise=revise)


def lived(db: Session, world: World, name: str, uai: str, seed: int, writing: Any) -> tuple[Any, ...]:
    """Three rounds of events, some revised, some refused: the answers, and what the school then holds."""
    chance, actor = random.Random(seed), world.actor(db, name)
    school, cafe = world.schools[uai], a_cafe(db, world, name, uai)
    actions = [cafe.id, add_action(db, actor, uai, an_action("Atelier")).id, uuid7()]
    partner = partners_of_school(db, school.id)[0].id
    answers = []
    for _ in range(3):
        known = [(event.id, event.version) for event in events_of_school(db, school.id)]
        with writing(db, actor, uai) as writer:
            for event_id, version in chance.sample(known, len(known) // 2):
                data = an_event(chance, partner)
                stale = chance.random() < 0.2
                answers.append(outcome(partial(writer.revise, event_id, data, version + stale)))
            for _ in range(8):
                action = chance.choice(actions)
                answers.append(outcome(partial(writer.add, action, an_event(chance, partner))))
    db.expire_all()
    held = events_of_school(db, school.id)
    linked = partners_of_events(db, school.id, [event.id for event in held])
    told = [
        event.model_dump(exclude={"id", "school_id", "action_id"})
        | {"action": actions.index(event.action_id), "partners": len(linked.get(event.id, []))}
        for event in held
    ]
    states = [(action.state, action.version) for action in actions_of_school(db, school.id)]
    return answers, told, states, series_of_school(db, db.merge(school))


def an_event(chance: random.Random, partner: UUID) -> EventIn:
    """Some lie in the future or in another century, and some are held with a partner."""
    state = chance.choice(["held", "held", "held", "planned", "cancelled"])
    day = chance.choice([date(1999, 9, 4), *[date(2025, 9, 4) + timedelta(chance.randrange(480))] * 9])
    body: dict[str, Any] = {"planned_on": day, "state": state}
    body |= {"parents_present": chance.randrange(30)} if state == "held" else {}
    body |= {"partner_ids": [partner]} if chance.random() < 0.4 else {}
    return EventIn.model_validate(body)


@pytest.mark.parametrize("seed", range(6))
def test_a_batch_of_events_is_what_the_verbs_make(db: Session, world: World, seed: int) -> None:
    together = lived(db, world, "karim", B, seed, event_batch)
    assert together == lived(db, world, "claire", A, seed, one_by_one)
    assert {"", "not_found"} < set(together[0]), "some were written, some refused"
    assert verify_totals(db) == []
    assert broken_links(db)[1] == []


# --- cut in the middle ---------------------------------------------------------------------------------


def test_cut_in_the_middle_nothing_is_written_and_the_file_waits(
    sign_in: Callable[[str], TestClient], db: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_indicators(db, world, 3)
    claire = world.actor(db, "claire")
    row = waiting.keep_file(db, claire, A, "measurements", "x.csv", read_sheets(figures(9).encode()))
    here = f"/ecoles/{A}/fichiers/{row.id}"
    file_id = row.id
    waiting.check_file(db, claire, A, file_id)
    acts = len(audit_chain(db, world.a.id))
    monkeypatch.setattr(chains, "AT_ONCE", 2)
    monkeypatch.setattr(chain_queries, "refold_terms", _stop)
    with db.begin_nested() as undo:
        with pytest.raises(KeyboardInterrupt):
            waiting.run_file(db, claire, A, file_id, partial=False)
        undo.rollback()  # what the database does when the process is gone
    monkeypatch.undo()
    assert live_rows(db, world.a.id, source=Source.TYPED) == []
    assert len(audit_chain(db, world.a.id)) == acts
    browser = sign_in("claire")
    clock.pin(NOW + timedelta(minutes=5))
    page = browser.get(here).text
    assert "Ce qui changerait" in page
    assert "9 lignes vérifiées en " in page
    assert form(browser, f"{here}/importer").status_code == 303
    assert "C’est enregistré" in browser.get(here).text
    assert len(live_rows(db, world.a.id, source=Source.TYPED)) == 9


def _stop(*_: object) -> None:
    raise KeyboardInterrupt
