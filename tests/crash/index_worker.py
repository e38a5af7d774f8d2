"""A worker of the index that a test starts and kills: `python -m tests.crash.index_worker drain|rebuild`.

What it indexes stands in a table of the test's own, so that entries can come, change and go at random; the notes, the
locks and the index are the product's. It says `ready` when it begins.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from uuid import UUID

import django
from django.conf import settings
from django.db import connection

from search.ports import IndexEntry, RebuildRunning

CHOICE = "TEST_SEARCH_INDEX"
"""settings.SEARCH_INDEX as JSON."""
_DAY = datetime(2024, 3, 2, 8, 0, tzinfo=UTC)


class TableSource:
    """Entries from the rows of the test's table."""

    def entries(self, document_ids: Collection[UUID]) -> Iterator[IndexEntry]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, text FROM test_entries WHERE id = ANY(%s)", [list(document_ids)])
            for document_id, text in cursor.fetchall():
                yield IndexEntry(document_id, 1, "", None, "received", None, _DAY, pages=(text, text))

    def document_ids(self) -> Iterator[UUID]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM test_entries ORDER BY id")
            yield from [row[0] for row in cursor.fetchall()]

    def size(self) -> int:
        return len(list(self.document_ids()))


def main() -> None:
    from search.chosen import search_index
    from search.indexer import drain
    from search.rebuild import rebuild

    index, source = search_index(), TableSource()
    print("ready", flush=True)
    while True:
        if sys.argv[1] == "drain":
            drain(index, source)
        else:
            with contextlib.suppress(RebuildRunning):
                rebuild(index, source, progress=lambda done: None)
        time.sleep(0.02)


if __name__ == "__main__":
    django.setup()
    settings.SEARCH_INDEX = json.loads(os.environ[CHOICE])
    main()
