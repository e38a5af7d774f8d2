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
    leaves: tuple[str, ...] = ()

    @property
    def main(self) -> str:
        """The lexeme that the word is found by: its stem; for stop words and numbers the form."""
        return self.stem or FORM + self.form

    def lexemes(self) -> tuple[str, ...]:
        form = (FORM + self.form,)
        return (self.stem, *form, *(PART + part for part in self.parts)) if self.stem else form


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
        return Forms(form.lstrip("0") or "0", "", ())
    if form in STOP_WORDS:
        return Forms(form, "", ())
    leaves = tuple(map(stem, compound_parts(form)[:_MOST_LEAVES])) if form.isalpha() else ()
    return Forms(form, stem(form), tuple(dict.fromkeys(_runs_of(leaves))), leaves)


def _runs_of(leaves: tuple[str, ...]) -> Iterator[str]:
    for length in range(1, len(leaves) + 1):
        for first in range(len(leaves) - length + 1):
            yield "+".join(leaves[first : first + length])[:MAX_LEXEME]


def analyse(text: str) -> Analysis:
    """Words and numbers of a text with their lexemes, in order."""
    tokens: list[Token] = []
    gaps: list[str] = []
    previous = 0
    for raw in tokenise(text):
        gaps.append(text[previous : raw.start])
        tokens.append(Token(know(raw.text), raw.spans))
        previous = raw.end
    return Analysis(tuple(tokens), tuple(_wholes(tokens, gaps)))


_JOINT = re.compile(r" ?/ ?|[./_:\-\u2010\u2011\u2013]")
_HYPHEN = re.compile(r"[-\u2010\u2011]\s*")


Make = Callable[[list[Forms]], tuple[str, ...]]


def _wholes(tokens: list[Token], gaps: list[str]) -> Iterator[Whole]:
    yield from _runs(tokens, gaps, _JOINT, _reference)
    yield from _runs(tokens, gaps, _HYPHEN, _hyphenated)
    yield from _spelt_dates(tokens, gaps)


def _runs(tokens: list[Token], gaps: list[str], joint: re.Pattern[str], make: Make) -> Iterator[Whole]:
    """Longest stretches of words that `joint` connects."""
    first = 0
    for place in range(1, len(tokens) + 1):
        if place < len(tokens) and gaps[place] != " " and joint.fullmatch(gaps[place]):
            continue
        if place - first > 1 and (lexemes := make([token.forms for token in tokens[first:place]])):
            yield Whole(first, place - 1, lexemes)
        first = place


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


def _spelt_dates(tokens: list[Token], gaps: list[str]) -> Iterator[Whole]:
    """3. März 2024 is 3.3.2024."""
    for place in range(1, len(tokens) - 1):
        month = _MONTHS.get(tokens[place].forms.form)
        day, year = tokens[place - 1].forms.form, tokens[place + 1].forms.form
        if month and day.isdigit() and len(day) <= 2 and year.isdigit() and len(year) in (2, 4):
            yield Whole(place - 1, place + 1, (reference_lexeme((day, month, year)),))
