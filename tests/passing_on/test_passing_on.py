"""Passing a sheet on, through the verbs and both doors: who reads it, what is frozen, what stays."""

import io
import re
import zipfile
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import UUID

import docx
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.accounts.audit_queries import audit_chain
from app.action_sheets.models import ActionSheetIn
from app.action_sheets.service import write_sheet
from app.actions.conditions import check_conditions
from app.actions.models import ActionIn, ConditionIn, ConditionsIn
from app.actions.queries import action_out, adoption_of_action
from app.actions.service import add_action, delete_action
from app.domain.passing_on import Credit, Readers
from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.passing_on.models import PublishedSheet, SharingIn, TakeUpSheetIn
from app.passing_on.service import (
    NOT_NAMED,
    publish_sheet,
    shared_or_404,
    sharing_out,
    take_up_sheet,
    withdraw_sheet,
)
from app.schools.models import SchoolYearProfile
from tests.matrix import ACTION
from tests.world import YEAR, A, B, World, form

SignIn = Callable[[str], TestClient]
ANSWERS: dict[str, Any] = {
    "title": "Le café du vendredi",
    "aims": "Que chaque famille connaisse quelqu’un.",
    "carrier_names": "École des Tilleuls",
    "people": {"parents": 63, "children": 4},
    "partner_sectors": {"chosen": ["culture_leisure", "other"]},
    "helped": "Le même jour\nDu café",
    "keywords": ["gâteaux"],
}
EVERYONE = SharingIn(readers=Readers.EVERYONE, credit=Credit.SCHOOL)
NEARBY = SharingIn(readers=Readers.CIRCONSCRIPTION, credit=Credit.SCHOOL)
UNNAMED = SharingIn(readers=Readers.EVERYONE, credit=Credit.ANONYMOUS)


@pytest.fixture
def cafe(db: Session, world: World) -> UUID:
    """Claire's action, with its sheet."""
    claire = world.actor(db, "claire")
    action = add_action(db, claire, A, ActionIn.model_validate(ACTION | {"lever": "conviviality"}))
    write(db, world, action.id, ANSWERS, 0)
    return action.id


def write(db: Session, world: World, action_id: UUID, answers: dict[str, Any], version: int) -> None:
    write_sheet(db, world.actor(db, "claire"), A, action_id, ActionSheetIn(answers=answers), version)


def need(db: Session, world: World, action_id: UUID, *texts: str) -> None:
    """The checklist of the action, which nothing has checked yet."""
    data = ConditionsIn(conditions=[ConditionIn(text=text) for text in texts])
    check_conditions(db, world.actor(db, "claire"), A, action_id, data, 1)


def publish(
    db: Session, world: World, cafe: UUID, data: SharingIn = EVERYONE, version: int = 0, who: str = "claire"
) -> PublishedSheet:
    return publish_sheet(db, world.actor(db, who), A, cafe, data, version)


def take_up(db: Session, world: World, sheet_id: UUID, **changes: Any) -> UUID:
    data = TakeUpSheetIn.model_validate(ACTION | {"sheet_id": str(sheet_id)} | changes)
    return take_up_sheet(db, world.actor(db, "karim"), B, data).id


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def inside(package: bytes) -> str:
    """All the text of a document's files: its words, its properties, its footers."""
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        return " ".join(files.read(name).decode("utf-8", "replace") for name in files.namelist())


# --- publishing -----------------------------------------------------------------------------------------


def test_what_is_published_is_what_was_shown(db: Session, world: World, cafe: UUID) -> None:
    shown = sharing_out(db, world.a, cafe)
    sheet = publish(db, world, cafe, SharingIn(**EVERYONE.model_dump() | {"seal": shown.seal}))
    read = shared_or_404(db, world.actor(db, "karim"), sheet.id)
    assert dict(shown.preview) == {name: getattr(read, name) for name in type(shown.preview).model_fields}
    assert (read.title, read.origin) == ("Le café du vendredi", "École des Tilleuls, Valmont")
    assert read.conditions == ["Le même jour", "Du café"]
    assert read.answers["people"] == {"parents": 63}
    assert audit_chain(db, world.a.id)[-1].verb == "sheet.published"


