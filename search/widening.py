"""What may be found instead when hardly a document holds everything that was asked for, as it was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from search.german.lexemes import Forms
from search.german.similar import is_known
from search.terms import Term
from search.wanted import AS_TYPED, Clause, ParsedQuery, Spellings, apart_term, word_term

ENOUGH = 10
"""With fewer finds than this, more is tried: near spellings, then documents that hold only some of the words."""
_MOST_LOOSE = 3_000
"""About how many documents may be added then: the rarest words choose them."""
_FEW_WORDS = 3
"""Near spellings are tried for every word of a question as short as this, else for those in no dictionary,"""
_MOST_BLURRED = 6
"""and for no more than so many."""


class Loose(NamedTuple):
    """Documents that hold some of what was asked for: any of these words, any of these terms."""

    words: tuple[Forms, ...]
    terms: tuple[Term, ...]

    def all(self, spellings: Spellings | None = AS_TYPED) -> list[Term]:
        return [*(word_term(word, spellings) for word in self.words), *self.terms]


def means_nothing(parsed: ParsedQuery, text: str) -> bool:
    """Something was typed, and nothing of it can be looked for: a lone `"` or `*`. (An empty question finds all.)"""
    return not parsed.clauses and not parsed.excluded and bool(text.strip())


def binding_clauses(parsed: ParsedQuery) -> list[Clause]:
    """What is never given up."""
    return [clause for clause in parsed.clauses if clause.is_binding]


def near_spellings(parsed: ParsedQuery) -> Spellings:
    """Those to be tried; there may be hundreds for each word, nearly all of which stand nowhere."""
    words = parsed.misspelt_words
    if len(words) > _FEW_WORDS:
        words = tuple(word for word in words if not is_known(word.form))
    return Spellings.near_to(words[:_MOST_BLURRED])


def loosen(parsed: ParsedQuery, documents_with: Callable[[Forms], float]) -> Loose:
    """The rarest words, and compounds taken apart. `documents_with`: how many hold a word."""
    words = sorted(parsed.blurred_words, key=lambda word: (documents_with(word), word.main))
    apart = tuple(term for word in words if (term := apart_term(word)))
    several = len(parsed.clauses) > 1 or len(words) > 1
    return Loose(_rarest(words, documents_with) if several else (), apart)


def _rarest(words: list[Forms], documents_with: Callable[[Forms], float]) -> tuple[Forms, ...]:
    chosen: list[Forms] = []
    room = float(_MOST_LOOSE)
    for word in words:
        room -= documents_with(word)
        if chosen and room < 0:
            break
        chosen.append(word)
    return tuple(chosen)
