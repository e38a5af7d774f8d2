"""Registers what the pipeline made of a letter: its documents with their versions, objects and pages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from dms.access.actors import Actor
from dms.audit.door import Change
from dms.pages import PageText
from dms.records.documents.queries import DocumentQuerySet
from dms.records.models import (
    Document,
    DocumentVersion,
    KindSource,
    ObjectRole,
    Page,
    StoredObject,
    TextState,
)


def attached_beside(actor: Actor, attachment: Document) -> DocumentQuerySet:
    """All attachments of the same e-mail in their order, this one among them, as far as the actor may see them."""
    seen: DocumentQuerySet = Document.objects.visible_to(actor).filter(parent=attachment.parent_id)
    return seen.select_related("dossier").order_by("part")


@dataclass(frozen=True, slots=True)
class NewObject:
    role: ObjectRole
    key: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class NewPage:
    """`fields` are the plain columns of `Page`; `image` is stored with the version's objects."""

    number: int
    text: PageText
    image: NewObject | None
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """All that is known of one document when it is registered. `parent` is the part number of the mail it hung on."""

    scope_id: int
    item_id: UUID
    part: int
    parent: int | None
    title: str
    sender: str
    letter_date: date | None
    received_at: datetime
    filename: str
    kind: str | None
    kind_confidence: float | None
    kind_guess: str
    kind_because: list[dict[str, Any]]
    text_state: TextState
    problem: str
    version: dict[str, Any]
    placed: Mapping[str, Any] = field(default_factory=dict)
    """Further columns of a document that does not begin in the inbox: where it lies, since when, how secret it is."""
    objects: Sequence[NewObject] = ()
    pages: Sequence[NewPage] = field(default=())


def documents_register(opened: Change, new_documents: Sequence[NewDocument]) -> list[Document]:
    """Creates the documents of one item, attachments after their mail. Only inside the door of the item's chain, or of
    the dossier that they are `placed` in."""
    by_part: dict[int, Document] = {}
    for new in new_documents:
        document = _document(new, by_part)
        opened.save(document)
        register_content(opened, DocumentVersion(document=document, number=1), new)
        by_part[new.part] = document
    return list(by_part.values())


def _document(new: NewDocument, by_part: dict[int, Document]) -> Document:
    return Document(
        scope_id=new.scope_id,
        item_id=new.item_id,
        part=new.part,
        parent=by_part[new.parent] if new.parent is not None else None,
        title=new.title[:300],
        sender=new.sender[:300],
        letter_date=new.letter_date,
        received_at=new.received_at,
        filename=new.filename[:255],
        kind_id=new.kind,
        kind_source=KindSource.MODEL if new.kind else KindSource.NONE,
        kind_confidence=new.kind_confidence,
        kind_guess=new.kind_guess,
        kind_because=new.kind_because,
        text_state=new.text_state,
        problem=new.problem,
        **new.placed,
    )


def register_content(opened: Change, version: DocumentVersion, new: NewDocument) -> None:
    """Creates the version, with what the pipeline found out of its file, its objects and its pages."""
    version.page_count = len(new.pages)
    for name, value in new.version.items():
        setattr(version, name, value)
    opened.save(version)
    opened.create_many(_stored(version, item) for item in new.objects)
    images = {page.number: _stored(version, page.image) for page in new.pages if page.image}
    opened.create_many(images.values())
    opened.create_many(
        Page(
            version=version,
            number=page.number,
            image=images.get(page.number),
            lines=page.text.to_json(),
            text_sha256=hashlib.sha256(page.text.text.encode()).hexdigest(),
            **page.fields,
        )
        for page in new.pages
    )


def _stored(version: DocumentVersion, new: NewObject) -> StoredObject:
    return StoredObject(
        version=version, role=new.role, key=new.key, sha256=new.sha256, size=new.size, media_type=new.media_type
    )
