"""`python -m app verify` at the keyboard."""

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.cli import main
from app.db import Database, make_engine, migrate
from app.measurements.models import MeasurementIn, TermTotal
from app.measurements.service import record_measurement
from app.transmissions.models import CirconscriptionTotal, TransmissionIn, TransmittedTotal
from app.transmissions.service import transmit_term
from tests.world import T1, A, build_world


@pytest.mark.sqlite
def test_verify_tells_what_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'verify.db'}"
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", url)
    migrate(url)
    database = Database(make_engine(url))
    body = {"indicator": "individual_meetings", "term": T1, "counted": 158, "out_of": 196}
    with database.session() as db:
        claire = build_world(db).actor(db, "claire")
        record_measurement(db, claire, A, MeasurementIn.model_validate(body))
        transmit_term(db, claire, A, TransmissionIn(term=T1))
    assert main(["verify"]) == 0
    assert "Tous les totaux correspondent" in capsys.readouterr().out
    with database.session() as db:
        db.execute(update(TermTotal).values(counted=196))
    assert main(["verify"]) == 1
    assert f"{A} · individual_meetings · {T1}" in capsys.readouterr().out
    with database.session() as db:
        db.execute(update(TermTotal).values(counted=158))
        db.execute(update(CirconscriptionTotal).values(counted=196))
    assert main(["verify"]) == 1
    told = capsys.readouterr().out
    assert "circonscription" in told
    assert f"{T1} · individual_meetings" in told
    with database.session() as db:
        db.execute(update(CirconscriptionTotal).values(counted=158))
        db.execute(
            update(TransmittedTotal)
            .where(col(TransmittedTotal.indicator) == "individual_meetings")
            .values(counted=150)
        )
    assert main(["verify"]) == 1
    assert f"{A} · {T1}\u202f: ce qui est publié n’est pas ce qui a été transmis" in capsys.readouterr().out
    database.engine.dispose()
