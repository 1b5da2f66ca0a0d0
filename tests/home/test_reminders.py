"""What is due at a school, on its pages, over JSON and in a calendar."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from uuid import UUID

import icalendar
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app import clock
from app.accounts.actor import NIL
from app.accounts.audit_queries import audit_chain
from app.accounts.models import SchoolMembership, User
from app.actions.models import ActionIn, EventIn
from app.actions.service import add_action, add_event
from app.domain.school_year import Term
from app.domain.vocabulary import Role, Sector
from app.elections.service import record_election
from app.home.models import CalendarLink
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.reviews.models import ClosingIn, ReopeningIn, ReviewIn
from app.reviews.service import close_review, open_review, reopen_review
from app.schools.models import SchoolYearProfile
from app.transmissions.models import TransmissionIn
from app.transmissions.service import transmit_term
from tests.elections.test_elections import ballot
from tests.matrix import ACTION
from tests.world import NOW, T1, YEAR, A, B, World, form

SignIn = Callable[[str], TestClient]
REMINDERS = f"/api/v1/schools/{A}/reminders"
CALENDAR = "/mon-compte/calendrier"
MEETINGS = {"indicator": "individual_meetings", "term": T1, "counted": 158, "out_of": 196}


def kinds(client: TestClient) -> list[str]:
    return [one["kind"] for one in client.get(REMINDERS).json()["items"]]


def past_event(db: Session, world: World, title: str = "Café des parents") -> UUID:
    claire = world.actor(db, "claire")
    action = add_action(db, claire, A, ActionIn.model_validate(ACTION | {"title": title}))
    planned = EventIn.model_validate({"planned_on": "2026-11-06"})
    return add_event(db, claire, A, action.id, planned).id


def link_of(sign_in: SignIn, name: str = "claire") -> str:
    made = form(sign_in(name), CALENDAR)
    assert made.status_code == 201
    found = re.search(r"/calendrier/[\w-]{43}\.ics", made.text)
    assert found
    return found[0]


def calendar_at(sign_in: SignIn, link: str) -> icalendar.Calendar:
    answer = sign_in("anonymous").get(link)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    read = icalendar.Calendar.from_ical(answer.content)
    assert isinstance(read, icalendar.Calendar)
    return read


# --- what is due ---------------------------------------------------------------------------------------


def test_each_is_reminded_of_what_is_theirs(sign_in: SignIn, db: Session, world: World) -> None:
    event_id = past_event(db, world)
    said = sign_in("claire").get(REMINDERS).json()
    assert said["today"] == "2026-11-21"
    assert [(one["kind"], one["due_on"]) for one in said["items"]] == [
        ("election", "2026-10-31"),
        ("event", "2026-11-06"),
        ("figures", "2026-12-15"),
        ("review", "2026-12-15"),
    ]
    assert said["items"][1]["url"] == f"/ecoles/{A}/rendez-vous/{event_id}"
    assert kinds(sign_in("lea")) == ["event", "figures"]
    assert all(sign_in("claire").get(one["url"]).status_code == 200 for one in said["items"])


def test_what_is_done_is_due_no_more(sign_in: SignIn, db: Session, world: World) -> None:
    claire, client = world.actor(db, "claire"), sign_in("claire")
    before = client.get(REMINDERS).json()["items"][1]["detail"]
    record_measurement(db, claire, A, MeasurementIn.model_validate(MEETINGS))
    assert client.get(REMINDERS).json()["items"][1]["detail"] != before
    record_election(db, claire, A, YEAR, ballot())
    assert kinds(client) == ["figures", "review"]
    open_review(db, claire, A, ReviewIn(term=T1))
    assert client.get(REMINDERS).json()["items"][1]["detail"] == "Il est ouvert, à clore."
    closing = ClosingIn(held_on=date(2026, 11, 20), members_present=9)
    close_review(db, claire, A, Term(T1), closing)
    assert kinds(client) == ["transmission"]
    transmit_term(db, claire, A, TransmissionIn(term=T1))
    assert kinds(client) == []
    clock.pin(NOW + timedelta(minutes=5))
    reopen_review(db, claire, A, Term(T1), ReopeningIn(reason="Un oubli"))
    assert kinds(client) == ["figures", "review"]
    close_review(db, claire, A, Term(T1), closing)
    assert kinds(client) == ["transmission"], "what was corrected was not sent yet"


@pytest.mark.parametrize("is_held", [False, True])
def test_the_figures_left_are_those_the_sheet_counts(
    sign_in: SignIn, db: Session, world: World, is_held: bool
) -> None:
    claire, client = world.actor(db, "claire"), sign_in("claire")
    record_measurement(db, claire, A, MeasurementIn.model_validate(MEETINGS))
    if is_held:
        record_election(db, claire, A, YEAR, ballot())
    sheet = client.get(f"/ecoles/{A}").text
    answered = 1 + is_held
    assert f"{answered} indicateur{'s' if is_held else ''} sur 5 renseigné" in sheet
    assert f"il reste {5 - answered} réponses" in sheet
    assert f"{5 - answered} indicateurs sur 5 sans réponse." in sheet
    assert f"{answered} réponse{'s' if is_held else ''} sur 5." in client.get(f"/ecoles/{A}/saisie/{T1}").text


def test_a_private_school_has_no_election(sign_in: SignIn, db: Session, world: World) -> None:
    profile = db.get(SchoolYearProfile, (world.a.id, YEAR))
    assert profile is not None
    profile.sector = Sector.PRIVATE
    db.flush()
    assert "election" not in kinds(sign_in("claire"))


def test_the_sheet_says_what_is_due(sign_in: SignIn, db: Session, world: World) -> None:
    past_event(db, world)
    claire = sign_in("claire")
    page = claire.get(f"/ecoles/{A}").text
    assert f'<a href="/ecoles/{A}/conseil/{T1}">Bilan du 1er trimestre en conseil des maîtres</a>' in page
    assert "Avant le 15 décembre 2026." in page
    assert "«\u202fCafé des parents\u202f»" in page
    assert "À faire" not in claire.get(f"/ecoles/{A}", params={"trimestre": "2025-2026-T1"}).text


def test_the_start_page_has_each_school(sign_in: SignIn, db: Session, world: World) -> None:
    user = world.users["claire"].id
    db.add(SchoolMembership(school_id=world.b.id, user_id=user, role=Role.TEACHER, started_at=NOW))
    db.flush()
    page = sign_in("claire").get("/").text
    assert "À faire, École des Tilleuls" in page
    assert "À faire, École du Port" in page
    assert f"/ecoles/{A}/conseil/{T1}" in page
    assert f"/ecoles/{B}/conseil/{T1}" not in page, "a teacher there"


def test_many_events_are_told_in_few_lines_and_read_in_one_query(
    sign_in: SignIn,
    db: Session,
    world: World,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    past_event(db, world)
    client = sign_in("lea")
    client.get(REMINDERS)
    with count_queries() as few:
        client.get(REMINDERS)
    for number in range(7):
        past_event(db, world, f"Rencontre {number}")
    with count_queries() as many:
        client.get(REMINDERS)
    assert len(few) == len(many)
    assert "Et 4 autres." in client.get(f"/ecoles/{A}").text


# --- the calendar --------------------------------------------------------------------------------------


def test_a_calendar_to_subscribe_to(sign_in: SignIn, db: Session, world: World) -> None:
    event_id = past_event(db, world, "Café de Mme Durand")
    calendar = calendar_at(sign_in, link_of(sign_in))
    entries = {str(one["UID"]): one for one in calendar.events}
    assert f"review-2026-2027-T2-{A}@confiance" in entries, "what comes later in the year"
    assert entries[f"event-{event_id}-{A}@confiance"].start == date(2026, 11, 6)
    text = calendar.to_ical().decode()
    assert not any(word in text for word in ("Durand", "Claire", "claire", "demo.invalid"))
    figures = entries[f"figures-{T1}-{A}@confiance"]
    assert str(figures["DESCRIPTION"]) == f"École des Tilleuls ({A})"
    assert str(figures["URL"]).endswith(f"/ecoles/{A}/saisie/{T1}")
    again = calendar_at(sign_in, link_of(sign_in))
    assert {str(one["UID"]) for one in again.events} == set(entries), "the same entry keeps its name"


def test_the_secret_is_kept_nowhere_and_the_act_is_audited(sign_in: SignIn, db: Session) -> None:
    secret = link_of(sign_in).removeprefix("/calendrier/").removesuffix(".ics")
    kept = db.exec(select(CalendarLink)).one()
    assert secret not in str(kept.model_dump())
    event = audit_chain(db, NIL)[-1]
    assert (event.verb, event.target) == ("calendar_link.made", f"calendar_link:{kept.id}")
    assert secret not in str(event.after)


def test_a_closed_an_old_a_replaced_and_an_unknown_link_look_alike(sign_in: SignIn) -> None:
    claire, stranger = sign_in("claire"), sign_in("anonymous")
    first, second = link_of(sign_in), link_of(sign_in)
    unknown = stranger.get("/calendrier/nothing.ics")
    assert (unknown.status_code, unknown.headers["X-Robots-Tag"]) == (404, "noindex, nofollow")
    assert stranger.get(first).content == unknown.content, "replaced by the second"
    assert stranger.get(second).status_code == 200
    assert "sert jusqu’au" in claire.get(CALENDAR).text
    assert form(claire, f"{CALENDAR}/revoquer").headers["location"] == f"{CALENDAR}?ok=ferme"
    page = claire.get(f"{CALENDAR}?ok=ferme").text
    assert "pas encore de lien" in page
    assert "Le lien est fermé" in page
    assert stranger.get(second).content == unknown.content
    refused = form(claire, f"{CALENDAR}/revoquer")
    assert refused.status_code == 409
    assert "n’ouvre déjà plus rien" in refused.text
    third = link_of(sign_in)
    clock.pin(NOW + timedelta(days=401))
    assert stranger.get(third).content == unknown.content


def test_the_calendar_follows_its_owners_duties(sign_in: SignIn, db: Session, world: World) -> None:
    link, lea = link_of(sign_in, "lea"), world.users["lea"].id
    assert {str(one["UID"]).split("-")[0] for one in calendar_at(sign_in, link).events} == {"figures"}
    duty = db.exec(select(SchoolMembership).where(col(SchoolMembership.user_id) == lea)).one()
    duty.ended_at = NOW
    db.flush()
    assert calendar_at(sign_in, link).events == []
    db.get_one(User, lea).ended_at = NOW
    db.flush()
    assert sign_in("anonymous").get(link).status_code == 404


def test_a_calendar_read_again_is_the_same_to_the_byte(sign_in: SignIn, db: Session, world: World) -> None:
    link, agenda = link_of(sign_in), sign_in("anonymous")
    first = agenda.get(link)
    assert all(len(line) <= 75 for line in first.content.split(b"\r\n"))
    clock.pin(NOW + timedelta(minutes=40))
    again = agenda.get(link)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    asked = {"If-None-Match": f'"other", W/{first.headers["etag"]}'}
    unchanged = agenda.get(link, headers=asked)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    past_event(db, world)
    assert agenda.get(link, headers=asked).status_code == 200, "something else is due"
    form(sign_in("claire"), f"{CALENDAR}/revoquer")
    assert agenda.get(link, headers=asked).status_code == 404, "what is known does not outlive the link"


def test_the_link_opens_in_an_agenda(sign_in: SignIn) -> None:
    page = form(sign_in("claire"), CALENDAR).text
    found = re.search(r'href="webcal(://[^"]+)"', page)
    assert found
    assert f"https{found[1]}</textarea>" in page


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_link_only_reads(sign_in: SignIn, method: str) -> None:
    assert sign_in("anonymous").request(method, link_of(sign_in)).status_code == 405
