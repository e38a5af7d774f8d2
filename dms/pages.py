"""What the text of one page looks like: lines of words, each word with its box on the displayed page.

Readers write it, the database and the objects keep it, search highlights with it. The plain text follows from the
words (words joined by one space, lines by a line feed), so a place in the text and a box on the picture always agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Box(NamedTuple):
    """Fractions of the upright page as displayed: 0,0 is top left, 1,1 is bottom right."""

    x0: float
    y0: float
    x1: float
    y1: float


class Word(NamedTuple):
    text: str
    box: Box


Line = tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word and where it stands: `start` and `end` are offsets in `PageText.text`."""

    word: Word
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PageText:
    lines: tuple[Line, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(" ".join(word.text for word in line) for line in self.lines)

    def placed_words(self) -> Iterator[PlacedWord]:
        """All words in reading order with their offsets in `text`."""
        offset = 0
        for number, line in enumerate(self.lines):
            for word in line:
                yield PlacedWord(word, number, offset, offset + len(word.text))
                offset += len(word.text) + 1

    def to_json(self) -> list[Any]:
        """`[[["Sehr", x0, y0, x1, y1], …], …]`, a list of lines, boxes rounded to a hundred-thousandth of the page."""
        return [
            [[w.text, *(round(v, 5) for v in (w.box.x0, w.box.y0, w.box.x1, w.box.y1))] for w in line]
            for line in self.lines
        ]

    @classmethod
    def from_json(cls, lines: Sequence[Sequence[Sequence[Any]]]) -> PageText:
        return cls(tuple(tuple(Word(w[0], Box(*w[1:5])) for w in line) for line in lines))
