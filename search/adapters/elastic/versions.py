"""In which order states of documents were read: numbers from the database, the same for all workers.

The server keeps, for each entry, the state with the highest number, whenever it arrives. A number is drawn after the
state was read and under the same lock (`search.indexer`), so a higher number never belongs to an older state.
"""

from __future__ import annotations

from django.db import connection


def draw() -> int:
    return _ask("SELECT nextval('search_version')")


def last_drawn() -> int:
    return _ask("SELECT last_value FROM search_version")


def draw_beyond(number: int) -> int:
    """Higher than `number`: the database was put back from a backup, and the index has seen what came after that."""
    return _ask(
        "SELECT max(nextval('search_version')) FROM search_version, generate_series(0, greatest(0, %s - last_value))",
        number,
    )


def _ask(statement: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0])
