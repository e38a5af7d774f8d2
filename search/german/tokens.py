"""Where the words of a text are: words and numbers with their places, words hyphenated over a line end as one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

Span = tuple[int, int]


class RawToken(NamedTuple):
    """A word as written, without line-end hyphens, and where it stands in the text (two spans when hyphenated)."""

    text: str
    spans: tuple[Span, ...]

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]


_INNER = "[\u00ad'’\u0300-\u036f]"
_WORD = rf"[^\W_]+(?:{_INNER}+[^\W_]+|[\u0300-\u036f]+)*"
_BREAK = r"(?<=[^\W\d_])[-\u2010\u00ad¬][ \t]*\r?\n[ \t]*(?!(?:und|oder|bzw|sowie|noch)\b)(?=[a-zäöüß])"
"""A hyphen at a line end before a small letter; "Haupt-⏎und Nebenstraßen" are two words."""
_TOKEN = re.compile(rf"{_WORD}(?:{_BREAK}{_WORD})*")
_PIECE = re.compile(_BREAK)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
_IBAN_SHORTEST, _IBAN_LONGEST = 15, 34


def tokenise(text: str) -> Iterator[RawToken]:
    """All words and numbers, in order. An IBAN, in groups or not, is one token."""
    position = 0
    for iban in _find_ibans(text):
        yield from _words(text, position, iban.start)
        yield iban
        position = iban.end
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


def _find_ibans(text: str) -> Iterator[RawToken]:
    position = 0
    while match := _IBAN.search(text, position):
        iban = _checked_iban(match.group())
        if iban:
            position = match.start() + len(iban)
            yield RawToken(iban.replace(" ", ""), ((match.start(), position),))
        else:
            position = match.start() + 4


def _checked_iban(written: str) -> str:
    """As much of `written`, cut at a group, as passes the check digits (ISO 13616); what follows may be other words."""
    while len(compact := written.replace(" ", "")) >= _IBAN_SHORTEST:
        if len(compact) <= _IBAN_LONGEST and compact.isascii():
            turned = compact[4:] + compact[:4]
            if int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1:
                return written
        written = written.rpartition(" ")[0]
    return ""
