"""Remarks: left without a name, read by the head teacher first, and only then part of the record."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit import broken_links
from app.accounts.audit_queries import audit_chain
from app.errors import Conflict, Forbidden, NotFound, Stale
from app.measurements.service import series_of_school
from app.measurements.session_queries import analyses_of_school
from app.parents import service
from app.parents.models import ParentLink, ParentRemark, RemarkIn, RemarkState, RemarkTopic
from app.parents.queries import kept_of_term, links_of_school, remarks_of_school
from app.parents.service import keep_remark, leave_remark, revoke_parent_link, set_remark_aside
from tests.world import T1, A, B, World, form

PAGE = f"/ecoles/{A}/parents"
REMARKS = f"/api/v1/schools/{A}/parent-remarks"
SAID = {"topic": "actions", "text": "Plus de rencontres le soir."}
SignIn = Callable[[str], TestClient]


@pytest.fixture
def row(db: Session, world: World, link: str) -> ParentLink:
    return links_of_school(db, world.a.id)[0]


def left(db: Session, row: ParentLink, text: str = "Plus de rencontres le soir.") -> ParentRemark:
    return leave_remark(db, row.school_id, row.id, RemarkIn(topic=RemarkTopic.ACTIONS, text=text), "test")


def remarks(db: Session, world: World) -> list[tuple[str, str]]:
    return [(remark.text, remark.state.value) for remark in remarks_of_school(db, world.a.id)]


# --- verbs ---------------------------------------------------------------------------------------------


def test_the_audit_knows_that_something_was_left_and_not_what(
    db: Session, world: World, row: ParentLink
) -> None:
    remark = left(db, row)
    event = audit_chain(db, world.a.id)[-1]
    assert (event.verb, event.target) == ("parent_remark.left", f"parent_remark:{remark.id}")
    assert (event.user_id, event.role, event.request_id) == (None, "page", "test")
    assert "soir" not in str(event.after)
    assert broken_links(db) == (2, [])


def test_nothing_is_left_on_a_link_that_ended(db: Session, world: World, row: ParentLink) -> None:
    revoke_parent_link(db, world.actor(db, "claire"), A, row.id, 1)
    with pytest.raises(NotFound):
        left(db, row)
    assert remarks(db, world) == []


def test_a_remark_is_reviewed_and_reviewed_again(db: Session, world: World, row: ParentLink) -> None:
    claire, remark = world.actor(db, "claire"), left(db, row)
    assert keep_remark(db, claire, A, remark.id, 1).state is RemarkState.KEPT
    assert remark.reviewed_at
    with pytest.raises(Stale):
        set_remark_aside(db, claire, A, remark.id, 1)
    assert kept_of_term(db, world.a.id, T1) == [remark]
    assert kept_of_term(db, world.a.id, "2025-2026-T3") == []
    assert set_remark_aside(db, claire, A, remark.id, 2).state is RemarkState.SET_ASIDE
    assert kept_of_term(db, world.a.id, T1) == []
    told = [(event.before, event.after) for event in audit_chain(db, world.a.id)[-2:]]
    assert told == [
        ({"state": "waiting"}, {"state": "kept"}),
        ({"state": "kept"}, {"state": "set_aside"}),
    ]


def test_only_the_head_teacher_reviews(db: Session, world: World, row: ParentLink) -> None:
    remark = left(db, row)
    with pytest.raises(Forbidden):
        keep_remark(db, world.actor(db, "lea"), A, remark.id, 1)
    for stranger in ("karim", "ines", "admin"):
        with pytest.raises(NotFound):
            set_remark_aside(db, world.actor(db, stranger), A, remark.id, 1)
    with pytest.raises(NotFound):
        keep_remark(db, world.actor(db, "karim"), B, remark.id, 1)


def test_a_link_takes_so_many_remarks_and_no_more(
    db: Session, world: World, row: ParentLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_WAITING", 2)
    first, _ = left(db, row), left(db, row)
    with pytest.raises(Conflict, match="2 remarques attendent"):
        left(db, row)
    set_remark_aside(db, world.actor(db, "claire"), A, first.id, 1)
    left(db, row)


@pytest.mark.parametrize(
    ("text", "remark", "wanted"),
    [
        ("", "Le soir.", "– Le soir."),
        ("Déjà dit.", "Le soir.", "Déjà dit.\n– Le soir."),
        ("– Le soir.", "Le soir.", "– Le soir."),
        ("– Deux\r\nlignes.", "Deux\nlignes.", "– Deux\r\nlignes."),
    ],
)
def test_a_remark_is_taken_over_once(text: str, remark: str, wanted: str) -> None:
    said = ParentRemark.model_construct(text=remark)
    assert service.taken_over(text, [said, said]) == wanted


# --- the anonymous door --------------------------------------------------------------------------------


def test_a_remark_through_the_link(sign_in: SignIn, db: Session, world: World, link: str) -> None:
    reader = sign_in("anonymous")
    answer = reader.post(link, data=SAID)
    assert (answer.status_code, answer.headers["location"]) == (303, "?ok=remarque#remarques")
    thanked = reader.get(link + answer.headers["location"]).text
    assert 'role="status"' in thanked
    assert SAID["text"] not in thanked  # what others left is not shown either
    assert remarks(db, world) == [(SAID["text"], "waiting")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "ab"}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"text": "avec \x00 nul"}, "text"),
        ({"topic": "people"}, "topic"),
    ],
)
def test_a_mistake_keeps_what_was_typed(
    sign_in: SignIn, db: Session, world: World, link: str, change: dict[str, str], field: str
) -> None:
    answer = sign_in("anonymous").post(link, data=SAID | change)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert (SAID | change)["text"].replace("\x00", "") in answer.text.replace("\x00", "")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert remarks(db, world) == []


def test_the_limit_is_said_in_a_sentence(
    sign_in: SignIn, db: Session, world: World, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_WAITING", 1)
    reader = sign_in("anonymous")
    reader.post(link, data=SAID)
    answer = reader.post(link, data=SAID | {"text": "Encore une chose"})
    assert answer.status_code == 409
    assert "attendent déjà d’être lues" in answer.text
    assert "Encore une chose" in answer.text
    assert len(remarks(db, world)) == 1


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://ailleurs.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_a_form_from_elsewhere_is_refused(
    sign_in: SignIn, db: Session, world: World, link: str, headers: dict[str, str]
) -> None:
    assert sign_in("anonymous").post(link, data=SAID, headers=headers).status_code == 403
    assert remarks(db, world) == []


@pytest.fixture
def opened(web: FastAPI, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The transactions that requests open, in order: « reading » or « writing »."""
    database, kinds = web.state.database, list[str]()
    session = database.session

    @contextmanager
    def noted(*, reading: bool = False) -> Iterator[Session]:
        kinds.append("reading" if reading else "writing")
        with session(reading=reading) as found:
            yield found

    monkeypatch.setattr(database, "session", noted)
    return kinds


