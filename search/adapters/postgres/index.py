"""The PostgreSQL search index: the SearchIndex port over three tables of the product's own database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError

from search.adapters.bites import bites
from search.adapters.exclusive import end_alone
from search.adapters.postgres import generations
from search.adapters.postgres.frequencies import FrequencyCache
from search.adapters.postgres.question import Question
from search.adapters.postgres.writing import forget, prepare, write
from search.models import Entry, Generation
from search.ports import MAX_LIMIT, IndexEntry, SearchHits, SearchQuery, SearchUnavailable

_LONGEST_REACH = 10_000
"""Hits beyond this place are not handed out; nobody leafs that far, and sorting must stay cheap."""


_NO_ANSWER = ("08", "53", "57")
"""Classes of SQLSTATE: no connection, no resources, stopped by an operator. Others are about what was asked."""


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if state is None or state.startswith(_NO_ANSWER):
            raise SearchUnavailable(str(error)) from error
        raise


class PostgresIndex:
    """Writes take part in the caller's transaction, if there is one."""

    def __init__(self, **options: Any) -> None:
        self._frequencies = FrequencyCache()

    def put(self, entries: Iterable[IndexEntry]) -> None:
        with _available():
            for batch in bites(entries):
                prepared = prepare(batch)
                for generation in generations.written_generations():
                    write(generation, prepared, replace=True)

    def remove(self, document_ids: Collection[UUID]) -> None:
        with _available():
            for generation in generations.written_generations():
                building = Generation.objects.filter(id=generation, stage=Generation.Stage.BUILDING).exists()
                forget(generation, document_ids, leave_mark=building)

    def search(self, query: SearchQuery) -> SearchHits:
        offset = max(query.offset, 0)
        query = replace(query, offset=offset, limit=max(0, min(query.limit, MAX_LIMIT, _LONGEST_REACH - offset)))
        if not query.scopes:
            return SearchHits(0)
        with _available():
            return Question(query, self._frequencies.get()).answer()

    def digests(self) -> Iterator[tuple[UUID, str]]:
        with _available():
            live = Entry.objects.filter(generation__stage=Generation.Stage.LIVE, removed=False)
            yield from live.values_list("document_id", "digest").iterator()

    def size(self) -> int:
        with _available():
            return Entry.objects.filter(generation__stage=Generation.Stage.LIVE, removed=False).count()

    def begin_rebuild(self) -> PostgresRebuild:
        with _available():
            return PostgresRebuild(generations.begin())

    def ping(self) -> None:
        with _available():
            Generation.objects.filter(stage=Generation.Stage.LIVE).exists()


class PostgresRebuild:
    def __init__(self, generation: int) -> None:
        self._generation = generation

    def put(self, entries: Iterable[IndexEntry]) -> None:
        with _available():
            for batch in bites(entries):
                write(self._generation, prepare(batch), replace=False)

    def finish(self) -> None:
        with _available():
            generations.swap(self._generation)
            generations.clear_retired()
            end_alone()

    def abort(self) -> None:
        with _available():
            generations.retire(self._generation)
            generations.clear_retired()
            end_alone()
