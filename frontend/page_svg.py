"""Geometry of the text over a page's picture: one line of text per line read, each word stretched over its box.

One `<text>` per line with a `<tspan>` per word, so that marked text is copied in lines and phrases are found by the
browser's own search across words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from dms.pages import Box, Line, PageText
from ingest.reading.page_image import LONG_SIDE

A4 = (1240, 1754)
"""Width and height for a page whose size nobody could tell."""
A4_LONG_INCHES = 11.69
ASCENT = 0.78
"""Where the baseline lies within a word's box: below it are only the tails of g and y."""


@dataclass(frozen=True, slots=True)
class SvgWord:
    text: str
    x: float
    length: float


@dataclass(frozen=True, slots=True)
class SvgLine:
    y: float
    size: float
    words: tuple[SvgWord, ...]


@dataclass(frozen=True, slots=True)
class SvgBox:
    x: float
    y: float
    width: float
    height: float


def svg_lines(page: PageText, width: int, height: int) -> list[SvgLine]:
    """In units of the picture's pixels."""
    return [_line(line, width, height) for line in page.lines if line]


def svg_finds(groups: Sequence[Sequence[Box]], width: int, height: int) -> list[list[SvgBox]]:
    """The boxes of each find, a little wider than the words so that the letters stay readable."""
    pad = width / 600
    return [[_box(box, width, height, pad) for box in group] for group in groups]


def page_size(width: int, height: int) -> tuple[int, int]:
    return (width, height) if width and height else A4


def shown_dpi(width: int, height: int, read_at: int) -> int:
    """Pixels of the page image on an inch of the paper, so that the viewer can show it as large as it is.

    `read_at`: how fine the page was read. Its image was made smaller if it has the longest side that images get, and
    then it is taken for A4, as nearly all pages are; 0: nobody could tell.
    """
    if not read_at or max(width, height) == LONG_SIDE:
        return round(max(page_size(width, height)) / A4_LONG_INCHES)
    return read_at


def _line(line: Line, width: int, height: int) -> SvgLine:
    size = median(word.box.y1 - word.box.y0 for word in line) * height
    top = median(word.box.y0 for word in line) * height
    words = tuple(
        SvgWord(word.text, _round(word.box.x0 * width), _round(max((word.box.x1 - word.box.x0) * width, 1)))
        for word in line
    )
    return SvgLine(_round(top + size * ASCENT), _round(max(size, 1)), words)


def _box(box: Box, width: int, height: int, pad: float) -> SvgBox:
    return SvgBox(
        _round(box.x0 * width - pad),
        _round(box.y0 * height - pad),
        _round((box.x1 - box.x0) * width + 2 * pad),
        _round((box.y1 - box.y0) * height + 2 * pad),
    )


def _round(value: float) -> float:
    return round(value, 1)
