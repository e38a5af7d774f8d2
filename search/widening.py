"""What may be found instead when hardly a document holds everything that was asked for."""

from __future__ import annotations

from collections.abc import Callable

from search.german.lexemes import Forms
from search.query import ParsedQuery, apart_term, word_term
from search.terms import Term

ENOUGH = 10
"""With fewer finds than this, documents that hold only some of the words are added."""
_MOST_LOOSE = 3_000
"""About how many documents may be added then: the rarest words choose them."""


def means_nothing(parsed: ParsedQuery, text: str) -> bool:
    """Something was typed, and nothing of it can be looked for. (An empty question finds everything.)"""
    return not parsed.clauses and not parsed.excluded and any(sign.isalnum() for sign in text)


def binding_terms(parsed: ParsedQuery) -> list[Term]:
    """What is never given up."""
    return [clause.term() for clause in parsed.clauses if any(w.is_binding for w in clause.alternatives)]


def loose_terms(parsed: ParsedQuery, documents_with: Callable[[Forms], float]) -> list[Term]:
    """Any of these will do then: the rarest words, and compounds taken apart. `documents_with`: how many hold one."""
    words = sorted(set(parsed.words), key=lambda word: (documents_with(word), word.main))
    apart = [term for word in words if (term := apart_term(word))]
    if len(words) < 2:
        return apart
    chosen: list[Term] = []
    room = float(_MOST_LOOSE)
    for word in words:
        room -= documents_with(word)
        if chosen and room < 0:
            break
        chosen.append(word_term(word))
    return chosen + apart
