"""The page of a territory: completeness first, counts before shares, names for the inspector alone."""

import re
from html import unescape

import pytest
from sqlmodel import Session

from app.accounts.actor import command_actor
from app.aggregates.releasing import prepare_release, publish_release
from app.domain.school_year import Term
from app.elections.models import ElectionIn
from app.elections.service import record_election
from tests.aggregates.conftest import Region, SignIn
from tests.matrix import ELECTION
from tests.world import T1, YEAR

HERE = "/circonscription/0990900Z"


def read(client: object, url: str) -> str:
    """The words of the page, without the data of its charts."""
    answer = client.get(url)  # type: ignore[attr-defined]  # a TestClient
    assert answer.status_code == 200, url
    page = re.sub(r"<script.*?</script>", "", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_an_inspector_reads_who_transmitted_before_any_figure(sign_in: SignIn, region: Region) -> None:
    page = read(sign_in("ines"), HERE)
    assert page.index("7 écoles sur 8 ont transmis") < page.index("155 élèves sur 230 (67 %)")
    assert "Dans 4 écoles sur 8." in page
    names = page[page.index("Les écoles, par nom") :]
    assert names.index("École small0") < names.index("École valley0") < names.index("École valley3")
    assert "3 écoles qui ont compté parmi moins de 11 personnes ne sont pas montrées" in page


def test_the_page_links_what_each_school_sent_and_the_files(sign_in: SignIn, region: Region) -> None:
    ines = sign_in("ines")
    page = ines.get(HERE).text
    uai = region.schools["valley0"][0]
    assert f'href="/ecoles/{uai}/transmis/{T1}"' in page
    files = [unescape(link) for link in re.findall(r'href="(/api/v1/[^"]+)" download', page)]
    assert len(files) == 3
    for link in files:
        assert ines.get(link).status_code == 200, link


def test_a_school_outside_the_limits_is_to_be_looked_at_together(sign_in: SignIn, region: Region) -> None:
    region.say("valley2", 33, 50)
    region.send("valley2")
    before = read(sign_in("ines"), HERE)
    assert "Aucune école ne s’écarte de l’ensemble" in before
    region.say("valley3", 10, 80)
    region.send("valley3")
    page = read(sign_in("ines"), HERE)
    assert "environ une école sur 500" in page
    assert "Ce n’est ni bien ni mal" in page
    assert "10 élèves sur 80 (13 %), plus bas que ce que le hasard explique." in page
    assert not re.search(r"mauvais|classement|rang\b|dernièr|significati|meilleur", page)


def test_two_schools_are_not_compared_with_themselves(sign_in: SignIn, empty_region: Region) -> None:
    for name in ("valley0", "valley1"):
        empty_region.say(name, 30, 40)
        empty_region.send(name)
    page = read(sign_in("ines"), HERE)
    assert "2 écoles sur 8 ont transmis" in page
    assert "école par école. 60 élèves" not in page


def test_without_a_transmission_the_page_says_so(sign_in: SignIn, empty_region: Region) -> None:
    page = read(sign_in("ines"), HERE)
    assert "Aucune école n’a transmis, sur 8" in page
    assert "Aucune école ne l’a transmis." in page
    assert "Aucun résultat enregistré." in page


def test_the_terms_of_a_rate_are_drawn_from_two_figures_on(sign_in: SignIn, region: Region) -> None:
    assert "trimestre par trimestre. Le dernier" not in sign_in("ines").get(HERE).text
    for name in ("valley0", "valley1"):
        region.say(name, 20, 40, term="2025-2026-T2")
        region.send(name, term="2025-2026-T2")
    page = read(sign_in("ines"), HERE)
    assert (
        "Le dernier chiffre : 155 élèves sur 230 (67 %) au 1er trimestre 2026-2027, dans 4 écoles sur 8."
        in page
    )
    assert "3e trimestre 2025-2026 non transmis" in page
    earlier = read(sign_in("ines"), f"{HERE}?trimestre=2025-2026-T2")
    assert "2 écoles sur 8 ont transmis" in earlier
    assert "40 élèves sur 80 (50 %)." in earlier


def test_an_authority_reads_releases_without_the_name_of_a_school(
    db: Session, sign_in: SignIn, region: Region
) -> None:
    assert "Pas encore publié." in read(sign_in("rita"), "/territoire/099")
    operator = command_actor()
    publish_release(db, operator, prepare_release(db, operator, Term(T1)))
    page = read(sign_in("rita"), f"{HERE}?trimestre={T1}")
    assert "7 écoles sur 8 ont transmis" in page
    assert "École" not in page


def test_an_authority_sees_the_schools_of_an_election_as_points_without_names(
    db: Session, sign_in: SignIn, region: Region
) -> None:
    for name in ("valley0", "valley1", "coast0"):
        record_election(db, region.actor, region.schools[name][0], YEAR, ElectionIn.model_validate(ELECTION))
    answer = sign_in("rita").get("/territoire/099").text
    assert "3 écoles : aucun écart" in unescape(answer).replace("\u202f", " ")
    assert "École valley0" not in answer
    assert "Dans les limites" in answer


@pytest.mark.parametrize(
    ("person", "url"),
    [
        ("paul", HERE),
        ("claire", HERE),
        ("ines", "/territoire/099"),
        ("rita", "/circonscription/099"),
        ("rita", "/territoire/0990900Z"),
        ("ines", f"{HERE}?trimestre=2027-2028-T1"),
        ("ines", f"{HERE}?trimestre=bientot"),
        ("rita", "/territoire/FR"),
        ("ines", "/circonscription/0990999F"),
    ],
)
def test_what_one_may_not_read_does_not_exist(sign_in: SignIn, region: Region, person: str, url: str) -> None:
    assert sign_in(person).get(url).status_code == 404


def test_far_terms_are_answered(sign_in: SignIn, region: Region) -> None:
    assert "Aucune école" in read(sign_in("ines"), f"{HERE}?trimestre=2004-2005-T2")


def test_the_start_page_leads_there(sign_in: SignIn, region: Region) -> None:
    assert f'href="{HERE}"' in sign_in("ines").get("/").text
    assert 'href="/territoire/A99"' in sign_in("rita").get("/").text
