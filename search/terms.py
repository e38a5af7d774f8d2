"""What can be asked of lexemes, as small values: an adapter compiles them to its own query language, `search.marking`
evaluates them on the words of a page. Both mean the same.

An AnyOf may hold hundreds of One (other spellings of a word); an adapter asks for these at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class One:
    """A lexeme; with `prefix` every lexeme that begins so."""

    lexeme: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class AnyOf:
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One after the other, each at the next word."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Both within `words` words, in any order."""

    one: Term
    other: Term
    words: int


Term = One | AnyOf | Row | Near


def any_of(terms: list[Term]) -> Term:
    """AnyOf without repetitions; the term itself when there is one only."""
    different = tuple(dict.fromkeys(terms))
    return different[0] if len(different) == 1 else AnyOf(different)


def each_leaf(change: Callable[[One], One], term: Term) -> Term:
    """The same question of other lexemes."""
    match term:
        case One():
            return change(term)
        case AnyOf(terms):
            return AnyOf(tuple(each_leaf(change, inner) for inner in terms))
        case Row(terms):
            return Row(tuple(each_leaf(change, inner) for inner in terms))
        case Near(one, other, words):
            return Near(each_leaf(change, one), each_leaf(change, other), words)


def leaves_of(term: Term) -> Iterator[One]:
    """All lexemes that a term is made of."""
    match term:
        case One():
            yield term
        case AnyOf(terms) | Row(terms):
            for inner in terms:
                yield from leaves_of(inner)
        case Near(one, other, _):
            yield from leaves_of(one)
            yield from leaves_of(other)
