"""Requests about one question, none beyond what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.dsl import Search
from elasticsearch.dsl.query import Bool, Query, Range, Terms

from search.adapters.elastic.connection import SEARCH_SECONDS
from search.adapters.elastic.lexemes import Fields, both, compile_term
from search.ports import SearchQuery, SearchUnavailable
from search.terms import Term
from search.wanted import AS_TYPED, Clause, ParsedQuery, Spellings


class Scoped:
    """`document`: where words are looked for that may stand anywhere in a document."""

    def __init__(
        self, server: Elasticsearch, index: str, query: SearchQuery, parsed: ParsedQuery, document: Fields
    ) -> None:
        self.parsed = parsed
        self.document = document
        self._server = server.options(request_timeout=SEARCH_SECONDS + 1, max_retries=0)
        self._index = index
        self._scopes, self._clearance = query.scopes, query.clearance

    def search(self) -> Search[Any]:
        return Search(using=self._server, index=self._index).source(False).extra(timeout=f"{SEARCH_SECONDS}s")

    def send(self, search: Search[Any]) -> dict[str, Any]:
        """Raises SearchUnavailable when it takes too long."""
        answer: dict[str, Any] = search.params(allow_partial_search_results=False).execute().to_dict()
        if answer["timed_out"]:
            raise SearchUnavailable(f"no answer within {SEARCH_SECONDS} seconds")
        return answer

    def count(self, queries: Mapping[str, Query]) -> tuple[int, dict[str, int]]:
        """How many documents there are, and how many each query finds."""
        search = self.search().query(self.visible()).extra(size=0, track_total_hits=True)
        search.aggs.bucket("found", "filters", filters={name: query.to_dict() for name, query in queries.items()})
        answer = self.send(search)
        buckets = answer["aggregations"]["found"]["buckets"]
        return answer["hits"]["total"]["value"], {name: bucket["doc_count"] for name, bucket in buckets.items()}

    def visible(self) -> Query:
        return Bool(filter=[Terms("scope", sorted(self._scopes)), Range("level", {"lte": self._clearance})])

    def within(self, query: Query) -> Query:
        """Without what was excluded."""
        return Bool(filter=[query], must_not=[self.known(wanted.term()) for wanted in self.parsed.excluded])

    def known(self, term: Term) -> Query:
        return compile_term(term, self.document)

    def all_of(self, clauses: Iterable[Clause], spellings: Spellings | None = AS_TYPED) -> Query:
        return both(self.known(clause.term(spellings)) for clause in clauses)
