"""How entries are taken in bites: by number and by text, because the words of long documents need memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from search.ports import IndexEntry

_MOST, _MOST_SIGNS = 100, 1_000_000


def bites(entries: Iterable[IndexEntry]) -> Iterator[list[IndexEntry]]:
    batch: list[IndexEntry] = []
    signs = 0
    for entry in entries:
        batch.append(entry)
        signs += sum(map(len, entry.pages))
        if len(batch) >= _MOST or signs >= _MOST_SIGNS:
            yield batch
            batch, signs = [], 0
    if batch:
        yield batch
