"""Old acts leave for files: nothing else can, nothing is lost on the way, and any change still shows."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlmodel import Session

from app import clock
from app.accounts import audit_queries, queries
from app.accounts.access import actor_of_user
from app.accounts.actor import NIL, command_actor
from app.accounts.audit import broken_links
from app.accounts.models import InvitationIn
from app.accounts.seal_models import AuditSeal
from app.accounts.sealing import Export, export_segment, problems_of_file, seal_segment
from app.accounts.segments import digest_of, read_segment
from app.accounts.service import invite
from app.cli import main
from app.db import ROOT, Database, make_engine, migrate
from app.domain.vocabulary import Door, GoalState, Role
from app.errors import Conflict, Forbidden
from app.goals.models import GoalIn, GoalStateIn
from app.goals.service import add_goal, set_goal_state
from app.operation.copying import back_up, restore
from app.reviews.year_queries import moved_at
from tests.world import NOW, A, World, build_world

LATER = NOW + timedelta(days=500)
CUT = NOW + timedelta(days=2)


def acts(db: Session, world: World, *days: int) -> None:
    """One act at school A on each of these days."""
    for day in days:
        clock.pin(NOW + timedelta(days=day))
        email = f"personne{day}@demo.invalid"
        invite(db, world.actor(db, "claire"), A, InvitationIn(email=email, role=Role.TEACHER))
    clock.pin(LATER)


def positions(db: Session, world: World) -> list[int]:
    return [event.position for event in audit_queries.audit_chain(db, world.a.id)]


def exported(db: Session, world: World, folder: Path, before: datetime = CUT) -> Export:
    found = export_segment(db, world.a.id, before, folder)
    assert found is not None
    return found


@pytest.fixture
def sealed(db: Session, world: World, tmp_path: Path) -> Path:
    """Four acts, of which the first two left for the file that is returned."""
    acts(db, world, 0, 1, 2, 3)
    export = exported(db, world, tmp_path)
    seal_segment(db, command_actor(), export.segment)
    db.expire_all()
    return export.path


def test_what_is_old_leaves_and_the_chain_still_holds(db: Session, world: World, sealed: Path) -> None:
    assert sealed.name == f"{A}-00000001-00000002.jsonl"
    assert positions(db, world) == [3, 4, 5]
    last = audit_queries.audit_chain(db, world.a.id)[-1]
    (seal,) = audit_queries.seals_of(db, world.a.id)
    assert last.verb == "audit.sealed"
    assert last.after == {
        "up_to": 2,
        "events": 2,
        "previous_hash": "",
        "last_hash": seal.last_hash,
        "file_digest": digest_of(sealed),
    }
    assert broken_links(db) == (3, [])
    assert problems_of_file(db, sealed) == (2, [])


def test_the_file_tells_all_without_a_database(db: Session, world: World, sealed: Path) -> None:
    lines = [json.loads(line) for line in sealed.read_text(encoding="utf-8").splitlines()]
    assert lines[0]["school"] == A
    assert [line["verb"] for line in lines[1:-1]] == ["invitation.made", "invitation.made"]
    assert lines[1]["user_id"] == str(world.users["claire"].id)
    assert sealed.stat().st_mode & 0o077 == 0
    assert read_segment(sealed).problems == []


def test_a_second_seal_goes_on_from_the_first(
    db: Session, world: World, sealed: Path, tmp_path: Path
) -> None:
    acts(db, world, 501, 502)
    clock.pin(LATER + timedelta(days=900))
    export = exported(db, world, tmp_path, LATER + timedelta(days=2))
    assert export.segment.seals.keys() == {5}
    seal_segment(db, command_actor(), export.segment)
    db.expire_all()
    assert positions(db, world) == [7, 8]
    assert broken_links(db) == (2, [])
    assert problems_of_file(db, sealed) == (2, [])
    assert problems_of_file(db, export.path) == (4, [])


def test_a_whole_chain_may_leave(db: Session, world: World, tmp_path: Path) -> None:
    acts(db, world, 0, 1)
    seal_segment(db, command_actor(), exported(db, world, tmp_path).segment)
    db.expire_all()
    assert positions(db, world) == [3]
    assert broken_links(db) == (1, [])


def test_nothing_old_is_nothing_to_do(db: Session, world: World, tmp_path: Path) -> None:
    acts(db, world, 2)
    assert export_segment(db, world.a.id, CUT, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_what_came_after_a_newer_act_stays_with_it(db: Session, world: World, tmp_path: Path) -> None:
    """A clock that was set back: a segment is the beginning of a chain, whatever the hours say."""
    acts(db, world, 0, 5, 1)
    assert exported(db, world, tmp_path).segment.up_to == 1


def test_the_acts_of_a_year_stay(db: Session, world: World, tmp_path: Path) -> None:
    acts(db, world, 0)
    with pytest.raises(ValueError, match="the acts of a year stay"):
        export_segment(db, world.a.id, clock.now() - timedelta(days=364), tmp_path)


def test_a_broken_chain_is_not_moved(db: Session, world: World, tmp_path: Path) -> None:
    acts(db, world, 0, 1)
    tamper(db, "UPDATE audit_event SET verb = 'autre' WHERE position = 1")
    with pytest.raises(ValueError, match="is broken and was left as it is"):
        export_segment(db, world.a.id, CUT, tmp_path)


def test_a_crash_between_the_two_is_taken_up_again(db: Session, world: World, tmp_path: Path) -> None:
    acts(db, world, 0, 1, 2)
    first = exported(db, world, tmp_path)
    assert positions(db, world) == [1, 2, 3]
    again = exported(db, world, tmp_path)
    assert again == first
    assert [path.name for path in tmp_path.iterdir()] == [first.path.name]
    seal_segment(db, command_actor(), again.segment)
    assert broken_links(db) == (2, [])


def test_another_file_of_that_name_is_not_replaced(db: Session, world: World, tmp_path: Path) -> None:
    acts(db, world, 0, 1)
    path = exported(db, world, tmp_path).path
    path.write_text("autre chose")
    with pytest.raises(ValueError, match="exists and is another file"):
        exported(db, world, tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_two_commands_at_once_seal_once(db: Session, world: World, tmp_path: Path) -> None:
    acts(db, world, 0, 1, 2)
    export = exported(db, world, tmp_path)
    seal_segment(db, command_actor(), export.segment)
    with pytest.raises(Conflict):
        seal_segment(db, command_actor(), export.segment)


def test_a_file_that_says_less_than_the_chain_seals_nothing(
    db: Session, world: World, tmp_path: Path
) -> None:
    acts(db, world, 0, 1)
    segment = exported(db, world, tmp_path).segment
    segment.events -= 1
    with pytest.raises(Conflict):
        seal_segment(db, command_actor(), segment)
    assert audit_queries.seals_of(db, world.a.id) == []


@pytest.mark.parametrize("name", ["claire", "ines", "rita"])
def test_only_the_operator_seals(db: Session, world: World, tmp_path: Path, name: str) -> None:
    acts(db, world, 0, 1)
    segment = exported(db, world, tmp_path).segment
    with pytest.raises(Forbidden):
        seal_segment(db, world.actor(db, name), segment)


# --- what the database refuses -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_event WHERE position = 3",
        "DELETE FROM audit_event",
        "UPDATE audit_event SET verb = 'autre' WHERE position = 3",
        "UPDATE audit_seal SET up_to = 4",
        "DELETE FROM audit_seal",
    ],
)
def test_only_what_is_sealed_may_leave(db: Session, sealed: Path, statement: str) -> None:
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), db.begin_nested():
        db.execute(sa.text(statement))


def test_a_seal_opens_its_own_chain_only(db: Session, world: World, sealed: Path) -> None:
    """Position 1 of another school is as safe as before."""
    invite(db, world.actor(db, "karim"), "0990002Y", InvitationIn(email="x@demo.invalid", role=Role.TEACHER))
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), db.begin_nested():
        audit_queries.remove_segment(db, world.b.id, 1)


# --- what is found -------------------------------------------------------------------------------------


def tamper(db: Session, *statements: str) -> list[str]:
    """As someone with the database's keys would: without its triggers."""
    triggers = [
        "audit_event_no_update",
        "audit_event_no_delete",
        "audit_seal_no_update",
        "audit_seal_no_delete",
    ]
    if db.get_bind().dialect.name == "postgresql":
        triggers = ["audit_event_append_only ON audit_event", "audit_event_sealed_only ON audit_event"]
        triggers.append("audit_seal_append_only ON audit_seal")
    for trigger in triggers:
        db.execute(sa.text(f"DROP TRIGGER IF EXISTS {trigger}"))
    for statement in statements:
        db.execute(sa.text(statement))
    db.expire_all()
    return broken_links(db)[1]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_event SET verb = 'autre' WHERE position = 3", "event 3: its content was changed"),
        ("DELETE FROM audit_event WHERE position = 3", "event 4: the event before it was changed"),
        ("DELETE FROM audit_event WHERE position = 5", "its end was removed"),
        ("DELETE FROM audit_seal", "event 3: the event before it was changed"),
        ("UPDATE audit_seal SET events = 3", "its seals are not those that its events tell of"),
        ("UPDATE audit_seal SET file_digest = 'autre'", "its seals are not those that its events tell of"),
        ("UPDATE audit_seal SET last_hash = 'autre'", "event 3: the event before it was changed"),
        ("UPDATE audit_seal SET previous_hash = 'autre'", "the seal before it was changed or removed"),
    ],
)
def test_a_change_after_a_seal_is_found(db: Session, sealed: Path, statement: str, said: str) -> None:
    assert any(said in problem for problem in tamper(db, statement))


