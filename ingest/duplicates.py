"""Which items of the inbox hold the very bytes of a document that came in before, as far as the actor may know it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from dms.access.actors import Actor
from dms.records.documents.duplicates import Receipt, duplicates_of
from dms.records.models import Document
from ingest.models import InboxItem


def item_duplicates(actor: Actor, items: Sequence[InboxItem]) -> dict[UUID, Document]:
    """By the id of the item, by one query."""
    return duplicates_of(actor, {item.pk: Receipt(item.sha256, item.pk, item.received_at) for item in items})
