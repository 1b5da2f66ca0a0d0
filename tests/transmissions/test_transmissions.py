"""A term leaves the school: seen before, sent, corrected by a new version, read by the inspector."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.domain.vocabulary import Grade
from app.errors import Conflict, Invalid
from app.measurements.chain_queries import typed_tips
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.reviews.models import ClosingIn, DecisionIn, ReviewIn
from app.reviews.service import close_review, decide, open_review
from app.schools.models import TrackedIn
from app.schools.service import add_own_indicator
from app.transmissions.models import TransmissionIn
from app.transmissions.service import preview_of, transmit_term
from tests.matrix import ELECTION
from tests.world import T1, T2, A, World, form

SignIn = Callable[[str], TestClient]
API = f"/api/v1/schools/{A}/transmissions"
PAGE = f"/ecoles/{A}/transmettre/{T1}"


@pytest.fixture
def say(db: Session, world: World) -> Callable[..., None]:
    """`say("individual_meetings", 158, 196)` types a figure of school A, or corrects it."""

    def typed(indicator: str, counted: int, out_of: int | None = None, term: str = T1) -> None:
        last = typed_tips(db, world.a.id, term, indicator).get(Grade.ALL)
        answer = {"indicator": indicator, "term": term, "counted": counted, "out_of": out_of}
        answer["replaces"] = str(last.id) if last else None
        record_measurement(db, world.actor(db, "claire"), A, MeasurementIn.model_validate(answer))

    return typed


@pytest.fixture
def send(db: Session, world: World) -> Callable[..., Any]:
    def sent(term: str = T1, *, with_minutes: bool = True) -> Any:
        data = TransmissionIn(term=term, with_minutes=with_minutes)
        return transmit_term(db, world.actor(db, "claire"), A, data)

    return sent


def close(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    open_review(db, claire, A, ReviewIn(term=T1))
    addition = {"verdict": Verdict.ADD, "changes": {"goal": {"stake": "climate", "title": "Écouter"}}}
    decide(db, claire, A, Term(T1), DecisionIn.model_validate(addition))
    close_review(db, claire, A, Term(T1), ClosingIn(held_on=date(2026, 11, 20), members_present=9))


def test_the_inspector_reads_what_was_sent_and_nothing_else(sign_in: SignIn, say: Any, send: Any) -> None:
    say("individual_meetings", 158, 196)
    assert sign_in("ines").get(f"{API}/{T1}").status_code == 404
    send()
    say("individual_meetings", 160, 196)
    seen = sign_in("ines").get(f"{API}/{T1}").json()
    assert seen["number"] == 1
    assert seen["changed_since"] is None
    figures = {figure["indicator"]: figure for figure in seen["figures"]}
    assert (figures["individual_meetings"]["counted"], figures["individual_meetings"]["out_of"]) == (158, 196)
    assert figures["visits"]["status"] == "not_measured"
    assert sign_in("ines").get(f"/api/v1/schools/{A}/measurements").status_code == 404
    assert sign_in("paul").get(f"{API}/{T1}").status_code == 404
    assert sign_in("rita").get(f"{API}/{T1}").status_code == 404


def test_a_later_correction_is_told_and_sent_by_a_new_version(sign_in: SignIn, say: Any, send: Any) -> None:
    say("individual_meetings", 158, 196)
    say("visits", 40)
    send()
    say("individual_meetings", 160, 196)
    say("visits", 42)
    claire = sign_in("claire")
    assert claire.get(f"{API}/{T1}").json()["changed_since"] == 2
    assert "2 chiffres ont changé depuis" in claire.get(PAGE).text
    assert form(claire, PAGE).status_code == 303
    ines = sign_in("ines")
    latest, first = ines.get(f"{API}/{T1}").json(), ines.get(f"{API}/{T1}?number=1").json()
    counted = [{f["indicator"]: f["counted"] for f in one["figures"]} for one in (first, latest)]
    assert [one["individual_meetings"] for one in counted] == [158, 160]
    assert "Aucun chiffre n’a changé depuis" in claire.get(PAGE).text


def test_what_would_leave_is_shown_before(sign_in: SignIn, db: Session, world: World, say: Any) -> None:
    say("individual_meetings", 158, 196)
    own = {"label": "Familles à la fête", "counted_label": "familles venues"}
    add_own_indicator(db, world.actor(db, "claire"), A, TrackedIn.model_validate(own))
    claire = sign_in("claire")
    claire.put(f"/api/v1/schools/{A}/elections/2026-2027", json=ELECTION, headers={"If-Match": '"0"'})
    seen = claire.get(f"{API}/{T1}/preview").json()
    assert "election_turnout" not in {figure["indicator"] for figure in seen["figures"]}
    assert "election_turnout" in {figure["indicator"] for figure in seen["public"]}
    assert seen["stays"] == ["Familles à la fête"]
    page = claire.get(PAGE).text
    assert page.index("Ce qui part") < page.index("158") < page.index("Déjà public")
    assert "Familles à la fête" in page[page.index("Ce qui reste à l’école") :]


def test_nothing_is_sent_twice_nor_empty(db: Session, world: World, say: Any, send: Any) -> None:
    with pytest.raises(Conflict, match="rien à transmettre"):
        send()
    say("individual_meetings", 158, 196)
    send()
    with pytest.raises(Conflict) as told:
        send()
    assert told.value.code == "unchanged"
    with pytest.raises(Invalid):
        preview_of(db, world.actor(db, "claire"), A, Term(T2))


def test_a_refused_sending_shows_why(sign_in: SignIn) -> None:
    answer = form(sign_in("claire"), PAGE, with_minutes="true")
    assert answer.status_code == 409
    assert "rien à transmettre" in answer.text


def test_the_minutes_go_unless_unticked(
    sign_in: SignIn, db: Session, world: World, say: Any, send: Any
) -> None:
    say("individual_meetings", 158, 196)
    close(db, world)
    send(with_minutes=False)
    ines = sign_in("ines")
    assert ines.get(f"{API}/{T1}/minutes.docx").status_code == 404
    assert "n’a pas joint" in ines.get(f"/ecoles/{A}/transmis/{T1}").text
    send()
    attached = ines.get(f"{API}/{T1}/minutes.docx")
    assert attached.status_code == 200
    assert attached.content[:2] == b"PK"
    page = ines.get(f"/ecoles/{A}/transmis/{T1}/releve.docx")
    assert page.headers["content-disposition"] == attached.headers["content-disposition"]
    assert ines.get(f"/api/v1/schools/{A}/reviews/{T1}/minutes.docx").status_code == 404
    assert ines.get(f"{API}/{T1}/minutes.docx?number=1").status_code == 404


def test_few_persons_are_not_shown_outside(sign_in: SignIn, say: Any, send: Any) -> None:
    """A figure among 10 is null with a reason; the school itself sees it."""
    say("individual_meetings", 6, 10)
    say("visits", 3)
    send()
    figures = {f["indicator"]: f for f in sign_in("ines").get(f"{API}/{T1}").json()["figures"]}
    few, visits = figures["individual_meetings"], figures["visits"]
    assert (few["counted"], few["out_of"], few["suppressed"]) == (None, None, True)
    assert (visits["counted"], visits["suppressed"]) == (3, False)
    own = {f["indicator"]: f for f in sign_in("claire").get(f"{API}/{T1}").json()["figures"]}
    assert own["individual_meetings"]["counted"] == 6
    page = sign_in("ines").get(f"/ecoles/{A}/transmis/{T1}").text
    assert "parmi moins de 11 personnes" in page
    assert "6 élèves" not in page


def test_a_yearly_figure_goes_with_the_first_term(db: Session, world: World, say: Any, send: Any) -> None:
    """And each list has the terms in order, the latest version of each."""
    say("individual_meetings", 150, 190, "2025-2026-T3")
    send("2025-2026-T3")
    slugs = {one.indicator.slug for one in preview_of(db, world.actor(db, "claire"), A, Term(T1)).figures}
    assert {"individual_meetings", "visits", "joint_actions", "shared_analysis"} <= slugs


def test_the_list_has_the_last_version_of_each_term(sign_in: SignIn, say: Any, send: Any) -> None:
    for term, counted in (("2025-2026-T3", 150), (T1, 158), (T1, 160)):
        say("individual_meetings", counted, 190, term)
        send(term)
    listed = sign_in("ines").get(API).json()["items"]
    assert [(one["term"], one["number"]) for one in listed] == [("2025-2026-T3", 1), (T1, 2)]
    page = sign_in("ines").get(f"{API}?limit=1").json()
    assert page["next"] == "2025-2026-T3"


def test_one_event_in_the_audit(db: Session, world: World, say: Any, send: Any) -> None:
    say("individual_meetings", 158, 196)
    before = len(audit_chain(db, world.a.id))
    send()
    chain = audit_chain(db, world.a.id)
    assert len(chain) == before + 1
    assert chain[-1].verb == "term.transmitted"
    assert chain[-1].target == f"transmission:{T1}:1"