def test_a_seal_made_up_to_hide_a_removal_is_found(db: Session, world: World, sealed: Path) -> None:
    third = audit_queries.audit_chain(db, world.a.id)[0]
    forged = AuditSeal(
        school_id=world.a.id,
        up_to=3,
        position=4,
        sealed_at=clock.now(),
        events=1,
        previous_hash=third.previous_hash,
        last_hash=third.hash,
        file_digest="0" * 64,
    )
    db.add(forged)
    db.flush()
    audit_queries.remove_segment(db, world.a.id, 3)
    db.expire_all()
    assert any("its seals are not those" in problem for problem in broken_links(db)[1])


def test_an_old_seal_that_goes_is_found(db: Session, world: World, sealed: Path, tmp_path: Path) -> None:
    acts(db, world, 501)
    clock.pin(LATER + timedelta(days=900))
    export = exported(db, world, tmp_path, LATER + timedelta(days=2))
    seal_segment(db, command_actor(), export.segment)
    assert tamper(db, "DELETE FROM audit_seal WHERE up_to = 2")
    assert any("event 5: the seal" in problem for problem in problems_of_file(db, export.path)[1])


def _lines(change: Callable[[list[str]], None]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        change(lines)
        path.write_text("".join(lines), encoding="utf-8")

    return apply


def _swapped(lines: list[str]) -> None:
    lines[1], lines[2] = lines[2], lines[1]


DAMAGES = {
    "an edit": lambda lines: lines.__setitem__(1, lines[1].replace("invitation.made", "invitation.gone")),
    "a deletion": lambda lines: lines.pop(1),
    "a deletion at the end": lambda lines: lines.pop(2),
    "a swap": _swapped,
    "a line twice": lambda lines: lines.insert(2, lines[1]),
    "no end": lambda lines: lines.pop(),
    "half a line": lambda lines: lines.__setitem__(-1, lines[-1][:20]),
    "another first hash": lambda lines: lines.__setitem__(0, lines[0].replace('hash":""', 'hash":"a"')),
    "something behind": lambda lines: lines.append("{}\n"),
    "a list": lambda lines: lines.__setitem__(1, "[]\n"),
    "another position": lambda lines: lines.__setitem__(
        1, lines[1].replace('"position":1', '"position":"1"')
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_was_changed_is_found(db: Session, sealed: Path, damage: str) -> None:
    before = sealed.read_bytes()
    _lines(DAMAGES[damage])(sealed)
    assert sealed.read_bytes() != before
    assert read_segment(sealed).problems, "by the file alone"
    assert problems_of_file(db, sealed)[1]


def test_a_file_made_anew_is_not_the_one_that_was_sealed(
    db: Session, world: World, sealed: Path, tmp_path: Path
) -> None:
    """Whoever computes every hash again is found by the seal."""
    from app.accounts.audit import digest
    from app.accounts.segments import write_segment

    events = [json.loads(line) for line in sealed.read_text(encoding="utf-8").splitlines()[1:-1]]
    previous = ""
    for event in events:
        event["verb"], event["previous_hash"] = "goal.added", previous
        del event["hash"]
        previous = event["hash"] = digest(event)
    forged = tmp_path / "forged.jsonl"
    write_segment(forged, world.a.id, A, "", events)
    assert read_segment(forged).problems == []
    assert problems_of_file(db, forged)[1] == [f"{forged}: it is not the file that was sealed"]


def test_a_file_that_nothing_sealed_says_so(db: Session, world: World, tmp_path: Path) -> None:
    acts(db, world, 0, 1)
    path = exported(db, world, tmp_path).path
    assert problems_of_file(db, path) == (2, [f"{path}: no seal of this database is about it"])


@pytest.mark.parametrize(
    "content", ["", "autre chose\n", "{}\n", '{"format":"confiance-audit-1","chain":1}\n']
)
def test_another_file_is_no_segment(db: Session, tmp_path: Path, content: str) -> None:
    path = tmp_path / "other"
    path.write_text(content)
    with pytest.raises(ValueError, match="not a sealed segment"):
        problems_of_file(db, path)


# --- commands, copies, migrations ----------------------------------------------------------------------


@pytest.fixture
def url(own_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of its own, where two schools and the service acted a year and a half ago."""
    url = own_database("sealing")
    migrate(url)
    engine = make_engine(url)
    with Database(engine).session() as db:
        world = build_world(db)
        acts(db, world, 0, 1, 499)
        clock.pin(NOW)
        invite(db, world.actor(db, "karim"), "0990002Y", InvitationIn(email="x@a.invalid", role=Role.TEACHER))
    engine.dispose()
    clock.pin(None)
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", url)
    monkeypatch.setenv("CONFIANCE_NOW", LATER.isoformat())
    return url


def run(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


def test_the_commands(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = CUT.date().isoformat()
    assert run("audit", "seal", "--before", day, "--to", tmp_path / "nowhere") == 1
    assert "is not a folder" in capsys.readouterr().err
    assert run("audit", "seal", "--before", LATER.date().isoformat(), "--to", tmp_path) == 1
    assert "the acts of a year stay" in capsys.readouterr().err
    assert run("audit", "seal", "--before", day, "--to", tmp_path) == 0
    assert "3 events left for files, 0 chains refused" in capsys.readouterr().out
    files = sorted(tmp_path.glob("*.jsonl"))
    assert [path.name for path in files] == [
        f"{A}-00000001-00000002.jsonl",
        "0990002Y-00000001-00000001.jsonl",
    ]
    assert run("audit", "verify") == 0
    assert run("audit", "verify", "--file", *files) == 0
    assert "3 events checked, 0 problems" in capsys.readouterr().out
    assert run("audit", "seal", "--before", day, "--to", tmp_path) == 0
    assert "0 events left" in capsys.readouterr().out
    files[0].write_text(files[0].read_text().replace("invitation.made", "goal.added"))
    assert run("audit", "verify", "--file", *files) == 1


def test_a_broken_chain_does_not_stop_the_others(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = make_engine(url)
    with Database(engine).session() as db:
        tamper(db, "UPDATE audit_event SET verb = 'autre' WHERE position = 2")
    engine.dispose()
    assert run("audit", "seal", "--before", CUT.date().isoformat(), "--to", tmp_path) == 1
    assert "1 events left for files, 1 chains refused" in capsys.readouterr().out


def test_a_backup_keeps_the_seals(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "acts"
    folder.mkdir()
    assert run("audit", "seal", "--before", CUT.date().isoformat(), "--to", folder) == 0
    back_up(url, tmp_path / "backup.db")
    copy = f"sqlite:///{tmp_path}/restored.db"
    assert restore(tmp_path / "backup.db", copy)["audit_seal"] == 2
    engine = make_engine(copy)
    with Database(engine).session(reading=True) as db:
        assert broken_links(db)[1] == []
        assert [problems_of_file(db, path)[1] for path in sorted(folder.iterdir())] == [[], []]
    engine.dispose()


def without_seals(url: str) -> None:
    """Down to the schema that did not know them."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = url
    command.downgrade(config, "0017")


def test_down_and_up_again_finds_the_seals(url: str, tmp_path: Path) -> None:
    assert run("audit", "seal", "--before", CUT.date().isoformat(), "--to", tmp_path) == 0
    engine = make_engine(url)
    question = "SELECT school_id, up_to, position, events, last_hash, file_digest FROM audit_seal ORDER BY 1"

    def seals() -> list[object]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(question))]

    before = seals()
    assert len(before) == 2
    without_seals(url)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM audit_event"))
    migrate(url)
    assert seals() == before
    with Database(engine).session(reading=True) as db:
        assert broken_links(db)[1] == []
        assert audit_queries.ledger_of(db, NIL) is None
    engine.dispose()


def test_going_up_dates_the_changes_of_state_that_acts_tell_of(url: str) -> None:
    """The review of a year no longer reads the record of acts: sealing must not change it."""
    engine = make_engine(url)
    with Database(engine).session() as db:
        clock.pin(NOW)
        user = queries.user_by_email(db, "claire@demo.invalid")
        assert user is not None
        claire = actor_of_user(db, user, Door.PAGE, "")
        goal = add_goal(db, claire, A, GoalIn(stake="dialogue", title="Rencontrer chaque famille"))
        clock.pin(NOW + timedelta(hours=1))
        reached = GoalStateIn(state=GoalState.REACHED)
        set_goal_state(db, claire, A, goal.id, reached, goal.version)
        school_id = goal.school_id
    for _ in range(2):
        with Database(engine).session(reading=True) as db:
            assert moved_at(db, school_id, "goal") == {goal.id: NOW + timedelta(hours=1)}
            assert moved_at(db, school_id, "action") == {}
        without_seals(url)
        migrate(url)
    engine.dispose()
