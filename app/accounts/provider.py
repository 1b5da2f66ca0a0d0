"""An OpenID Connect provider, as ProConnect is one: code flow, PKCE, signed answers. Nothing here is stored.

OpenID Connect Core 1.0 §3.1, Discovery 1.0 §4, RP-Initiated Logout 1.0 §2, RFC 7636 (PKCE), RFC 9207 (`iss`).
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app import clock
from app.errors import AppError
from app.settings import Settings

if (
    TYPE_CHECKING
):  # 15 MB that a service without a provider never needs: they are imported where they are used
    import httpx
    from joserfc.jwk import KeySet

SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key of the provider's own; never « none », nor one that we could make ourselves."""
PURPOSES = ("sign_in", "link", "invitation")
KEPT_FOR = timedelta(hours=1)
TIMEOUT = 5.0
LEEWAY = 60
"""Seconds between the provider's clock and ours."""


class ProviderFailed(AppError):
    """The provider cannot be reached, or what it says does not hold; why is for the log, not for the page."""

    status, code, title = 503, "provider_failed", "Le fournisseur d’identité n’a pas répondu"
    detail = (
        "La connexion par le fournisseur d’identité n’a pas abouti : réessayez, ou prenez votre mot de passe."
    )

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


@dataclass(frozen=True, slots=True)
class Journey:
    """What a browser keeps in a cookie between leaving for the provider and coming back."""

    purpose: str
    """One of PURPOSES."""
    about: str = "/"
    """The page wanted, whose account is to be linked, or the secret of the invitation."""
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def written(self) -> str:
        said = [self.purpose, self.about, self.state, self.nonce, self.verifier]
        return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def read_journey(text: str) -> Journey | None:
    try:
        said = json.loads(base64.urlsafe_b64decode(text))
    except ValueError:
        return None
    is_whole = isinstance(said, list) and len(said) == 5 and all(isinstance(part, str) for part in said)
    return Journey(*said) if is_whole and said[0] in PURPOSES else None


@dataclass(frozen=True, slots=True)
class Person:
    """Who the provider says came: `subject` is its own name for them, and the only one that counts."""

    issuer: str
    subject: str
    id_token: str
    access_token: str
    is_strong: bool
    """One of the levels (`acr`) that were asked for was reached."""


