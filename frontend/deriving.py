"""The new documents that are being made of others, or were a moment ago, for the pages that tell how far they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dms.access.actors import Actor
from dms.records.dossiers.unmaking import can_unmake
from dms.records.models import Document, Dossier
from dms.records.relations.models import RelationKind
from dms.records.relations.relating import Related
from frontend.inbox_rows import InboxRow, inbox_rows
from ingest.models import InboxItem, ItemState

MOST = 20


def derived_rows(actor: Actor, origin: Document | Dossier) -> list[InboxRow]:
    """Made of this document, or of those in this dossier, and not there yet: on their way, or with a trouble that
    nobody has ticked off. The oldest first."""
    of = {"origin__dossier": origin} if isinstance(origin, Dossier) else {"origin": origin}
    items = InboxItem.objects.hand_ins_visible_to(actor).filter(**of, settled_at__isnull=True)
    waiting = list(items.exclude(state=ItemState.DONE).order_by("received_at", "pk")[:MOST])
    return inbox_rows(actor, waiting) if waiting else []


def made_lately(actor: Actor, relations: Iterable[Related], *, now: datetime) -> list[Document]:
    """Those made of the document whose relations these are that this person can still take back, by their files."""
    made = [one.other for one in relations if one.relation.kind == RelationKind.MADE_FROM and not one.outward]
    found = [one for one in made[-MOST:] if isinstance(one, Document) and can_unmake(actor, one, now=now)]
    return sorted(found, key=lambda one: one.filename)