@pytest.mark.parametrize(
    ("address", "data", "wanted"),
    [
        ("{link}", SAID, ["reading", "writing"]),
        ("{link}x", SAID, ["reading"]),
        ("{link}", SAID | {"text": ""}, ["reading"]),
        ("{link}", {}, ["reading"]),
    ],
)
def test_nobody_waits_for_a_write_that_will_be_refused(
    sign_in: SignIn, link: str, opened: list[str], address: str, data: dict[str, str], wanted: list[str]
) -> None:
    sign_in("anonymous").post(address.format(link=link), data=data)
    assert opened == wanted


def test_the_full_link_refuses_before_it_writes(
    sign_in: SignIn, link: str, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_WAITING", 0)
    sign_in("anonymous").post(link, data=SAID)
    assert opened == ["reading"]


@pytest.mark.parametrize(
    ("refusal", "status"), [(NotFound(), 404), (Conflict("Trop de remarques."), 409)], ids=["over", "full"]
)
def test_a_link_that_ends_between_the_look_and_the_write(
    sign_in: SignIn,
    db: Session,
    world: World,
    link: str,
    monkeypatch: pytest.MonkeyPatch,
    refusal: Exception,
    status: int,
) -> None:
    def refused(*_: Any) -> None:
        raise refusal

    monkeypatch.setattr(service, "leave_remark", refused)
    answer = sign_in("anonymous").post(link, data=SAID)
    assert answer.status_code == status
    assert (SAID["text"] in answer.text) == (status == 409)


# --- the head teacher's side ---------------------------------------------------------------------------


def test_remarks_through_json(sign_in: SignIn, db: Session, row: ParentLink) -> None:
    for text in ("Première remarque", "Deuxième remarque"):
        left(db, row, text)
    claire = sign_in("claire")
    first = claire.get(REMARKS, params={"limit": 1}).json()
    rest = claire.get(REMARKS, params={"after": first["next"]}).json()
    assert [item["text"] for item in first["items"] + rest["items"]] == [
        "Première remarque",
        "Deuxième remarque",
    ]
    url = f"{REMARKS}/{first['items'][0]['id']}"
    assert claire.patch(url, json={"state": "kept"}).status_code == 428
    kept = claire.patch(url, json={"state": "kept"}, headers={"If-Match": '"1"'})
    assert (kept.status_code, kept.headers["ETag"], kept.json()["state"]) == (200, '"2"', "kept")
    assert claire.patch(url, json={"state": "set_aside"}, headers={"If-Match": '"1"'}).status_code == 412
    refused = claire.patch(url, json={"state": "waiting"}, headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/state")
    (waiting,) = claire.get(REMARKS, params={"state": "waiting"}).json()["items"]
    assert waiting["text"] == "Deuxième remarque"


def test_a_remark_enters_a_session_only_once_it_was_kept(
    sign_in: SignIn, db: Session, world: World, row: ParentLink
) -> None:
    remark, other = left(db, row), left(db, row, "Untel ne vient jamais.")
    ids, claire = (remark.id, other.id), sign_in("claire")
    assert "Plus de rencontres le soir." in claire.get(PAGE).text
    new = f"{PAGE}/seance/{T1}"
    assert "Plus de rencontres" not in claire.get(new).text
    for key, state in zip(ids, ("kept", "set_aside"), strict=True):
        answer = form(claire, f"{PAGE}/remarques/{key}", state=state, version="1")
        assert answer.headers["location"].startswith(f"{PAGE}?ok=")
    page = claire.get(new).text
    assert "– Plus de rencontres le soir.</textarea>" in page
    assert "Untel" not in page
    assert f'action="/ecoles/{A}/analyse-partagee/nouvelle"' in page
    typed = {"held_on": "19/11/2026", "representatives_present": "6", "representatives_elected": "9"}
    form(claire, f"/ecoles/{A}/analyse-partagee/nouvelle", **typed, remarks="– Plus de rencontres le soir.")
    (held,) = analyses_of_school(db, world.a.id)
    assert series_of_school(db, world.a)["shared_analysis"][held.term].figure.rate.counted == 1  # type: ignore[index,union-attr]  # a term is a str
    assert "Plus de rencontres" not in claire.get(new).text
    assert "au compte rendu" in claire.get(PAGE).text


def test_a_kept_remark_joins_a_session_that_was_noted(
    sign_in: SignIn, db: Session, world: World, row: ParentLink
) -> None:
    claire = sign_in("claire")
    typed = {"held_on": "19/11/2026", "representatives_present": "6", "representatives_elected": "9"}
    form(claire, f"/ecoles/{A}/analyse-partagee/nouvelle", **typed, remarks="Bonne séance.")
    (held,) = analyses_of_school(db, world.a.id)
    session = f"{PAGE}/seance/{T1}/{held.id}"
    remark = left(db, row)
    assert session not in claire.get(PAGE).text
    form(claire, f"{PAGE}/remarques/{remark.id}", state="kept", version="1")
    assert session in claire.get(PAGE).text
    page = claire.get(session).text
    assert "Bonne séance.\n– Plus de rencontres le soir.</textarea>" in page
    assert f'action="/ecoles/{A}/analyse-partagee/{held.id}"' in page
    assert claire.get(f"{PAGE}/seance/{T1}/{remark.id}").status_code == 404


def test_a_stale_review_is_refused_with_its_reason(sign_in: SignIn, db: Session, row: ParentLink) -> None:
    remark = left(db, row)
    url = f"{PAGE}/remarques/{remark.id}"
    form(sign_in("claire"), url, state="kept", version="1")
    answer = form(sign_in("claire"), url, state="set_aside", version="1")
    assert answer.status_code == 409
    assert "Quelqu’un a modifié" in answer.text
