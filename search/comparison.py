"""How index and records are compared, and what of a difference is merely on its way into the index."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from dms.batches import batches
from search.digest import digest
from search.indexer import waiting_documents
from search.ports import SearchIndex
from search.source import EntrySource

_BATCH = 100


class Fault(StrEnum):
    MISSING = "missing"
    OUTDATED = "outdated"
    LEFT_OVER = "left_over"


@dataclass(frozen=True, slots=True)
class Difference:
    document_id: UUID
    fault: Fault


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differences` will not go away by themselves. `waiting`: documents that differ and are on their way."""

    differences: tuple[Difference, ...]
    waiting: int


def examine(index: SearchIndex, source: EntrySource, *, progress: Callable[[int], object]) -> Comparison:
    """People and workers may go on meanwhile: what seems to differ is looked at once more before it is said.

    Raises SearchUnavailable.
    """
    on_their_way = waiting_documents()
    differing = {one.document_id for one in compare(index, source, progress=progress)}
    suspects = differing - on_their_way
    again = list(compare(index, source, only=suspects)) if suspects else []
    waiting = waiting_documents() & differing
    return Comparison(tuple(one for one in again if one.document_id not in waiting), len(waiting))


def compare(
    index: SearchIndex,
    source: EntrySource,
    *,
    only: Collection[UUID] | None = None,
    progress: Callable[[int], object] = lambda done: None,
) -> Iterator[Difference]:
    """Where index and records differ, also where it is a matter of seconds. `progress`: how many more are done."""
    indexed = {document_id: told for document_id, told in index.digests() if only is None or document_id in only}
    for ids in batches(source.document_ids() if only is None else only, _BATCH):
        for entry in source.entries(ids):
            found = indexed.pop(entry.document_id, None)
            if found is None:
                yield Difference(entry.document_id, Fault.MISSING)
            elif found != digest(entry):
                yield Difference(entry.document_id, Fault.OUTDATED)
        progress(len(ids))
    for document_id in indexed:
        yield Difference(document_id, Fault.LEFT_OVER)
