"""How well a document fits: the sum of its evidence, each weighed by how telling the word is.

PostgreSQL's ts_rank of one word saturates with the number of its occurrences but knows no inverse document frequency;
so every word is ranked alone and weighed here. Neighbourship and references are yes-or-no evidence on top.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from search.adapters.postgres.frequencies import Frequencies
from search.adapters.postgres.tsquery import both, compile_term, either
from search.adapters.postgres.vectors import quote
from search.german.lexemes import FORM, PART, Forms
from search.wanted import ParsedQuery, Spellings, Wanted

LABELS = "{0.25,0.3,0.7,1.0}"
"""What D, C, B and A are worth (parts of compounds, forms as written, words of the text, words of the headings)."""
_PAIR, _NEAR, _PHRASE, _WHOLE, _FILED, _COMPLETE, _SIMILAR = 0.35, 0.5, 0.5, 100.0, 30.0, 0.3, 0.5
_FEW_WORDS = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """`graded`: worth ts_rank × weight; otherwise the whole weight if it matches."""

    weight: float
    tsquery: str
    graded: bool


def gather_evidence(query: ParsedQuery, frequencies: Frequencies, spellings: Spellings) -> list[Evidence]:
    """All that speaks for a document, for a query with at least one clause."""
    evidence: list[Evidence] = []
    total = sum(frequencies.weight(word) for word in query.words)
    for wanted in query.anywhere:
        evidence.extend(_for_wanted(wanted, frequencies))
        evidence.extend(_for_spellings(wanted, frequencies, spellings))
    words = [word for word in query.words if word.stem or word.form.isdigit()]
    pair = _near if len(words) <= _FEW_WORDS else _beside
    share = _NEAR if len(words) <= _FEW_WORDS else _PAIR
    for one, other in pairwise(words):
        weight = share * min(frequencies.weight(one), frequencies.weight(other))
        evidence.append(Evidence(weight, pair(one, other), graded=False))
    if len(query.clauses) > 1 and evidence:
        strict = both(compile_term(clause.term()) for clause in query.clauses)
        evidence.append(Evidence(_COMPLETE * total, strict, graded=False))
    return evidence


def _for_wanted(wanted: Wanted, frequencies: Frequencies) -> Iterator[Evidence]:
    for number, word in enumerate(wanted.words):
        starred = wanted.prefix and number == len(wanted.words) - 1
        weight = frequencies.weight(word)
        if starred:
            yield Evidence(weight, quote(FORM + word.form) + ":*", graded=True)
        elif word.stem:
            # ts_rank divides by the number of lexemes in the query
            yield Evidence(3 * weight, either(map(quote, (word.stem, FORM + word.form, PART + word.stem))), graded=True)
        else:
            yield Evidence(weight, quote(word.main), graded=True)
    if meant := wanted.meant_exactly:
        yield Evidence(_WHOLE, either(map(quote, meant)), graded=False)
        yield Evidence(_FILED, either(f"{quote(lexeme)}:A" for lexeme in meant), graded=False)
    elif len(wanted.words) > 1:
        weight = sum(frequencies.weight(word) for word in wanted.words)
        yield Evidence(_PHRASE * weight, compile_term(wanted.term()), graded=False)


def _for_spellings(wanted: Wanted, frequencies: Frequencies, spellings: Spellings) -> Iterator[Evidence]:
    """Misread and mistyped words: less than a word that is written as it was asked for."""
    for word in wanted.words if wanted.is_blurred else ():
        if lexemes := spellings.of(word):
            weight = _SIMILAR * len(lexemes) * frequencies.weight(word)
            yield Evidence(weight, either(map(quote, lexemes)), graded=True)


def _beside(one: Forms, other: Forms) -> str:
    """In this order with at most two words between."""
    return either(f"{quote(one.main)} <{gap}> {quote(other.main)}" for gap in (1, 2, 3))


def _near(one: Forms, other: Forms) -> str:
    """Within one compound, or a few words apart in any order."""
    a = either((quote(one.main), quote(PART + one.stem))) if one.stem else quote(one.main)
    b = either((quote(other.main), quote(PART + other.stem))) if other.stem else quote(other.main)
    apart = (f"{x} <{gap}> {y}" for gap in range(1, 5) for x, y in ((a, b), (b, a)))
    return either((f"{a} <0> {b}", *apart))
