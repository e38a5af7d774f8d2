"""How what was asked becomes a tsquery literal. Every lexeme is quoted here; typed text never gets into one."""

from __future__ import annotations

from collections.abc import Iterable

from search.adapters.postgres.vectors import quote
from search.terms import AnyOf, Near, One, Row, Term


def compile_term(term: Term) -> str:
    match term:
        case One(lexeme, prefix):
            return quote(lexeme) + (":*" if prefix else "")
        case AnyOf(terms):
            return _join(" | ", terms)
        case Row(terms):
            return _join(" <-> ", terms)
        case Near(one, other, words):
            a, b = compile_term(one), compile_term(other)
            return either(f"{x} <{gap}> {y}" for gap in range(1, words + 1) for x, y in ((a, b), (b, a)))


def compile_coarse(term: Term) -> str:
    """The same, but words in a row need only occur: what an entry of many pages, with its few positions, can tell."""
    match term:
        case AnyOf(terms):
            return either(map(compile_coarse, terms))
        case Row(terms):
            return both(map(compile_coarse, terms))
        case _:
            return compile_term(term)


def has_row(term: Term) -> bool:
    return isinstance(term, Row) or (isinstance(term, AnyOf) and any(map(has_row, term.terms)))


def _join(operator: str, terms: Iterable[Term]) -> str:
    return "(" + operator.join(map(compile_term, terms)) + ")"


def either(queries: Iterable[str]) -> str:
    return "(" + " | ".join(queries) + ")"


def both(queries: Iterable[str]) -> str:
    return "(" + " & ".join(queries) + ")"
