"""Every refusal a verb may pronounce. `/api` answers them as problem+json (RFC 9457), pages in French."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that cannot be taken: `pointer` is its path in the body (`/target/value`)."""

    pointer: str
    detail: str
    code: str = "invalid"

    @property
    def field(self) -> str:
        return self.pointer.strip("/").replace("/", "-")


class AppError(Exception):
    """Base of the errors a verb raises; `code` is stable, `detail` is a French sentence."""

    status = 500
    code = "error"
    title = "Erreur"
    detail = "Quelque chose n’a pas fonctionné."

    def __init__(self, detail: str | None = None, *, code: str | None = None) -> None:
        self.detail = detail or self.detail
        self.code = code or self.code
        self.headers: dict[str, str] = {}
        super().__init__(self.detail)


class Unauthenticated(AppError):
    status, code, title = 401, "unauthenticated", "Connexion nécessaire"
    detail = "Connectez-vous, ou joignez un jeton d’API valable."

    def __init__(self, detail: str | None = None, *, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.headers = {"WWW-Authenticate": "Bearer"}


class Forbidden(AppError):
    status, code, title = 403, "forbidden", "Action non permise"
    detail = "Votre rôle ne permet pas cette action."


class SecondFactorNeeded(AppError):
    """The password was right and something is left to do, at `url`; a page leads there."""

    status, code, title = 403, "second_factor_needed", "Connexion à terminer"
    detail = "Votre connexion n’est pas terminée : passez d’abord l’étape du second facteur."

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class SignInAgain(AppError):
    """What is asked changes how one signs in, and the session is not young enough for that."""

    status, code, title = 403, "sign_in_again", "Connexion à refaire"
    detail = "Reconnectez-vous d’abord : ce réglage change la façon d’entrer dans votre compte."


class NotFound(AppError):
    """Also the answer for what exists but may not be seen: a stranger learns nothing."""

    status, code, title = 404, "not_found", "Introuvable"
    detail = "Cette page ou cette donnée n’existe pas, ou ne vous est pas ouverte."


class NotAcceptable(AppError):
    """The answer exists, but not in the form that was asked for; `detail` lists those it has."""

    status, code, title = 406, "not_acceptable", "Format non proposé"
    detail = "Cette réponse n’existe pas dans ce format."


class Conflict(AppError):
    status, code, title = 409, "conflict", "Conflit"
    detail = "L’état actuel ne permet pas cette action."


class Stale(AppError):
    """Someone else wrote in between; `version` is the one that counts now."""

    status, code, title = 412, "stale", "Modifié entre-temps"
    detail = "Quelqu’un a modifié cette donnée entre-temps\u202f: relisez-la avant d’enregistrer."

    def __init__(self, version: int) -> None:
        super().__init__()
        self.version = version
        self.headers = {"ETag": f'"{version}"'}


class VersionRequired(AppError):
    status, code, title = 428, "version_required", "Version attendue"
    detail = "Joignez l’en-tête If-Match avec l’ETag de la donnée lue."


class Invalid(AppError):
    """Fields that cannot be taken, each with a sentence that says what to do."""

    status, code, title = 422, "invalid", "Saisie à corriger"
    detail = "Certaines réponses sont à corriger."

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__()
        self.errors = tuple(errors)

    @classmethod
    def one(cls, field: str, detail: str, code: str = "invalid") -> "Invalid":
        return cls([FieldError("/" + field, detail, code)])


class KeyReused(AppError):
    """An `Idempotency-Key` names one request: the same key came with another."""

    status, code, title = 422, "key_reused", "Clé déjà employée"
    detail = (
        "Cette clé a servi à une autre demande\u202f: prenez-en une nouvelle, ou renvoyez la même demande."
    )


class TooMany(AppError):
    status, code, title = 429, "too_many", "Trop d’essais"
    detail = "Trop d’essais en peu de temps\u202f: patientez quelques minutes."

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.headers = {"Retry-After": str(retry_after)}


class StorageFull(AppError):
    """The disk or the database's own limit is reached: reading goes on, and writing once there is room."""

    status, code, title = 507, "storage_full", "Plus de place"
    detail = (
        "Le service n’a plus de place pour enregistrer\u202f: rien n’a été changé, et tout reste lisible. "
        "Prévenez qui l’exploite, puis réessayez."
    )

    def __init__(self) -> None:
        super().__init__()
        self.headers = {"Retry-After": "60"}


class Unavailable(AppError):
    status, code, title = 503, "unavailable", "Momentanément indisponible"
    detail = "Le service est momentanément indisponible\u202f: réessayez dans un instant."

    def __init__(self) -> None:
        super().__init__()
        self.headers = {"Retry-After": "2"}
