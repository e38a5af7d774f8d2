"""What is pending now, straight from the work table, and the loop in which a worker takes from it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from uuid import UUID

from django.db.models import F

from dms.pauses import due
from dms.ports import Clock
from ingest.models import InboxItem, RangeRun
from ingest.work.attempt import Tools
from ingest.work.outcomes import PENDING
from ingest.work.page_ranges import read_range
from ingest.work.runner import advance_item

LOOK_AHEAD = 40
"""So many candidates are looked at; more than there are workers, so that a free one is among them."""


def pending_items(clock: Clock) -> list[UUID]:
    """Items with a step to do, oldest first."""
    now = clock.now()
    found = InboxItem.objects.filter(due("turn__not_before", now), state__in=PENDING, turn__ranges_open=False).order_by(
        "received_at"
    )
    return list(found.values_list("pk", flat=True)[:LOOK_AHEAD])


def pending_ranges(clock: Clock) -> list[UUID]:
    """Open page ranges, those of the oldest items first."""
    now = clock.now()
    found = RangeRun.objects.filter(
        due("not_before", now), facts__isnull=True, item__state__in=PENDING, item__turn__ranges_open=True
    )
    return list(found.order_by("item__received_at", F("position")).values_list("pk", flat=True)[:LOOK_AHEAD])


def work_until_done(tools: Tools, *, may_go_on: Callable[[], bool]) -> int:
    """Takes what is pending until nothing is left or `may_go_on` says no; returns how many turns were taken.

    Items and page ranges take turns, so that neither a 300-page document nor a thousand letters starve the other.
    """
    turns = 0
    for favour_ranges in itertools.cycle((False, True)):
        if not may_go_on():
            return turns
        if not (_one_turn(tools, favour_ranges) or _one_turn(tools, not favour_ranges)):
            return turns
        turns += 1
    return turns


def _one_turn(tools: Tools, ranges: bool) -> bool:
    if ranges:
        return any(read_range(pk, tools) for pk in pending_ranges(tools.clock))
    return any(advance_item(pk, tools) for pk in pending_items(tools.clock))
