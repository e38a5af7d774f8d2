"""How analysed words stand in Elasticsearch, and how what was asked becomes its queries. Typed text never gets there
but as lexemes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from elasticsearch.dsl.query import Bool, Intervals, Nested, Prefix, Query, Terms
from elasticsearch.dsl.query import Term as Exactly

from search.german.lexemes import FORM, SENDER, Analysis
from search.terms import AnyOf, Near, One, Row, Term

_SPACE = re.compile(r"\s")
Rule = dict[str, Any]


def encode(lexeme: str) -> str:
    """Without spaces, at which the server would part it (some ligatures stand for several words)."""
    return _SPACE.sub("_", lexeme)


def joined(lexemes: Iterable[str]) -> str:
    listed = list(lexemes)
    return " ".join(map(encode, listed) if _SPACE.search("".join(listed)) else listed)


def lexemes_of(analysis: Analysis) -> Iterator[str]:
    """All that a text can be found by, with repetitions."""
    for token in analysis.tokens:
        yield from token.forms.lexemes
    for whole in analysis.wholes:
        yield from whole.lexemes


class Place(StrEnum):
    """Where words may stand."""

    DOCUMENT = ""
    HEADING = "heading."
    PAGE = "pages."


@dataclass(frozen=True, slots=True)
class Fields:
    """The three fields (see `layout`) of one place. A document as a whole has no order, and only the first of them.

    With `patient` false, a beginning of a word (zahl*) among words in a row need only stand in the same place: the
    server does not look up more than some thousand words for one beginning.
    """

    place: Place
    patient: bool = True

    @property
    def lexemes(self) -> str:
        return f"{self.place}lexemes"

    @property
    def row(self) -> str:
        return f"{self.place}row"

    @property
    def forms(self) -> str:
        return f"{self.place}forms"

    def at(self, place: Place) -> Fields:
        return replace(self, place=place)


def on_a_page(query: Query, **options: Any) -> Query:
    return Nested(path="pages", query=query, **options)


def compile_term(term: Term, at: Fields) -> Query:
    """What finds the term in a document as a whole; or, `at` a page, on the page (to be put into `on_a_page`)."""
    match term:
        case One(lexeme, True):
            return Prefix(at.lexemes, {"value": encode(lexeme)})
        case One(lexeme):
            return Exactly(at.lexemes, {"value": encode(lexeme)})
        case AnyOf(terms):
            return _any_of(terms, at)
        case Row() | Near():
            return _in_place(term, at)


def either(queries: Iterable[Query]) -> Query:
    return Bool(should=list(queries), minimum_should_match=1)


def both(queries: Iterable[Query]) -> Query:
    return Bool(filter=list(queries))


def _any_of(terms: tuple[Term, ...], at: Fields) -> Query:
    """Plain lexemes in one query, which is much cheaper than one for each."""
    plain = [encode(term.lexeme) for term in terms if isinstance(term, One) and not term.prefix]
    others = [term for term in terms if not isinstance(term, One) or term.prefix]
    queries: list[Query] = [Terms(at.lexemes, plain)] if plain else []
    queries += [compile_term(term, at) for term in others]
    return queries[0] if len(queries) == 1 else either(queries)


def _in_place(term: Row | Near, at: Fields) -> Query:
    if at.place is Place.DOCUMENT:
        return either([_in_place(term, at.at(Place.HEADING)), on_a_page(_in_place(term, at.at(Place.PAGE)))])
    rule = _rule(term, at)
    if rule is None:
        return both(compile_term(inner, at) for inner in _inner(term))
    return Intervals(at.row, rule)


def _inner(term: Row | Near) -> tuple[Term, ...]:
    return term.terms if isinstance(term, Row) else (term.one, term.other)


def _rule(term: Term, at: Fields) -> Rule | None:
    """As the server's rule on places; None where a lexeme has no place of its own."""
    match term:
        case One(lexeme, prefix):
            return _single(lexeme, at, prefix=prefix)
        case AnyOf(terms):
            rules = _rules(terms, at)
            return {"any_of": {"intervals": rules}} if rules else None
        case Row(terms):
            rules = _rules(terms, at)
            return _following(rules, gaps=0) if rules else None
        case Near(one, other, words):
            rules = _rules((one, other), at)
            orders = [_following(order, gaps=words - 1) for order in (rules, rules[::-1]) if order]
            return {"any_of": {"intervals": orders}} if orders else None


def _rules(terms: tuple[Term, ...], at: Fields) -> list[Rule]:
    """Empty when one of them cannot be told."""
    rules = [_rule(term, at) for term in terms]
    return [rule for rule in rules if rule] if all(rules) else []


def _single(lexeme: str, at: Fields, *, prefix: bool) -> Rule | None:
    kind = lexeme.removeprefix(SENDER)[:1]
    if kind == FORM:
        field = at.forms
    elif kind.isalnum():
        field = at.row
    else:
        return None  # what stands for several words, or for a part of one
    if prefix and not at.patient:
        return None
    if prefix:
        return {"prefix": {"prefix": encode(lexeme), "use_field": field}}
    return {"match": {"query": encode(lexeme), "use_field": field}}


def _following(rules: list[Rule], *, gaps: int) -> Rule:
    """In this order, with at most so many words between."""
    return {"all_of": {"intervals": rules, "ordered": True, "max_gaps": gaps}}
