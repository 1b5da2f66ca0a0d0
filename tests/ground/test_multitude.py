"""The countries in which `./run bench scale` asks: copies, but each a whole school of its own."""

import sqlite3
from contextlib import closing
from pathlib import Path

from app.db import Database, make_engine
from app.domain.uai import check_uai
from app.measurements.service import verify_totals
from benchmarks.scale import multiply
from benchmarks.world import OFFICIAL, build


def test_copies_are_schools_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / "copies.db"
    country = build(f"sqlite:///{file}", schools=3, heads=0)
    multiply(file, 4)
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        codes = [uai for (uai,) in raw.execute("SELECT uai FROM school")]
        places = raw.execute("SELECT count(DISTINCT circonscription_id) FROM school_year_profile").fetchone()
        figures = raw.execute("SELECT count(*) FROM measurement").fetchone()
        answers = raw.execute("SELECT count(DISTINCT counted) FROM measurement GROUP BY term, indicator")
        assert max(answers) > (3,)  # not the same school four times
    assert len({check_uai(code) for code in codes}) == 12
    assert places == (4,)
    assert figures == (12 * len(country.terms) * len(OFFICIAL),)
    database = Database(make_engine(country.url))
    with database.session(reading=True) as db:
        assert verify_totals(db) == []
    database.engine.dispose()
