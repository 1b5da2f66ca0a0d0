"""The meeting before its closing: who is there, notes, and two people who decide at once."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit import version_of
from app.accounts.audit_queries import audit_chain
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.errors import Conflict, Stale
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.reviews import queries
from app.reviews.kinds import TargetKind
from app.reviews.meeting import add_note, start_meeting
from app.reviews.models import AttendanceIn, ClosingIn, DecisionIn, NoteIn, ReopeningIn, ReviewIn, TargetRef
from app.reviews.service import close_review, decide, open_review, reopen_review
from tests.world import NOW, T1, TODAY, A, B, World, form

TERM = Term(T1)
COUNCIL = f"/ecoles/{A}/conseil/{T1}"
REVIEW = f"/api/v1/schools/{A}/reviews/{T1}"
SignIn = Callable[[str], TestClient]


@pytest.fixture
def goal_id(db: Session, world: World) -> Any:
    claire = world.actor(db, "claire")
    goal = add_goal(db, claire, A, GoalIn(stake="climate", title="Rencontrer chaque famille"))
    open_review(db, claire, A, ReviewIn(term=T1))
    return goal.id


def on(goal_id: Any, verdict: Verdict = Verdict.KEEP, reason: str | None = None) -> DecisionIn:
    return DecisionIn(target=TargetRef(kind=TargetKind.GOAL, id=goal_id), verdict=verdict, reason=reason)


# --- who is there --------------------------------------------------------------------------------------


def test_the_clock_starts_with_the_first_answer_and_only_then(
    db: Session, world: World, goal_id: Any
) -> None:
    claire = world.actor(db, "claire")
    assert queries.review_or_404(db, world.a.id, T1).started_at is None
    review = start_meeting(db, claire, A, TERM, AttendanceIn(members_present=8), 1)
    assert (review.started_at, review.members_present, review.version) == (NOW, 8, 2)
    again = start_meeting(db, claire, A, TERM, AttendanceIn(members_present=9), 2)
    assert (again.started_at, again.members_present) == (NOW, 9)
    with pytest.raises(Stale):
        start_meeting(db, claire, A, TERM, AttendanceIn(members_present=7), 2)
    verbs = [event.verb for event in audit_chain(db, world.a.id)]
    assert verbs[-2:] == ["review.met", "review.met"]


def test_both_doors_say_who_is_there(sign_in: SignIn, goal_id: Any) -> None:
    claire = sign_in("claire")
    put = claire.put(f"{REVIEW}/attendance", json={"members_present": 8}, headers={"If-Match": '"1"'})
    assert (put.status_code, put.json()["members_present"], put.headers["ETag"]) == (200, 8, '"2"')
    posted = form(claire, f"{COUNCIL}/presences", members_present="9", version="2", next="i-visits")
    assert (posted.status_code, posted.headers["location"]) == (303, f"{COUNCIL}#i-visits")
    assert claire.get(REVIEW).json()["members_present"] == 9
    stale = form(claire, f"{COUNCIL}/presences", members_present="5", version="2")
    assert stale.status_code == 409
    assert 'value="5"' in stale.text
    wrong = form(claire, f"{COUNCIL}/presences", members_present="beaucoup", version="3")
    assert wrong.status_code == 422
    assert 'value="beaucoup"' in wrong.text
    assert 'id="f-debut-members_present-error"' in wrong.text


def test_the_step_that_follows_is_an_anchor_and_nothing_else(sign_in: SignIn, goal_id: Any) -> None:
    elsewhere = form(
        sign_in("claire"), f"{COUNCIL}/presences", members_present="9", next="//ailleurs.example"
    )
    assert elsewhere.headers["location"] == COUNCIL


# --- notes ---------------------------------------------------------------------------------------------


def test_two_people_who_note_at_once_both_keep_their_line(db: Session, world: World, goal_id: Any) -> None:
    claire = world.actor(db, "claire")
    add_note(db, claire, A, TERM, NoteIn(text="Inviter la médiathèque."))
    add_note(db, claire, A, TERM, NoteIn(about="visits", text="Un café\nle soir."))
    review = add_note(db, claire, A, TERM, NoteIn(text="Inviter la médiathèque."))
    lines = ["Inviter la médiathèque.", "Venues des parents à l’école\u202f: Un café le soir."]
    assert review.notes.splitlines() == lines


def test_a_note_that_cannot_be_kept_says_why(sign_in: SignIn, goal_id: Any) -> None:
    claire = sign_in("claire")
    unknown = claire.post(f"{REVIEW}/notes", json={"about": "bonheur", "text": "Très bien"})
    assert [error["pointer"] for error in unknown.json()["errors"]] == ["/about"]
    for number in range(8):
        claire.post(f"{REVIEW}/notes", json={"text": f"{number} " + "x" * 497})
    full = form(claire, f"{COUNCIL}/notes", about="visits", text="Une de trop")
    assert full.status_code == 422
    assert "Une de trop" in full.text
    assert 'id="f-n-visits-text-error"' in full.text


def test_notes_reach_the_minutes_unless_the_closing_says_otherwise(
    db: Session, world: World, goal_id: Any
) -> None:
    claire = world.actor(db, "claire")
    add_note(db, claire, A, TERM, NoteIn(text="Inviter la médiathèque."))
    decide(db, claire, A, TERM, on(goal_id))
    closing = ClosingIn(held_on=TODAY, members_present=9)
    assert close_review(db, claire, A, TERM, closing).notes == "Inviter la médiathèque."
    reopened = reopen_review(db, claire, A, TERM, ReopeningIn(reason="Un oubli"))
    assert (reopened.notes, reopened.members_present, reopened.started_at) == (
        "Inviter la médiathèque.",
        9,
        None,
    )
    emptied = ClosingIn(held_on=TODAY, members_present=9, notes="")
    assert close_review(db, claire, A, TERM, emptied).notes == ""
    with pytest.raises(Conflict):
        add_note(db, claire, A, TERM, NoteIn(text="Trop tard"))
    with pytest.raises(Conflict):
        start_meeting(db, claire, A, TERM, AttendanceIn(members_present=9))


# --- two people at once --------------------------------------------------------------------------------


def test_a_decision_is_not_overwritten_unseen(db: Session, world: World, goal_id: Any) -> None:
    claire = world.actor(db, "claire")
    assert decide(db, claire, A, TERM, on(goal_id), 0).version == 1
    with pytest.raises(Stale):
        decide(db, claire, A, TERM, on(goal_id, Verdict.REACHED, "Atteint"), 0)
    assert decide(db, claire, A, TERM, on(goal_id, Verdict.REACHED, "Atteint"), 1).version == 2
    assert decide(db, claire, A, TERM, on(goal_id)).version == 3


def test_the_second_to_decide_sees_both_answers_and_chooses(sign_in: SignIn, goal_id: Any) -> None:
    claire, path = sign_in("claire"), f"{COUNCIL}/decisions/goal/{goal_id}"
    assert form(claire, path, verdict="keep", version="0", next="ajouter").status_code == 303
    refused = form(claire, path, verdict="stop", reason="Peu de familles", version="0")
    assert refused.status_code == 409
    assert "Ce qui vient d’être décidé" in refused.text
    assert "Arrêter, «\u202fPeu de familles\u202f»" in refused.text
    assert f'action="{path}"' in refused.text
    assert '<input type="hidden" name="version" value="1">' in refused.text
    assert claire.get(REVIEW).json()["decisions"][0]["verdict"] == "keep"
    assert form(claire, path, verdict="stop", reason="Peu de familles", version="1").status_code == 303
    assert claire.get(REVIEW).json()["decisions"][0]["verdict"] == "stop"


def test_the_open_page_learns_that_it_has_to_look_again(
    sign_in: SignIn, db: Session, world: World, goal_id: Any
) -> None:
    claire, lea = sign_in("claire"), sign_in("lea")
    before = lea.get(f"{COUNCIL}/etat").json()
    assert before == {"version": version_of(db, world.a.id)}
    assert f'data-version="{before["version"]}"' in lea.get(COUNCIL).text
    form(claire, f"{COUNCIL}/decisions/goal/{goal_id}", verdict="keep", version="0")
    assert lea.get(f"{COUNCIL}/etat").json() == {"version": before["version"] + 1}
    assert lea.get(f"/ecoles/{B}/conseil/{T1}/etat").status_code == 404


# --- the steps -----------------------------------------------------------------------------------------


def test_every_step_is_on_the_page_with_its_own_form(sign_in: SignIn, goal_id: Any) -> None:
    page = sign_in("claire").get(COUNCIL).text
    for key in ("debut", "i-individual_meetings", "i-election_turnout", f"d-{goal_id}", "ajouter", "clore"):
        assert f'id="{key}"' in page
    assert page.count("<form") == page.count('name="csrf"')
    assert "C’est le premier bilan de l’école." in page


def test_a_teacher_sees_the_steps_and_no_form(sign_in: SignIn, goal_id: Any) -> None:
    page = sign_in("lea").get(COUNCIL).text
    assert f'id="d-{goal_id}"' in page
    assert "<form" not in page


def test_the_meeting_begins_with_what_was_decided_the_last_time(
    sign_in: SignIn, db: Session, world: World, goal_id: Any
) -> None:
    claire = world.actor(db, "claire")
    last = Term("2025-2026-T3")
    open_review(db, claire, A, ReviewIn(term=last))
    decide(db, claire, A, last, on(goal_id, Verdict.CHANGE, "Viser toutes les classes"))
    close_review(db, claire, A, last, ClosingIn(held_on=TODAY.replace(month=6), members_present=9))
    page = sign_in("claire").get(COUNCIL).text
    assert "Ce qui avait été décidé au 3e trimestre 2025-2026" in page
    assert "Viser toutes les classes" in page
