"""Indexing against bare bulk indexing: the same titles and texts handed to the server in its own quickest way, for its
own analysis to cut into words. No compounds, no places of words on pages, no rights, no facets, no order of states."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from django.db import connections

from search.ports import IndexEntry

NAME = "bench_bare_bulk"
TABLE = f"""
    CREATE TABLE {NAME} (id uuid PRIMARY KEY, title text, body text,
        words tsvector GENERATED ALWAYS AS (to_tsvector('german', title || ' ' || body)) STORED);
    CREATE INDEX ON {NAME} USING gin (words)
"""


def bare_bulk(adapter: str) -> Callable[[Sequence[IndexEntry]], float]:
    """What takes these entries in; gives documents per second."""
    return _elasticsearch if adapter == "Elasticsearch" else _postgres


def _postgres(entries: Sequence[IndexEntry]) -> float:
    """COPY into a table with PostgreSQL's German text search and an index of it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {NAME}; {TABLE}")
        begun = time.monotonic()
        with cursor.copy(f"COPY {NAME} (id, title, body) FROM STDIN") as copy:
            for entry in entries:
                copy.write_row((entry.document_id, entry.title, _body(entry)))
        seconds = time.monotonic() - begun
        cursor.execute(f"DROP TABLE {NAME}")
    return len(entries) / seconds


def _elasticsearch(entries: Sequence[IndexEntry]) -> float:
    """The client's own helper, into an index of two text fields, and a refresh."""
    from django.conf import settings
    from elasticsearch.helpers import bulk

    from search.adapters.elastic.connection import connect

    server, index = connect(str(settings.SEARCH_INDEX["url"])), NAME.replace("_", "-")
    server.indices.delete(index=index, ignore_unavailable=True)
    fields = {name: {"type": "text"} for name in ("title", "body")}
    server.indices.create(index=index, mappings={"properties": fields}, settings={"number_of_replicas": 0})
    begun = time.monotonic()
    bulk(server, _actions(index, entries), chunk_size=200)
    server.indices.refresh(index=index)
    seconds = time.monotonic() - begun
    server.indices.delete(index=index)
    return len(entries) / seconds


def _actions(index: str, entries: Iterable[IndexEntry]) -> Iterable[dict[str, object]]:
    for entry in entries:
        yield {"_index": index, "_id": str(entry.document_id), "title": entry.title, "body": _body(entry)}


def _body(entry: IndexEntry) -> str:
    return "\n".join(entry.pages)
