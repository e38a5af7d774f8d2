"""How the whole index is made anew from the records, and how it is compared with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from dms.batches import batches
from search.digest import digest
from search.ports import SearchIndex
from search.source import EntrySource

_BATCH = 100


def rebuild(index: SearchIndex, source: EntrySource, *, progress: Callable[[int], object]) -> None:
    """Searches go on in the old index until the new one is whole. Raises RebuildRunning, SearchUnavailable; whatever is
    raised on the way, the old index stays. `progress` is told how many more documents are done."""
    fresh = index.begin_rebuild()
    finished = False
    try:
        for ids in batches(source.document_ids(), _BATCH):
            fresh.put(source.entries(ids))
            progress(len(ids))
        fresh.finish()
        finished = True
    finally:
        if not finished:
            fresh.abort()


class Fault(StrEnum):
    MISSING = "missing"
    OUTDATED = "outdated"
    LEFT_OVER = "left_over"


@dataclass(frozen=True, slots=True)
class Difference:
    document_id: UUID
    fault: Fault


def compare(index: SearchIndex, source: EntrySource, *, progress: Callable[[int], object]) -> Iterator[Difference]:
    """Where index and records differ. What waits in the outbox may differ rightly: look again when it is empty."""
    indexed = dict(index.digests())
    for ids in batches(source.document_ids(), _BATCH):
        for entry in source.entries(ids):
            found = indexed.pop(entry.document_id, None)
            if found is None:
                yield Difference(entry.document_id, Fault.MISSING)
            elif found != digest(entry):
                yield Difference(entry.document_id, Fault.OUTDATED)
        progress(len(ids))
    for document_id in indexed:
        yield Difference(document_id, Fault.LEFT_OVER)
