"""The PostgreSQL search index: the SearchIndex port over three tables of the product's own database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from search.adapters.bites import bites
from search.adapters.exclusive import end_alone
from search.adapters.postgres import generations
from search.adapters.postgres.frequencies import Frequencies, FrequencyCache
from search.adapters.postgres.ranking import gather_evidence
from search.adapters.postgres.statement import Phrase, Worth, build
from search.adapters.postgres.tsquery import both, compile_coarse, compile_term, either, has_row
from search.adapters.postgres.vectors import quote
from search.adapters.postgres.writing import forget, prepare, write
from search.models import Entry, Generation
from search.ports import MAX_LIMIT, Facets, Hit, IndexEntry, SearchHits, SearchQuery, SearchUnavailable
from search.query import parse, word_term
from search.snippets import make_snippet
from search.terms import Term
from search.widening import ENOUGH, binding_terms, loose_terms, means_nothing

_PLANNING = "SET LOCAL jit = off; SET LOCAL enable_seqscan = off"
"""Compiling the statement takes many times its run, and reading all vectors many times what the inverted index does."""
_TOO_COMMON = 20_000
"""Words in more documents than this tell too little to be worth the scan of the inverted index."""
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
            return _Search(query, self._frequencies.get()).run()

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


class _Search:
    """One question, asked strictly first and loosened when too little answers."""

    def __init__(self, query: SearchQuery, frequencies: Frequencies) -> None:
        self._query = query
        self._parsed = parse(query.text)
        self._frequencies = frequencies

    def run(self) -> SearchHits:
        if means_nothing(self._parsed, self._query.text):
            return SearchHits(0)
        if not self._parsed.clauses:
            return self._ask(None, [], relaxed=False)[0]
        terms = [clause.term() for clause in self._parsed.clauses]
        strict = both(map(compile_coarse, terms))
        hits, found = self._ask(strict, [term for term in terms if has_row(term)], relaxed=False)
        if found >= ENOUGH:
            return hits
        if binding := binding_terms(self._parsed):
            rows = [term for term in binding if has_row(term)]
            wider, more = self._ask(both(map(compile_coarse, binding)), rows, relaxed=True)
            if more or self._parsed.quotes:
                return wider if more > found else hits
        loose = loose_terms(self._parsed, lambda word: self._frequencies.documents_with(word.main))
        if not loose:
            return hits
        wider, more = self._ask(either((strict, *map(compile_term, loose))), [], relaxed=True)
        return wider if more > found else hits

    def _ask(self, matching: str | None, rows: list[Term], *, relaxed: bool) -> tuple[SearchHits, int]:
        """The hits, and how many documents were found before facets chose among them. `rows`: words that must stand in
        a row, which an entry of many pages cannot tell by itself."""
        excluded = [wanted.term() for wanted in self._parsed.excluded]
        phrases = [Phrase(compile_term(term), wanted=True) for term in rows]
        phrases += [Phrase(compile_term(term), wanted=False) for term in excluded]
        evidence, headings, worths = [], "", []
        if self._parsed.clauses:
            strict = both(compile_term(clause.term()) for clause in self._parsed.clauses)
            evidence = gather_evidence(self._parsed, strict, self._frequencies)
            headings = either(quote(word.main) for word in self._parsed.words)
            worths = self._worths() if relaxed else []
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PLANNING)
            cursor.execute(*build(self._query, matching, phrases, worths, evidence, headings))
            answer = json.loads(cursor.fetchone()[0])
        years = {int(year): number for year, number in (answer["year"] or {}).items()}
        facets = Facets(answer["kind"] or {}, years, answer["state"] or {})
        return SearchHits(answer["count"], tuple(map(self._hit, answer["hits"] or [])), facets, relaxed), answer[
            "found"
        ]

    def _hit(self, row: tuple[str, float, int | None, str | None]) -> Hit:
        document_id, score, page, text = row
        return Hit(UUID(document_id), page or 1, make_snippet(text or "", self._parsed), score)

    def _worths(self) -> list[Worth]:
        weighed = [(self._frequencies.weight(word.main), word) for word in dict.fromkeys(self._parsed.words)]
        return [
            Worth(weight, compile_term(word_term(word)))
            for weight, word in weighed
            if self._frequencies.documents_with(word.main) < _TOO_COMMON
        ]
