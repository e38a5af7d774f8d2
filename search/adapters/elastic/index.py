"""The Elasticsearch search index: the SearchIndex port over one index with its generations."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

from elasticsearch import Elasticsearch
from elasticsearch.helpers import scan

from search.adapters.bites import bites
from search.adapters.elastic import layout, versions
from search.adapters.elastic.connection import NoShard, available, connect
from search.adapters.elastic.entries import Source, make_mark, make_source
from search.adapters.elastic.generations import Generations, building_alias
from search.adapters.elastic.searching import Asking
from search.adapters.elastic.writing import TargetGone, action, write
from search.adapters.exclusive import begin_alone, end_alone
from search.ports import MAX_LIMIT, IndexEntry, SearchHits, SearchQuery, SearchUnavailable

_SCANNED = 5_000
_ATTEMPTS = 3
_ON_THE_WAY = 2
"""Batches that wait for the server while a rebuild analyses the next one."""


class ElasticIndex:
    """Writes do not take part in a transaction: they stand even if it is rolled back, and must then be done again.

    `name` is what all index names begin with; several installations can share one server.
    """

    def __init__(self, url: str, name: str = "registratur", **access: str) -> None:
        self._server = connect(url, **access)
        self._generations = Generations(self._server, name)

    def put(self, entries: Iterable[IndexEntry]) -> None:
        with available():
            for batch in bites(entries):
                self._write([make_source(entry) for entry in batch])
            self._show()

    def remove(self, document_ids: Collection[UUID]) -> None:
        with available():
            self._write([make_mark(document_id) for document_id in document_ids])
            self._show()

    def search(self, query: SearchQuery) -> SearchHits:
        offset = max(query.offset, 0)
        limit = max(0, min(query.limit, MAX_LIMIT, layout.LAST_REACHED - offset))
        if not query.scopes:
            return SearchHits(0)
        query = replace(query, offset=min(offset, layout.LAST_REACHED), limit=limit)
        try:
            return self._ask(query)
        except NoShard:
            return self._ask(query)  # where a rebuild has just ended, of the new index

    def _ask(self, query: SearchQuery) -> SearchHits:
        with available():
            return Asking(self._server, self._generations.live, query).run()

    def digests(self) -> Iterator[tuple[UUID, str]]:
        with available():
            query = {"_source": False, "docvalue_fields": ["digest"], "sort": ["_doc"]}
            for hit in scan(self._server, query=query, index=self._generations.live, size=_SCANNED):
                yield UUID(hit["_id"]), hit["fields"]["digest"][0]

    def size(self) -> int:
        with available():
            return int(self._server.count(index=self._generations.live)["count"])

    def begin_rebuild(self) -> ElasticRebuild:
        with begin_alone(), available():
            return ElasticRebuild(self._server, self._generations, self._generations.begin())

    def ping(self) -> None:
        with available():
            self._generations.check()

    def _write(self, sources: list[Source]) -> None:
        """The number is drawn and the targets are looked up after the entries were read: see `versions`; and a rebuild
        that begins later reads what these entries say, or newer."""
        latest = {source["id"]: source for source in sources}
        version = versions.draw()
        newest = self._send(latest.values(), version)
        if newest > version and newest > versions.last_drawn():
            self._send(latest.values(), versions.draw_beyond(newest))

    def _send(self, sources: Collection[Source], version: int) -> int:
        """Once more where a rebuild has ended meanwhile; what was written already is not written twice."""
        for _ in range(_ATTEMPTS):
            targets = self._generations.written()
            with contextlib.suppress(TargetGone):
                return write(self._server, (action(t, source, version) for t in targets for source in sources))
        raise SearchUnavailable("the index is being replaced again and again")

    def _show(self) -> None:
        """One refresh for all that was put, instead of waiting for the next one after each bite."""
        self._server.indices.refresh(index=self._generations.live)


class ElasticRebuild:
    """Analyses a batch while the server takes in the one before."""

    def __init__(self, server: Elasticsearch, generations: Generations, index: str) -> None:
        self._server = server
        self._generations = generations
        self._index = index
        self._version = versions.draw()
        self._sender = ThreadPoolExecutor(max_workers=1)
        self._on_the_way: deque[Future[Any]] = deque()

    def put(self, entries: Iterable[IndexEntry]) -> None:
        with available():
            for batch in bites(entries):
                sources = [make_source(entry) for entry in batch]
                self._wait(_ON_THE_WAY - 1)
                self._on_the_way.append(self._sender.submit(self._send, sources))

    def finish(self) -> None:
        with available():
            self._wait(0)
            self._sender.shutdown()
            self._generations.swap(self._index)
            end_alone()

    def abort(self) -> None:
        self._sender.shutdown(cancel_futures=True)
        try:
            with available():
                self._generations.retire(self._index)
        finally:
            end_alone()

    def _wait(self, most: int) -> None:
        """Until at most so many are on the way. Raises what went wrong there."""
        while len(self._on_the_way) > most:
            self._on_the_way.popleft().result()

    def _send(self, sources: list[Source]) -> None:
        """A live write has a higher number, and stays."""
        write(self._server, (action(building_alias(self._index), source, self._version) for source in sources))
