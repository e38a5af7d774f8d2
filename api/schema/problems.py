"""Tells the OpenAPI document about errors, which every operation answers in one shape."""

from __future__ import annotations

from typing import Any

from api.http.problems import MEDIA_TYPE
from api.http.purposes import PARAMETER, asks_for_purpose

PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457): `code` is for programs, `detail` for people.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {}, "description": "What is wrong with which field."},
    },
    "required": ["type", "title", "status", "code", "detail"],
}
DESCRIPTIONS = {
    "400": "The request cannot be understood.",
    "401": "Nobody is logged in.",
    "403": "You may not do this.",
    "404": "It does not exist, or you may not see it.",
    "409": "Not possible in the present state.",
    "412": "Changed meanwhile.",
    "413": "Too large.",
    "415": "This content type is not taken.",
    "416": "The file has no such bytes.",
    "422": "The Idempotency-Key was used for other bytes.",
    "428": "It is sensitive, and nobody has said what it is read for (`Registratur-Purpose`).",
    "500": "A stored file is damaged.",
    "503": "The store or the search does not answer; try again later.",
}
DOWNLOAD = ("206", "304", "412", "416", "500")
WITH_BODY = ("400", "413", "415")
WITH_IF_MATCH = ("409", "412")
ACTING = {
    "inbox_create": ("422", "503"),
    "documents_pages_change": ("503",),
    "versions_restore": ("500", "503"),
    "versions_create": ("409", "422", "503"),
    "file_plan_import": ("404", "409", "412"),
    "plan_entries_create": ("404",),
    "dossier_kinds_create": ("400",),
    "dossiers_create": ("404", "409"),
    "filing_create": ("404", "409"),
    "filing_undo": ("404", "409"),
    "filing_copy": ("404", "409"),
    "filing_unmake": ("404", "409"),
    "documents_split": ("422", "503"),
    "documents_merge": ("404", "409", "422", "503"),
    "dossiers_cases_create": ("409",),
    "dossiers_number_used": ("409",),
    "documents_set_level": ("409",),
    "dossiers_set_level": ("409",),
    "dossiers_readers": ("403",),
    "dossiers_readers_export": ("403",),
    "clearances_give": ("409",),
    "clearances_withdraw": ("409",),
    "bodies_create": ("409",),
    "accounts_create": ("409",),
    **dict.fromkeys(
        (f"{place}_rights_{what}_create" for place in ("dossiers", "plan_entries") for what in ("restrict", "open")),
        ("409",),
    ),
    "dossiers_rights_create": ("409",),
    "plan_entries_rights_create": ("409",),
    "bodies_members_create": ("409",),
    "parties_create": ("404", "409"),
    "parties_merge": ("409",),
    "parties_part": ("409",),
    "parties_information": ("403",),
    "dossiers_parties_create": ("409",),
    "cases_parties_create": ("409",),
    "participations_remove": ("409",),
    "dossiers_relations_create": ("409",),
    "cases_relations_create": ("409",),
    "documents_relations_create": ("409",),
    "dossiers_volumes_create": ("409",),
    "dossiers_loans_create": ("409",),
    "loans_return": ("409",),
    "volumes_fill": ("409",),
    "inbox_retry": ("409",),
    "inbox_accept": ("409",),
    "inbox_reopen": ("409",),
    "inbox_settle": ("409",),
    "inbox_original": ("403", "409"),
}


def add_problem_responses(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if asks_for_purpose(path, operation):
                operation.setdefault("parameters", []).append(PARAMETER)
            for code in _codes(path, method, operation):
                operation["responses"].setdefault(code, _response(code, operation))
    return result


def _codes(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    codes = ["401", "403"]
    if "{" in path:
        codes.append("404")
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", ())):
        codes.append("400")
    if "requestBody" in operation:
        codes += WITH_BODY
    if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ())):
        codes += WITH_IF_MATCH
    if _is_download(operation):
        codes += DOWNLOAD
    if asks_for_purpose(path, operation):
        codes.append("428")
    name = operation["operationId"]
    if name == "search":
        codes.append("503")
    return [*codes, *ACTING.get(name, ())]


def _is_download(operation: dict[str, Any]) -> bool:
    content = operation["responses"].get("200", {}).get("content", {})
    return any(media["schema"].get("format") == "binary" for media in content.values())


def _response(code: str, operation: dict[str, Any]) -> dict[str, Any]:
    if code == "206":
        return {"description": "The range of bytes asked for.", "content": operation["responses"]["200"]["content"]}
    if code == "304":
        return {"description": "Unchanged since the ETag of `If-None-Match`."}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": DESCRIPTIONS[code], "content": content}
