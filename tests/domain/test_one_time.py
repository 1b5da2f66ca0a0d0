"""The published vectors of RFC 4226 and RFC 6238, the drift, and the code that serves once."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.one_time import (
    code_at,
    enrolment_uri,
    folded_recovery_code,
    matching_step,
    step_at,
    written_key,
)

SECRET = b"12345678901234567890"
NOW = datetime(2026, 11, 21, 9, 0, 15, tzinfo=UTC)


FIRST_TEN = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489"
"""RFC 4226, appendix D."""


@pytest.mark.parametrize(("counter", "code"), list(enumerate(FIRST_TEN.split())))
def test_the_vectors_of_rfc_4226(counter: int, code: str) -> None:
    assert code_at(SECRET, counter) == code


@pytest.mark.parametrize(
    ("seconds", "eight"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, eight: str) -> None:
    """Appendix B prints eight digits; six are the last six."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert code_at(SECRET, step_at(moment)) == eight[-6:]


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps: int, is_taken: bool) -> None:
    step = step_at(NOW) + steps
    assert matching_step(SECRET, code_at(SECRET, step), NOW, after=0) == (step if is_taken else None)


def test_a_code_serves_once() -> None:
    step = step_at(NOW)
    code = code_at(SECRET, step)
    assert matching_step(SECRET, code, NOW, after=step - 1) == step
    assert matching_step(SECRET, code, NOW, after=step) is None
    assert matching_step(SECRET, code_at(SECRET, step - 1), NOW, after=step) is None


@pytest.mark.parametrize("typed", ["", "000000", "é", "12345", "1234567"])
def test_what_is_not_the_code(typed: str) -> None:
    assert matching_step(SECRET, typed, NOW, after=0) is None


def test_a_code_may_be_typed_with_a_space() -> None:
    code = code_at(SECRET, step_at(NOW))
    assert matching_step(SECRET, f" {code[:3]}\u202f{code[3:]} ", NOW, after=0) == step_at(NOW)


def test_the_key_reads_as_groups_of_four() -> None:
    assert written_key(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def test_the_address_in_the_qr_code() -> None:
    uri = urlsplit(enrolment_uri(SECRET, "claire.martin@ac-exemple.fr", "Confiance"))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert uri.path == "/Confiance:claire.martin%40ac-exemple.fr"
    assert parse_qs(uri.query) == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["Confiance"]}


def test_a_recovery_code_is_read_however_it_is_copied() -> None:
    assert folded_recovery_code(" ABCD-efgh 2345-6722") == "abcdefgh23456722"
