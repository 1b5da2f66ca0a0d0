"""One-time codes: a new six-digit code every thirty seconds, the same on the phone and here.

HOTP is RFC 4226 §5.3, TOTP is RFC 6238 §4; SHA-1, six digits and thirty seconds are what every authenticator
application takes for granted.
"""

import base64
import hmac
import re
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP = 30
"""Seconds."""
DRIFT = 1
"""Steps a phone's clock may be early or late (RFC 6238 §5.2)."""
DIGITS = 6


def code_at(secret: bytes, step: int) -> str:
    """The six digits of one step."""
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    start = mac[-1] & 0xF
    number = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP


def matching_step(secret: bytes, typed: str, moment: datetime, *, after: int) -> int | None:
    """The step whose code was typed, when it is near `moment` and later than the last one used; else None.

    « After » is what refuses the same code twice (RFC 6238 §5.2). Every candidate is compared.
    """
    code, now, found = re.sub(r"\s", "", typed), step_at(moment), None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def written_key(secret: bytes) -> str:
    """The key for a phone that cannot see the screen: base32, in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def enrolment_uri(secret: bytes, account: str, issuer: str) -> str:
    """What the QR code says (Google's « Key Uri Format », which the others read too)."""
    key = written_key(secret).replace(" ", "")
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode({'secret': key, 'issuer': issuer})}"


def folded_recovery_code(typed: str) -> str:
    """A recovery code as it was made, whatever the case, the spaces and the dashes of whoever copies it."""
    return re.sub(r"[\s-]", "", typed).lower()
