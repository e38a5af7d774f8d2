"""How well a document fits: the sum of its evidence, each weighed by how telling the word is for the one who asks.

The weights are counted within what the person may see, and nothing of the server's own statistics is used: the order
tells nothing about documents of others. Of the pages, the one that fits best counts: a long document is not better for
holding more of everything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from elasticsearch.dsl.query import Bool, ConstantScore, Intervals, Query

from search.adapters.elastic.lexemes import Fields, Place, both, compile_term, encode, on_a_page
from search.adapters.elastic.scoped import Scoped
from search.german.figures import says_when
from search.german.lexemes import FORM, PART, Forms
from search.terms import AnyOf, Near, One, Term, any_of
from search.wanted import DATE_SHARE, ParsedQuery, Spellings, prefix_term

_STEM, _FORM, _PART, _HEADING, _SOMEWHERE, _SIMILAR = 0.7, 0.2, 0.15, 0.3, 0.1, 0.25
_PAIR, _NEAR, _PHRASE, _WHOLE, _FILED, _COMPLETE = 0.35, 0.5, 0.5, 100.0, 30.0, 0.3
_FEW_WORDS = 3
_BESIDE, _AROUND = 2, 4
MOST_WORDS = 60
"""Different words that are weighed; whoever types more is served by these."""


@dataclass(frozen=True, slots=True)
class Weights:
    """In how many of the `documents` a word stands, by its main lexeme."""

    documents: int
    holding: Mapping[str, int] = field(default_factory=dict)

    def documents_with(self, word: Forms) -> int:
        return self.holding.get(word.main, self.documents)

    def of(self, word: Forms) -> float:
        """Inverse document frequency; less for parts of dates."""
        frequency, share = self.documents_with(word), DATE_SHARE if says_when(word.form) else 1.0
        return share * math.log(1 + (self.documents - frequency + 0.5) / (frequency + 0.5))


def weighed_words(parsed: ParsedQuery) -> list[Forms]:
    return list({word.main: word for word in parsed.words}.values())[:MOST_WORDS]


class Evidence:
    """What speaks for a document, for a question with at least one requirement."""

    def __init__(self, scoped: Scoped, weights: Weights, spellings: Spellings) -> None:
        self._parsed = parsed = scoped.parsed
        self._weights = weights
        self._spellings = spellings
        self._known, self._document = scoped.known, scoped.document
        self._heading, self._page = (scoped.document.at(place) for place in (Place.HEADING, Place.PAGE))
        self._words = weighed_words(parsed)

    def on_documents(self) -> list[Query]:
        """To be added up for each document."""
        everything = [clause.term() for clause in self._parsed.clauses]
        total = sum(map(self._weights.of, self._words))
        known = [worth(_SOMEWHERE * self._weights.of(word), self._known(One(word.main))) for word in self._words]
        complete = [worth(_COMPLETE * total, both(map(self._known, everything)))] if len(everything) > 1 else []
        best_page = on_a_page(Bool(should=self.on_pages()), score_mode="max")
        return [*self._wholes(_WHOLE, self._document), *known, *complete, *self._in_headings(), best_page]

    def more_than_all(self) -> float:
        """Beyond what any document can gather: by it, some come before all others."""
        wholes = sum(bool(wanted.meant_exactly) for wanted in self._parsed.wanted)
        return 1 + 10 * sum(self._weights.of(word) for word in self._parsed.words[:MOST_WORDS]) + 2 * _WHOLE * wholes

    def on_pages(self) -> list[Query]:
        """To be added up for each page."""
        words = [*self._words_of_page(), *self._spelt_otherwise(self._page)]
        return [*words, *self._neighbours(self._page), *self._phrases(self._page)]

    def _in_headings(self) -> Iterator[Query]:
        for word in self._words:
            yield worth(_HEADING * self._weights.of(word), compile_term(_any_form(word), self._heading))
        yield from self._wholes(_FILED, self._heading)
        yield from self._spelt_otherwise(self._heading)
        yield from self._neighbours(self._heading)
        yield from self._phrases(self._heading)

    def _wholes(self, weight: float, at: Fields) -> Iterator[Query]:
        """The one thing that is meant: a reference, a day, a number."""
        for wanted in self._parsed.anywhere:
            if lexemes := wanted.meant_exactly:
                yield worth(weight, compile_term(AnyOf(tuple(map(One, lexemes))), at))

    def _words_of_page(self) -> Iterator[Query]:
        for wanted in self._parsed.anywhere:
            for number, word in enumerate(wanted.words):
                weight = self._weights.of(word)
                if wanted.prefix and number == len(wanted.words) - 1:
                    yield worth(weight * _STEM, compile_term(prefix_term(word), self._page))
                elif word.main in self._weights.holding:
                    yield from _graded(word, weight, self._page)

    def _spelt_otherwise(self, at: Fields) -> Iterator[Query]:
        """Misread and mistyped words: less than a word that is written as it was asked for."""
        for word in self._parsed.blurred_words[:MOST_WORDS]:
            if lexemes := self._spellings.of(word):
                yield worth(_SIMILAR * self._weights.of(word), compile_term(any_of(list(map(One, lexemes))), at))

    def _neighbours(self, at: Fields) -> Iterator[Query]:
        words = [word for word in self._parsed.words if word.stem or word.form.isdigit()][:MOST_WORDS]
        few = len(words) <= _FEW_WORDS
        for one, other in pairwise(words):
            weight = (_NEAR if few else _PAIR) * min(self._weights.of(one), self._weights.of(other))
            yield worth(weight, compile_term(_near(one, other) if few else _beside(one, other), at))

    def _phrases(self, at: Fields) -> Iterator[Query]:
        for wanted in self._parsed.anywhere:
            if len(wanted.words) > 1 and not wanted.meant_exactly:
                weight = sum(self._weights.of(word) for word in wanted.words[:MOST_WORDS])
                yield worth(_PHRASE * weight, compile_term(wanted.term(), at))


def worth(weight: float, query: Query, **options: Any) -> Query:
    """Yes or no."""
    return ConstantScore(filter=query, boost=round(weight, 4), **options)


def _graded(word: Forms, weight: float, at: Fields) -> Iterator[Query]:
    """The more often the word stands on the page the better, but less and less so."""
    if not word.stem:
        yield worth(weight * _STEM, compile_term(One(word.main), at))
        return
    places = {"match": {"query": encode(word.stem)}, "boost": round(2 * _STEM * weight, 4)}
    yield Intervals(at.row, places)
    yield worth(_FORM * weight, compile_term(One(FORM + word.form), at))
    yield worth(_PART * weight, compile_term(One(PART + word.stem), at))


def _any_form(word: Forms) -> Term:
    return AnyOf((One(word.main), One(PART + word.stem))) if word.stem else One(word.main)


def _beside(one: Forms, other: Forms) -> Term:
    """In this order with a word or two between: as near as makes no difference."""
    return Near(One(one.main), One(other.main), _BESIDE + 1)


def _near(one: Forms, other: Forms) -> Term:
    """Within one compound, or a few words apart in any order."""
    near: list[Term] = [Near(One(one.main), One(other.main), _AROUND)]
    if one.stem and other.stem:
        near += [One(f"{PART}{a}+{b}") for a, b in ((one.stem, other.stem), (other.stem, one.stem))]
    return AnyOf(tuple(near))
