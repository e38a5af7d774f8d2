"""When texts are analysed otherwise than when the index was made (a new version, other dictionaries), every document is
noted for the index again."""

from __future__ import annotations

from itertools import islice

from search.digest import digest
from search.indexer import look_again, waiting_documents
from search.ports import SearchIndex
from search.source import EntrySource

_LOOKED_AT = 20


def refresh(index: SearchIndex, source: EntrySource) -> int:
    """How many documents were noted; 0 when the index is as it would be made today. Repeatable; the workers do the rest
    while searches go on. Raises SearchUnavailable."""
    return look_again(source.document_ids()) if _is_outdated(index, source) else 0


def _is_outdated(index: SearchIndex, source: EntrySource) -> bool:
    """By a few documents that nothing waits for: all of them would be written otherwise. What waits is asked first: a
    worker may be done with it before its entry is read."""
    waiting = waiting_documents()
    indexed = dict(islice(index.digests(), _LOOKED_AT))
    entries = list(source.entries(indexed.keys() - waiting))
    return bool(entries) and all(digest(entry) != indexed[entry.document_id] for entry in entries)
