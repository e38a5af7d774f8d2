"""Which lexemes stand for a text: the one place where words become what is stored, asked for and marked.

A lexeme is a string whose first sign tells its kind: the stem has none, `=` is the folded form as written, `~` a
part of a compound, `#` a reference or date in its canonical form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from search.german.compounds import compound_parts
from search.german.folding import fold
from search.german.stemming import stem
from search.german.stopwords import STOP_WORDS
from search.german.tokens import Span, tokenise

FORM, PART, REFERENCE = "=", "~", "#"
MAX_LEXEME = 80
_MOST_LEAVES = 6
_MONTHS = {
    name: str(number)
    for number, names in enumerate(
        (
            "januar jan jänner", "februar feb", "märz mrz", "april apr", "mai", "juni jun", "juli jul", "august aug",
            "september sep sept", "oktober okt", "november nov", "dezember dez",
        ),
        start=1,
    )
    for name in map(fold, names.split())
}  # fmt: skip
_NULLS = re.compile("[\x00\ud800-\udfff]")


class Forms(NamedTuple):
    """What one word is compared by. `leaves` are the stems of the smallest parts of a compound, `parts` the leaves and
    every run of them, joined by + (grund+steu, steu+bescheid in Grundsteuerbescheid)."""

    form: str
    stem: str
    parts: tuple[str, ...]
    leaves: tuple[str, ...]
    lexemes: tuple[str, ...]
    """All that the word can be found by."""

    @property
    def main(self) -> str:
        """The lexeme that the word is found by: its stem; for stop words and numbers the form."""
        return self.stem or FORM + self.form


class Token(NamedTuple):
    """A word of a text: its forms, and its place as spans of offsets."""

    forms: Forms
    spans: tuple[Span, ...]

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]


class Whole(NamedTuple):
    """Lexemes that stand for the words `first` to `last` (inclusive) together: 2018/0335, E-Mail, 3. März 2024."""

    first: int
    last: int
    lexemes: tuple[str, ...]


class Analysis(NamedTuple):
    tokens: tuple[Token, ...]
    wholes: tuple[Whole, ...]


def clean(text: str) -> str:
    """The text without what PostgreSQL and UTF-8 cannot hold, at equal length."""
    return _NULLS.sub(" ", text)


@lru_cache(maxsize=65_536)
def know(word: str) -> Forms:
    """The forms of one word as written."""
    form = fold(word)[:MAX_LEXEME] or word[:MAX_LEXEME]
    if form.isdigit():
        number = form.lstrip("0") or "0"
        return Forms(number, "", (), (), (FORM + number,))
    if form in STOP_WORDS:
        return Forms(form, "", (), (), (FORM + form,))
    leaves = tuple(map(stem, compound_parts(form)[:_MOST_LEAVES])) if form.isalpha() else ()
    own, parts = stem(form), tuple(dict.fromkeys(_runs_of(leaves)))
    return Forms(form, own, parts, leaves, (own, FORM + form, *(PART + part for part in parts)))


def _runs_of(leaves: tuple[str, ...]) -> Iterator[str]:
    for length in range(1, len(leaves) + 1):
        for first in range(len(leaves) - length + 1):
            yield "+".join(leaves[first : first + length])[:MAX_LEXEME]


def analyse(text: str) -> Analysis:
    """Words and numbers of a text with their lexemes, in order."""
    tokens = [Token(know(word), spans) for word, spans in tokenise(text)]
    return Analysis(tuple(tokens), tuple(_wholes(text, tokens)))


_JOINT = re.compile(r" ?/ ?|[./_:\-\u2010\u2011\u2013]")
_HYPHEN = re.compile(r"[-\u2010\u2011]\s*")
_LONGEST_JOINT = 8
Make = Callable[[list[Forms]], tuple[str, ...]]


def _wholes(text: str, tokens: list[Token]) -> Iterator[Whole]:
    gaps = _tight_gaps(text, tokens)
    yield from _joined(tokens, [place for place, gap in gaps if _JOINT.fullmatch(gap)], _reference)
    yield from _joined(tokens, [place for place, gap in gaps if _HYPHEN.fullmatch(gap)], _hyphenated)
    yield from _spelt_dates(tokens)


def _tight_gaps(text: str, tokens: list[Token]) -> list[tuple[int, str]]:
    """What stands before a word, by its number, where that is not just a space and may join it to the word before."""
    gaps = []
    end = 0
    for place, token in enumerate(tokens):
        start = token.spans[0][0]
        if start - end <= _LONGEST_JOINT and place and (gap := text[end:start]) not in (" ", "\n", ", ", ". "):
            gaps.append((place, gap))
        end = token.spans[-1][1]
    return gaps


def _joined(tokens: list[Token], joints: list[int], make: Make) -> Iterator[Whole]:
    """Longest stretches of words that are joined, each to the word before, at the places `joints`."""
    while joints:
        last = 1
        while last < len(joints) and joints[last] == joints[last - 1] + 1:
            last += 1
        first, end = joints[0] - 1, joints[last - 1]
        if lexemes := make([token.forms for token in tokens[first : end + 1]]):
            yield Whole(first, end, lexemes)
        joints = joints[last:]


def _reference(words: list[Forms]) -> tuple[str, ...]:
    """73.8-7837/25 or 2018 / 0335: at least two groups hold digits; separators and leading zeros do not count."""
    digits = sum(any(sign.isdigit() for sign in word.form) for word in words)
    return (reference_lexeme(word.form for word in words),) if digits >= 2 and len(words) <= 8 else ()


def reference_lexeme(groups: Iterable[str]) -> str:
    return (REFERENCE + "/".join(groups))[:MAX_LEXEME]


def _hyphenated(words: list[Forms]) -> tuple[str, ...]:
    """E-Mail also as Email."""
    if len(words) > 4 or not all(word.form.isalpha() for word in words):
        return ()
    joined = "".join(word.form for word in words)[:MAX_LEXEME]
    return stem(joined), FORM + joined


def _spelt_dates(tokens: list[Token]) -> Iterator[Whole]:
    """3. März 2024 is 3.3.2024."""
    for place in range(1, len(tokens) - 1):
        month = _MONTHS.get(tokens[place].forms.form)
        if month is None:
            continue
        day, year = tokens[place - 1].forms.form, tokens[place + 1].forms.form
        if day.isdigit() and len(day) <= 2 and year.isdigit() and len(year) in (2, 4):
            yield Whole(place - 1, place + 1, (reference_lexeme((day, month, year)),))
