"""Which words of a text were found: evaluates what was asked on the words of one page, as the index would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from search.german.lexemes import Analysis
from search.query import Clause, ParsedQuery, Wanted, apart_term, word_term
from search.similar import is_similar
from search.terms import AnyOf, Near, One, Row, Term, any_of, leaves_of

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

    def find_similar(self, form: str) -> set[Occurrence]:
        """Words misread or mistyped by a sign or two."""
        return {(place,) for place, token in enumerate(self.tokens) if is_similar(form, token.forms.form)}


@lru_cache(maxsize=64)
def _lexemes_of(query: ParsedQuery) -> tuple[frozenset[str], tuple[str, ...]]:
    """Every lexeme that marking may look for, and the beginnings of lexemes."""
    wanted = [wanted for clause in query.clauses for wanted in clause.alternatives]
    ones = [one for w in wanted for one in leaves_of(w.term())]
    ones += [one for w in wanted for word in w.words for one in leaves_of(word_term(word))]
    ones += [one for w in wanted for word in w.words if (term := apart_term(word)) for one in leaves_of(term)]
    return frozenset(one.lexeme for one in ones), tuple({one.lexeme for one in ones if one.prefix})


def _words(span: Span) -> Occurrence:
    return tuple(range(span[0], span[1] + 1))


def find_clauses(page: MarkedPage, query: ParsedQuery) -> list[set[Occurrence]]:
    """The finds of every clause, in the order of the clauses; loosened where a clause has none, and to misread words
    only when nothing else was found on the page."""
    finds = [_find(page, clause, _exactly) or _find(page, clause, _loosely) for clause in query.clauses]
    return finds if any(finds) else [_find(page, clause, _similarly) for clause in query.clauses]


def _find(page: MarkedPage, clause: Clause, attempt: Attempt) -> set[Occurrence]:
    return set().union(*(attempt(page, wanted) for wanted in clause.alternatives))


def _exactly(page: MarkedPage, wanted: Wanted) -> set[Occurrence]:
    return page.find(wanted.term())


def _loosely(page: MarkedPage, wanted: Wanted) -> set[Occurrence]:
    if wanted.is_binding or wanted.prefix:
        return set()
    apart = [term for word in wanted.words if (term := apart_term(word))]
    return page.find(any_of([*map(word_term, wanted.words), *apart]))


def _similarly(page: MarkedPage, wanted: Wanted) -> set[Occurrence]:
    if wanted.is_binding or wanted.prefix:
        return set()
    return set().union(*(page.find_similar(word.form) for word in wanted.words if word.stem))


def without_inner(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """In reading order, without finds that lie within another (the words of a found phrase)."""
    kept: list[Occurrence] = []
    taken: set[int] = set()
    for occurrence in sorted(set(occurrences), key=lambda o: (-len(o), o)):
        if not taken.issuperset(occurrence):
            kept.append(occurrence)
            taken.update(occurrence)
    return sorted(kept)
