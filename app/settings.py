"""What an operator may set, all under the prefix `CONFIANCE_` (docs/exploitation.md lists them)."""

import os
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CONFIANCE_", extra="ignore")

    database_url: str = "sqlite:///confiance.db"
    """SQLite (`sqlite:///file.db`) or PostgreSQL (`postgresql+psycopg://…`)."""
    public_url: str = "http://127.0.0.1:8000"
    """The address people type. With https the session cookie is `__Host-session`; http only on loopback."""
    threads: int = 4
    """Requests worked on at once; the pool of database connections has one more."""
    log_level: str = "INFO"
    oidc_issuer: str = ""
    """The address of an OpenID Connect provider, as its discovery document writes it; empty for none."""
    oidc_name: str = "ProConnect"
    """How pages call it."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scope: str = "openid given_name usual_name email"
    """Provider's names for what is asked; « openid » is among them."""
    oidc_acr: str = ""
    """Levels (`acr`), separated by spaces, that are as good as a second factor; they are then asked for."""
    now: datetime | None = None
    """Pins the clock (tests and demonstrations); never set it in service."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A variable first, then a file of that name where systemd puts credentials (`LoadCredential=`)."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=folder)

    @field_validator("public_url")
    @classmethod
    def _https_or_loopback(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "https" or parts.hostname in {"127.0.0.1", "localhost", "::1"}:
            return value.rstrip("/")
        raise ValueError("CONFIANCE_PUBLIC_URL must use https outside this machine")

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer_over_https(cls, value: str) -> str:
        parts = urlsplit(value)
        if not value or parts.scheme == "https" or parts.hostname in {"127.0.0.1", "localhost", "::1"}:
            return value
        raise ValueError("CONFIANCE_OIDC_ISSUER must use https outside this machine")

    @model_validator(mode="after")
    def _whole_provider(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret.get_secret_value()):
            raise ValueError("CONFIANCE_OIDC_ISSUER needs CONFIANCE_OIDC_CLIENT_ID and …_CLIENT_SECRET")
        if self.oidc_issuer and "openid" not in self.oidc_scope.split():
            raise ValueError("CONFIANCE_OIDC_SCOPE needs « openid »")
        return self

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
