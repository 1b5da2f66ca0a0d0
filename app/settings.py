"""What an operator may set, all under the prefix `CONFIANCE_` (docs/exploitation.md lists them)."""

from datetime import datetime
from urllib.parse import urlsplit

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CONFIANCE_", extra="ignore")

    database_url: str = "sqlite:///confiance.db"
    """SQLite (`sqlite:///file.db`) or PostgreSQL (`postgresql+psycopg://…`)."""
    public_url: str = "http://127.0.0.1:8000"
    """The address people type. With https the session cookie is `__Host-session`; http only on loopback."""
    threads: int = 4
    """Requests worked on at once; the pool of database connections has one more."""
    log_level: str = "INFO"
    now: datetime | None = None
    """Pins the clock (tests and demonstrations); never set it in service."""

    @field_validator("public_url")
    @classmethod
    def _https_or_loopback(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "https" or parts.hostname in {"127.0.0.1", "localhost", "::1"}:
            return value.rstrip("/")
        raise ValueError("CONFIANCE_PUBLIC_URL must use https outside this machine")

    @field_validator("now")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("CONFIANCE_NOW needs a UTC offset, e.g. 2026-11-21T10:00:00+01:00")
        return value

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def session_cookie(self) -> str:
        return "__Host-session" if self.is_https else "session"
