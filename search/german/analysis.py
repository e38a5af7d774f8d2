"""Which lexemes stand for a text: the one place where words become what is stored, asked for and marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from search.german.compounds import compound_parts
from search.german.folding import fold
from search.german.lemmas import word_stem
from search.german.lexemes import FORM, MAX_LEXEME, PART, Analysis, Forms, Token
from search.german.similar import is_known, shapes_of
from search.german.stopwords import STOP_WORDS
from search.german.tokens import tokenise
from search.german.wholes import find_wholes

_MOST_LEAVES = 6
_NULLS = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without what PostgreSQL and UTF-8 cannot hold, at equal length."""
    return _NULLS.sub(" ", text)


@lru_cache(maxsize=65_536)
def know(word: str) -> Forms:
    """The forms of one word as written."""
    form = fold(word)[:MAX_LEXEME] or word[:MAX_LEXEME]
    if form.isdigit():
        number = form.lstrip("0") or "0"
        return Forms(number, "", (), (), (), (FORM + number,))
    if form in STOP_WORDS:
        return Forms(form, "", (), (), (), (FORM + form,))
    leaves = tuple(map(word_stem, compound_parts(form)[:_MOST_LEAVES])) if form.isalpha() else ()
    own, parts = word_stem(form), tuple(dict.fromkeys(_runs_of(leaves)))
    shapes = () if is_known(form) else shapes_of(form)
    return Forms(form, own, parts, leaves, shapes, (own, FORM + form, *(PART + part for part in parts), *shapes))


def _runs_of(leaves: tuple[str, ...]) -> Iterator[str]:
    for length in range(1, len(leaves) + 1):
        for first in range(len(leaves) - length + 1):
            yield "+".join(leaves[first : first + length])[:MAX_LEXEME]


def analyse(text: str) -> Analysis:
    """Words and numbers of a text with their lexemes, in order."""
    tokens = tuple(Token(know(word), spans) for word, spans in tokenise(text))
    return Analysis(tokens, tuple(find_wholes(text, tokens)))
