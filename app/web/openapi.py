"""The document of the JSON door: what FastAPI writes, with our problems in the place of its own errors."""

import re
from collections.abc import Collection
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
            "description": "Avec le statut 422\u202f: une entrée par champ refusé.",
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
        "(`Idempotency-Replayed: true`). La même clé avec une autre demande\u202f: 422. La première "
        "encore en cours\u202f: 409 et `Retry-After`. Un refus n’est pas gardé\u202f: corrigez et renvoyez."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
}
VERSIONS: dict[str, tuple[str, str, dict[str, str]]] = {
    "if-match": (
        "L’`ETag` de la donnée lue. Sans lui\u202f: 428\u202f; s’il n’est plus le bon\u202f: 412.",
        '"3"',
        {"pattern": '^(W/)?"[0-9]{1,9}"$'},
    ),
    "if-none-match": ("`*`\u202f: rien n’est encore écrit à cette adresse.", "*", {}),
}
ETAG: dict[str, Any] = {
    "description": "La version de la donnée, à joindre en `If-Match` pour l’écrire.",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}
ANSWER: dict[str, Any] = {
    "description": (
        "Tout refus est un problème\u202f: "
        "400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 428, 429, 503, 507."
    ),
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def or_made(model: type[Any]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a PUT that makes the row where there was none."""
    return {201: {"model": model, "description": "Il n’y avait rien à cette adresse."}}


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


def with_tokens(document: dict[str, Any], public: Collection[str]) -> dict[str, Any]:
    """Say who is asked for a token, `public` addresses apart, and where a version has to be said."""
    document["components"]["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "Un jeton de «\u202fMon compte\u202f», montré une seule fois\u202f: `cfe_…`.",
        }
    }
    document["security"] = [{"token": []}]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if path in public:
                operation["security"] = []
            _say_versions(operation.get("parameters", []))
    return document


def with_links(document: dict[str, Any]) -> dict[str, Any]:
    """Say what an answer leads to: the row that was made, and what its version lets one write."""
    paths: dict[str, dict[str, Any]] = document["paths"]
    for path, operations in paths.items():
        if "get" in operations:
            same = {name: f"$request.path.{name}" for name in _names_in(path)}
            writes = [operations[verb] for verb in ("put", "patch", "delete") if verb in operations]
            _link(operations["get"]["responses"]["200"], writes, same)
        made = operations.get("post", {}).get("responses", {}).get("201")
        item = made and _item_of(path, paths)
        if item and _has_id(document, made):
            *known, own = _names_in(item)
            given = {name: f"$request.path.{name}" for name in known} | {own: "$response.body#/id"}
            _link(made, [found for verb, found in paths[item].items() if verb != "post"], given)
    return document


def _names_in(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _item_of(path: str, paths: Collection[str]) -> str | None:
    """The address of one row of a list, which may be shorter than the list's own."""
    item = re.compile(rf".*/{re.escape(path.rpartition('/')[2])}/{{\w+_id}}")
    found = (one for one in paths if item.fullmatch(one) and set(_names_in(one)[:-1]) <= set(_names_in(path)))
    return next(found, None)


def _has_id(document: dict[str, Any], answer: dict[str, Any]) -> bool:
    name = answer["content"]["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
    return "id" in document["components"]["schemas"].get(name, {}).get("properties", {})


def _link(answer: dict[str, Any], targets: list[dict[str, Any]], addressed: dict[str, str]) -> None:
    for target in targets:
        version = {}
        if any(part.get("name") == "if-match" for part in target.get("parameters", [])):
            answer["headers"] = {"ETag": ETAG}
            version = {"header.if-match": "$response.header.ETag"}
        given = {f"path.{name}": expression for name, expression in addressed.items()} | version
        answer.setdefault("links", {})[target["operationId"]] = {
            "operationId": target["operationId"],
            "parameters": given,
        }


def _say_versions(parameters: list[dict[str, Any]]) -> None:
    """A header is a text or is not there: it is never null."""
    found = [parameter for parameter in parameters if parameter.get("name") in VERSIONS]
    for parameter in found:
        parameter["required"] = len(found) == 1
        parameter["description"], parameter["example"], shape = VERSIONS[parameter["name"]]
        parameter["schema"] = {"type": "string"} | shape


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
