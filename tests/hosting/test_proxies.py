"""The service behind nginx and behind Caddy, set as docs/exploitation.md shows: what a browser meets."""

import gzip
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import brotli
import httpx
import pytest

from app.accounts.signing_in import MOST_FAILURES
from app.db import Database, make_engine, migrate
from app.main import create_app
from app.settings import Settings
from app.web.static_files import STATIC, static
from app.web.uploads import MAX_FILE
from tests.ground.conftest import running
from tests.hosting.harness import HOST, PATIENCE, PROXIES, PUBLIC, Place, proxying
from tests.ports import kept_port
from tests.world import NOW, PASSWORD, A, add_token, build_world

# The database behind it is nothing to a proxy.
pytestmark = [pytest.mark.long, pytest.mark.sqlite, pytest.mark.one_process]
FILE = "app.js"
SECRET = "Zq8secretOfALink"
SECRET_ADDRESSES = (f"/parents/{SECRET}", f"/invitation/{SECRET}", f"/calendrier/{SECRET}.ics")
OWN = {"Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"}
SLOW = 200


@dataclass(frozen=True)
class Service:
    port: int
    token: str


@pytest.fixture(scope="module")
def service(own_database: Callable[[str], str]) -> Iterator[Service]:
    url = own_database("proxies")
    migrate(url)
    engine = make_engine(url)
    with Database(engine).session() as db:
        token = add_token(db, build_world(db).users["claire"])
    engine.dispose()
    app = create_app(Settings(database_url=url, public_url=PUBLIC, log_level="ERROR", now=NOW))
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening, running(app, listening.dup()):
        yield Service(listening.getsockname()[1], token)