def test_a_sheet_that_changed_since_the_preview_is_not_published(
    db: Session, world: World, cafe: UUID
) -> None:
    shown = sharing_out(db, world.a, cafe)
    write(db, world, cafe, ANSWERS | {"aims": "Autre chose"}, 1)
    with pytest.raises(Conflict) as refused:
        publish(db, world, cafe, SharingIn(**EVERYONE.model_dump() | {"seal": shown.seal}))
    assert refused.value.code == "changed_since_preview"


def test_a_version_is_frozen_until_the_next_one(db: Session, world: World, cafe: UUID) -> None:
    karim = world.actor(db, "karim")
    sheet = publish(db, world, cafe)
    write(db, world, cafe, ANSWERS | {"aims": "Autre chose"}, 1)
    assert shared_or_404(db, karim, sheet.id).answers["aims"] == ANSWERS["aims"]
    publish(db, world, cafe, version=1)
    read = shared_or_404(db, karim, sheet.id)
    assert (read.number, read.answers["aims"]) == (2, "Autre chose")


def test_nothing_personal_leaves(db: Session, world: World, cafe: UUID) -> None:
    need(db, world, cafe, "Un lieu connu", "Appeler Mme Martin")
    with pytest.raises(Invalid) as refused:
        publish(db, world, cafe)
    (error,) = refused.value.errors
    assert (error.pointer, error.code) == ("/conditions/1", "personal")
    assert "Martin" not in error.detail


def test_an_unnamed_school_is_named_nowhere(db: Session, world: World, cafe: UUID) -> None:
    sheet = publish(db, world, cafe, UNNAMED)
    read = shared_or_404(db, world.actor(db, "karim"), sheet.id)
    assert read.origin == NOT_NAMED
    assert not re.search("tilleuls|valmont", read.model_dump_json().lower())
    write(db, world, cafe, ANSWERS | {"topics": "La place de Valmont"}, 1)
    with pytest.raises(Invalid) as refused:
        publish(db, world, cafe, UNNAMED, 1)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/topics", "names_school")]


def test_an_unnamed_school_leaves_no_trace_in_what_others_get(
    db: Session, world: World, cafe: UUID, sign_in: SignIn
) -> None:
    """Pages, JSON, headers, and every file inside the document."""
    sheet_id = publish(db, world, cafe, UNNAMED).id
    action_id = take_up(db, world, sheet_id)
    karim = sign_in("karim")
    paths = [
        *(f"/api/v1/shared-sheets{end}" for end in ("", f"/{sheet_id}", f"/{sheet_id}/sheet.docx")),
        *(f"/fiches{end}" for end in ("", f"/{sheet_id}", f"/{sheet_id}/fiche.docx")),
        *(f"/ecoles/{B}/{end}" for end in (f"fiches-publiees/{sheet_id}", f"actions/{action_id}")),
        f"/api/v1/schools/{B}/taken-up-sheets",
    ]
    traces = [A.lower(), "tilleuls", "valmont", str(world.a.id), str(cafe)]
    for path in paths:
        answer = karim.get(path)
        assert answer.status_code == 200
        said = str(answer.headers) + (inside(answer.content) if "docx" in path else answer.text)
        assert [trace for trace in traces if trace in said.lower()] == [], path


def test_a_name_once_published_is_remembered_and_said(
    db: Session, world: World, cafe: UUID, sign_in: SignIn
) -> None:
    claire, here = sign_in("claire"), f"/ecoles/{A}/actions/{cafe}/partage?credit=anonymous"
    publish(db, world, cafe, UNNAMED)
    assert "a déjà porté le nom" not in text_of(claire.get(here))
    publish(db, world, cafe, version=1)
    publish(db, world, cafe, UNNAMED, 2)
    assert "Cette fiche a déjà porté le nom de l’école" in text_of(claire.get(here))


def test_an_action_without_a_sheet_has_nothing_to_publish(db: Session, world: World) -> None:
    bare = add_action(db, world.actor(db, "claire"), A, ActionIn.model_validate(ACTION))
    with pytest.raises(Conflict) as refused:
        publish(db, world, bare.id)
    assert refused.value.code == "no_sheet"


