from zoneinfo import ZoneInfo

import pytest

from app.domain.territories import DEPARTEMENTS, departement_code, departement_of_uai


def test_every_departement_is_there_in_order() -> None:
    mainland = [f"{n:02}" for n in range(1, 96) if n != 20] + ["2A", "2B"]
    assert list(DEPARTEMENTS) == sorted([*mainland, *(str(n) for n in range(971, 979))])


@pytest.mark.parametrize(
    ("code", "academie", "zone", "prefix"),
    [
        ("35", "Rennes", "B", "035"),
        ("94", "Créteil", "C", "094"),
        ("2A", "Corse", None, "620"),
        ("974", "La Réunion", None, "974"),
        ("978", "Guadeloupe", None, "971"),
    ],
)
def test_facts(code: str, academie: str, zone: str | None, prefix: str) -> None:
    departement = DEPARTEMENTS[code]
    assert (departement.academie, departement.zone, departement.uai_prefix) == (academie, zone, prefix)


def test_one_zone_an_academie_and_a_known_time_zone() -> None:
    assert len({(d.academie_code, d.academie, d.zone) for d in DEPARTEMENTS.values()}) == 31
    assert len({d.academie_code for d in DEPARTEMENTS.values()}) == 31
    assert all(ZoneInfo(d.timezone) for d in DEPARTEMENTS.values())
    assert all(d.is_overseas == (d.timezone != "Europe/Paris") for d in DEPARTEMENTS.values())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("035", "35"), ("35", "35"), ("001", "01"), ("1", "01"), ("02A", "2A"), ("2b", "2B"), ("620", "2A"),
        ("720", "2B"), ("971", "971"), (" 977 ", "977"), ("978", "978"),
    ],
)  # fmt: skip
def test_official_spellings(text: str, code: str) -> None:
    assert departement_code(text) == code


@pytest.mark.parametrize("text", ["", "099", "99", "020", "988", "B35"])
def test_a_code_that_is_none_of_ours(text: str) -> None:
    with pytest.raises(ValueError, match="Département inconnu"):
        departement_code(text)


@pytest.mark.parametrize(
    ("uai", "code"),
    [("0350123U", "35"), ("6200001A", "2A"), ("7200001A", "2B"), ("9710341U", "971"), ("9780001A", "978")],
)
def test_where_a_uai_was_given_out(uai: str, code: str) -> None:
    departement = departement_of_uai(uai)
    assert departement is not None
    assert departement.code == code


def test_the_demo_has_no_departement() -> None:
    assert departement_of_uai("0990001X") is None
