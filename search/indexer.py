"""How changes reach the index: takes what the door has noted in the outbox, reads the records and writes the entries.

Safe with any number of workers: a document is looked at by one of them at a time (an advisory lock that ends with the
transaction), and its state is read under that lock, so an older state never overwrites a newer one. A note is deleted
only as it was read: whoever changes the document meanwhile touches the note, and it is done again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from dms.audit.models import OutboxEntry
from dms.batches import batches
from dms.pauses import LONGEST_PAUSE, due
from search.ports import IndexEntry, SearchIndex, SearchUnavailable
from search.source import EntrySource

log = logging.getLogger(__name__)
TOPIC = "search"
_BATCH = 50
_NOTED = 500
_LOCK_SPACE = 0x5345_4152
_FIRST_PAUSE = timedelta(seconds=10)
_TRY_LOCKS = """
SELECT key FROM unnest(%s::bigint[], %s::text[]) AS note(key, target)
WHERE pg_try_advisory_xact_lock(%s, hashtext(target))
"""
_DELETE = """
DELETE FROM audit_outboxentry WHERE id IN (
    SELECT entry.id FROM audit_outboxentry entry
    JOIN unnest(%s::bigint[], %s::timestamptz[]) AS note(id, since) ON note.id = entry.id AND note.since = entry.since
    ORDER BY entry.target FOR UPDATE OF entry
)
"""
_FAULTS = (DatabaseError, ValueError, OverflowError, RecursionError, MemoryError)
"""What one document may cause; anything else stops the worker, as it should."""


def drain(index: SearchIndex, source: EntrySource, *, may_go_on: Callable[[], bool] = lambda: True) -> int:
    """Indexes what is due; gives how many notes were worked off. Raises SearchUnavailable; the notes stay then."""
    done, passed = 0, 0
    while may_go_on():
        with transaction.atomic():
            notes = _take(passed)
            if not notes:
                return done
            mine = _lock(notes)
            passed = notes[-1].pk
            done += len(_index(mine, index, source))
    return done


def look_again(document_ids: Iterable[UUID]) -> int:
    """Notes documents as if they had changed; gives how many there were."""
    noted = 0
    for ids in batches(document_ids, _NOTED):
        OutboxEntry.objects.bulk_create([OutboxEntry(topic=TOPIC, target=i) for i in ids], ignore_conflicts=True)
        noted += len(ids)
    return noted


def pending() -> int:
    """How many notes are due."""
    return _due().count()


def waiting_documents() -> set[UUID]:
    """What changed and has not been tried yet: it is on its way into the index."""
    return set(OutboxEntry.objects.filter(topic=TOPIC, attempts=0).values_list("target", flat=True))


def failures() -> dict[UUID, str]:
    """Why documents could not be indexed so far; they are tried again by themselves."""
    return dict(OutboxEntry.objects.filter(topic=TOPIC, attempts__gt=0).values_list("target", "problem"))


def _due() -> QuerySet[OutboxEntry]:
    now = timezone.now()
    return OutboxEntry.objects.filter(due("not_before", now), topic=TOPIC)


def _take(after: int) -> list[OutboxEntry]:
    """The next notes by age. Not locked: the door must not wait for the index."""
    return list(_due().filter(pk__gt=after).order_by("pk")[:_BATCH])


def _lock(notes: Sequence[OutboxEntry]) -> list[OutboxEntry]:
    """Those at whose document no other worker is."""
    with connection.cursor() as cursor:
        cursor.execute(_TRY_LOCKS, [[note.pk for note in notes], [str(note.target) for note in notes], _LOCK_SPACE])
        mine = {key for (key,) in cursor.fetchall()}
    return [note for note in notes if note.pk in mine]


def _index(notes: Sequence[OutboxEntry], index: SearchIndex, source: EntrySource) -> list[OutboxEntry]:
    """The notes worked off. When all together fail, each is tried alone, and those at fault wait."""
    try:
        with transaction.atomic():
            _write(notes, index, source)
            _delete(notes)
        return list(notes)
    except SearchUnavailable:
        raise
    except _FAULTS as fault:
        if len(notes) == 1:
            _postpone(notes[0], fault)
            return []
    return [note for single in notes for note in _index([single], index, source)]


def _write(notes: Sequence[OutboxEntry], index: SearchIndex, source: EntrySource) -> None:
    wanted = {note.target for note in notes}
    there: set[UUID] = set()

    def read() -> Iterator[IndexEntry]:
        for entry in source.entries(wanted):
            there.add(entry.document_id)
            yield entry

    index.put(read())
    if gone := wanted - there:
        index.remove(gone)


def _delete(notes: Sequence[OutboxEntry]) -> None:
    """In the order in which the door writes them, so that both never wait for each other in a ring."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, [[note.pk for note in notes], [note.since for note in notes]])


def _postpone(note: OutboxEntry, fault: BaseException) -> None:
    attempts = note.attempts + 1
    pause = min(_FIRST_PAUSE * 2 ** min(note.attempts, 20), LONGEST_PAUSE)
    log.error("document %s could not be indexed (attempt %s): %s", note.target, attempts, fault)
    OutboxEntry.objects.filter(pk=note.pk, since=note.since).update(
        attempts=attempts, not_before=timezone.now() + pause, problem=f"{type(fault).__name__}: {fault}"[:2000]
    )