def test_only_who_steers_publishes_and_over_what_was_read(db: Session, world: World, cafe: UUID) -> None:
    with pytest.raises(Forbidden):
        publish(db, world, cafe, who="lea")
    with pytest.raises(NotFound):
        publish(db, world, cafe, who="karim")
    publish(db, world, cafe)
    with pytest.raises(Stale):
        publish(db, world, cafe)


def test_a_school_without_circonscription_publishes_to_all(db: Session, world: World, cafe: UUID) -> None:
    db.get_one(SchoolYearProfile, (world.a.id, YEAR)).circonscription_id = None
    db.flush()
    with pytest.raises(Invalid):
        publish(db, world, cafe, NEARBY)
    assert publish(db, world, cafe).number == 1


# --- who reads it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "readers"),
    [
        (NEARBY, {"claire", "lea", "ines"}),
        (EVERYONE, {"claire", "lea", "ines", "karim", "paul", "rita", "admin"}),
    ],
)
def test_who_reads_a_sheet(
    db: Session, world: World, cafe: UUID, sign_in: SignIn, data: SharingIn, readers: set[str]
) -> None:
    """The circonscription's schools and its inspector, not the one next door nor the authority above."""
    sheet_id = publish(db, world, cafe, data).id
    people = ("claire", "lea", "ines", "karim", "paul", "rita", "admin")
    addresses = ("/api/v1/shared-sheets/{}", "/fiches/{}", "/fiches/{}/fiche.docx")
    for address in addresses:
        statuses = {who: sign_in(who).get(address.format(sheet_id)).status_code for who in people}
        assert {who for who, status in statuses.items() if status == 200} == readers
        assert {status for who, status in statuses.items() if who not in readers} <= {404}
    listed = {who for who in people if sign_in(who).get("/api/v1/shared-sheets").json()["items"]}
    assert listed == readers


def test_withdrawn_it_disappears_and_what_was_taken_up_stays(
    db: Session, world: World, cafe: UUID, sign_in: SignIn
) -> None:
    sheet_id = publish(db, world, cafe).id
    action_id = take_up(db, world, sheet_id)
    assert sharing_out(db, world.a, cafe).taken_up == 1
    withdraw_sheet(db, world.actor(db, "claire"), A, cafe, 1)
    for who in ("karim", "claire"):
        assert sign_in(who).get(f"/fiches/{sheet_id}").status_code == 404
    action = action_out(db, world.b.id, action_id)
    assert [condition.text for condition in action.conditions] == ["Le même jour", "Du café"]
    page = text_of(sign_in("karim").get(f"/ecoles/{B}/actions/{action_id}"))
    assert "la fiche « Le café du vendredi », École des Tilleuls, Valmont" in page
    with pytest.raises(NotFound):
        withdraw_sheet(db, world.actor(db, "claire"), A, cafe, 2)
    with pytest.raises(NotFound):
        take_up(db, world, sheet_id)


def test_published_again_it_has_the_same_address(db: Session, world: World, cafe: UUID) -> None:
    first = publish(db, world, cafe).id
    withdraw_sheet(db, world.actor(db, "claire"), A, cafe, 1)
    again = publish(db, world, cafe, version=2)
    assert (again.id, again.number, again.withdrawn_at) == (first, 2, None)


# --- finding --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=cafe+vendredi", 1),
        ("q=GATEAU", 1),
        ("q=tilleul", 1),
        ("q=zeppelin", 0),
        ("lever=conviviality&axis=familiarity", 1),
        ("lever=skills", 0),
        ("axis=&step=&q=", 1),
    ],
)
def test_a_sheet_is_found_by_its_words(
    db: Session, world: World, cafe: UUID, sign_in: SignIn, query: str, count: int
) -> None:
    publish(db, world, cafe)
    karim = sign_in("karim")
    assert len(karim.get(f"/api/v1/shared-sheets?{query}").json()["items"]) == count
    assert karim.get(f"/fiches?{query}").text.count('class="card" href="/fiches/') == count


def test_an_unnamed_school_is_not_found_by_its_name(
    db: Session, world: World, cafe: UUID, sign_in: SignIn
) -> None:
    publish(db, world, cafe, UNNAMED)
    assert sign_in("karim").get("/api/v1/shared-sheets?q=tilleul").json()["items"] == []


