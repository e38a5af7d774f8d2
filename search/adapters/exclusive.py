"""One rebuild of the index at a time, on whichever adapter: a lock in the database that dies with its session."""

from __future__ import annotations

from django.db import connection

from search.ports import RebuildRunning

_LOCK = 0x7265_6769_7365


def begin_alone() -> None:
    """Raises RebuildRunning while another session holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise RebuildRunning


def end_alone() -> None:
    """Lets the next rebuild begin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
