"""The test database: made, migrated and emptied by the owner, used by the tests through the application's login."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.sql import emit_post_migrate_signal
from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.test.utils import setup_databases, teardown_databases

KEPT = {"django_migrations"}
ENABLE = {"O": "ENABLE TRIGGER", "A": "ENABLE ALWAYS TRIGGER", "R": "ENABLE REPLICA TRIGGER"}


@contextmanager
def test_database() -> Iterator[None]:
    """As in production: `owner` migrates, `default` reaches the same database with the rights it is given."""
    made = setup_databases(verbosity=0, interactive=False, aliases={"owner": False}, serialized_aliases=set())
    try:
        yield
    finally:
        for alias in connections:
            connections[alias].close()
        teardown_databases(made, verbosity=0)


def empty_database() -> None:
    """What Django's flush does after a test with real transactions, which here would find no table to empty.

    The router lets `default` migrate nothing, so flush would silently leave everything; and the triggers that
    guard the records refuse TRUNCATE. The owner takes them off within one transaction.
    """
    connections["default"].close()
    owner = connections["owner"]
    with owner.cursor() as cursor:
        tables = [name for name in owner.introspection.table_names(cursor) if name not in KEPT]
        triggers = guards_of(cursor)
        statements = ["BEGIN", "SET LOCAL lock_timeout = '30s'"]
        statements += [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name, _ in triggers]
        statements.append(f"TRUNCATE {', '.join(map(owner.ops.quote_name, tables))} RESTART IDENTITY CASCADE")
        statements += [f"ALTER TABLE {table} {ENABLE[state]} {name}" for table, name, state in triggers]
        cursor.execute("; ".join([*statements, "COMMIT"]))
    emit_post_migrate_signal(verbosity=0, interactive=False, db="owner")
    owner.close()


def guards_of(cursor: CursorWrapper) -> list[tuple[str, str, str]]:
    """(table, trigger, how it is enabled) of every trigger of our own that is on, names quoted."""
    cursor.execute(
        "SELECT tgrelid::regclass::text, quote_ident(tgname), tgenabled::text FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    return list(cursor.fetchall())


def wait_for_the_dead_to_leave(before: frozenset[int] = frozenset()) -> None:
    """A process that died leaves its locks for as long as the server, or a child that dies with it, takes to notice.

    `before`: `other_sessions` that were there before and stay.
    """
    for _ in range(200):
        if other_sessions() <= before:
            return
        time.sleep(0.05)


def other_sessions() -> frozenset[int]:
    """Those of this login in this database, by the server's process; not our own."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return frozenset(pid for (pid,) in cursor.fetchall())