def test_the_list_is_read_page_by_page_the_newest_first(
    db: Session, world: World, cafe: UUID, sign_in: SignIn
) -> None:
    made = [publish(db, world, cafe).id]
    for title in ("Un goûter", "Une fête"):
        action = add_action(db, world.actor(db, "claire"), A, ActionIn.model_validate(ACTION))
        write(db, world, action.id, {"title": title}, 0)
        made.append(publish(db, world, action.id).id)
    client, read, after = sign_in("karim"), [], ""
    while after is not None:
        asked = {"limit": 2} | ({"after": after} if after else {})
        page = client.get("/api/v1/shared-sheets", params=asked).json()
        read += [item["id"] for item in page["items"]]
        after = page["next"]
    assert read == [str(each) for each in reversed(made)]
    page = client.get("/fiches?limit=2&axis=familiarity").text
    older = re.search(r'href="(/fiches\?axis=familiarity&amp;after=[^"]+)"', page)
    assert older
    assert str(made[0]) in client.get(unescape(older[1])).text


@pytest.mark.parametrize("query", ["lever=nothing", "axis=nothing", "unknown=1", "limit=501"])
def test_a_question_that_does_not_exist_is_refused(sign_in: SignIn, query: str) -> None:
    assert sign_in("claire").get(f"/api/v1/shared-sheets?{query}").status_code == 422


# --- taking up ------------------------------------------------------------------------------------------


def test_the_school_keeps_the_conditions_it_wants_and_the_origin(
    db: Session, world: World, cafe: UUID, sign_in: SignIn
) -> None:
    sheet_id = publish(db, world, cafe, UNNAMED).id
    action_id = take_up(db, world, sheet_id, conditions=["Du café"], title="Le thé du mardi")
    action = action_out(db, world.b.id, action_id)
    assert (action.title, [each.text for each in action.conditions]) == ("Le thé du mardi", ["Du café"])
    (kept,) = sign_in("karim").get(f"/api/v1/schools/{B}/taken-up-sheets").json()["items"]
    assert (kept["action_id"], kept["origin"], kept["number"]) == (str(action_id), NOT_NAMED, 1)
    assert audit_chain(db, world.b.id)[-1].verb == "sheet.taken_up"


def test_an_action_that_was_taken_up_can_be_deleted(db: Session, world: World, cafe: UUID) -> None:
    action_id = take_up(db, world, publish(db, world, cafe).id)
    delete_action(db, world.actor(db, "karim"), B, action_id, 1)
    assert adoption_of_action(db, world.b.id, action_id) is None


def test_one_takes_up_only_what_one_reads(db: Session, world: World, cafe: UUID) -> None:
    sheet_id = publish(db, world, cafe, NEARBY).id
    with pytest.raises(NotFound):
        take_up(db, world, sheet_id)


# --- the pages ------------------------------------------------------------------------------------------


def test_the_school_sees_it_before_it_publishes(
    db: Session, world: World, cafe: UUID, sign_in: SignIn
) -> None:
    claire = sign_in("claire")
    here = f"/ecoles/{A}/actions/{cafe}/partage"
    named = text_of(claire.get(here))
    assert "Que chaque famille connaisse quelqu’un." in named
    assert "un nombre sous 11 ne sort pas de l’école" in named
    unnamed = claire.get(f"{here}?readers=everyone&credit=anonymous")
    assert "nommerait l’école" in text_of(unnamed)
    seal = re.search(r'name="seal" value="([0-9a-f]+)"[^>]*>(?!.*name="seal")', unnamed.text, re.DOTALL)
    assert seal
    sent = form(claire, here, readers="everyone", credit="anonymous", seal=seal[1], version="0")
    assert (sent.status_code, sent.headers["location"]) == (303, f"{here}?ok=publication")
    assert "Personne ne l’a encore reprise." in text_of(claire.get(here))


