"""Releases over the database: frozen, renewed only when enough has changed, and by whom."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from app.accounts.actor import command_actor
from app.aggregates import release_queries
from app.aggregates.models import Breakdown, PublicationOut
from app.aggregates.releasing import prepare_release, publish_release
from app.cli import main
from app.db import Database, make_engine, migrate
from app.domain.school_year import Term
from app.errors import Conflict, Forbidden
from tests.aggregates.conftest import MEETINGS, Region
from tests.world import T1, World, build_world

Ask = Callable[..., Any]


def release(db: Session) -> PublicationOut:
    return publish_release(db, command_actor(), prepare_release(db, command_actor(), Term(T1)))


def cells(db: Session, world: World, place: str, indicator: str = "individual_meetings") -> dict[str, Any]:
    """Those of the last release, by cut and value."""
    key, last = world.territories[place].id, release_queries.releases_of_term(db, T1)[-1]
    return {
        f"{row.breakdown.value}:{row.value}": row
        for row in release_queries.cells_of(db, T1, last.number)
        if (row.territory_id, row.indicator) == (key, indicator)
    }


def change(region: Region, *names: str) -> None:
    for name in names:
        place, number = name[:-1], int(name[-1])
        counted, out_of = MEETINGS[place][number]
        region.say(name, counted - 1, out_of)
        region.send(name)


def test_a_release_is_renewed_when_three_schools_changed(region: Region, world: World) -> None:
    db = region.db
    assert release(db).number == 1
    before = cells(db, world, "departement")["none:"].counted
    change(region, "valley0", "valley1")
    with pytest.raises(Conflict) as told:
        release(db)
    assert told.value.code == "too_few_changes"
    change(region, "valley2", "coast0", "coast1", "coast2")
    assert release(db).number == 2
    after = cells(db, world, "departement")["none:"]
    assert (after.counted, after.since) == (before - 6, 2)


def test_a_total_where_too_little_changed_keeps_its_number(region: Region, world: World) -> None:
    """Three schools changed in the département, one of them by the coast: the coast stays as it was."""
    db = region.db
    release(db)
    before = cells(db, world, "coast")["none:"].counted
    change(region, "valley0", "valley1", "valley2", "coast0")
    done = release(db)
    kept = cells(db, world, "coast")["none:"]
    assert (kept.counted, kept.since, kept.number) == (before, 1, 2)
    assert done.kept > 0


def test_a_cell_of_few_schools_is_hidden_with_its_reason(region: Region, ask: Ask) -> None:
    """Two schools are outside priority education: one of the valley, one of the coast."""
    release(region.db)
    rows = ask("rita", within="099", indicator="individual_meetings", breakdown="priority_education")
    by_value = {row["value"]: row for row in rows}
    assert by_value["none"]["suppressed"]
    assert by_value["none"]["counted"] is None
    assert by_value["none"]["reason"]
    assert by_value["rep"]["suppressed"], "or the other would be found by subtraction"
    assert by_value["rep_plus"]["reason"] == "not_released"


def test_a_hidden_number_is_not_in_the_table(region: Region, world: World) -> None:
    release(region.db)
    for row in release_queries.cells_of(region.db, T1, 1):
        assert (row.counted is None) == (row.reason is not None)
        assert row.reason is None or (row.out_of, row.pupils) == (None, None)


def test_who_may_release(region: Region, world: World) -> None:
    for name in ("claire", "ines", "rita", "admin"):
        with pytest.raises(Forbidden):
            prepare_release(region.db, world.actor(region.db, name), Term(T1))


def test_nothing_published_is_told(empty_region: Region) -> None:
    with pytest.raises(Conflict) as told:
        prepare_release(empty_region.db, command_actor(), Term(T1))
    assert told.value.code == "nothing_published"


def test_a_transmission_meanwhile_is_noticed(region: Region) -> None:
    prepared = prepare_release(region.db, command_actor(), Term(T1))
    change(region, "valley0")
    with pytest.raises(Conflict) as told:
        publish_release(region.db, command_actor(), prepared)
    assert told.value.code == "changed_meanwhile"


def test_too_large_for_a_page(region: Region) -> None:
    with pytest.raises(Conflict) as told:
        prepare_release(region.db, command_actor(), Term(T1), most=3)
    assert told.value.code == "too_large"


def test_the_three_cuts_are_released(region: Region, world: World) -> None:
    release(region.db)
    kinds = {row.breakdown for row in release_queries.cells_of(region.db, T1, 1)}
    assert kinds == set(Breakdown)
    levels = {row.level.value for row in release_queries.cells_of(region.db, T1, 1)}
    assert levels == {"circonscription", "departement", "academie", "national"}


@pytest.mark.sqlite
def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'publish.db'}"
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", url)
    migrate(url)
    database = Database(make_engine(url))
    with database.session() as db:
        build_world(db)
    database.engine.dispose()
    assert main(["publish", T1]) == 1
    assert "Aucune école n’a encore transmis" in capsys.readouterr().err