@pytest.fixture(scope="module", params=PROXIES)
def proxy(
    request: pytest.FixtureRequest, service: Service, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    with proxying(request.param, tmp_path_factory.mktemp(request.param) / "own", service.port) as place:
        yield place


def sign_in(browser: httpx.Client, name: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    sent = {"email": f"{name}@demo.invalid", "password": password}
    return browser.post("/connexion", data=sent, headers=OWN | headers)


def test_one_signs_in_over_https(proxy: Place, service: Service) -> None:
    """The cookie, the page behind it, and a link that says the address that people type."""
    with proxy.browser() as browser:
        answer = sign_in(browser, "claire")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        cookie = answer.headers["Set-Cookie"].split("; ")
        assert cookie[0].startswith("__Host-session=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie)
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
        assert browser.get(f"/ecoles/{A}").status_code == 200
        bearer = {"Authorization": f"Bearer {service.token}"}
        made = browser.post(
            f"/api/v1/schools/{A}/invitations",
            headers=bearer,
            json={"email": "neuve@demo.invalid", "role": "teacher"},
        )
        assert made.status_code == 201, made.text
        assert made.json()["link"].startswith(f"{PUBLIC}/invitation/")
        assert browser.get(made.json()["link"].removeprefix(PUBLIC)).status_code == 200
    with proxy.browser() as browser:  # and a page of elsewhere signs nobody in
        assert sign_in(browser, "claire", Origin="https://ailleurs.example").status_code == 403


def test_browsers_are_offered_http2_and_modern_tls_only(proxy: Place) -> None:
    modern = ssl.create_default_context(cafile=str(proxy.certificate))
    modern.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", proxy.https)) as line,
        modern.wrap_socket(line, server_hostname=HOST) as secure,
    ):
        assert (secure.selected_alpn_protocol(), secure.version()) == ("h2", "TLSv1.3")
    weak = ssl.create_default_context(cafile=str(proxy.certificate))
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers("AES128-SHA256:AES256-SHA:DHE-RSA-AES128-SHA")
    with socket.create_connection(("127.0.0.1", proxy.https)) as line, pytest.raises(ssl.SSLError):
        weak.wrap_socket(line, server_hostname=HOST)


def test_what_is_kept_and_compressed_passes_as_it_is(proxy: Place, service: Service) -> None:
    with proxy.browser() as browser:
        for coding, undo in (("br", brotli.decompress), ("gzip", gzip.decompress)):
            with browser.stream("GET", static(FILE), headers={"Accept-Encoding": coding}) as sent:
                whole = b"".join(sent.iter_raw())
            assert sent.headers["Content-Encoding"] == coding
            assert undo(whole) == (STATIC / FILE).read_bytes()
            known = {"Accept-Encoding": coding, "If-None-Match": sent.headers["ETag"]}
            again = browser.get(static(FILE), headers=known)
            assert (again.status_code, again.content) == (304, b"")
            assert "immutable" in again.headers["Cache-Control"]
        page = {"Accept-Encoding": "gzip"}
        with browser.stream("GET", "/aide", headers=page) as foreign:
            assert "Content-Encoding" not in foreign.headers  # the service's rule against BREACH holds
        with browser.stream("GET", "/aide", headers=page | {"Sec-Fetch-Site": "same-origin"}) as own:
            assert own.headers["Content-Encoding"] == "gzip"
        bearer = {"Authorization": f"Bearer {service.token}", "Accept-Encoding": "gzip, br"}
        goals = f"/api/v1/schools/{A}/goals"
        goal = {"stake": "dialogue", "title": "Rencontrer chaque famille"}
        made = browser.post(goals, headers=bearer, json=goal)
        one = f"{goals}/{made.json()['id']}"
        tag = browser.get(one, headers=bearer).headers["ETag"]
        assert re.fullmatch(r'"\d+"', tag), "the tag came through weakened"
        assert browser.delete(one, headers=bearer | {"If-Match": '"7"'}).status_code == 412
        assert browser.delete(one, headers=bearer | {"If-Match": tag}).status_code == 204


def test_a_file_passes_and_a_bigger_one_is_refused(proxy: Place, service: Service) -> None:
    """Up to its limit the service looks at the file; a byte more, or more than the proxy takes, is a 413."""
    head = {"Authorization": f"Bearer {service.token}", "Content-Type": "text/csv"}
    with proxy.browser() as browser:
        taken = browser.post("/api/v1/imports", headers=head, content=b"x" * MAX_FILE)
        assert taken.status_code in (201, 422), taken.text
        assert taken.headers["Content-Type"].startswith("application/")
    for length in (4_260_000, 5 * 1024 * 1024 + 1):
        assert refused(proxy, "/api/v1/imports", length, service.token).startswith("HTTP/1.1 413 ")


def refused(place: Place, path: str, length: int, token: str = "") -> str:
    """The answer to so many bytes, which may come before they have all left."""
    told = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
    with place.connected() as line:
        line.settimeout(PATIENCE)
        line.sendall(f"{told}Content-Type: text/csv\r\nContent-Length: {length}\r\n\r\n".encode())
        with suppress(OSError):
            line.sendall(b"x" * length)
        return line.recv(4096).decode()


def test_tries_are_counted_by_the_address_of_the_person(proxy: Place, service: Service) -> None:
    """Not by the proxy's, nor by one that somebody writes: each of these names another in every header."""
    guesser, other = {"nginx": ("127.0.1.1", "127.0.1.2"), "caddy": ("127.0.2.1", "127.0.2.2")}[proxy.program]
    with proxy.browser(guesser) as guessing:
        for number in range(MOST_FAILURES):
            lies = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
            lies |= {"X-Real-IP": f"203.0.113.{number}"}
            assert sign_in(guessing, f"personne{number}", "faux", **lies).status_code == 422
        stopped = sign_in(guessing, "claire", **{"X-Forwarded-For": "203.0.113.99"})
        assert (stopped.status_code, stopped.headers["Retry-After"]) == (429, "300")
    with proxy.browser(other) as another:
        assert sign_in(another, "claire").status_code == 303


def test_http_leads_pages_to_https_and_refuses_programs(proxy: Place) -> None:
    with proxy.browser(port=proxy.http) as browser:
        led = browser.get("/connexion?next=/aide")
        assert (led.status_code, led.headers["Location"]) == (301, f"{PUBLIC}/connexion?next=/aide")
        assert browser.get("/api/v1/me").status_code == 403


def test_the_metrics_are_not_for_outside(proxy: Place, service: Service) -> None:
    with proxy.browser() as browser:
        assert browser.get("/metrics").status_code == 404
        led = browser.get("/metrics/")
        assert (led.status_code, led.headers["Location"]) == (307, f"{PUBLIC}/metrics")
    assert underway(service) == 1  # on the machine itself they answer


def wait_for(place: Place, wanted: str) -> None:
    """A log is written once the answer has gone."""
    end = time.monotonic() + PATIENCE
    while wanted not in place.written():
        assert time.monotonic() < end, place.written()
        time.sleep(0.05)


def test_the_log_ties_a_request_to_the_service_and_says_no_secret(proxy: Place, service: Service) -> None:
    with proxy.browser() as browser:
        for path in SECRET_ADDRESSES:
            assert browser.get(path).status_code == 404
            with proxy.browser(port=proxy.http) as plain:
                assert plain.get(path).status_code == 301
            assert refused(proxy, path, 5 * 1024 * 1024 + 1).startswith("HTTP/1.1 413 ")
            browser.get(static(FILE), headers={"Referer": f"{PUBLIC}{path}"})
        answer = browser.get("/aide", headers={"Cookie": f"__Host-session={SECRET}"})
        wait_for(proxy, answer.headers["X-Request-ID"])
    written = proxy.written()
    assert "127.0.0.2" in written
    assert SECRET not in written


@pytest.mark.parametrize("program", PROXIES)
def test_a_service_that_is_down_is_told_without_a_secret(
    program: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp(program) / "down"
    with kept_port() as nobody, proxying(program, folder, nobody) as place:
        with place.browser() as browser:
            for path in (*SECRET_ADDRESSES, "/aide"):
                told = {"Referer": f"{PUBLIC}/parents/{SECRET}", "Authorization": f"Bearer {SECRET}"}
                assert browser.get(path, headers=told).status_code == 502
        wait_for(place, "502")
        assert SECRET not in place.written()


def test_nginx_goes_on_with_the_process_that_answers(
    service: Service, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Of the two of docs/passage-a-l-echelle.md one is not there, as while it is restarted."""
    folder = tmp_path_factory.mktemp("nginx") / "two"
    with (
        kept_port() as nobody,
        proxying("nginx", folder, service.port, second=nobody) as place,
        place.browser() as browser,
    ):
        answers = [browser.get("/aide").status_code for _ in range(20)]
        assert answers == [200] * 20
        assert sign_in(browser, "karim").status_code == 303


# --- clients that send a byte a second -----------------------------------------------------------------


class SlowClients:
    """Half of them never finish their headers, half never finish the body they announced."""

    def __init__(self, place: Place, token: str) -> None:
        told = f"POST /api/v1/schools/{A}/goals HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
        body = f"{told}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
        self.lines = []
        for number in range(SLOW):  # each at once: who is connected and says nothing is soon given up
            line = place.connected("127.0.0.3")
            self.lines.append(line)
            line.sendall((f"{told}X-Slow: " if number % 2 else body).encode())
        self.heads, self.bodies = set(self.lines[1::2]), set(self.lines[0::2])
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._drip)

    def __enter__(self) -> "SlowClients":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(PATIENCE)
        for line in self.lines:
            line.close()
        assert not self._thread.is_alive()

    def _drip(self) -> None:
        while not self._over.wait(1):
            for line in [*self.heads, *self.bodies]:
                if not self._goes_on(line):
                    self.heads.discard(line)
                    self.bodies.discard(line)

    @staticmethod
    def _goes_on(line: ssl.SSLSocket) -> bool:
        """Whether the proxy has neither answered nor hung up."""
        try:
            line.sendall(b"x")
            line.settimeout(0)
            line.recv(1)
        except ssl.SSLWantReadError:
            line.settimeout(None)
            return True
        except OSError:
            pass
        return False


def underway(service: Service) -> int:
    told = httpx.get(f"http://127.0.0.1:{service.port}/metrics", trust_env=False, timeout=PATIENCE).text
    found = re.search(r"^confiance_requests_underway (\S+)$", told, re.MULTILINE)
    assert found, told
    return int(float(found[1]))


def test_two_hundred_slow_clients_stop_at_the_proxy(proxy: Place, service: Service) -> None:
    """Everybody else is answered meanwhile; who dawdles over the headers is given up, and of the bodies nginx
    passes none on while Caddy ends them after half a minute."""
    keeps_bodies = proxy.program == "nginx"
    bearer = {"Authorization": f"Bearer {service.token}"}
    goal = {"stake": "dialogue", "title": "Rencontrer chaque famille"}
    with ExitStack() as open_:
        slow = open_.enter_context(SlowClients(proxy, service.token))
        browser = open_.enter_context(proxy.browser())
        end = time.monotonic() + PATIENCE
        while slow.heads or (slow.bodies and not keeps_bodies):
            assert time.monotonic() < end, (len(slow.heads), len(slow.bodies))
            assert browser.get("/aide").status_code == 200
            assert browser.get(f"/api/v1/schools/{A}/goals", headers=bearer).status_code == 200
            assert browser.post(f"/api/v1/schools/{A}/goals", headers=bearer, json=goal).status_code == 201
            if keeps_bodies:
                assert underway(service) == 1, "this question itself, and no slow client"
            time.sleep(0.2)
        if keeps_bodies:
            assert len(slow.bodies) == SLOW // 2
