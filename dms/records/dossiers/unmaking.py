"""Takes documents back that a person made a short while ago, by copying, splitting or merging, and that were a slip.

What they were made of never noticed, so nothing is lost: the rows go, and both sides tell of it. The bytes of a copy
are those of its original; those of a split or merged document stay with the item that made it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can, require
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.documents.history import last_change
from dms.records.documents.undo import UNDO_TIME, NothingToUndo
from dms.records.dossiers.closing import refuse_closed
from dms.records.dossiers.models import Dossier
from dms.records.models import Document, DocumentVersion, Page, Relation, StoredObject
from dms.records.relations.models import ORIGINS


def documents_unmake(actor: Actor, documents: Sequence[Document], *, now: datetime) -> None:
    """All of them, or none: if this actor made them a short while ago and nothing has happened to them since.

    Raises NotAllowed, NothingToUndo, DossierClosed, CaseClosed.
    """
    with transaction.atomic():
        rows = Document.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in documents])
        held = list(rows.select_related("case").order_by("pk"))
        wanted = [one.dossier_id for one in held]
        dossiers = Dossier.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk").in_bulk()
        if len(held) != len({one.pk for one in documents}):
            raise NothingToUndo
        # attachments go before their e-mail
        for document in sorted(held, key=lambda one: one.part, reverse=True):
            require(actor, Permission.DOCUMENT_FILE, document)
            if not _is_fresh(actor, document, now):
                raise NothingToUndo
            refuse_closed(dossiers.get(document.dossier_id), document.case)
            _remove(actor, document, now)


def can_unmake(actor: Actor, document: Document, *, now: datetime) -> bool:
    return _is_fresh(actor, document, now) and can(actor, Permission.DOCUMENT_FILE, document)


def _is_fresh(actor: Actor, document: Document, now: datetime) -> bool:
    last = last_change(document)
    if last is None or last.at < now - UNDO_TIME:
        return False
    if last.name == Event.DOCUMENT_CAME_AS_COPY:
        return last.actor == actor.key
    return last.name == Event.DOCUMENT_MADE and json.loads(last.body)["facts"].get("by") == actor.key


def _remove(actor: Actor, document: Document, now: datetime) -> None:
    relations = list(Relation.objects.filter(from_document=document, kind__in=ORIGINS).select_related("to_document"))
    for relation in relations:
        with change(actor, Event.DOCUMENT_UNRELATED, chain=relation.chain, scope=document, at=now) as opened:
            opened.delete(relation)
        origin = relation.to_document
        if origin is not None and can(actor, Permission.DOCUMENT_FILE, origin):
            with change(actor, Event.DOCUMENT_UNMADE, origin, chain=origin.chain, at=now) as opened:
                opened.facts.update(title=origin.title, made=str(document.pk))
    if Relation.objects.filter(Q(from_document=document) | Q(to_document=document)).exists():
        raise NothingToUndo
    with change(actor, Event.DOCUMENT_UNMADE, document, chain=document.chain, at=now) as opened:
        opened.facts.update(title=document.title)
        for rows in (
            Page.objects.filter(version__document=document),
            StoredObject.objects.filter(version__document=document),
            DocumentVersion.objects.filter(document=document),
        ):
            for row in rows.order_by("pk"):
                opened.delete(row)
        opened.delete(opened.target)
