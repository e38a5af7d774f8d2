"""One worker at a time per item or page range, by a lock that dies with the process that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection


@contextmanager
def try_lock(row_id: UUID) -> Iterator[bool]:
    """Yields whether the lock was free. A session lock of PostgreSQL: no lease to tune, gone at once after kill -9.

    Needs a direct connection (no transaction pooler). Not re-entrant by intent: the same process gets it twice.
    """
    number = int.from_bytes(row_id.bytes[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        got = bool((cursor.fetchone() or [False])[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
