"""Which neighbouring words stand for one thing: references in groups, words with hyphens, dates, amounts, and long
numbers however they are grouped or broken over lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from search.german.figures import amounts, dates, long_numbers
from search.german.lemmas import word_stem
from search.german.lexemes import FORM, MAX_LEXEME, Forms, Token, Whole, reference_lexeme

_JOINT = re.compile(r"\s?/\s?|[-_\u2010\u2011\u2013]\n?|[.:]")
_HYPHEN = re.compile(r"[-\u2010\u2011]\s*")
_LONGEST_JOINT = 8
_MOST_GROUPS = 8
Make = Callable[[Sequence[Forms]], tuple[str, ...]]


def find_wholes(text: str, tokens: Sequence[Token]) -> Iterator[Whole]:
    gaps = _tight_gaps(text, tokens)
    yield from _joined(tokens, [place for place, gap in gaps if _JOINT.fullmatch(gap)], _reference)
    yield from _joined(tokens, [place for place, gap in gaps if _HYPHEN.fullmatch(gap)], _hyphenated)
    if tokens:
        starts = [spans[0][0] for _, spans in tokens]
        yield from dates(text, starts)
        yield from amounts(text, starts)
        yield from long_numbers(text, tokens, starts)


def _tight_gaps(text: str, tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """What stands before a word, by its number, where that is not just a space and may join it to the word before."""
    gaps = []
    end = 0
    for place, token in enumerate(tokens):
        start = token.spans[0][0]
        if start - end <= _LONGEST_JOINT and place and (gap := text[end:start]) not in (" ", "\n", ", ", ". "):
            gaps.append((place, gap))
        end = token.spans[-1][1]
    return gaps


def _joined(tokens: Sequence[Token], joints: list[int], make: Make) -> Iterator[Whole]:
    """Longest stretches of words that are joined, each to the word before, at the places `joints`."""
    while joints:
        last = 1
        while last < len(joints) and joints[last] == joints[last - 1] + 1:
            last += 1
        first, end = joints[0] - 1, joints[last - 1]
        if lexemes := make([token.forms for token in tokens[first : end + 1]]):
            yield Whole(first, end, lexemes)
        joints = joints[last:]


def _reference(words: Sequence[Forms]) -> tuple[str, ...]:
    """73.8-7837/25 or 2018 / 0335: at least two groups hold digits; separators and leading zeros do not count."""
    digits = sum(any(sign.isdigit() for sign in word.form) for word in words)
    return (reference_lexeme(word.form for word in words),) if digits >= 2 and len(words) <= _MOST_GROUPS else ()


def _hyphenated(words: Sequence[Forms]) -> tuple[str, ...]:
    """E-Mail also as Email."""
    if len(words) > 4 or not all(word.form.isalpha() for word in words):
        return ()
    joined = "".join(word.form for word in words)[:MAX_LEXEME]
    return word_stem(joined), FORM + joined
