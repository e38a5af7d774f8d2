"""Sets plain text as an A4 PDF with embedded fonts, so that later steps read it like any born-digital document."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Container, Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from unicodedata import combining

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT, SPARE_FONT = "DejaVuSansMono", "DejaVuSans"
"""Together they have all letters of DIN SPEC 91379. The first lacks ẞ and sets accents that stand alone beside the
letter, so the second helps out."""
FONT_FOLDER = Path("/usr/share/fonts/truetype/dejavu")
"""Debian's fonts-dejavu-core."""
SIZE = 9.5
LEADING = 12.5
MARGIN = 20 * mm
COLUMNS = int((A4[0] - 2 * MARGIN) / (SIZE * 0.602))
"""Characters in a line: every character of the font is 0.602 of its size wide."""
ROWS = int((A4[1] - 2 * MARGIN) / LEADING)
TAB = 8
NO_GLYPH = "\N{WHITE SQUARE}"


class TooManyPages(Exception):
    """The text needs more pages than allowed."""


class FontMissing(RuntimeError):
    """DejaVu Sans (Mono) is not installed (Debian: fonts-dejavu-core)."""


def decode_text(content: bytes, declared: str | None = None) -> str:
    """Text of unknown encoding: byte order mark, else UTF-8, else as declared, else Windows-1252. Never fails.

    UTF-8 goes before the declaration: bytes that are valid UTF-8 by accident do not occur in German text, wrong
    declarations do. ISO-8859-1 is read as Windows-1252, as browsers do.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    latin = {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}
    wanted = None if declared is None or declared.lower() in latin else declared
    shifting = (wanted or "").lower().startswith(("iso-2022", "hz", "utf-7", "utf-16", "utf-32"))
    candidates = (wanted, "utf-8") if shifting else ("utf-8", wanted)
    for candidate in candidates:
        if candidate:
            try:
                return content.decode(candidate)
            except (UnicodeDecodeError, LookupError):
                continue
    return content.decode("cp1252", "replace")


def set_text(text: str, target: Path, *, most_pages: int) -> int:
    """Writes the PDF and gives its number of pages, at least one. The same text gives the same bytes.

    Raises TooManyPages; nothing is written then.
    """
    _glyphs()
    canvas = Canvas(str(target), pagesize=A4, invariant=True, pageCompression=1, initialFontName=FONT)
    count = 0
    for lines in _pages(text):
        count += 1
        if count > most_pages:
            raise TooManyPages
        _draw(canvas, lines)
    canvas.save()
    return count


@cache
def _glyphs() -> tuple[Container[int], Container[int]]:
    """Registers both fonts, and tells which characters each has."""
    fonts = []
    for name in (FONT, SPARE_FONT):
        file = FONT_FOLDER / f"{name}.ttf"
        if not file.is_file():
            raise FontMissing(f"{file} is not there (Debian: apt-get install fonts-dejavu-core)")
        font = TTFont(name, str(file))
        pdfmetrics.registerFont(font)
        if name == FONT:
            _correct_widths(font)
        fonts.append(font.face.charToGlyph)
    return fonts[0], fonts[1]


def _correct_widths(monospaced: TTFont) -> None:
    """reportlab scales the widths of all glyphs but the first in the font it embeds, where the file format wants them
    raw; PDF/A (ISO 19005-2, 6.2.11.5) refuses a font whose widths disagree."""
    width, _ = monospaced.face.hmetrics[0]
    monospaced.face.hmetrics = [(width, bearing) for _, bearing in monospaced.face.hmetrics]


def _draw(canvas: Canvas, lines: list[str]) -> None:
    top = A4[1] - MARGIN - SIZE
    for number, line in enumerate(lines):
        if not line:
            continue
        text = canvas.beginText(MARGIN, top - number * LEADING)
        for font, characters in groupby(line, _font_for):
            text.setFont(font, SIZE)
            text.textOut("".join(characters))
        canvas.drawText(text)
    canvas.showPage()


def _font_for(character: str) -> str:
    return FONT if character.isascii() or (ord(character) in _glyphs()[0] and not combining(character)) else SPARE_FONT


def _pages(text: str) -> Iterator[list[str]]:
    page: list[str] = []
    for sheet in text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\f").split("\f"):
        for line in _lines(sheet):
            if len(page) == ROWS:
                yield page
                page = []
            page.append(line)
        yield page
        page = []


def _lines(sheet: str) -> Iterable[str]:
    for paragraph in sheet.split("\n"):
        yield from _wrapped(_printable(paragraph.expandtabs(TAB).rstrip()))


def _printable(line: str) -> str:
    """Only what the fonts have (reportlab drops the rest without a word), an empty square for the others: emoji."""
    if line.isascii() and line.isprintable():
        return line
    normal = unicodedata.normalize("NFC", line)
    return "".join(map(_shown, (c for c in normal if unicodedata.category(c) not in ("Cc", "Cs", "Cf"))))


def _shown(character: str) -> str:
    if character.isascii():
        return character
    known = ord(character) <= 0xFFFF and any(ord(character) in glyphs for glyphs in _glyphs())
    return character if known else NO_GLYPH


def _wrapped(line: str) -> Iterator[str]:
    """Breaks at the last space that fits, in the middle of what has none."""
    while len(line) > COLUMNS:
        place = line.rfind(" ", 1, COLUMNS + 1)
        if place <= 0 or not line[:place].strip():
            yield line[:COLUMNS]
            line = line[COLUMNS:]
        else:
            yield line[:place]
            line = line[place + 1 :]
    yield line
