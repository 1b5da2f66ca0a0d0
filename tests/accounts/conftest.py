"""An OpenID Connect provider of our own, on loopback: the flow is run against a real one, over HTTP."""

import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.ports import kept_port

PATIENCE = 90
"""Seconds after which something hangs; a verdict on speed is not a test's to give."""


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    with kept_port() as port:
        command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as provider:
            url = f"http://127.0.0.1:{port}"
            try:
                wait_for(url, provider)
                yield url
            finally:
                provider.terminate()


def wait_for(issuer: str, provider: "subprocess.Popen[bytes]") -> None:
    """Until it answers, which a slow machine lets it do late."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            url = f"{issuer}/.well-known/openid-configuration"
            found = httpx.get(url, trust_env=False, timeout=PATIENCE)
        except httpx.TransportError:
            assert provider.poll() is None, "the provider ended"
            assert time.monotonic() < end, "the provider did not start"
            time.sleep(0.1)
        else:
            assert found.status_code == 200
            return
