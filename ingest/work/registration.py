"""Turns what the steps recorded about an item into the documents that are registered for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dms.pages import PageText
from dms.records.documents.registering import NewDocument, NewObject, NewPage
from dms.records.models import ObjectRole, TextState
from ingest.facts import ObjectFacts
from ingest.models import InboxItem
from ingest.steps.contract import ObjectRef, Workspace
from ingest.steps.reading_file import unpack_reading
from ingest.work.storable import storable

AllFacts = Mapping[str, Any]


def documents_of(item: InboxItem, facts: AllFacts, workspace: Workspace) -> list[NewDocument]:
    """One document per part, mail before its attachments. Reads the readings from the workspace."""
    return [_document(item, facts, part, workspace) for part in facts["unpack"]["parts"]]


def _document(item: InboxItem, facts: AllFacts, part: Any, workspace: Workspace) -> NewDocument:
    number = part["number"]
    read = _of_part(facts, "read_text", number)
    extracted = _of_part(facts, "extract", number)
    classified = _of_part(facts, "classify", number)
    problem = part["problem"] or _of_part(facts, "inspect", number).get("problem") or ""
    pages = _pages(read, workspace)
    return NewDocument(
        scope_id=item.scope_id,
        item_id=item.id,
        part=number,
        parent=part["parent"],
        title=storable(extracted.get("title") or part["name"]),
        sender=storable(extracted.get("sender", "")),
        letter_date=_date(extracted.get("letter_date")),
        received_at=item.received_at,
        filename=storable(part["name"]),
        kind=classified.get("type"),
        kind_confidence=classified.get("confidence"),
        kind_guess=classified.get("best") or "",
        kind_because=list(classified.get("because", [])),
        text_state=_text_state(problem, pages),
        problem=problem,
        version=_version(facts, part),
        objects=_objects(facts, part, read),
        pages=pages,
    )


def _version(facts: AllFacts, part: Any) -> dict[str, Any]:
    inspected = _of_part(facts, "inspect", part["number"])
    rendered = _of_part(facts, "render", part["number"])
    return {
        "media_type": part["media_type"],
        "signed": inspected.get("signed", False),
        "encrypted": inspected.get("encrypted", False),
        "tagged": inspected.get("tagged", False),
        "malware": facts["check_malware"]["verdict"],
        "no_rendition": rendered.get("no_rendition") or ("" if rendered.get("rendition") else "not_a_document"),
        "rendition_detail": storable(rendered.get("detail", ""))[:300],
    }


def _objects(facts: AllFacts, part: Any, read: Any) -> list[NewObject]:
    rendered = _of_part(facts, "render", part["number"])
    # at the door nobody knew yet what the bytes are; the part knows by now
    original = {**part["original"], "media_type": part["media_type"]}
    found = [original, rendered.get("rendition"), rendered.get("thumbnail"), *read.get("readings", [])]
    if part["parent"] is None:
        found.append(facts["register"]["manifest"])
    return [_new_object(one) for one in found if one]


def _pages(read: Any, workspace: Workspace) -> list[NewPage]:
    texts: dict[int, PageText] = {}
    for reading in read.get("readings", []):
        path = workspace.fetch(ObjectRef.from_facts(reading))
        texts |= {page.number: _storable(page.text) for page in unpack_reading(path.read_bytes())}
    return [_page(page, texts.get(page["number"], PageText())) for page in read.get("pages", [])]


def _storable(text: PageText) -> PageText:
    return PageText.from_json(storable(text.to_json()))


def _page(page: Any, text: PageText) -> NewPage:
    plain = ("source", "width", "height", "turn", "dpi", "blank", "confidence", "barcodes")
    fields = {name: page[name] for name in plain} | {"problem": page["problem"] or ""}
    return NewPage(page["number"], text, _new_object(page["image"]) if page["image"] else None, fields)


def _text_state(problem: str, pages: list[NewPage]) -> TextState:
    if problem:
        return TextState.UNREADABLE
    if not any(page.text.lines for page in pages):
        return TextState.NONE
    return TextState.PARTLY if any(page.fields["problem"] for page in pages) else TextState.READ


def _new_object(facts: ObjectFacts) -> NewObject:
    return NewObject(ObjectRole(facts["role"]), facts["key"], facts["sha256"], facts["size"], facts["media_type"])


def _of_part(facts: AllFacts, step: str, number: int) -> Any:
    return next((part for part in facts[step]["parts"] if part["part"] == number), {})


def _date(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None
