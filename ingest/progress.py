"""How far the reading of long items has come, counted in pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, Sum

from ingest.models import RangeRun


@dataclass(frozen=True, slots=True)
class Progress:
    pages_read: int
    pages: int


def progress_of(item_ids: Collection[UUID]) -> dict[UUID, Progress]:
    """One query; items whose pages were not counted yet are left out."""
    pages = Sum(F("last") - F("first") + 1)
    read = Sum(F("last") - F("first") + 1, filter=Q(facts__isnull=False), default=0)
    rows = RangeRun.objects.filter(item_id__in=item_ids).order_by().values("item_id").annotate(pages=pages, read=read)
    return {row["item_id"]: Progress(row["read"], row["pages"]) for row in rows}
