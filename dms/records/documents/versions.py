"""Versions of a document: which one is current, and how another one comes to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.door import Change
from dms.records.documents.checking_out import is_held_by_another
from dms.records.documents.registering import NewDocument, register_content
from dms.records.dossiers.closing import is_open
from dms.records.models import Document, DocumentVerb, DocumentVersion

LONGEST_COMMENT = 500


@dataclass(frozen=True, slots=True)
class Handed:
    """Who handed a version in, when, and why; `item_id` is the item in which it was read."""

    item_id: UUID
    filename: str
    at: datetime
    by: str
    comment: str


def may_hand_in(actor: Actor, document: Document, now: datetime) -> bool:
    """`document.dossier` and `.case` have come along."""
    possible = DocumentVerb.HAND_IN in document.lifecycle.verbs(document.state)
    free = is_open(document.dossier, document.case) and not is_held_by_another(actor, document, now)
    return possible and free and can(actor, Permission.DOCUMENT_VERSION, document)


def version_of(document: Document, number: int | None = None) -> DocumentVersion | None:
    """The one of this number, or the current one; None when there is none."""
    versions = DocumentVersion.objects.filter(document=document).select_related("document")
    if number is None:
        return versions.order_by("-number").first()
    return versions.filter(number=number).first()


def is_former(version: DocumentVersion) -> bool:
    """`version.document` is as it is stored."""
    return version.number != version.document.version_number


def version_add(opened: Change, new: NewDocument, handed: Handed) -> DocumentVersion:
    """The document that the door is open for has this content from now on; what people know of it stays.

    Its row is locked, so no two versions get one number.
    """
    document: Document = opened.target
    version = DocumentVersion(
        document=document,
        number=document.version_number + 1,
        item_id=handed.item_id,
        filename=handed.filename,
        handed_in_at=handed.at,
        handed_in_by=handed.by,
        comment=handed.comment,
    )
    register_content(opened, version, new)
    document.version_number = version.number
    document.text_state, document.problem = new.text_state, new.problem
    opened.facts.update(version=version.number, handed_in_by=handed.by)
    opened.save(document)
    return version
