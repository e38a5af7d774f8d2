"""Where the words of a text are: words and numbers with their places, words hyphenated over a line end as one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from search.german.ibans import find_ibans
from search.german.lexemes import Span


class RawToken(NamedTuple):
    """A word as written, without line-end hyphens, and where it stands in the text (two spans when hyphenated)."""

    text: str
    spans: tuple[Span, ...]


_INNER = "[\u00ad'’\u0300-\u036f]"
_WORD = rf"[^\W_]+(?:{_INNER}+[^\W_]+|[\u0300-\u036f]+)*"
_BREAK = r"(?<=[^\W\d_])[-\u2010\u00ad¬][ \t]*\r?\n[ \t]*(?!(?:und|oder|bzw|sowie|noch)\b)(?=[a-zäöüß])"
"""A hyphen at a line end before a small letter; "Haupt-⏎und Nebenstraßen" are two words."""
_TOKEN = re.compile(rf"{_WORD}(?:{_BREAK}{_WORD})*")
_PIECE = re.compile(_BREAK)


def tokenise(text: str) -> Iterator[RawToken]:
    """All words and numbers, in order. An IBAN, in groups or not, on one line or two, is one token."""
    position = 0
    for start, end, iban in find_ibans(text):
        yield from _words(text, position, start)
        yield RawToken(iban, ((start, end),))
        position = end
    yield from _words(text, position, len(text))


def _words(text: str, start: int, end: int) -> Iterator[RawToken]:
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        if "\n" not in word:
            yield RawToken(word, (match.span(),))
            continue
        offset, spans, pieces = match.start(), [], []
        for gap in [*_PIECE.finditer(text, *match.span()), None]:
            stop = gap.start() if gap else match.end()
            spans.append((offset, stop))
            pieces.append(text[offset:stop])
            offset = gap.end() if gap else stop
        yield RawToken("".join(pieces), tuple(spans))