def test_what_must_be_reworded_is_said_with_where(
    db: Session, world: World, cafe: UUID, sign_in: SignIn
) -> None:
    write(db, world, cafe, ANSWERS | {"topics": "La place de Valmont"}, 1)
    need(db, world, cafe, "Appeler Mme Martin")
    claire, here = sign_in("claire"), f"/ecoles/{A}/actions/{cafe}/partage"
    page = claire.get(f"{here}?credit=anonymous").text
    for where in ("conditions", "fiche/2"):
        assert f'href="/ecoles/{A}/actions/{cafe}/{where}"' in page
    assert "Publier la fiche</button>" not in page
    assert form(claire, here, readers="everyone", credit="school", version="0").status_code == 422


def test_withdrawing_has_its_own_page(db: Session, world: World, cafe: UUID, sign_in: SignIn) -> None:
    claire, here = sign_in("claire"), f"/ecoles/{A}/actions/{cafe}/partage/retirer"
    assert claire.get(here).status_code == 404
    publish(db, world, cafe)
    assert "Retirer la fiche publiée" in text_of(claire.get(here))
    assert form(claire, here, version="9").status_code == 409
    assert form(claire, here, version="1").status_code == 303


def test_the_form_begins_with_the_sheet(db: Session, world: World, cafe: UUID, sign_in: SignIn) -> None:
    sheet_id = publish(db, world, cafe).id
    karim, here = sign_in("karim"), f"/ecoles/{B}/fiches-publiees/{sheet_id}"
    page = karim.get(here).text
    assert 'value="Le café du vendredi"' in page
    assert re.search(r'name="conditions" value="Du café" checked', page)
    typed = {"axis": "familiarity", "title": "Le thé", "conditions": "Du café", "sheet_id": str(sheet_id)}
    assert form(karim, here, **typed).status_code == 422
    done = form(karim, here, **typed, planned_from="05/01/2027", planned_to="25/06/2027")
    assert done.status_code == 303
    assert "Le thé" in text_of(karim.get(done.headers["location"]))


def test_a_school_is_not_asked_to_take_up_its_own(
    db: Session, world: World, cafe: UUID, sign_in: SignIn
) -> None:
    sheet_id = publish(db, world, cafe).id
    offers = {
        who: "Reprendre cette fiche" in sign_in(who).get(f"/fiches/{sheet_id}").text
        for who in ("claire", "karim", "lea", "ines")
    }
    assert offers == {"claire": False, "karim": True, "lea": False, "ines": False}


def test_the_document_says_where_it_comes_from(
    db: Session, world: World, cafe: UUID, sign_in: SignIn
) -> None:
    sheet_id = publish(db, world, cafe).id
    answer = sign_in("karim").get(f"/api/v1/shared-sheets/{sheet_id}/sheet.docx")
    document = docx.Document(io.BytesIO(answer.content))
    lines = {each.text: each.style.name for each in document.paragraphs if each.style}
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    byline, title, *_ = lines
    assert byline.endswith("par École des Tilleuls, Valmont.")
    assert title == "Fiche action, Le café du vendredi"
    assert (lines["Ce qui aide à réussir"], lines["Du café"]) == ("Heading 1", "List Bullet")
    assert document.core_properties.author == "École des Tilleuls, Valmont"
    assert "Que chaque famille connaisse quelqu’un." in cells
    assert not {"à répondre", "à compléter", "à préciser"}.intersection(cells)


# --- over JSON ------------------------------------------------------------------------------------------


def test_publishing_over_json(db: Session, world: World, cafe: UUID, sign_in: SignIn) -> None:
    claire, here = sign_in("claire"), f"/api/v1/schools/{A}/actions/{cafe}/sheet/publication"
    before = claire.get(here)
    assert (before.headers["etag"], before.json()["is_published"]) == ('"0"', False)
    body = {"readers": "circonscription", "credit": "school", "seal": before.json()["seal"]}
    assert claire.put(here, json=body).status_code == 428
    made = claire.put(here, json=body, headers={"If-None-Match": "*"})
    assert (made.status_code, made.headers["etag"], made.json()["number"]) == (201, '"1"', 1)
    again = claire.put(here, json=body, headers={"If-Match": '"1"'})
    assert (again.status_code, again.json()["number"]) == (200, 2)
    assert claire.delete(here, headers={"If-Match": '"1"'}).status_code == 412
    assert claire.delete(here, headers={"If-Match": '"2"'}).status_code == 204
    assert claire.get(here).json()["is_published"] is False
