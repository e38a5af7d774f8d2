"""What texts are compared by: lexemes, and the words and stretches of a text that they stand for.

A lexeme is a string whose first sign tells its kind; a stem has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

FORM = "="
"""A word as written, folded; a number without leading zeros and thousands separators (=1234 for 1.234,00)."""
PART = "~"
"""A part of a compound, or a run of its parts (~grund+steu)."""
REFERENCE = "#"
"""Groups that belong together, without separators and leading zeros: #2018/335."""
DAY = "@"
"""A day: @2026-04-03 for 3.4.2026, 03.04.26, 3. April 2026."""
COMPACT = "%"
"""The same as one run of signs, zeros kept: %15181508156 for 151/815/08156, however it is grouped or broken."""
AMOUNT = "$"
"""A number with decimals, however it is punctuated: $1234.56."""
SHAPE = "?"
"""What a word that is in no dictionary looks like, letters that look alike as one: see search.german.similar."""
SENDER = "<"
"""Before another lexeme: it stands in the sender of a document (<mull, <=gmbh)."""
EXACT = (REFERENCE, DAY, COMPACT, AMOUNT)
"""Kinds that mean one thing only: never blurred, never given up for the sake of more finds."""
MAX_LEXEME = 80

Span = tuple[int, int]


class Forms(NamedTuple):
    """What one word is compared by. `leaves` are the stems of the smallest parts of a compound, `parts` the leaves and
    every run of them, joined by + (grund+steu, steu+bescheid in Grundsteuerbescheid)."""

    form: str
    stem: str
    parts: tuple[str, ...]
    leaves: tuple[str, ...]
    shapes: tuple[str, ...]
    """Only of words that no dictionary knows, misread perhaps."""
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
    """Lexemes that stand for the words `first` to `last` (inclusive) together: 2018/0335, E-Mail, 3. März 2024. Several
    may begin at one word, and one may stand within another."""

    first: int
    last: int
    lexemes: tuple[str, ...]


class Analysis(NamedTuple):
    tokens: tuple[Token, ...]
    wholes: tuple[Whole, ...]


def is_exact(lexeme: str) -> bool:
    return lexeme.startswith(EXACT)


def reference_lexeme(groups: Iterable[str]) -> str:
    return (REFERENCE + "/".join(groups))[:MAX_LEXEME]
