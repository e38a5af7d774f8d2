"""The loop in which a worker takes what is pending, turn by turn."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from ingest.work.attempt import Tools
from ingest.work.page_ranges import read_range
from ingest.work.pending import pending_items, pending_ranges
from ingest.work.runner import advance_item


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
