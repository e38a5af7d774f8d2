"""Knows which document came in before with the very same bytes. Duplicates are pointed out, never merged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dms.access.actors import Actor
from dms.records.models import Document, ObjectRole, StoredObject


@dataclass(frozen=True, slots=True)
class Receipt:
    """Bytes as they came in: their digest, by which item of the inbox, and when."""

    sha256: str
    item_id: UUID
    received_at: datetime


def receipt_of(document: Document, original: StoredObject) -> Receipt:
    """A copy came in by the item of its original, so neither is told to be a duplicate of the other."""
    version = original.version
    came_by = version.item_id if version.number == 1 and version.item_id else document.item_id
    return Receipt(original.sha256, came_by, document.received_at)


def duplicates_of(actor: Actor, receipts: Mapping[UUID, Receipt]) -> dict[UUID, Document]:
    """By the keys of `receipts`: the first document with these bytes; those that have none are left out."""
    earlier = earlier_documents(actor, receipts.values())
    return {key: earlier[receipt] for key, receipt in receipts.items() if receipt in earlier}


def earlier_documents(actor: Actor, receipts: Collection[Receipt]) -> dict[Receipt, Document]:
    """For each receipt the first document with these bytes, if another item brought it before; by one query.

    Only documents that the actor may read count: of others not even that they exist is told.
    """
    if not receipts:
        return {}
    originals = StoredObject.objects.filter(
        role=ObjectRole.ORIGINAL,
        sha256__in={receipt.sha256 for receipt in receipts},
        version__document__in=Document.objects.visible_to(actor),
    )
    originals = originals.exclude(version__number=1, version__item_id__isnull=False)
    order = ("sha256", "version__document__received_at", "version__document__item_id", "version__document__part")
    firsts = originals.select_related("version__document").order_by(*order).distinct("sha256")
    first = {stored.sha256: stored.version.document for stored in firsts}
    return {one: first[one.sha256] for one in receipts if one.sha256 in first and _came_before(first[one.sha256], one)}


def _came_before(document: Document, receipt: Receipt) -> bool:
    """Of two that came in the same instant one counts as the earlier, always the same."""
    came, comes = (document.received_at, document.item_id), (receipt.received_at, receipt.item_id)
    return document.item_id != receipt.item_id and came < comes
