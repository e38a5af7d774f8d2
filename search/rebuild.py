"""How the whole index is made anew from the records."""

from __future__ import annotations

from collections.abc import Callable

from dms.batches import batches
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
