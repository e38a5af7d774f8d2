"""Compares database and object store: what is missing, what is damaged, what nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dms.batches import batches
from dms.ports import ObjectDamaged, ObjectMissing, ObjectStore
from ingest.models import InboxItem, ItemState
from ingest.objects.known import KnownObject, known_among, known_objects
from ingest.objects.side_by_side import side_by_side
from ingest.work.pending import PENDING
from ingest.work.tidy import GRACE
from ingest.work.workspace import item_of

KEYS_AT_ONCE = 1000
COMING_IN = timedelta(days=1)
"""An object is there before its item is: one of the last day may be about to be acknowledged."""


class Fault(StrEnum):
    MISSING = "missing"
    DAMAGED = "damaged"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class Finding:
    key: str
    fault: Fault


Progress = Callable[[int], object]
"""Is told how many more objects are done."""


def faults(store: ObjectStore, *, progress: Progress) -> Iterator[Finding]:
    """Reads every byte that any row refers to. Raises StoreUnavailable."""

    def look(known: KnownObject) -> Finding | None:
        return _look(store, known)

    for finding in side_by_side(look, known_objects()):
        progress(1)
        if finding and known_among([finding.key]):  # else destroyed meanwhile, rightly
            yield finding


def strays(store: ObjectStore, now: datetime) -> Iterator[Finding]:
    """What no row refers to and nobody can be working on. Raises StoreUnavailable."""
    for keys in batches(store.keys(), KEYS_AT_ONCE):
        known = known_among(keys)
        unknown = [key for key in keys if key not in known]
        for key in sorted(set(unknown) - _in_work(unknown, now)):
            yield Finding(key, Fault.STRAY)


def _look(store: ObjectStore, known: KnownObject) -> Finding | None:
    try:
        store.verify(known.key, known.sha256)
    except ObjectMissing:
        return Finding(known.key, Fault.MISSING)
    except ObjectDamaged:
        return Finding(known.key, Fault.DAMAGED)
    return None


def _in_work(keys: Sequence[str], now: datetime) -> set[str]:
    """Those whose item a worker may hold, and those that may just be coming in."""
    items = {key: item for key in keys if (item := item_of(key))}
    rows = InboxItem.objects.filter(pk__in=items.values()).values_list("pk", "state", "finished_at")
    working = {pk: _may_be_worked_on(state, ended, now) for pk, state, ended in rows}
    young = f"{now - COMING_IN:%Y/%m/%d}"
    return {key for key, item in items.items() if working.get(item, key[: len(young)] >= young)}


def _may_be_worked_on(state: str, ended: datetime | None, now: datetime) -> bool:
    return state in PENDING or state == ItemState.STUCK or (ended is not None and ended > now - GRACE)
