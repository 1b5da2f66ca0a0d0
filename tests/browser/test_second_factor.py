"""An inspector's first sign-in and the next one: the key, the recovery codes, the code; axe on each page."""

import base64
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.domain.one_time import code_at, step_at
from tests.browser.looking import looked_at
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
ADDRESS = "Adresse de courriel"


def sign_in(page: Page) -> None:
    page.goto("/connexion")
    page.get_by_label(ADDRESS).fill("ines@demo.invalid")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()


def give(page: Page, code: str, button: str) -> None:
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name=button).click()


@pytest.mark.parametrize(
    ("width", "scheme", "javascript"), [(1280, "light", True), (375, "dark", True), (320, "light", False)]
)
def test_from_the_first_sign_in_to_the_next(
    open_page: Open, width: int, scheme: str, javascript: bool
) -> None:
    page = open_page(None, width=width, color_scheme=scheme, javascript=javascript)
    check = looked_at if javascript else lambda page: None  # axe is a script itself
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second facteur")
    expect(page.get_by_text("Votre fonction ouvre les données de plusieurs écoles")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Commencer").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    key = base64.b32decode(page.locator(".key code").inner_text().replace(" ", ""))
    check(page)
    give(page, "000000", "Confirmer")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    give(page, code_at(key, step_at(NOW)), "Confirmer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    recovery = page.locator(".recovery code").all_inner_texts()
    assert len(recovery) == 10
    check(page)
    page.get_by_role("link", name="C’est noté").click()
    expect(page).not_to_have_url(re.compile("second-facteur"))
    page.get_by_role("button", name="Se déconnecter").first.click()
    expect(page.get_by_text("Vous êtes déconnecté.")).to_be_visible()

    clock.pin(NOW + timedelta(seconds=30))
    page.goto("/inviter")  # comes back to where one wanted to go
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre code")
    check(page)
    page.goto("/inviter")
    expect(page).to_have_url("/connexion/code?next=/inviter")
    give(page, code_at(key, step_at(NOW) + 1), "Se connecter")
    expect(page).to_have_url("/inviter")

    page.get_by_role("button", name="Se déconnecter").first.click()
    expect(page.get_by_text("Vous êtes déconnecté.")).to_be_visible()
    sign_in(page)
    give(page, recovery[0], "Se connecter")
    expect(page).not_to_have_url(re.compile("connexion"))
    page.goto("/mon-compte")
    expect(page.get_by_text("Il reste 9 codes de secours sur 10")).to_be_visible()
