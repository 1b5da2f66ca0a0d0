"""The document of the JSON door: what FastAPI writes, with our problems in the place of its own errors."""

from typing import Any

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "Un refus (RFC 9457). `code` est stable, `detail` est une phrase à montrer.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "description": "Avec le statut 422 : une entrée par champ refusé.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail", "code"],
                "properties": {
                    "pointer": {"type": "string", "description": "Pointeur JSON du champ"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}
SHOWN_ONCE = {"x-shown-once": True}
"""`openapi_extra` of a route whose answer shows a secret: it is kept nowhere, and so takes no key."""
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Une clé de votre choix par demande (un UUID convient), gardée 24 heures pour votre compte. "
        "La même demande, renvoyée avec la même clé, reçoit la réponse déjà faite et n’écrit rien de plus "
        "(`Idempotency-Replayed: true`). La même clé avec une autre demande : 422. La première encore en "
        "cours : 409 et `Retry-After`. Un refus n’est pas gardé : corrigez et renvoyez."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
}
ANSWER: dict[str, Any] = {
    "description": (
        "Tout refus est un problème : 400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 428, 429, 503, 507."
    ),
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def is_shown_once(route: object) -> bool:
    return SHOWN_ONCE.items() <= (getattr(route, "openapi_extra", None) or {}).items()


def with_keys(document: dict[str, Any]) -> dict[str, Any]:
    """Say once, of every POST, that it may bear a key; changes and returns the document."""
    for operations in document["paths"].values():
        operation = operations.get("post")
        if operation and not SHOWN_ONCE.items() <= operation.items():
            operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
    document["components"]["parameters"] = {"IdempotencyKey": KEY}
    return document


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Say what a refusal really looks like; changes and returns the document."""
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    parts["responses"] = {"Problem": ANSWER}
    return document
