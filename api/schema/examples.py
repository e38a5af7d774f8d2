"""Examples in the OpenAPI document: what handing in, following, reading, correcting and finding looks like."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

ITEM_ID, DOCUMENT_ID = "0b5e2f6c-6d0e-4c5e-9d1e-3f6f0a7c1d22", "5f0c7a94-1f0b-4f53-8a43-7f7a9a7f1b10"
BASE = "https://akte.example.org/api/v1"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
KIND = {"slug": "application", "label": "Antrag"}
NAME = {"id": DOCUMENT_ID, "title": "Antrag auf Baumfällung"}

ITEM_WAITING: dict[str, Any] = {
    "id": ITEM_ID, "filename": "antrag.pdf", "size": 48213, "sha256": SHA256, "source": "api",
    "received_at": "2026-03-12T08:15:00+01:00", "age": 0, "state": "waiting", "step": "receive", "reason": None,
    "reason_text": None, "next_step": None, "settled": False, "settlement": None, "incomplete": False, "delay": None,
    "delay_text": None, "documents": [], "version_of": None, "duplicate_of": None, "progress": None, "actions": [],
    "links": {"self": f"{BASE}/inbox/{ITEM_ID}/", "original": f"{BASE}/inbox/{ITEM_ID}/original/"},
}  # fmt: skip
ITEM_DONE: dict[str, Any] = ITEM_WAITING | {"age": 9, "state": "done", "step": "register", "documents": [NAME]}
ITEM_REFUSED: dict[str, Any] = ITEM_WAITING | {
    "age": 9, "state": "refused", "step": "inspect", "reason": "password_needed",
    "reason_text": "Die Datei ist mit einem Kennwort geschützt.",
    "next_step": "Bitte den Absender um eine Fassung ohne Kennwort bitten.", "actions": ["settle"],
}  # fmt: skip
DOCUMENT: dict[str, Any] = {
    **NAME, "sender": "Familie Öztürk", "letter_date": "2026-03-10", "received_at": "2026-03-12T08:15:00+01:00",
    "filename": "antrag.pdf", "kind": KIND, "kind_source": "model", "kind_confidence": 0.93, "state": "received",
    "text_state": "read", "level": "open", "page_count": 2, "version": 1, "checked_out": None, "filed": None,
    "item": ITEM_ID, "parent": None, "duplicate_of": None,
    "links": {
        "self": f"{BASE}/documents/{DOCUMENT_ID}/", "item": f"{BASE}/inbox/{ITEM_ID}/",
        "pages": f"{BASE}/documents/{DOCUMENT_ID}/pages/", "original": f"{BASE}/documents/{DOCUMENT_ID}/original/",
        "rendition": f"{BASE}/documents/{DOCUMENT_ID}/rendition/",
        "thumbnail": f"{BASE}/documents/{DOCUMENT_ID}/thumbnail/",
        "versions": f"{BASE}/documents/{DOCUMENT_ID}/versions/", "history": None,
    },
    "kind_guess": KIND, "kind_because": [{"word": "beantrage", "weight": 0.41}], "problem": None, "signed": False,
    "encrypted": False, "tagged": False, "malware": "clean",
    "original": {"sha256": SHA256, "size": 48213, "media_type": "application/pdf"}, "no_rendition": None,
    "attachments": [], "siblings": [], "fields": {}, "fields_version": None, "former_fields": [],
    "actions": ["classify", "correct"],
}  # fmt: skip
CHANGE: dict[str, Any] = {"title": "Antrag auf Fällung einer Linde", "letter_date": "2026-03-09", "kind": "application"}
PAGES: dict[str, Any] = {
    "count": 2,
    "results": [
        {
            "number": 1, "text": "Sehr geehrte", "width": 1240, "height": 1754, "source": "ocr", "confidence": 95.2,
            "blank": False, "barcodes": [{"format": "Code128", "text": "ASN00123"}],
            "words": [
                {"text": "Sehr", "box": [0.12, 0.31, 0.17, 0.33]}, {"text": "geehrte", "box": [0.18, 0.31, 0.26, 0.33]}
            ],
        }
    ],
}  # fmt: skip
FOUND: dict[str, Any] = {
    "count": 1, "next": None, "previous": None, "relaxed": False, "similar": 0, "wordless": False,
    "results": [
        {
            "document": {
                **NAME, "sender": "Familie Öztürk", "kind": KIND, "letter_date": "2026-03-10",
                "received_at": "2026-03-12T08:15:00+01:00", "state": "received", "filename": "antrag.pdf",
                "link": f"{BASE}/documents/{DOCUMENT_ID}/",
            },
            "page": 1, "snippet": "… beantrage ich die Fällung einer Linde …",
            "snippet_parts": [
                {"text": "… beantrage ich die ", "marked": False}, {"text": "Fällung", "marked": True},
                {"text": " einer Linde …", "marked": False},
            ],
            "score": 0.82, "similar": False,
        }
    ],
    "facets": {
        "kind": [{"value": "application", "label": "Antrag", "count": 1}],
        "year": [{"value": 2026, "label": "2026", "count": 1}],
        "state": [{"value": "received", "label": "eingegangen", "count": 1}],
    },
}  # fmt: skip


def answered(name: str, value: Any, code: int = 200) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(code)])


def sent(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)
