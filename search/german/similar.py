"""Which words may be the same word misread by the scanner or mistyped.

Two ways. By shape: letters that look alike count as one (rn and m, li and h, l and 1), doubled ones as single. Only
words that no dictionary knows are indexed by their shape, since a word that exists was most likely meant. By one slip:
a letter added, dropped, replaced, or two neighbours swapped. Numbers are never similar (2017/0460 is not 2017/0461).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from search.german.compounds import compound_parts
from search.german.dictionary import dictionary
from search.german.lemmas import word_stem
from search.german.lexemes import PART, SHAPE, Forms
from search.german.stemming import stem
from search.german.stopwords import STOP_WORDS

SHORTEST = 5
"""Shorter words are too much alike."""
_CLUSTERS = {"rn": "m", "ri": "n", "vv": "w", "cl": "d", "ii": "u", "ti": "u", "li": "h", "fs": "b", "ss": "b"}
_ALIKE = str.maketrans("1ji06ae58htquyv", "lllooocsbbfgnvv")
_DOUBLED = re.compile(r"(.)\1+")
_SHAPE_LETTERS = "locsbfgnvdkmprwxz"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def is_word(form: str) -> bool:
    """Long enough, and mostly letters: a digit or two may be misread letters (Geme1nde)."""
    letters = sum(map(str.isalpha, form))
    return len(form) >= SHORTEST and letters >= 3 and 3 * letters >= 2 * len(form)


def is_known(form: str) -> bool:
    """In a dictionary, or made of words that are."""
    return form in STOP_WORDS or dictionary().has_form(form) or bool(compound_parts(form))


def shape(form: str) -> str:
    """What a folded word looks like."""
    for seen, meant in _CLUSTERS.items():
        form = form.replace(seen, meant)
    return _DOUBLED.sub(r"\1", form.translate(_ALIKE))


def shapes_of(form: str) -> tuple[str, ...]:
    """The lexemes by which a misread word finds the right one and the other way round: of the whole word, and of its
    stem, so that they may be inflected differently."""
    if not is_word(form) or (own := shape(form)) in _small_words():
        return ()
    root = shape(stem(form))
    return (SHAPE + own,) if root == own or len(root) < SHORTEST else (SHAPE + own, SHAPE + root)


@cache
def _small_words() -> frozenset[str]:
    """What the stop words look like: nobody looks for them, misread or not."""
    return frozenset(map(shape, STOP_WORDS))


@lru_cache(maxsize=256)
def near_lexemes(word: Forms) -> tuple[str, ...]:
    """All lexemes, some hundreds, that are one slip away: unknown words by their shape; and of a word that no
    dictionary knows, also every stem and every known word it may have been meant for."""
    if not is_word(word.form) or not word.stem:
        return ()
    found = dict.fromkeys(SHAPE + near for near in _one_slip(shape(word.form), _SHAPE_LETTERS))
    if not is_known(word.form):
        meant = map(word_stem, filter(dictionary().has_form, _one_slip(word.form, _LETTERS)))
        found |= dict.fromkeys(lexeme for root in meant for lexeme in (root, PART + root))
        found |= dict.fromkeys(_one_slip(word.stem, _LETTERS))
    return tuple(found)


def _one_slip(word: str, letters: str) -> Iterator[str]:
    """The first letter stays: nobody mistypes that, and it keeps other words away."""
    for place in range(1, len(word) + 1):
        head, tail = word[:place], word[place:]
        yield from (head + letter + tail for letter in letters)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in letters if letter != tail[0])
        if len(tail) > 1 and tail[0] != tail[1]:
            yield head + tail[1] + tail[0] + tail[2:]
