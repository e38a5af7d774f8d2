"""Copies documents into another dossier or case. A slip is taken back by `dms.records.dossiers.unmaking`.

A copy is a record of its own: its own rights, level, history and, one day, its own end. It has the content of the
current version and shares the stored objects with the original, for objects never change (docs/decisions/0028).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can, require
from dms.audit.door import Change, change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.documents.versions import version_of
from dms.records.dossiers.closing import refuse_closed
from dms.records.dossiers.filing import Place, documents_and_place, level_there
from dms.records.dossiers.leaving import refuse_documents_less_protected
from dms.records.models import Document, DocumentVersion, Page, StoredObject
from dms.records.relations.models import RelationKind
from dms.records.relations.relating import origin_note

_SAME = (
    "state", "title", "sender", "letter_date", "received_at", "filename", "kind_id", "kind_source", "kind_confidence",
    "kind_guess", "kind_because", "field_version_id", "field_values", "former_values", "field_words",
    "field_parties", "text_state", "problem", "part",
)  # fmt: skip
_SAME_VERSION = (
    "media_type", "page_count", "signed", "encrypted", "tagged", "malware", "no_rendition", "rendition_detail",
    "filename", "handed_in_at", "handed_in_by", "comment",
)  # fmt: skip
_SAME_PAGE = (
    "number", "source", "width", "height", "turn", "dpi", "blank", "confidence", "barcodes", "problem", "text_sha256",
    "lines",
)  # fmt: skip


class LiesThereAlready(NotPossible):
    code = "lies_there_already"

    def __init__(self) -> None:
        super().__init__(_("Das Dokument liegt schon dort. Eine Kopie gehört in eine andere Akte oder einen Vorgang."))


def may_copy(actor: Actor, document: Document) -> bool:
    """Out of closed dossiers too: nothing in them changes."""
    return can(actor, Permission.DOCUMENT_FILE, document)


def documents_copy(
    actor: Actor, documents: Sequence[Document], place: Place, *, now: datetime, alone: bool = False
) -> list[Document]:
    """Copies of all of them, in the order of each e-mail, or of none; e-mails with attachments as a whole or `alone`.

    Raises NotAllowed, DossierClosed, CaseClosed, LessProtectedThere, LiesThereAlready.
    """
    with transaction.atomic():
        originals, target, _dossiers = documents_and_place(documents, place, alone=alone)
        require(actor, Permission.DOCUMENT_FILE, target.dossier)
        refuse_closed(target.dossier, target.case)
        refuse_documents_less_protected({one.dossier_id for one in originals if one.dossier_id}, target.dossier)
        if any((one.dossier_id, one.case_id) == _key(target) for one in originals):
            raise LiesThereAlready
        copies: dict[uuid.UUID | None, Document] = {}
        came_by: dict[uuid.UUID, uuid.UUID] = {}
        for original in sorted(originals, key=lambda one: (one.item_id, one.part)):
            group = came_by.setdefault(original.item_id, uuid.uuid4())
            copy = _copy_of(original, target, group, copies.get(original.parent_id), actor, now)
            _tell_both(actor, original, copy, now)
            copies[original.pk] = copy
    return list(copies.values())


def _copy_of(
    original: Document, target: Place, group: uuid.UUID, parent: Document | None, actor: Actor, now: datetime
) -> Document:
    """Not saved yet."""
    return Document(
        **{name: getattr(original, name) for name in _SAME},
        item_id=group,
        parent=parent,
        scope_id=target.dossier.scope_id,
        dossier=target.dossier,
        case=target.case,
        filed_at=now,
        filed_by=actor.key,
        **level_there(original, target.dossier),
    )


def _tell_both(actor: Actor, original: Document, copy: Document, now: datetime) -> None:
    facts = {"title": original.title, "from": original.chain, "to": copy.chain}
    with change(actor, Event.DOCUMENT_COPIED, original, chain=original.chain, at=now) as opened:
        opened.facts.update(facts, copy=str(copy.pk))
    with change(actor, Event.DOCUMENT_CAME_AS_COPY, chain=copy.chain, scope=copy, at=now) as opened:
        opened.facts.update(facts, original=str(original.pk))
        opened.save(copy)
        if (version := version_of(original)) is not None:
            _copy_content(opened, version, copy)
    origin_note(actor, copy, RelationKind.COPY_OF, original, Event.DOCUMENT_CAME_AS_COPY, now=now)


def _copy_content(opened: Change, version: DocumentVersion, copy: Document) -> None:
    """The version's rows anew; the bytes behind them are the same objects."""
    made = DocumentVersion(
        **{name: getattr(version, name) for name in _SAME_VERSION}, document=copy, number=1, item_id=version.came_by
    )
    opened.save(made)
    objects = {
        stored.pk: StoredObject(
            version=made, role=stored.role, key=stored.key, sha256=stored.sha256, size=stored.size,
            media_type=stored.media_type,
        )
        for stored in StoredObject.objects.filter(version=version).order_by("pk")
    }  # fmt: skip
    opened.create_many(objects.values())
    opened.create_many(
        Page(
            **{name: getattr(page, name) for name in _SAME_PAGE},
            version=made,
            image=objects[page.image_id] if page.image_id else None,
        )
        for page in Page.objects.filter(version=version).order_by("number")
    )


def _key(place: Place) -> tuple[uuid.UUID, uuid.UUID | None]:
    return place.dossier.pk, place.case.pk if place.case else None
