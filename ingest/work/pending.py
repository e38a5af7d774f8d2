"""What is pending now, straight from the work table."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import F

from dms.pauses import due
from dms.ports import Clock
from ingest.models import InboxItem, ItemState, RangeRun

PENDING = (ItemState.WAITING, ItemState.WORKING)
LONGEST_RETRY = timedelta(minutes=2)
"""Nothing here is put off for longer."""
LOOK_AHEAD = 40
"""So many candidates are looked at; more than there are workers, so that a free one is among them."""


def pending_items(clock: Clock) -> list[UUID]:
    """Items with a step to do, oldest first."""
    now = clock.now()
    found = InboxItem.objects.filter(
        due("turn__not_before", now, LONGEST_RETRY), state__in=PENDING, turn__ranges_open=False
    ).order_by("received_at")
    return list(found.values_list("pk", flat=True)[:LOOK_AHEAD])


def pending_ranges(clock: Clock) -> list[UUID]:
    """Open page ranges, those of the oldest items first."""
    now = clock.now()
    found = RangeRun.objects.filter(
        due("not_before", now, LONGEST_RETRY), facts__isnull=True, item__state__in=PENDING, item__turn__ranges_open=True
    )
    return list(found.order_by("item__received_at", F("position")).values_list("pk", flat=True)[:LOOK_AHEAD])
