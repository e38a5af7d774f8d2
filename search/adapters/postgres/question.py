"""How one question is put: strictly first, then with near spellings, then loosened, until enough is found."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from search.adapters.postgres.frequencies import Frequencies
from search.adapters.postgres.listing import build_list
from search.adapters.postgres.ranking import gather_evidence
from search.adapters.postgres.spelling import occurring
from search.adapters.postgres.statement import Matching, Phrase, Worth, build
from search.adapters.postgres.tsquery import both, compile_coarse, compile_term, either, has_row
from search.adapters.postgres.vectors import quote
from search.ports import Facets, Hit, SearchHits, SearchQuery
from search.query import parse
from search.snippets import make_snippet
from search.terms import Term
from search.wanted import Clause, Spellings, word_term
from search.widening import ENOUGH, binding_clauses, loosen, means_nothing, near_spellings

_PLANNING = "SET LOCAL jit = off; SET LOCAL enable_seqscan = off"
"""Compiling the statement takes many times its run, and reading all vectors many times what the inverted index does."""
_TOO_COMMON = 20_000
"""Words in more documents than this tell too little to be worth the scan of the inverted index."""


class Answer(NamedTuple):
    """`found`: how many documents before facets chose among them."""

    hits: SearchHits
    found: int


class Question:
    def __init__(self, query: SearchQuery, frequencies: Frequencies) -> None:
        self._query = query
        self._parsed = parse(query.text)
        self._frequencies = frequencies
        self._spellings = Spellings()

    def answer(self) -> SearchHits:
        if means_nothing(self._parsed, self._query.text):
            return SearchHits(0, wordless=True)
        if not self._parsed.clauses and not self._parsed.excluded:
            return self._fetch(*build_list(self._query), relaxed=False).hits
        if not self._parsed.clauses:
            return self._ask(None, [], relaxed=False).hits
        best = self._ask_for(self._parsed.clauses, relaxed=False)
        if best.found < ENOUGH and self._look_for_near():
            best = _better(best, self._ask_for(self._parsed.clauses, relaxed=False))
        return best.hits if best.found >= ENOUGH else self._loosened(best)

    def _look_for_near(self) -> bool:
        near = occurring(near_spellings(self._parsed).near, self._query.scopes, self._query.clearance)
        self._spellings = Spellings(near)
        return bool(near)

    def _loosened(self, best: Answer) -> SearchHits:
        """With what is binding alone; where that finds nothing either, with some of the words."""
        if binding := binding_clauses(self._parsed):
            wider = self._ask_for(binding, relaxed=True)
            if wider.found or self._parsed.insists:
                return _better(best, wider).hits
        loose = loosen(self._parsed, lambda word: self._frequencies.documents_with(word.main))
        if terms := loose.all(self._spellings):
            strict = self._all_of(self._parsed.clauses)
            matching = Matching(
                either((strict.wide, *map(compile_term, terms))),
                either((strict.exact, *map(compile_term, loose.all()))),
            )
            best = _better(best, self._ask(matching, [], relaxed=True))
        return best.hits

    def _ask_for(self, clauses: Sequence[Clause], *, relaxed: bool) -> Answer:
        """For documents that hold all of these."""
        rows = [term for clause in clauses if has_row(term := clause.term())]
        return self._ask(self._all_of(clauses), rows, relaxed=relaxed)

    def _all_of(self, clauses: Collection[Clause]) -> Matching:
        return Matching(
            both(compile_coarse(clause.term(self._spellings)) for clause in clauses),
            both(compile_coarse(clause.term()) for clause in clauses),
        )

    def _ask(self, matching: Matching | None, rows: list[Term], *, relaxed: bool) -> Answer:
        """`rows`: words that must stand in a row, which an entry of many pages cannot tell by itself."""
        excluded = [wanted.term() for wanted in self._parsed.excluded]
        phrases = [Phrase(compile_term(term), wanted=True) for term in rows]
        phrases += [Phrase(compile_term(term), wanted=False) for term in excluded]
        evidence, headings, worths = [], "", []
        if self._parsed.clauses:
            evidence = gather_evidence(self._parsed, self._frequencies, self._spellings)
            words = self._parsed.words
            headings = either(quote(word.main) for word in words) if words else ""
            worths = self._worths() if relaxed else []
        return self._fetch(*build(self._query, matching, phrases, worths, evidence, headings), relaxed=relaxed)

    def _fetch(self, sql: str, parameters: dict[str, Any], *, relaxed: bool) -> Answer:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PLANNING)
            cursor.execute(sql, parameters)
            answer = json.loads(cursor.fetchone()[0])
        years = {int(year): number for year, number in (answer["year"] or {}).items()}
        facets = Facets(answer["kind"] or {}, years, answer["state"] or {})
        hits = tuple(map(self._hit, answer["hits"] or []))
        return Answer(SearchHits(answer["count"], hits, facets, relaxed, answer["similar"]), answer["found"])

    def _hit(self, row: tuple[str, float, int | None, str | None, bool]) -> Hit:
        document_id, score, page, text, similar = row
        return Hit(UUID(document_id), page or 1, make_snippet(text or "", self._parsed), score, similar)

    def _worths(self) -> list[Worth]:
        weighed = [(self._frequencies.weight(word), word) for word in dict.fromkeys(self._parsed.words)]
        return [
            Worth(weight, compile_term(word_term(word, self._spellings)))
            for weight, word in weighed
            if self._frequencies.documents_with(word.main) < _TOO_COMMON
        ]


def _better(one: Answer, other: Answer) -> Answer:
    return other if other.found > one.found else one
