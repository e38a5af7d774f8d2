"""Step register: writes the note that lies beside the objects, so that the store explains itself without our software.

The documents themselves are created in the transaction that commits this step (`ingest.work.registration`).
"""

from __future__ import annotations

import json
from typing import Any

from ingest.steps.contract import Done, ObjectRole, Outcome, StepContext

MANIFEST_VERSION = 1


def run(context: StepContext) -> Outcome:
    note = json.dumps(manifest(context), ensure_ascii=False, indent=1, sort_keys=True)
    kept = context.workspace.keep(
        note.encode(), name="manifest.json", role=ObjectRole.MANIFEST, media_type="application/json"
    )
    return Done({"manifest": kept.as_facts()})


def manifest(context: StepContext) -> dict[str, Any]:
    """The format is specified in docs/storage-format.md; a reader needs nothing else to make sense of the objects."""
    item = context.item
    return {
        "format": "registratur-manifest",
        "version": MANIFEST_VERSION,
        "item": item.id,
        "filename": item.filename,
        "received_at": item.received_at.isoformat(),
        "source": item.source,
        "original": item.original.as_facts(),
        "parts": [_part(context, part) for part in context.facts["unpack"]["parts"]],
    }


def _part(context: StepContext, part: dict[str, Any]) -> dict[str, Any]:
    number = part["number"]
    read = _of_part(context.facts["read_text"], number)
    rendered = _of_part(context.facts["render"], number)
    return {
        "number": number,
        "parent": part["parent"],
        "name": part["name"],
        "media_type": part["media_type"],
        "original": part["original"],
        "rendition": rendered.get("rendition"),
        "thumbnail": rendered.get("thumbnail"),
        "readings": read.get("readings", []),
        "page_images": [page["image"] for page in read.get("pages", [])],
    }


def _of_part(facts: Any, number: int) -> dict[str, Any]:
    return next((part for part in facts["parts"] if part["part"] == number), {})
