"""Carries all objects from one store to another while the town works on, and proves that nothing is left behind.

New objects go to the new store from the first moment, so what remains is a set that only shrinks: killed anywhere, the
next run goes on with what is not there yet.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from dms.batches import batches
from dms.ports import ObjectDamaged, ObjectExists, ObjectMissing, ObjectStore
from ingest.objects.check import KEYS_AT_ONCE, Fault, Finding, Progress, faults
from ingest.objects.known import KnownObject, known_among
from ingest.objects.side_by_side import side_by_side


def carry_over(old: ObjectStore, new: ObjectStore, *, damaged_too: bool, progress: Progress) -> Iterator[Finding]:
    """Copies what the new store lacks, compared with the digest in the database; says what is damaged in the old one.

    With `damaged_too` damaged bytes are carried as they are, and stay recognisable as damaged. Raises StoreUnavailable.
    """
    for keys in batches(old.keys(), KEYS_AT_ONCE):
        known = known_among(keys)

        def carry(key: str, known: dict[str, KnownObject] = known) -> Finding | None:
            return _carry(old, new, key, known.get(key), damaged_too=damaged_too)

        for finding in side_by_side(carry, keys):
            progress(1)
            if finding:
                yield finding


def left_behind(old: ObjectStore, new: ObjectStore, *, progress: Progress) -> Iterator[Finding]:
    """The proof: reads every known byte back from the new store, and looks there for everything that the old one has.

    A copy that was damaged meanwhile is made again. Raises StoreUnavailable.
    """
    yield from (finding for finding in faults(new, progress=progress) if not _mended(old, new, finding))
    for key, there in side_by_side(lambda key: (key, is_there(old, new, key)), old.keys()):
        if not there:
            yield Finding(key, Fault.MISSING)


def is_there(old: ObjectStore, new: ObjectStore, key: str) -> bool:
    """Whether the new store has what the old one has. What was destroyed meanwhile is in neither: that is fine."""
    try:
        size = old.size(key)
    except ObjectMissing:
        return True
    try:
        return new.size(key) == size
    except ObjectMissing:
        return not _has(old, key)


def _carry(
    old: ObjectStore, new: ObjectStore, key: str, known: KnownObject | None, *, damaged_too: bool
) -> Finding | None:
    if _has(new, key):
        return None
    finding = None
    try:
        _copy(old, new, key, known.sha256 if known else None)
    except ObjectMissing:
        return None  # destroyed meanwhile
    except ObjectDamaged:
        finding = Finding(key, Fault.DAMAGED)
        if damaged_too:
            _copy_what_can_be_read(old, new, key)
    _take_back_if_destroyed(old, new, key)
    return finding


def _copy(old: ObjectStore, new: ObjectStore, key: str, sha256: str | None) -> None:
    with contextlib.suppress(ObjectExists), old.read(key) as stream:  # another run may be quicker
        new.put(key, stream, sha256=sha256)


def _copy_what_can_be_read(old: ObjectStore, new: ObjectStore, key: str) -> None:
    with contextlib.suppress(ObjectDamaged):  # not even the old store can read it
        _copy(old, new, key, None)


def _take_back_if_destroyed(old: ObjectStore, new: ObjectStore, key: str) -> None:
    """Destroying looks into the old store first (`TwoStores.delete`): either we see that, or it sees our copy."""
    if not _has(old, key):
        new.delete(key)


def _mended(old: ObjectStore, new: ObjectStore, finding: Finding) -> bool:
    known = known_among([finding.key]).get(finding.key)
    if known is None:
        return True  # destroyed meanwhile
    try:
        old.verify(known.key, known.sha256)
        new.delete(known.key)
        _copy(old, new, known.key, known.sha256)
        new.verify(known.key, known.sha256)
    except (ObjectDamaged, ObjectMissing):
        return False
    _take_back_if_destroyed(old, new, known.key)
    return True


def _has(store: ObjectStore, key: str) -> bool:
    try:
        store.size(key)
    except ObjectMissing:
        return False
    return True
