"""Passwords, tokens and their hashes. A secret is shown once; only its hash is stored."""

import base64
import hashlib
import hmac
import secrets
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's lighter setting: 20–57 ms measured; the library's default would be the bottleneck of the service.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hash_password(password: str) -> str:
    return _hasher.hash(password)


@cache
def _decoy() -> str:
    """The hash of nothing, made without hashing: the first unknown account must not take twice as long."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (_hasher.salt_len, _hasher.hash_len)
    )
    costs = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


def password_matches(stored: str | None, password: str) -> bool:
    """Takes as long for an unknown account as for a known one."""
    try:
        return _hasher.verify(stored or _decoy(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str | None) -> bool:
    """Whether a hash was made with other settings than today's."""
    return stored is not None and _hasher.check_needs_rehash(stored)


def new_secret() -> str:
    """256 bits, for a cookie or a link."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def token_text(token_id: UUID, secret: str) -> str:
    return f"cfe_{token_id.hex}_{secret}"


def read_token(text: str) -> tuple[UUID, str] | None:
    """The id and the secret of `cfe_<id>_<secret>`; None for anything else."""
    prefix, _, rest = text.partition("_")
    identity, _, secret = rest.partition("_")
    if prefix != "cfe" or len(identity) != 32 or not secret:
        return None
    try:
        return UUID(hex=identity), secret
    except ValueError:
        return None
