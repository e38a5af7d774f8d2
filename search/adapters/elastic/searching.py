"""How a question is put to Elasticsearch: first counted, then asked, then shown; each step within the actor's scopes.

Counting tells how telling each word is and whether enough documents hold everything that was asked for; asking finds,
counts and orders; showing looks up the best page of each hit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from elasticsearch import ApiError, Elasticsearch
from elasticsearch.dsl import A, Search
from elasticsearch.dsl.query import Bool, Ids, MatchAll, Query, Terms

from search.adapters.elastic import layout
from search.adapters.elastic.connection import SEARCH_SECONDS
from search.adapters.elastic.lexemes import Fields, Place, both, compile_term, either, on_a_page
from search.adapters.elastic.ranking import Evidence, Weights, weighed_words
from search.german.analysis import clean
from search.ports import Facets, Hit, SearchHits, SearchQuery, SearchUnavailable, Sort
from search.query import ParsedQuery, parse
from search.snippets import make_snippet
from search.terms import One, Term
from search.widening import ENOUGH, binding_terms, loose_terms, means_nothing

_TOO_MANY = "expanded to too many terms"
_NEWEST = [{"day": "desc"}, {"received": "desc"}, {"id": "desc"}]
_OLDEST = [{"day": "asc"}, {"received": "asc"}, {"id": "asc"}]


@dataclass(frozen=True, slots=True)
class _Counts:
    weights: Weights
    strict: int
    binding: int


class Asking:
    """One question."""

    def __init__(self, server: Elasticsearch, index: str, query: SearchQuery) -> None:
        self._server = server.options(request_timeout=SEARCH_SECONDS + 1, max_retries=0)
        self._index = index
        self._query = query
        self._parsed = parse(query.text)
        self._document = Fields(Place.DOCUMENT)

    def run(self) -> SearchHits:
        try:
            return self._run()
        except ApiError as error:
            if _TOO_MANY not in str(error):
                raise
        self._document = Fields(Place.DOCUMENT, patient=False)
        return self._run()

    def _run(self) -> SearchHits:
        if means_nothing(self._parsed, self._query.text):
            return SearchHits(0)
        if not self._parsed.clauses:
            return self._ask(MatchAll(), None, 0)
        counts = self._count()
        matching = self._matching(counts)
        if matching is None:
            return SearchHits(0)
        return self._ask(matching, Evidence(self._parsed, counts.weights, self._document), counts.strict)

    # --- counting ---------------------------------------------------------------------------------

    def _count(self) -> _Counts:
        words = weighed_words(self._parsed)
        filters = {str(number): self._known(One(word.main)) for number, word in enumerate(words)}
        filters["strict"] = self._within(self._strict())
        filters["binding"] = self._within(both(map(self._known, binding_terms(self._parsed))))
        search = self._search().query(self._visible()).extra(size=0, track_total_hits=True)
        search.aggs.bucket("found", "filters", filters={name: q.to_dict() for name, q in filters.items()})
        answer = self._send(search)
        told = {name: bucket["doc_count"] for name, bucket in answer["aggregations"]["found"]["buckets"].items()}
        holding = {word.main: told[str(number)] for number, word in enumerate(words)}
        return _Counts(Weights(answer["hits"]["total"]["value"], holding), told["strict"], told["binding"])

    def _matching(self, counts: _Counts) -> Query | None:
        """What is to be found; None for nothing at all."""
        if counts.strict >= ENOUGH:
            return self._strict()
        if binding := binding_terms(self._parsed):
            if counts.binding:
                return both(map(self._known, binding))
            if self._parsed.quotes:
                return None
        loose = loose_terms(self._parsed, counts.weights.documents_with)
        return either([self._strict(), *map(self._known, loose)])

    def _strict(self) -> Query:
        return both(self._known(clause.term()) for clause in self._parsed.clauses)

    def _known(self, term: Term) -> Query:
        return compile_term(term, self._document)

    def _within(self, query: Query) -> Query:
        """Without what was excluded."""
        return Bool(filter=[query], must_not=[self._known(wanted.term()) for wanted in self._parsed.excluded])

    def _visible(self) -> Query:
        return Bool(filter=[Terms("scope", sorted(self._query.scopes))])

    # --- asking -----------------------------------------------------------------------------------

    def _ask(self, matching: Query, evidence: Evidence | None, strict: int) -> SearchHits:
        ranked = evidence is not None and self._query.sort is Sort.RELEVANCE
        found = Bool(
            filter=[self._visible(), self._within(matching)],
            should=evidence.on_documents() if evidence and ranked else [],
            minimum_should_match=0,
        )
        search = self._search().query(found).post_filter(both(self._choices().values()))
        search = search.sort(*self._order(ranked=ranked))
        search = search.extra(size=self._query.limit, from_=self._query.offset, track_total_hits=True)
        self._add_facets(search)
        answer = self._send(search)
        hits = answer["hits"]["hits"]
        pages = self._pages([hit["_id"] for hit in hits], evidence)
        relaxed = evidence is not None and answer["aggregations"]["found"]["doc_count"] > strict
        return SearchHits(
            answer["hits"]["total"]["value"],
            tuple(_hit(hit, pages.get(hit["_id"]), self._parsed) for hit in hits),
            _facets(answer["aggregations"]),
            relaxed,
        )

    def _order(self, *, ranked: bool) -> Sequence[Any]:
        match self._query.sort:
            case Sort.OLDEST:
                return _OLDEST
            case Sort.RELEVANCE if ranked:
                return [{"_score": "desc"}, *_NEWEST]
            case _:
                return _NEWEST

    def _choices(self) -> Mapping[str, Query]:
        """What was chosen in each facet."""
        query = self._query
        chosen: dict[str, list[int | float | str | bool | None]] = {
            "kind": [clean(kind) for kind in sorted(query.kinds)],
            "year": [*sorted(query.years)],
            "state": [clean(state) for state in sorted(query.states)],
        }
        return {name: Terms(name, values) for name, values in chosen.items() if values}

    def _add_facets(self, search: Search[Any]) -> None:
        """Each within what the others have chosen."""
        choices = self._choices()
        search.aggs.bucket("found", "filter", MatchAll())
        for name in ("kind", "year", "state"):
            others = both(choice for other, choice in choices.items() if other != name)
            values = A("terms", field=name, size=layout.MOST_VALUES)
            search.aggs.bucket(name, "filter", others).bucket("values", values)

    # --- showing ----------------------------------------------------------------------------------

    def _pages(self, ids: list[str], evidence: Evidence | None) -> Mapping[str, tuple[int, str]]:
        """The best page of each document, by number and text; the first one where none is better."""
        if not ids:
            return {}
        inner = {
            "size": 1,
            "sort": [{"_score": "desc"}, {"pages.number": "asc"}],
            "_source": False,
            "docvalue_fields": ["pages.number"],
            "stored_fields": ["pages.text"],
        }
        any_page = Bool(filter=[MatchAll()], should=evidence.on_pages() if evidence else [])
        best = on_a_page(any_page, inner_hits=inner)
        search = self._search().query(Bool(filter=[Ids(values=ids)], must=[best])).extra(size=len(ids))
        return {hit["_id"]: _best_page(hit) for hit in self._send(search)["hits"]["hits"]}

    def _search(self) -> Search[Any]:
        return Search(using=self._server, index=self._index).source(False).extra(timeout=f"{SEARCH_SECONDS}s")

    def _send(self, search: Search[Any]) -> dict[str, Any]:
        answer: dict[str, Any] = search.params(allow_partial_search_results=False).execute().to_dict()
        if answer["timed_out"]:
            raise SearchUnavailable(f"no answer within {SEARCH_SECONDS} seconds")
        return answer


def _best_page(hit: Mapping[str, Any]) -> tuple[int, str]:
    fields = hit["inner_hits"]["pages"]["hits"]["hits"][0]["fields"]
    return int(fields["pages.number"][0]), "".join(fields.get("pages.text", ()))


def _hit(hit: Mapping[str, Any], page: tuple[int, str] | None, parsed: ParsedQuery) -> Hit:
    number, text = page or (1, "")
    return Hit(UUID(hit["_id"]), number, make_snippet(text, parsed), float(hit["_score"] or 0))


def _facets(told: Mapping[str, Any]) -> Facets:
    kind, year, state = (
        {bucket["key"]: bucket["doc_count"] for bucket in told[name]["values"]["buckets"]}
        for name in ("kind", "year", "state")
    )
    return Facets(kind, year, state)
