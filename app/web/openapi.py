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
ANSWER: dict[str, Any] = {
    "description": (
        "Tout refus est un problème : 400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 428, 429, 503."
    ),
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


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
