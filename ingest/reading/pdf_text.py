"""Reads the text layer of a PDF page with a box for each word, and draws a page as a picture; both by PDFium."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_double, c_ushort
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from dms.pages import Box, PageText, Word
from ingest.reading.form_values import typed_words
from ingest.reading.sandbox import Expense, TooExpensive

A_WORD = re.compile(r"[^\x00-\x20\s]+")
"""PDFium's marks are control characters, and they separate; so does every kind of space."""
HYPHEN_AT_LINE_END = "\x02"
"""PDFium's own mark for a hyphen at the end of a line; it joins the two halves and gives no line break."""
HYPHEN_IN_TEXT = "\ufffe"
"""The same mark, where PDFium gives the text as a whole."""
LINE_BREAKS = {"\n", "\r", HYPHEN_AT_LINE_END}
LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
UNREADABLE = {"Cc", "Cf", "Cn", "Co", "Cs"}
"""Unicode categories: control, format, not assigned, private use, half of a pair."""
NOWHERE = (math.inf, math.inf, -math.inf, -math.inf)
SAME_BASELINE = 0.3
"""Two words stand on one line when their baselines differ by less than this share of the word's height."""


DRAWING_BYTES = 320 * 1024 * 1024
LARGEST_DECODED = 260 * 1024 * 1024
LIGHT_DECODED = 40 * 1024 * 1024
"""What a page and its pictures may take, so that drawing fits into `Limits.memory_mb` (measured: beside a picture of
148 MiB a page of 20 MiB is drawn, one of 66 MiB is left blank)."""


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """`dpi` is what was drawn: less than what was asked for when the page would be too large."""

    picture: Image.Image
    dpi: int


@contextmanager
def open_pdf(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    """Raises pypdfium2.PdfiumError when it cannot be opened. Filled-in form fields are drawn."""
    with pypdfium2.PdfDocument(path) as pdf:
        if pdf.get_formtype() != pdfium.FORMTYPE_NONE:
            pdf.init_forms()
        yield pdf


@contextmanager
def open_page(pdf: pypdfium2.PdfDocument, number: int) -> Iterator[pypdfium2.PdfPage]:
    """Page `number` from 1. Raises pypdfium2.PdfiumError when it cannot be loaded."""
    page = pdf[number - 1]
    try:
        yield page
    finally:
        page.close()


def page_size(pdf: pypdfium2.PdfDocument, number: int) -> tuple[float, float]:
    """Width and height in points of page `number` (from 1) as displayed, that is cropped and rotated."""
    with open_page(pdf, number) as page:
        width, height = page.get_size()
        return float(width), float(height)


def read_text_page(pdf: pypdfium2.PdfDocument, number: int) -> PageText:
    """The text layer of page `number` (from 1), words in the order of the page's content; then what was typed on it.

    Ligatures are spelt out, soft hyphens inside a line dropped, and the rest normalised to NFC. Text outside the
    visible page is left out. Raises pypdfium2.PdfiumError.
    """
    with open_page(pdf, number) as page:
        shown = _Shown.of(page)
        textpage = page.get_textpage()
        try:
            words = [word for raw in _raw_words(textpage) if (word := _placed(raw, shown))]
        finally:
            textpage.close()
        typed = [word for raw in _typed(pdf, page) if (word := _placed(raw, shown))]
    return PageText((*_in_lines(words), *_in_lines(typed)))


def plain_text(pdf: pypdfium2.PdfDocument, number: int) -> str:
    """The text layer of page `number` (from 1) as PDFium gives it, without boxes and far quicker."""
    with open_page(pdf, number) as page:
        textpage = page.get_textpage()
        try:
            return str(textpage.get_text_range())
        finally:
            textpage.close()


def render_page(pdf: pypdfium2.PdfDocument, number: int, dpi: int, *, pixels: int, gray: bool = False) -> DrawnPage:
    """Draws page `number` (from 1) on white with at most `pixels` pixels (4 bytes each, 1 with `gray`); RGBX or L.

    RGBX is RGB with a byte unused: so Pillow takes PDFium's memory as it is, and nothing is copied.

    Raises pypdfium2.PdfiumError, and TooExpensive for a picture that PDFium could not hold in memory: it would leave a
    blank page and say nothing.
    """
    with open_page(pdf, number) as page:
        width, height = page.get_size()
        pixels = min(pixels, _affordable_pixels(page) // (1 if gray else 3))
        scale = min(dpi / 72, math.sqrt(pixels / max(width * height, 1.0)))
        # PDFium rounds up; one pixel less on each side keeps the product below the limit.
        scale = min(scale, max(math.sqrt(pixels) - 1, 1) / math.sqrt(max(width * height, 1.0)))
        bitmap = page.render(scale=scale, grayscale=gray, rev_byteorder=True, prefer_bgrx=True, limit_image_cache=True)
        picture = bitmap.to_pil()
    return DrawnPage(picture, max(round(scale * 72), 1))


def _affordable_pixels(page: pypdfium2.PdfPage) -> int:
    """Bytes that the drawn page may take beside the largest picture on it. Raises TooExpensive."""
    heaviest = max((_decoded_bytes(thing) for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])), default=0)
    if heaviest > LARGEST_DECODED:
        raise TooExpensive(Expense.MEMORY)
    return (DRAWING_BYTES - heaviest) // 3 if heaviest > LIGHT_DECODED else DRAWING_BYTES


