"""The header `Registratur-Purpose`: what somebody reads sensitive records for. A session of a browser says it too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request

from dms.records.protection.reading import ANY_FILE, SESSION_KEY

HEADER = "Registratur-Purpose"
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "maxLength": 300},
    "description": "What you read this for, where the record is sensitive; it stands in the log of readings. UTF-8.",
}
ASKED_FOR = (
    "documents/{document_id}/", "dossiers/{dossier_id}/", "cases/{case_id}/", "participations/{participation_id}/",
    "relations/{relation_id}/", "volumes/{volume_id}/", "loans/{loan_id}/",
)  # fmt: skip
ALSO = {"inbox_original", "filing_create", "filing_copy", "filing_unmake", "filing_undo", "documents_merge"}


def purposes_of(request: Request) -> Mapping[str, str]:
    """Of the whole request, and those that the session knows, by the id of the dossier."""
    session: Mapping[str, Any] = getattr(request, "session", {})
    named = _as_utf8(request.headers.get(HEADER, ""))
    return {**session.get(SESSION_KEY, {}), ANY_FILE: named}


def asks_for_purpose(path: str, operation: dict[str, Any]) -> bool:
    """Whether the operation of the OpenAPI document may show something sensitive."""
    return operation["operationId"] in ALSO or any(part in path for part in ASKED_FOR)


def _as_utf8(header: str) -> str:
    """Servers hand headers over as Latin-1, whatever their bytes are."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header
