"""Invitations, duties and forgotten passwords: the verbs, and both doors."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import clock
from app.accounts import audit_queries, queries, secrets, session_queries
from app.accounts.access import school_for
from app.accounts.actor import NIL, Actor, Task, command_actor
from app.accounts.duties import end_duty, hand_over_headship, renew_account_link, renew_password_link
from app.accounts.models import InvitationIn, SchoolMembership, User
from app.accounts.service import (
    Link,
    Proof,
    accept_invitation,
    invite,
    invite_above,
    withdraw_invitation,
)
from app.domain.vocabulary import Role
from app.errors import Conflict, Forbidden, NotFound
from tests.world import NOW, PASSWORD, A, B, World, add_school, add_token, form

SignIn = Callable[[str], TestClient]
NEW_PASSWORD = "trois mots tout neufs"


def asked(email: str = "mona@demo.invalid", role: Role = Role.TEACHER) -> InvitationIn:
    return InvitationIn(email=email, role=role)


def welcome(db: Session, link: Link, name: str = "Mona") -> User:
    return accept_invitation(db, link.invitation.id, Proof(password_hash="x", name=name), "test")


def duty_of(db: Session, world: World, name: str, uai: str = A) -> SchoolMembership:
    duty = queries.live_membership(db, world.schools[uai].id, user_id=world.users[name].id)
    assert duty
    return duty


def path_of(link: str) -> str:
    return link.removeprefix("https://testserver")


# --- inviting ------------------------------------------------------------------------------------------


def test_a_head_teacher_invites_a_teacher(db: Session, world: World) -> None:
    link = invite(db, world.actor(db, "claire"), A, asked(" Mona@Demo.INVALID "))
    assert link.invitation.email == "mona@demo.invalid"
    assert link.invitation.expires_at == NOW + timedelta(days=14)
    assert link.secret not in str(link.invitation.model_dump())
    (event,) = audit_queries.audit_chain(db, world.a.id)
    assert event.verb == "invitation.made"
    assert "mona" not in str(event.after)


@pytest.mark.parametrize(
    ("person", "role"),
    [
        ("claire", Role.HEAD_TEACHER),
        ("claire", Role.INSPECTOR),
        ("ines", Role.TEACHER),
        ("lea", Role.TEACHER),
        ("rita", Role.HEAD_TEACHER),
        ("admin", Role.ADMINISTRATOR),
    ],
)
def test_a_role_is_not_everyones_to_give(db: Session, world: World, person: str, role: Role) -> None:
    with pytest.raises(Forbidden):
        invite(db, world.actor(db, person), A, asked(role=role))


@pytest.mark.parametrize("stranger", ["karim", "paul"])
def test_a_foreign_school_is_not_found(db: Session, world: World, stranger: str) -> None:
    with pytest.raises(NotFound):
        invite(db, world.actor(db, stranger), A, asked(role=Role.HEAD_TEACHER))


@pytest.mark.parametrize("odd", ["\x00", "0990001X\x00", "\u202e", "099000000000X"])
def test_what_is_no_school_s_code_is_not_looked_for(db: Session, world: World, odd: str) -> None:
    with pytest.raises(NotFound):
        school_for(db, world.actor(db, "ines"), odd, Task.INVITE)


def test_an_inspector_invites_the_head_of_a_school_without_one(db: Session, world: World) -> None:
    add_school(db, "0990003Z", "École du Moulin", world.territories["valley"].id)
    user = welcome(db, invite(db, world.actor(db, "ines"), "0990003Z", asked(role=Role.HEAD_TEACHER)))
    assert list(queries.school_duties(db, user.id).values()) == [Role.HEAD_TEACHER]


def test_a_taken_seat_is_refused_at_both_ends(db: Session, world: World) -> None:
    with pytest.raises(Conflict, match="prise"):
        invite(db, world.actor(db, "ines"), A, asked(role=Role.HEAD_TEACHER))
    claire = world.actor(db, "claire")
    link = invite(db, claire, A, asked(role=Role.DEPUTY))
    db.add(
        SchoolMembership(
            school_id=world.a.id, user_id=world.users["rita"].id, role=Role.DEPUTY, started_at=NOW
        )
    )
    db.flush()
    with pytest.raises(Conflict, match="prise"):
        invite(db, claire, A, asked("autre@demo.invalid", Role.DEPUTY))
    with pytest.raises(Conflict, match="prise"):
        welcome(db, link)


def test_a_new_link_replaces_the_former_one(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    first = invite(db, claire, A, asked())
    other = invite(db, claire, A, asked("zoe@demo.invalid"))
    second = invite(db, claire, A, asked())
    assert queries.live_invitation(db, secrets.fingerprint(first.secret), NOW) is None
    pending = queries.pending_invitations(db, world.a.id, NOW)
    assert {row.id for row in pending} == {other.invitation.id, second.invitation.id}


def test_someone_present_is_not_invited_to_the_same_duty(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    with pytest.raises(Conflict, match="déjà"):
        invite(db, claire, A, asked("lea@demo.invalid"))
    with pytest.raises(Conflict, match="dirige"):
        invite(db, claire, A, asked("claire@demo.invalid", Role.DEPUTY))


def test_a_teacher_becomes_deputy_by_invitation(db: Session, world: World) -> None:
    link = invite(db, world.actor(db, "claire"), A, asked("lea@demo.invalid", Role.DEPUTY))
    accept_invitation(db, link.invitation.id, Proof(user_id=world.users["lea"].id), "test")
    assert duty_of(db, world, "lea").role is Role.DEPUTY
    assert len(queries.members_of_school(db, world.a.id)) == 2


def test_places_above_the_school_are_the_operators_to_give(db: Session, world: World) -> None:
    valley, departement = world.territories["valley"], world.territories["departement"]
    with pytest.raises(Forbidden):
        invite_above(db, world.actor(db, "ines"), "x@demo.invalid", Role.INSPECTOR, valley)
    operator = command_actor()
    with pytest.raises(Conflict):
        invite_above(db, operator, "x@demo.invalid", Role.INSPECTOR, departement)
    inspector = welcome(db, invite_above(db, operator, "x@demo.invalid", Role.INSPECTOR, valley))
    assert queries.territory_duties(db, inspector.id) == {valley.id: Role.INSPECTOR}
    administrator = welcome(db, invite_above(db, operator, "y@demo.invalid", Role.ADMINISTRATOR, None))
    assert administrator.is_administrator


# --- accepting -----------------------------------------------------------------------------------------


def test_a_link_works_once(db: Session, world: World) -> None:
    link = invite(db, world.actor(db, "claire"), A, asked())
    user = welcome(db, link)
    assert user.email == "mona@demo.invalid"
    assert queries.school_duties(db, user.id) == {world.a.id: Role.TEACHER}
    with pytest.raises(Conflict):
        welcome(db, link)


def test_a_link_ends_after_fourteen_days(db: Session, world: World) -> None:
    link = invite(db, world.actor(db, "claire"), A, asked())
    clock.pin(NOW + timedelta(days=14))
    with pytest.raises(Conflict):
        welcome(db, link)


def test_a_withdrawn_link_opens_nothing(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")
    link = invite(db, claire, A, asked())
    with pytest.raises(Forbidden):
        withdraw_invitation(db, world.actor(db, "ines"), A, link.invitation.id)
    withdraw_invitation(db, claire, A, link.invitation.id)
    with pytest.raises(Conflict):
        welcome(db, link)
    with pytest.raises(NotFound):
        withdraw_invitation(db, claire, A, link.invitation.id)


def test_an_account_that_exists_is_not_taken_over(db: Session, world: World) -> None:
    link = invite(db, world.actor(db, "claire"), A, asked("karim@demo.invalid"))
    with pytest.raises(Conflict):
        welcome(db, link, "Un autre")
    assert world.a.id not in queries.school_duties(db, world.users["karim"].id)


def test_the_page_makes_the_account_and_signs_in(sign_in: SignIn, db: Session, world: World) -> None:
    claire, mona = sign_in("claire"), sign_in("anonymous")
    url = f"/api/v1/schools/{A}/invitations"
    made = claire.post(url, json={"email": "mona@demo.invalid", "role": "teacher"})
    link = path_of(made.json()["link"])
    assert "mona@demo.invalid" in mona.get(link).text
    short = mona.post(link, data={"name": "Mona Petit", "password": "court"})
    assert short.status_code == 422
    assert 'value="Mona Petit"' in short.text
    assert "court" not in short.text
    assert "aria-invalid" in short.text
    done = mona.post(link, data={"name": "Mona Petit", "password": NEW_PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert mona.get("/").headers["location"] == f"/ecoles/{A}"
    assert mona.get(link).status_code == 404
    names = [item["name"] for item in claire.get(f"/api/v1/schools/{A}/accounts").json()["items"]]
    assert names == ["Claire", "Lea", "Mona Petit"]


def test_the_page_adds_a_duty_after_the_password(sign_in: SignIn, db: Session, world: World) -> None:
    link = invite(db, world.actor(db, "claire"), A, asked("karim@demo.invalid")).path
    karim = sign_in("anonymous")
    wrong = karim.post(link, data={"password": "un autre mot de passe"})
    assert wrong.status_code == 422
    assert "Ce n’est pas le mot de passe" in wrong.text
    assert karim.post(link, data={"password": PASSWORD}).status_code == 303
    assert len(queries.school_duties(db, world.users["karim"].id)) == 2
    assert "Dans quelle école" in karim.get("/").text


def test_a_guess_on_an_invitation_counts_as_a_sign_in(sign_in: SignIn, db: Session, world: World) -> None:
    link = invite(db, world.actor(db, "claire"), A, asked("karim@demo.invalid")).path
    browser = sign_in("anonymous")
    answers = [browser.post(link, data={"password": "au hasard encore"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


# --- duties --------------------------------------------------------------------------------------------


def test_the_end_of_the_last_duty_closes_everything(sign_in: SignIn, db: Session, world: World) -> None:
    lea, token = sign_in("lea"), add_token(db, world.users["lea"])
    assert lea.get(f"/ecoles/{A}/comptes").status_code == 200
    end_duty(db, world.actor(db, "claire"), A, duty_of(db, world, "lea").id)
    assert lea.get(f"/ecoles/{A}/comptes").headers["location"].startswith("/connexion")
    answer = sign_in("anonymous").get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_duty_elsewhere_keeps_the_sessions(db: Session, world: World) -> None:
    lea = world.users["lea"]
    db.add(SchoolMembership(school_id=world.b.id, user_id=lea.id, role=Role.TEACHER, started_at=NOW))
    end_duty(db, world.actor(db, "claire"), A, duty_of(db, world, "lea").id)
    assert session_queries.live_sessions(db, lea.id)
    with pytest.raises(NotFound):
        end_duty(db, world.actor(db, "claire"), A, duty_of(db, world, "lea", B).id)


def test_a_head_teacher_does_not_leave_without_handing_over(db: Session, world: World) -> None:
    head = duty_of(db, world, "claire").id
    with pytest.raises(Conflict, match="transmettez"):
        end_duty(db, world.actor(db, "claire"), A, head)
    end_duty(db, world.actor(db, "admin"), A, head)
    assert queries.live_membership(db, world.a.id, role=Role.HEAD_TEACHER) is None


@pytest.mark.parametrize("successor", [Role.TEACHER, Role.DEPUTY])
def test_the_headship_is_handed_over(db: Session, world: World, successor: Role) -> None:
    claire, duty = world.actor(db, "claire"), duty_of(db, world, "lea")
    duty.role = successor
    db.flush()
    hand_over_headship(db, claire, A, duty.id)
    assert duty_of(db, world, "lea").role is Role.HEAD_TEACHER
    assert duty_of(db, world, "claire").role is Role.TEACHER
    assert duty.ended_at == NOW
    with pytest.raises(Forbidden):
        hand_over_headship(db, world.actor(db, "claire"), A, duty_of(db, world, "claire").id)
    with pytest.raises(Conflict):
        hand_over_headship(db, world.actor(db, "lea"), A, duty_of(db, world, "lea").id)


def test_a_deputy_does_not_take_the_headship(db: Session, world: World) -> None:
    duty_of(db, world, "lea").role = Role.DEPUTY
    db.flush()
    lea = world.actor(db, "lea")
    with pytest.raises(Forbidden):
        hand_over_headship(db, lea, A, duty_of(db, world, "lea").id)
    with pytest.raises(Conflict):
        end_duty(db, lea, A, duty_of(db, world, "claire").id)


# --- a forgotten password ------------------------------------------------------------------------------


def test_a_new_password_ends_every_session(sign_in: SignIn, db: Session, world: World) -> None:
    claire, lea = sign_in("claire"), sign_in("lea")
    url = f"/api/v1/schools/{A}/accounts/{duty_of(db, world, 'lea').id}/renewal"
    link = path_of(claire.post(url).json()["link"])
    assert lea.get("/api/v1/me").status_code == 200
    fresh = sign_in("anonymous")
    assert "lea@demo.invalid" in fresh.get(link).text
    assert fresh.post(link, data={"password": NEW_PASSWORD}).status_code == 303
    assert lea.get("/api/v1/me").status_code == 401
    assert fresh.get("/api/v1/me").json()["name"] == "Lea"
    assert fresh.post(link, data={"password": "encore un autre mot"}).status_code == 404
    again = sign_in("anonymous").post(
        "/connexion", data={"email": "lea@demo.invalid", "password": NEW_PASSWORD}
    )
    assert again.status_code == 303


def test_a_renewal_does_not_reach_duties_elsewhere(db: Session, world: World) -> None:
    """Otherwise a head teacher could invite a colleague of another school, then become them."""
    claire, karim = world.actor(db, "claire"), world.users["karim"]
    link = invite(db, claire, A, asked("karim@demo.invalid"))
    accept_invitation(db, link.invitation.id, Proof(user_id=karim.id), "test")
    with pytest.raises(Conflict, match="ailleurs"):
        renew_password_link(db, claire, A, duty_of(db, world, "karim").id)
    renew_password_link(db, world.actor(db, "admin"), A, duty_of(db, world, "karim").id)


def test_a_renewal_made_before_a_new_duty_is_void(db: Session, world: World) -> None:
    renewal = renew_password_link(db, world.actor(db, "claire"), A, duty_of(db, world, "lea").id)
    link = invite(db, world.actor(db, "karim"), B, asked("lea@demo.invalid"))
    accept_invitation(db, link.invitation.id, Proof(user_id=world.users["lea"].id), "test")
    with pytest.raises(Conflict):
        accept_invitation(db, renewal.invitation.id, Proof(password_hash="x"), "test")


def test_the_operator_renews_any_account(db: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        renew_account_link(db, world.actor(db, "ines"), "claire@demo.invalid")
    link = renew_account_link(db, command_actor(), "ines@demo.invalid")
    assert welcome(db, link).id == world.users["ines"].id
    assert [event.verb for event in audit_queries.audit_chain(db, NIL)] == [
        "account.renewal_made",
        "account.password_renewed",
    ]


# --- the pages -----------------------------------------------------------------------------------------


def test_the_accounts_page_shows_what_each_may_do(sign_in: SignIn) -> None:
    page = sign_in("claire").get(f"/ecoles/{A}/comptes").text
    assert "lea@demo.invalid" in page
    assert "Inviter quelqu’un" in page
    assert "Transmettre la direction" in page
    reading = sign_in("lea").get(f"/ecoles/{A}/comptes").text
    assert "Claire" in reading
    assert "claire@demo.invalid" not in reading
    assert '<h2 id="inviter"' not in reading
    hidden = sign_in("lea").get(f"/api/v1/schools/{A}/accounts").json()["items"]
    assert {item["email"] for item in hidden} == {None}


def test_an_invitation_through_the_page(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    url = f"/ecoles/{A}/comptes"
    made = form(claire, url, email="mona@demo.invalid", role="teacher")
    assert made.status_code == 201
    assert "https://testserver/invitation/" in made.text
    assert "à remettre en main propre, valable 14 jours" in made.text.lower().replace("À", "à")
    page = claire.get(url).text
    assert "mona@demo.invalid" in page
    assert "/invitation/" not in page
    (pending,) = queries.pending_invitations(db, world.a.id, NOW)
    assert form(claire, f"{url}/invitations/{pending.id}/retirer").status_code == 303
    assert "mona@demo.invalid" not in claire.get(url).text


@pytest.mark.parametrize(
    "typed", ["mona", "mona@", "mona@demo", "é@demo.fr", "a b@demo.fr", "x" * 250 + "@demo.fr"]
)
def test_a_wrong_address_stays_as_typed(sign_in: SignIn, typed: str) -> None:
    answer = form(sign_in("claire"), f"/ecoles/{A}/comptes", email=typed, role="teacher")
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_the_last_duty_and_the_headship_have_their_own_pages(
    sign_in: SignIn, db: Session, world: World
) -> None:
    claire, duty = sign_in("claire"), duty_of(db, world, "lea").id
    assert "Mettre fin à la fonction de Lea" in claire.get(f"/ecoles/{A}/comptes/{duty}/fin").text
    page = f"/ecoles/{A}/comptes/direction"
    assert "Lea" in claire.get(page).text
    unanswered = form(claire, page)
    assert (unanswered.status_code, "Répondez à cette question" in unanswered.text) == (422, True)
    assert form(claire, page, membership_id=str(duty)).status_code == 303
    assert duty_of(db, world, "lea").role is Role.HEAD_TEACHER
    refused = form(claire, f"/ecoles/{A}/comptes/{duty_of(db, world, 'lea').id}/fin")
    assert refused.status_code == 403


def test_the_inspector_sees_which_heads_are_missing(sign_in: SignIn, db: Session, world: World) -> None:
    add_school(db, "0990003Z", "École du Moulin", world.territories["valley"].id)
    ines = sign_in("ines")
    page = ines.get("/inviter").text
    assert "1 école sur 2" in page
    assert "École du Port" not in page
    assert ines.get("/inviter?ecole=0990003Z").status_code == 200
    assert ines.get(f"/inviter?ecole={B}").status_code == 404
    made = form(ines, "/inviter", ecole="0990003Z", email="mona@demo.invalid", role="head_teacher")
    assert made.status_code == 201
    assert "/invitation/" in made.text
    assert form(ines, "/inviter", ecole=B, email="m@demo.invalid", role="head_teacher").status_code == 404
    found = sign_in("admin").get("/inviter?q=moulin").text
    assert "École du Moulin" in found
    assert "Tilleuls" not in found


def test_names_are_kept_out_of_the_audit(db: Session, world: World) -> None:
    claire: Actor = world.actor(db, "claire")
    welcome(db, invite(db, claire, A, asked()), "Mona Petit")
    end_duty(db, claire, A, duty_of(db, world, "lea").id)
    said = str(
        [(event.before, event.after, event.target) for event in audit_queries.audit_chain(db, world.a.id)]
    )
    assert not [word for word in ("mona", "Mona", "lea@", "hash") if word in said]
