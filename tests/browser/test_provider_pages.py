"""The pages that only a service with an identity provider shows, and the administration's; axe on each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from app.accounts.factor_models import ProviderIdentity
from app.accounts.models import InvitationIn, SessionProof, User, WebSession
from app.accounts.secrets import fingerprint
from app.accounts.service import invite
from app.db import Database, make_engine
from app.domain.vocabulary import Role
from tests.accounts.conftest import issuer
from tests.browser.conftest import PATIENCE, Site, new_database, serve
from tests.browser.looking import looked_at
from tests.browser.test_pages import LOOKS
from tests.world import NOW, A, build_world

__all__ = ["issuer"]
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # what a page looks like does not depend on the engine
NAME = "Fournisseur d’essai"
BACK = "/connexion/fournisseur/retour"


@dataclass(frozen=True)
class Provided:
    site: Site
    issuer: str
    for_someone_new: str
    for_karim: str


@pytest.fixture(scope="module")
def provided(tmp_path_factory: pytest.TempPathFactory, worker_id: str, issuer: str) -> Iterator[Provided]:
    """Karim and Lea are linked; Lea has no password."""
    url = new_database(tmp_path_factory, worker_id, "provided")
    database = Database(make_engine(url))
    with database.session() as db:
        world = build_world(db)
        for name in ("karim", "lea"):
            db.add(ProviderIdentity(issuer=issuer, subject=name, user_id=world.users[name].id, linked_at=NOW))
        db.get_one(User, world.users["lea"].id).password_hash = None
        links = [
            invite(db, world.actor(db, "claire"), A, InvitationIn(email=email, role=Role.TEACHER)).path
            for email in ("neuve@demo.invalid", "karim@demo.invalid")
        ]
    database.engine.dispose()
    more = {"oidc_issuer": issuer, "oidc_name": NAME, "oidc_client_id": "confiance"}
    for site in serve(url, oidc_client_secret="un-secret-partage", **more):
        yield Provided(site, issuer, *links)


Enter = Callable[[str], Page]


@pytest.fixture(params=LOOKS)
def enter(request: pytest.FixtureRequest, chromium: Browser, provided: Provided) -> Iterator[Enter]:
    """`enter("karim")`: a window of his, in which the provider never answers, so that pages stay."""
    context = chromium.new_context(base_url=provided.site.url, locale="fr-FR", **LOOKS[request.param])  # type: ignore[arg-type]  # passed on as they are
    context.route(f"{provided.issuer}/**", lambda route: route.fulfill(status=204))

    def entered(name: str) -> Page:
        if name:
            cookie = {"name": "session", "value": f"cookie-of-{name}", "url": provided.site.url}
            context.add_cookies([cookie])  # type: ignore[list-item]  # it is one, to the letter
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    yield entered
    context.close()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    looked_at(page)


def test_before_signing_in(enter: Enter, provided: Provided) -> None:
    page = enter("")
    page.goto("/connexion")
    expect(page.get_by_role("link", name=f"Se connecter avec {NAME}")).to_be_visible()
    looked_at(page)
    page.goto(provided.for_someone_new)
    expect(page.get_by_role("link", name=f"Continuer avec {NAME}")).to_be_visible()
    looked_at(page)
    page.goto(provided.for_karim)  # an account that exists gives its password
    expect(page.get_by_role("link", name=f"Continuer avec {NAME}")).to_have_count(0)
    looked_at(page)


def test_a_sign_in_that_was_refused(enter: Enter) -> None:
    page = enter("")
    page.goto(BACK)
    expect(page.get_by_text("n’a pas été menée jusqu’au bout")).to_be_visible()
    heading(page, "Pas connecté")


def test_linking(enter: Enter) -> None:
    page = enter("claire")
    page.goto("/mon-compte")
    expect(page.get_by_text("N’ouvre pas encore ce compte.")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name=f"Lier à {NAME}").click()
    expect(page.get_by_role("link", name=f"Continuer vers {NAME}")).to_be_visible()
    heading(page, f"Vers {NAME}")


def test_unlinking(enter: Enter) -> None:
    page = enter("karim")
    page.goto("/mon-compte")
    looked_at(page)
    page.get_by_role("link", name=f"Délier : {NAME}").click()
    heading(page, f"Délier {NAME} ?")


def test_the_only_way_in_stays(enter: Enter) -> None:
    page = enter("lea")
    page.goto("/mon-compte/fournisseur/delier")
    page.get_by_role("button", name=f"Délier {NAME}").click()
    expect(page.get_by_role("alert")).to_contain_text("plus rien n’ouvrirait")
    heading(page, f"Délier {NAME} ?")


def test_signing_out_of_both(enter: Enter, provided: Provided) -> None:
    """From a session that the provider opened, and that ends here."""
    name = uuid4().hex
    with provided.site.database.session() as db:
        karim = db.scalars(select(User).where(User.email == "karim@demo.invalid")).one()
        opened = WebSession(
            token_hash=fingerprint(f"cookie-of-{name}"),
            csrf="x",
            user_id=karim.id,
            proof=SessionProof.PROVIDER,
            id_token="what the provider signed",
            created_at=NOW,
            last_seen_at=NOW,
        )
        db.add(opened)
    page = enter(name)
    page.goto("/mon-compte")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("link", name=f"Se déconnecter de {NAME}")).to_be_visible()
    heading(page, "Vous êtes déconnecté")


def test_what_the_administration_sees(enter: Enter) -> None:
    page = enter("admin")
    for path in ("/", "/inviter", "/mon-compte"):
        page.goto(path)
        looked_at(page)
    page.goto("/comptes/second-facteur")
    heading(page, "Second facteur perdu")
    page.get_by_role("button", name="Retirer le second facteur").click()
    expect(page.get_by_role("alert")).to_be_visible()
    heading(page, "Second facteur perdu")