class Provider:
    """One provider, found by its discovery document; the document and the keys are read again every hour."""

    def __init__(self, settings: Settings, transport: "httpx.AsyncBaseTransport | None" = None) -> None:
        self.name = settings.oidc_name
        self.issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._client_secret = settings.oidc_client_secret.get_secret_value()
        self._scope = settings.oidc_scope
        self._levels = settings.oidc_acr.split()
        self._transport = transport
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at: datetime | None = None

    # --- going there -----------------------------------------------------------------------------------

    async def authorization_url(self, journey: Journey, redirect_uri: str) -> str:
        """Where the browser goes. Only parameters that the provider says it knows."""
        metadata = await self._discovered()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": self._scope,
            "state": journey.state,
            "nonce": journey.nonce,
        }
        if "S256" in metadata.get("code_challenge_methods_supported", ()):
            digest = hashlib.sha256(journey.verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        if self._levels and metadata.get("claims_parameter_supported"):
            wanted = {"id_token": {"acr": {"essential": True, "values": self._levels}}}
            asked["claims"] = json.dumps(wanted, separators=(",", ":"))
        elif self._levels:
            asked["acr_values"] = " ".join(self._levels)
        return f"{metadata['authorization_endpoint']}?{urlencode(asked)}"

    async def end_session_url(self, id_token: str, back: str) -> str | None:
        """Where the browser signs out of the provider too; None when it has no such address."""
        end = (self._metadata or await self._discovered()).get("end_session_endpoint")
        if not end:
            return None
        said = {
            "id_token_hint": id_token,
            "state": secrets.token_urlsafe(32),
            "post_logout_redirect_uri": back,
        }
        return f"{end}?{urlencode(said)}"

    # --- coming back -----------------------------------------------------------------------------------

    async def is_own_answer(self, issuer: str) -> bool:
        """Whether `iss`, which came back with the code, is ours; missing only where it was not announced."""
        if issuer:
            return issuer == self.issuer
        announced = (await self._discovered()).get("authorization_response_iss_parameter_supported")
        return announced is not True

    async def redeem(self, journey: Journey, code: str, redirect_uri: str) -> Person:
        """Exchange the code, and check every word of the ID token. Raises ProviderFailed."""
        import httpx

        metadata = await self._discovered()
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        if "S256" in metadata.get("code_challenge_methods_supported", ()):
            asked["code_verifier"] = journey.verifier
        auth = None
        if "client_secret_post" in metadata.get("token_endpoint_auth_methods_supported", ()):
            asked |= {"client_id": self._client_id, "client_secret": self._client_secret}
        else:
            auth = httpx.BasicAuth(self._client_id, self._client_secret)
        answer = _json(await self._ask("POST", metadata["token_endpoint"], data=asked, auth=auth))
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise ProviderFailed("no id_token or no access_token")
        claims = await self._verified(
            id_token,
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": journey.nonce},
        )
        if (
            isinstance(claims["aud"], list)
            and len(claims["aud"]) > 1
            and claims.get("azp") != self._client_id
        ):
            raise ProviderFailed("azp")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise ProviderFailed("sub")
        return Person(self.issuer, claims["sub"], id_token, access_token, claims.get("acr") in self._levels)

    async def name_of(self, person: Person) -> str:
        """How the provider calls the person, for a new account; empty when it does not say.

        Userinfo comes as JSON, or as a signed JWT (ProConnect). Raises ProviderFailed for another's.
        """
        endpoint = (await self._discovered()).get("userinfo_endpoint")
        if not endpoint:
            return ""
        bearer = {"Authorization": f"Bearer {person.access_token}"}
        answer = await self._ask("GET", endpoint, headers=bearer)
        is_signed = answer.headers.get("content-type", "").lower().startswith("application/jwt")
        said = await self._verified(answer.text.strip()) if is_signed else _json(answer)
        if said.get("sub") != person.subject:
            raise ProviderFailed("userinfo of someone else")
        family = said.get("usual_name") or said.get("family_name")
        parts = [part for part in (said.get("given_name"), family) if isinstance(part, str)]
        whole = said.get("name")
        return " ".join(parts) or (whole if isinstance(whole, str) else "")

    async def _verified(self, token: str, **wanted: Any) -> dict[str, Any]:
        """The claims of a token signed by the provider for us. A key that is new is looked for once."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        registry = jwt.JWTClaimsRegistry(
            now=int(clock.now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._client_id},
            **wanted,
        )
        for is_last in (False, True):
            try:
                found = jwt.decode(token, await self._known_keys(again=is_last), algorithms=SIGNED_WITH)
                registry.validate(found.claims)
            except (JoseError, ValueError) as problem:
                if is_last:
                    raise ProviderFailed(type(problem).__name__) from None
            else:
                return found.claims
        raise AssertionError("the last try returns or raises")

    # --- what the provider says of itself --------------------------------------------------------------

    async def _discovered(self) -> dict[str, Any]:
        now = clock.now()
        if self._read_at is None or now - self._read_at >= KEPT_FOR:
            well_known = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            metadata = _json(await self._ask("GET", well_known))
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            asked = (
                *needed,
                *(name for name in ("userinfo_endpoint", "end_session_endpoint") if name in metadata),
            )
            if metadata.get("issuer") != self.issuer or not all(
                self._is_safe(metadata.get(name)) for name in asked
            ):
                raise ProviderFailed("discovery: another issuer, or an address is missing or not over https")
            self._metadata, self._keys, self._read_at = metadata, None, now
        return self._metadata

    def _is_safe(self, address: object) -> bool:
        """As well protected on the way as the issuer itself."""
        scheme = self.issuer.partition("://")[0]
        return isinstance(address, str) and address.startswith(("https://", f"{scheme}://"))

    async def _known_keys(self, *, again: bool) -> "KeySet":
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        if self._keys is None or again:
            metadata = await self._discovered()
            keys: Any = _json(await self._ask("GET", metadata["jwks_uri"]))
            try:
                self._keys = KeySet.import_key_set(keys)
            except (JoseError, KeyError, TypeError, ValueError) as problem:
                raise ProviderFailed(f"keys: {type(problem).__name__}") from None
        return self._keys

    async def _ask(self, method: str, url: str, **sent: Any) -> "httpx.Response":
        """On the event loop: a slow provider holds no thread, no connection and no lock."""
        import httpx

        try:
            async with httpx.AsyncClient(
                transport=self._transport, timeout=TIMEOUT, trust_env=False
            ) as client:
                answer = await client.request(method, url, **sent)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise ProviderFailed(type(problem).__name__) from None
        if answer.status_code != 200:
            raise ProviderFailed(f"status {answer.status_code}")
        return answer


def _json(answer: "httpx.Response") -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise ProviderFailed("not a JSON object")
    return said
