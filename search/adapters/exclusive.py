"""One rebuild of the index at a time, on whichever adapter: a lock in the database that dies with its session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import connection

from search.ports import RebuildRunning

_LOCK = 0x7265_6769_7365


@contextmanager
def begin_alone() -> Iterator[None]:
    """Within, a rebuild begins. Then the lock is held until `end_alone`; it is given back at once where the beginning
    fails. Raises RebuildRunning while another session holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise RebuildRunning
    with ExitStack() as undo:
        undo.callback(end_alone)
        yield
        undo.pop_all()


def end_alone() -> None:
    """Lets the next rebuild begin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
