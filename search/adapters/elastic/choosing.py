"""Which documents answer a question: counted first, strictly, then with near spellings, then loosened."""

from __future__ import annotations

from typing import NamedTuple

from elasticsearch.dsl.query import Query

from search.adapters.elastic.lexemes import either
from search.adapters.elastic.ranking import Weights, weighed_words
from search.adapters.elastic.scoped import Scoped
from search.terms import One
from search.wanted import AS_TYPED, Spellings
from search.widening import ENOUGH, binding_clauses, loosen, near_spellings


class Chosen(NamedTuple):
    """`wide` is found, and is similar where `exact` does not match; `complete` of these hold all that was asked for."""

    wide: Query
    exact: Query
    complete: int
    weights: Weights
    spellings: Spellings

    @property
    def is_blurred(self) -> bool:
        return bool(self.wide != self.exact)


def choose(scoped: Scoped) -> Chosen | None:
    """For a question with at least one requirement; None when nothing answers it."""
    parsed = scoped.parsed
    words = weighed_words(parsed)
    queries = {str(number): scoped.known(One(word.main)) for number, word in enumerate(words)}
    queries["complete"] = scoped.within(scoped.all_of(parsed.clauses, Spellings()))
    queries["binding"] = scoped.within(scoped.all_of(binding_clauses(parsed)))
    documents, told = scoped.count(queries)
    weights = Weights(documents, {word.main: told[str(number)] for number, word in enumerate(words)})
    complete, spellings = told["complete"], Spellings()
    if complete < ENOUGH and (near := near_spellings(parsed)).near:
        spellings = near
        complete = scoped.count({"complete": scoped.within(scoped.all_of(parsed.clauses, near))})[1]["complete"]
    if complete >= ENOUGH:
        wide, exact = (scoped.all_of(parsed.clauses, spelt) for spelt in (spellings, AS_TYPED))
    elif told["binding"] and (binding := binding_clauses(parsed)):
        wide, exact = (scoped.all_of(binding, spelt) for spelt in (spellings, AS_TYPED))
    elif parsed.insists:
        return None
    else:
        wide, exact = (_loosened(scoped, weights, spelt) for spelt in (spellings, AS_TYPED))
    return Chosen(wide, exact, complete, weights, spellings)


def _loosened(scoped: Scoped, weights: Weights, spellings: Spellings | None) -> Query:
    loose = loosen(scoped.parsed, weights.documents_with).all(spellings)
    return either([scoped.all_of(scoped.parsed.clauses, spellings), *map(scoped.known, loose)])
