"""The blank sheet: for anyone, the same words on paper and on the page, one A4 and nothing of any school."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from app.domain.indicators import INDICATORS
from app.domain.vocabulary import STAKES, Axis
from app.reviews.blank import BAND, COLUMNS, HEAD
from app.web.paper import DOCX, typeset
from tests.reviews.test_minutes import parts, read, written
from tests.world import World

PAGE = "/feuille-vierge"
SignIn = Callable[[str], TestClient]


def test_anyone_gets_the_page_and_the_document(sign_in: SignIn, world: World) -> None:
    anyone = sign_in("anonymous")
    page, document = anyone.get(PAGE), anyone.get(f"{PAGE}.docx")
    assert (page.status_code, document.status_code) == (200, 200)
    assert document.headers["content-type"] == DOCX
    assert document.headers["content-disposition"] == 'attachment; filename="feuille-vierge.docx"'
    assert f'href="{PAGE}.docx"' in page.text
    for answer in (page.content, *parts(document.content).values()):
        assert not [school.uai for school in world.schools.values() if school.uai.encode() in answer]


def test_it_asks_for_all_that_the_sheet_holds(sign_in: SignIn) -> None:
    anyone = sign_in("anonymous")
    text, page = written(read(anyone.get(f"{PAGE}.docx").content)), anyone.get(PAGE).text
    official = [indicator.title for indicator in INDICATORS.values() if indicator.is_official]
    assert len(official) == 5
    asked = [*HEAD, *official, *(stake.label for stake in STAKES.values()), *(axis.label for axis in Axis)]
    for column in (*COLUMNS, BAND):
        asked += [column.title, column.subtitle]
        asked += [word for blank in column.blanks for word in (blank.title, *blank.prompts)]
    for word in asked:
        assert typeset(word) in text
        assert word in page


def test_the_help_leads_to_it(sign_in: SignIn) -> None:
    assert f'href="{PAGE}"' in sign_in("anonymous").get("/aide").text