def _decoded_bytes(picture: pypdfium2.PdfImage) -> int:
    """Told by the picture's header. A JPEG is decoded line by line and takes next to nothing."""
    if "DCTDecode" in picture.get_filters():
        return 0
    told = picture.get_metadata()
    return int(told.width * told.height * max(told.bits_per_pixel, 1) // 8)


# --- from characters to words -----------------------------------------------------------------------


class _RawWord(NamedTuple):
    """Characters with the box and baseline in the page's own units; `breaks` tells that a new line begins here."""

    breaks: bool
    text: str
    left: float
    bottom: float
    right: float
    top: float
    baseline: float


class _PlacedWord(NamedTuple):
    word: Word
    breaks: bool
    baseline: float


def _raw_words(textpage: pypdfium2.PdfTextPage) -> Iterator[_RawWord]:
    signs, end = _signs(textpage.raw), 0
    edges = _Edges()
    breaks = True
    for found in A_WORD.finditer(signs):
        breaks = breaks or not LINE_BREAKS.isdisjoint(signs[end : found.start()])
        end = found.end()
        yield _measured(textpage.raw, signs, *found.span(), breaks, edges)
        breaks = False


def _signs(raw: pdfium.FPDF_TEXTPAGE) -> str:
    """One sign for each of PDFium's positions. In one call, where the text is as long as there are positions; asking
    for each takes as long as all the rest of reading a page."""
    count = pdfium.FPDFText_CountChars(raw)
    text = (c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(raw, 0, count, text) == count + 1:
        return bytes(text)[:-2].decode("utf-16-le", "surrogatepass").replace(HYPHEN_IN_TEXT, HYPHEN_AT_LINE_END)
    return "".join(chr(pdfium.FPDFText_GetUnicode(raw, index)) for index in range(count))


def _typed(pdf: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Iterator[_RawWord]:
    line = -1
    for word in typed_words(pdf, page):
        yield _RawWord(word.line != line, word.text, word.left, word.bottom, word.right, word.top, word.bottom)
        line = word.line


class _Edges:
    """Where PDFium writes a rectangle, or a point as `left` and `bottom`; made once for a page full of words."""

    def __init__(self) -> None:
        self.left, self.top, self.right, self.bottom = c_double(), c_double(), c_double(), c_double()
        self.rectangle = tuple(byref(edge) for edge in (self.left, self.top, self.right, self.bottom))
        self.point = (byref(self.left), byref(self.bottom))


def _measured(raw: pdfium.FPDF_TEXTPAGE, signs: str, start: int, end: int, breaks: bool, edges: _Edges) -> _RawWord:
    """The word of signs `start` to `end` (not included). PDFium gives a rectangle per stretch of one font."""
    text = signs[start:end]
    if not text.isascii():
        text = text.translate(LIGATURES)
    if signs.startswith(HYPHEN_AT_LINE_END, end):
        text, end = text + "-", end + 1
    left, bottom, right, top = NOWHERE
    for number in range(pdfium.FPDFText_CountRects(raw, start, end - start)):
        if pdfium.FPDFText_GetRect(raw, number, *edges.rectangle):
            x0, y1, x1, y0 = edges.left.value, edges.top.value, edges.right.value, edges.bottom.value
            left, right = min(left, x0), max(right, x1)
            bottom, top = min(bottom, y0), max(top, y1)
    baseline = edges.bottom.value if pdfium.FPDFText_GetCharOrigin(raw, start, *edges.point) else 0.0
    return _RawWord(breaks, text, left, bottom, right, top, baseline)


def _placed(raw: _RawWord, shown: _Shown) -> _PlacedWord | None:
    """None when the word holds nothing readable or lies outside the visible page."""
    text = _normalised(raw.text)
    if not text or raw.right < raw.left:
        return None
    box = shown.box(raw.left, raw.bottom, raw.right, raw.top)
    if box is None:
        return None
    return _PlacedWord(Word(text, box), raw.breaks, shown.baseline(raw.left, raw.baseline))


def _normalised(text: str) -> str:
    if text.isascii():
        return text if text.isprintable() else "".join(c for c in text if c.isprintable())
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # joins halves of astral characters
    return unicodedata.normalize("NFC", "".join(c for c in text if not unreadable(c)))


def unreadable(character: str) -> bool:
    """Stands for nothing that anybody could search for: no Unicode value, control, private use, replacement."""
    return character == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(character) in UNREADABLE


def _in_lines(words: list[_PlacedWord]) -> Iterator[tuple[Word, ...]]:
    """PDFium breaks a line at each new piece of text; pieces that go on to the right on one baseline are one line."""
    line: list[Word] = []
    last: _PlacedWord | None = None
    for placed in words:
        if last is not None and placed.breaks and not _goes_on(last, placed):
            yield tuple(line)
            line = []
        line.append(placed.word)
        last = placed
    if line:
        yield tuple(line)


def _goes_on(last: _PlacedWord, word: _PlacedWord) -> bool:
    height = max(last.word.box.y1 - last.word.box.y0, word.word.box.y1 - word.word.box.y0)
    return abs(word.baseline - last.baseline) <= SAME_BASELINE * height and word.word.box.x0 >= last.word.box.x1


# --- from the page's units to the displayed page ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """The visible part of a page in its own units (origin bottom left), and its turn in degrees clockwise."""

    left: float
    bottom: float
    width: float
    height: float
    turn: int

    @classmethod
    def of(cls, page: pypdfium2.PdfPage) -> _Shown:
        left, bottom, right, top = page.get_bbox()
        right, top = max(right, left + 1e-6), max(top, bottom + 1e-6)
        return cls(left, bottom, right - left, top - bottom, page.get_rotation())

    def box(self, left: float, bottom: float, right: float, top: float) -> Box | None:
        """None when nothing of it is visible. `left` ≤ `right` and `bottom` ≤ `top`."""
        x0, y1 = self._point(left, bottom)
        x1, y0 = self._point(right, top)
        if self.turn:
            x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        if x0 >= 0 and y0 >= 0 and x1 <= 1 and y1 <= 1:
            return Box(x0, y0, x1, y1)
        if x1 < 0 or y1 < 0 or x0 > 1 or y0 > 1:
            return None
        return Box(max(x0, 0.0), max(y0, 0.0), min(x1, 1.0), min(y1, 1.0))

    def baseline(self, x: float, y: float) -> float:
        return self._point(x, y)[1]

    def _point(self, x: float, y: float) -> tuple[float, float]:
        across = (x - self.left) / self.width
        up = (y - self.bottom) / self.height
        match self.turn:
            case 0:
                return across, 1 - up
            case 90:
                return up, across
            case 180:
                return 1 - across, up
            case _:
                return 1 - up, 1 - across
