"""How entries get into the tables: whole batches in three statements per generation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from search.adapters.postgres.vectors import MAX_PAGE_TEXT, EntryVectors, make_vectors
from search.digest import digest
from search.german.analysis import clean
from search.models import Entry, Page
from search.ports import IndexEntry

_COLUMNS = "scope_id, level, kind, state, year, day, received_at, digest, removed, heading, words"
_INSERT = f"""
    INSERT INTO search_entry (generation_id, document_id, {_COLUMNS})
    SELECT %s, * FROM unnest(%s::uuid[], %s::bigint[], %s::smallint[], %s::text[], %s::text[], %s::smallint[],
                             %s::date[], %s::timestamptz[], %s::text[], %s::boolean[], %s::tsvector[], %s::tsvector[])
    ON CONFLICT (generation_id, document_id)
"""  # noqa: S608 - the columns above
_REPLACE = "DO UPDATE SET " + ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS.split(", "))
_RETURNING = " RETURNING id, document_id"


class Prepared(NamedTuple):
    entry: IndexEntry
    texts: tuple[str, ...]
    vectors: EntryVectors


def prepare(entries: Iterable[IndexEntry]) -> list[Prepared]:
    """The last entry of each document, in the order of their ids: two writers never wait for each other then."""
    latest = {entry.document_id: entry for entry in entries}
    prepared = []
    for document_id in sorted(latest):
        texts = tuple(clean(text[:MAX_PAGE_TEXT]) for text in latest[document_id].pages)
        prepared.append(Prepared(latest[document_id], texts, make_vectors(latest[document_id], texts)))
    return prepared


def write(generation: int, batch: list[Prepared], *, replace: bool) -> None:
    """With `replace` false, documents that have a row already (put or removed live) are left as they are."""
    rows = [
        (p.entry.document_id, p.entry.scope_id, p.entry.level, clean(p.entry.kind or ""), clean(p.entry.state),
         p.entry.day.year, p.entry.day, p.entry.received_at, digest(p.entry), False, p.vectors.heading, p.vectors.words)
        for p in batch
    ]  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        ids = _upsert(cursor, generation, rows, _REPLACE if replace else "DO NOTHING")
        if replace and ids:
            cursor.execute("DELETE FROM search_page WHERE entry_id = ANY(%s)", [list(ids.values())])
        pages = [
            (ids[p.entry.document_id], number, text, words)
            for p in batch
            if p.entry.document_id in ids
            for number, (text, words) in enumerate(zip(p.texts, p.vectors.pages, strict=True), start=1)
        ]
        if pages:
            cursor.execute(
                "INSERT INTO search_page (entry_id, number, text, words)"
                " SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::tsvector[])",
                [list(column) for column in zip(*pages, strict=True)],
            )


def forget(generation: int, document_ids: Collection[UUID], *, leave_mark: bool) -> None:
    """With `leave_mark`, an empty row stays that a rebuild will not fill."""
    with transaction.atomic(), connection.cursor() as cursor:
        if leave_mark:
            rows = [(i, None, 0, "", "", 0, None, None, "", True, "", "") for i in sorted(document_ids)]
            ids = list(_upsert(cursor, generation, rows, _REPLACE).values())
            cursor.execute("DELETE FROM search_page WHERE entry_id = ANY(%s)", [ids])
        else:
            entries = Entry.objects.filter(generation_id=generation, document_id__in=document_ids)
            Page.objects.filter(entry__in=entries).delete()
            entries.delete()


def _upsert(cursor: Any, generation: int, rows: list[tuple[Any, ...]], conflict: str) -> dict[UUID, int]:
    """Row ids by document of the rows written."""
    if not rows:
        return {}
    columns = [list(column) for column in zip(*rows, strict=True)]
    cursor.execute(_INSERT + conflict + _RETURNING, [generation, *columns])
    return {document_id: row for row, document_id in cursor.fetchall()}
