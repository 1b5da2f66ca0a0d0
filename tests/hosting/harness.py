"""nginx and Caddy as docs/exploitation.md sets them, but for ports, files and certificate; on loopback."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.db import ROOT
from tests.ports import kept_port

HOST = "confiance.exemple.fr"
PUBLIC = f"https://{HOST}"
PATIENCE = 90
"""Seconds after which something hangs; a verdict on speed is not a test's to give."""


def block(before: str, page: str = "exploitation.md") -> str:
    """The indented block of a document that follows a line ending in these words."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.search(rf"^[^\n]*{re.escape(before)}\n\n((?:    [^\n]*\n|\n)+)", text, re.MULTILINE)
    assert found, before
    return re.sub(r"^    ", "", found[1], flags=re.MULTILINE).strip() + "\n"


def instead(text: str, changes: dict[str, str]) -> str:
    """Each of these words, which have to be there, made another."""
    for old, new in changes.items():
        assert old in text, f"the documents no longer have {old}"
        text = text.replace(old, new)
    return text


def missing(program: str, package: str) -> NoReturn:
    told = f"{program} is not on this machine (Debian: apt install {package})"
    if os.environ.get("CI") == "true":
        pytest.fail(told)
    pytest.skip(told)


@dataclass
class Place:
    """Where one proxy listens, what it writes, and the certificate it shows."""

    program: str
    folder: Path
    behind: int
    """The port of the service."""
    second: int | None
    """The port of another one, beside it."""
    https: int
    http: int

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"

    def written(self) -> str:
        """Everything in its folder of logs, however it is called."""
        return "".join(file.read_text() for file in sorted((self.folder / "logs").iterdir()))

    def browser(self, address: str = "127.0.0.2", *, port: int | None = None) -> httpx.Client:
        """Somebody at this address of the loopback, who believes in the certificate of `HOST`."""
        secure = ssl.create_default_context(cafile=str(self.certificate))
        transport = httpx.HTTPTransport(verify=secure, local_address=address)

        def named(request: httpx.Request) -> None:
            request.extensions["sni_hostname"] = HOST

        return httpx.Client(
            base_url=f"http://127.0.0.1:{port}" if port else f"https://127.0.0.1:{self.https}",
            headers={"Host": HOST},
            transport=transport,
            event_hooks={"request": [named]},
            timeout=PATIENCE,
        )

    def connected(self, address: str = "127.0.0.2") -> ssl.SSLSocket:
        """A connection of its own, for what a well-bred client never sends."""
        secure = ssl.create_default_context(cafile=str(self.certificate))
        secure.set_alpn_protocols(["http/1.1"])
        line = socket.create_connection(("127.0.0.1", self.https), source_address=(address, 0))
        return secure.wrap_socket(line, server_hostname=HOST)


def settle(place: Place) -> None:
    folder = place.folder
    (folder / "logs").mkdir(parents=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1))
        .not_valid_after(datetime(2120, 1, 1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    place.certificate.write_bytes(made.public_bytes(pem))
    kind, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    place.key.write_bytes(key.private_bytes(pem, kind, none))


# --- nginx ---------------------------------------------------------------------------------------------

AROUND_NGINX = """
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/logs/error.log;
events {{ worker_connections 768; }}
http {{
    access_log {folder}/logs/access.log;
    gzip on;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused1;
    uwsgi_temp_path {folder}/unused2;
    scgi_temp_path {folder}/unused3;
{block}
}}
"""
"""As in Debian's nginx.conf: requests are logged whole, and answers compressed, unless told otherwise."""


def nginx(place: Place) -> list[str]:
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{place.https} ssl",
        "listen 80;": f"listen 127.0.0.1:{place.http};",
        f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(place.certificate),
        f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(place.key),
        "/var/log/nginx/": f"{place.folder}/logs/",
        "127.0.0.1:8000": f"127.0.0.1:{place.behind}",
    }
    text = instead(block("nginx :"), changes)
    if place.second:
        both = block("devant le bloc nginx d’[exploitation.md](exploitation.md) :", "passage-a-l-echelle.md")
        ports = {"127.0.0.1:8001": f"127.0.0.1:{place.behind}", "127.0.0.1:8002": f"127.0.0.1:{place.second}"}
        one = f"proxy_pass http://127.0.0.1:{place.behind};"
        text = instead(both, ports) + instead(text, {one: "proxy_pass http://confiance;"})
    written = AROUND_NGINX.format(folder=place.folder, block=text)
    if os.geteuid() == 0:  # its workers then read and write as we do
        written = f"user root;\n{written}"
    (place.folder / "nginx.conf").write_text(written)
    return ["nginx", "-p", str(place.folder), "-e", "stderr", "-c", str(place.folder / "nginx.conf")]


# --- Caddy ---------------------------------------------------------------------------------------------


def caddy(place: Place) -> list[str]:
    ports = f"{{\n    admin off\n    http_port {place.http}\n    https_port {place.https}\n"
    text = block("Caddy (le certificat est obtenu et renouvelé par lui-même) :")
    assert text.startswith("{\n")
    changes = {
        f"https://{HOST} {{": f"https://{HOST} {{\n    tls {place.certificate} {place.key}",
        "/var/log/caddy/": f"{place.folder}/logs/",
        "127.0.0.1:8000": f"127.0.0.1:{place.behind}",
    }
    (place.folder / "Caddyfile").write_text(ports + instead(text.removeprefix("{\n"), changes))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(place.folder / "Caddyfile")]


PROXIES: dict[str, Callable[[Place], list[str]]] = {"nginx": nginx, "caddy": caddy}


@contextmanager
def proxying(program: str, folder: Path, behind: int, second: int | None = None) -> Iterator[Place]:
    """One of the two, before the service at this port of the loopback, or (nginx) before two of them."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        missing(program, program)
    with kept_port() as https, kept_port() as http:
        place = Place(program, folder, behind, second, https, http)
        settle(place)
        with _running(place, found):
            yield place


@contextmanager
def _running(place: Place, found: str) -> Iterator[None]:
    folder = place.folder
    command = [found, *PROXIES[place.program](place)[1:]]
    own = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    told = folder / "logs" / "stderr.log"
    with told.open("w") as errors:
        running = subprocess.Popen(command, stdout=errors, stderr=errors, env=os.environ | own)
    try:
        end = time.monotonic() + PATIENCE
        while not _listens(place):
            assert running.poll() is None, told.read_text()
            assert time.monotonic() < end, told.read_text()
            time.sleep(0.05)
        yield
    finally:
        running.terminate()
        running.wait(PATIENCE)


def _listens(place: Place) -> bool:
    try:
        for port in (place.https, place.http):
            socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
