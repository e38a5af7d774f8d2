"""The new documents that are being made of others, for the pages that tell how far they are."""

from __future__ import annotations

from dms.access.actors import Actor
from dms.records.models import Document, Dossier
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
