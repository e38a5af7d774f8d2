"""How a question is put to Elasticsearch: first counted, then asked, then shown; each step within the actor's scopes.

Counting tells how telling each word is and whether enough documents hold everything that was asked for; asking finds,
counts and orders; showing looks up the best page of each hit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from elasticsearch import ApiError, Elasticsearch
from elasticsearch.dsl import A, Search
from elasticsearch.dsl.query import Bool, Ids, MatchAll, Query, Terms

from search.adapters.elastic import layout
from search.adapters.elastic.choosing import Chosen, choose
from search.adapters.elastic.lexemes import Fields, Place, both, on_a_page
from search.adapters.elastic.ranking import Evidence, worth
from search.adapters.elastic.scoped import Scoped
from search.german.analysis import clean
from search.ports import Facets, Hit, SearchHits, SearchQuery, Sort
from search.query import parse
from search.snippets import make_snippet
from search.wanted import ParsedQuery
from search.widening import means_nothing

_EXACT = "exact"
_TOO_MANY = "expanded to too many terms"
_NEWEST = [{"day": "desc"}, {"received": "desc"}, {"id": "desc"}]
_OLDEST = [{"day": "asc"}, {"received": "asc"}, {"id": "asc"}]


class Asking:
    """One question."""

    def __init__(self, server: Elasticsearch, index: str, query: SearchQuery) -> None:
        self._query = query
        self._parsed = parse(query.text)
        everywhere = (Fields(Place.DOCUMENT, patient=patient) for patient in (True, False))
        self._scoped, self._impatient = (
            Scoped(server, index, query, self._parsed, document) for document in everywhere
        )

    def run(self) -> SearchHits:
        try:
            return self._run()
        except ApiError as error:
            if _TOO_MANY not in str(error):
                raise
        self._scoped = self._impatient
        return self._run()

    def _run(self) -> SearchHits:
        if means_nothing(self._parsed, self._query.text):
            return SearchHits(0, wordless=True)
        if not self._parsed.clauses:
            return self._ask(None)
        chosen = choose(self._scoped)
        return self._ask(chosen) if chosen else SearchHits(0)

    # --- asking -----------------------------------------------------------------------------------

    def _ask(self, chosen: Chosen | None) -> SearchHits:
        """None: everything is found."""
        ranked = chosen is not None and self._query.sort is Sort.RELEVANCE
        evidence = Evidence(self._scoped, chosen.weights, chosen.spellings) if chosen else None
        found = Bool(
            filter=[self._scoped.visible(), self._scoped.within(chosen.wide if chosen else MatchAll())],
            should=[*(evidence.on_documents() if evidence and ranked else ()), self._exact(chosen, evidence)],
            minimum_should_match=0,
        )
        search = self._scoped.search().query(found).post_filter(both(self._choices().values()))
        search = search.sort(*self._order(ranked=ranked))
        search = search.extra(size=self._query.limit, from_=self._query.offset, track_total_hits=True)
        self._add_counts(search, chosen)
        answer = self._scoped.send(search)
        hits, told = answer["hits"]["hits"], answer["aggregations"]
        pages = self._pages([hit["_id"] for hit in hits], evidence)
        return SearchHits(
            answer["hits"]["total"]["value"],
            tuple(_hit(hit, pages.get(hit["_id"]), self._parsed) for hit in hits),
            _facets(told),
            relaxed=chosen is not None and told["found"]["doc_count"] > chosen.complete,
            similar=answer["hits"]["total"]["value"] - told["exact"]["doc_count"],
        )

    def _exact(self, chosen: Chosen | None, evidence: Evidence | None) -> Query:
        """By its name a hit says that it is written as it was typed; by its worth it comes before what is similar."""
        weight = evidence.more_than_all() if chosen and evidence and chosen.is_blurred else 0
        return worth(weight, chosen.exact if chosen else MatchAll(), _name=_EXACT)

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

    def _add_counts(self, search: Search[Any], chosen: Chosen | None) -> None:
        """Facets, each within what the others have chosen; and what is written as it was typed."""
        choices = self._choices()
        search.aggs.bucket("found", "filter", MatchAll())
        search.aggs.bucket("exact", "filter", both([*choices.values(), chosen.exact if chosen else MatchAll()]))
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
        search = self._scoped.search().query(Bool(filter=[Ids(values=ids)], must=[best])).extra(size=len(ids))
        return {hit["_id"]: _best_page(hit) for hit in self._scoped.send(search)["hits"]["hits"]}


def _best_page(hit: Mapping[str, Any]) -> tuple[int, str]:
    fields = hit["inner_hits"]["pages"]["hits"]["hits"][0]["fields"]
    return int(fields["pages.number"][0]), "".join(fields.get("pages.text", ()))


def _hit(hit: Mapping[str, Any], page: tuple[int, str] | None, parsed: ParsedQuery) -> Hit:
    number, text = page or (1, "")
    return Hit(
        UUID(hit["_id"]),
        number,
        make_snippet(text, parsed),
        float(hit["_score"] or 0),
        _EXACT not in hit.get("matched_queries", ()),
    )


def _facets(told: Mapping[str, Any]) -> Facets:
    kind, year, state = (
        {bucket["key"]: bucket["doc_count"] for bucket in told[name]["values"]["buckets"]}
        for name in ("kind", "year", "state")
    )
    return Facets(kind, year, state)
