"""Which words of a text were found: evaluates what was asked on the words of one page, as the index would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from search.german.lexemes import Analysis
from search.terms import AnyOf, Near, One, Row, Term, any_of, leaves_of
from search.wanted import Clause, ParsedQuery, Spellings, Wanted, apart_term, word_term
from search.widening import near_spellings

Occurrence = tuple[int, ...]
"""Numbers of the words (in `Analysis.tokens`) that make up one find, ascending."""
Span = tuple[int, int]


Attempt = Callable[["MarkedPage", Wanted], set[Occurrence]]


class MarkedPage:
    """The lexemes of one page with their places, as far as the query can ask for them."""

    def __init__(self, analysis: Analysis, query: ParsedQuery) -> None:
        self.tokens = analysis.tokens
        self._places: dict[str, list[Span]] = defaultdict(list)
        wanted, beginnings = _lexemes_of(query)
        for place, token in enumerate(analysis.tokens):
            lexemes = token.forms.lexemes
            if not wanted.isdisjoint(lexemes) or (beginnings and any(x.startswith(beginnings) for x in lexemes)):
                for lexeme in lexemes:
                    self._places[lexeme].append((place, place))
        for whole in analysis.wholes:
            for lexeme in whole.lexemes:
                self._places[lexeme].append((whole.first, whole.last))

    def find(self, term: Term) -> set[Occurrence]:
        match term:
            case One(lexeme, prefix):
                keys = [key for key in self._places if key.startswith(lexeme)] if prefix else [lexeme]
                return {_words(span) for key in keys for span in self._places.get(key, ())}
            case AnyOf(terms):
                return set().union(*map(self.find, terms))
            case Row(terms):
                return self._find_row(terms)
            case Near(one, other, words):
                return set(self._find_near(one, other, words))

    def _find_row(self, terms: tuple[Term, ...]) -> set[Occurrence]:
        rows = self.find(terms[0])
        for term in terms[1:]:
            following = defaultdict(list)
            for occurrence in self.find(term):
                following[occurrence[0]].append(occurrence)
            rows = {row + after for row in rows for after in following[row[-1] + 1]}
        return rows

    def _find_near(self, one: Term, other: Term, words: int) -> Iterator[Occurrence]:
        others = self.find(other)
        for first in self.find(one):
            near = [o for o in others if 0 < abs(o[0] - first[0]) <= words]
            if near:
                yield tuple(sorted({*first, *min(near, key=lambda o: (abs(o[0] - first[0]), o))}))


@lru_cache(maxsize=64)
def _lexemes_of(query: ParsedQuery) -> tuple[frozenset[str], tuple[str, ...]]:
    """Every lexeme that marking may look for, and the beginnings of lexemes."""
    terms = [term for wanted in query.wanted for term in (_near_term(wanted, query), _loose_term(wanted))]
    ones = [one for term in terms for one in leaves_of(term)]
    return frozenset(one.lexeme for one in ones), tuple({one.lexeme for one in ones if one.prefix})


def _words(span: Span) -> Occurrence:
    return tuple(range(span[0], span[1] + 1))


def find_clauses(page: MarkedPage, query: ParsedQuery) -> list[set[Occurrence]]:
    """The finds of every clause, in the order of the clauses, misread words among them; loosened where a clause has
    none, and to words a slip away where it still has none."""
    attempts: tuple[Attempt, ...] = (_as_asked, _loosely, lambda page, wanted: _nearly(page, wanted, query))
    return [_first_finds(page, clause, attempts) for clause in query.clauses]


def _first_finds(page: MarkedPage, clause: Clause, attempts: Iterable[Attempt]) -> set[Occurrence]:
    for attempt in attempts:
        if finds := set().union(*(attempt(page, wanted) for wanted in clause.alternatives)):
            return finds
    return set()


def _as_asked(page: MarkedPage, wanted: Wanted) -> set[Occurrence]:
    return page.find(wanted.term(Spellings()))


def _loosely(page: MarkedPage, wanted: Wanted) -> set[Occurrence]:
    return page.find(_loose_term(wanted)) if wanted.is_blurred else set()


def _nearly(page: MarkedPage, wanted: Wanted, query: ParsedQuery) -> set[Occurrence]:
    return page.find(_near_term(wanted, query)) if wanted.is_blurred else set()


def _loose_term(wanted: Wanted) -> Term:
    """Any of the words, and compounds taken apart."""
    apart = [term for word in wanted.words if (term := apart_term(word))]
    return any_of([*(word_term(word, Spellings()) for word in wanted.words), *apart])


@lru_cache(maxsize=64)
def _near_term(wanted: Wanted, query: ParsedQuery) -> Term:
    """Any of the words, or what the index takes to be a slip away from it."""
    spellings = near_spellings(query)
    return any_of([wanted.term(spellings), *(word_term(word, spellings) for word in wanted.words)])


def without_inner(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """In reading order, without finds that lie within another (the words of a found phrase)."""
    kept: list[Occurrence] = []
    taken: set[int] = set()
    for occurrence in sorted(set(occurrences), key=lambda o: (-len(o), o)):
        if not taken.issuperset(occurrence):
            kept.append(occurrence)
            taken.update(occurrence)
    return sorted(kept)
