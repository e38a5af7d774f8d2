"""Lays the read text invisibly under a page: each word level and by itself, exactly in the box that search highlights.

Each by itself, because readers of PDF cut a word that runs along a slanting line (poppler when its baseline moves by
half a point): on pages one degree askew they found other words than we did.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import zip_longest

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph
from pikepdf import Array, Dictionary, Matrix, Name

from dms.pages import Line, PageText, Word
from ingest.reading.page_picture import visible_box

FONT_NAME = "GlyphLess"
UNIT, ADVANCE = 1000, 500
"""Units of the font's size; every character is half as wide as it is high before it is stretched."""
SMALLEST = 0.5
"""Points: a box without height would make a font of size 0."""
APART = 0.25
"""Share of the higher word's height; poppler sees a gap from 0.15 of it on."""
OUTSIDE_BMP = "\N{REPLACEMENT CHARACTER}"
TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def invisible_font(pdf: pikepdf.Pdf) -> Dictionary:
    """The font for `lay_text`: one for the file is enough. Its codes are UTF-16, its glyphs empty."""
    program = pdf.make_stream(_program())
    program.Length1 = len(_program())
    name = Name(f"/{FONT_NAME}")
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=name, Flags=5, FontBBox=Array([0, 0, ADVANCE, UNIT]), ItalicAngle=0,
        Ascent=UNIT, Descent=-1, CapHeight=UNIT, StemV=80, FontFile2=program,
    )  # fmt: skip
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=name, DW=ADVANCE,
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        CIDToGIDMap=pdf.make_stream(b"\0\1" * 0x10000), FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=name, Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]), ToUnicode=pdf.make_stream(TO_UNICODE),
    )  # fmt: skip
    return pdf.make_indirect(font)


def lay_text(page: pikepdf.Page, text: PageText, turn: int, font: Dictionary) -> None:
    """Under the page's own content, whose graphics state it leaves alone; then the page is set upright by `turn`."""
    rotation = (int(page.rotation) + turn) % 360
    if text.lines:
        box = visible_box(page)
        lying = rotation in (90, 270)
        across, along = box[2] - box[0], box[3] - box[1]
        size = (along, across) if lying else (across, along)
        name = page.add_resource(font, Name.Font, prefix="Read")
        matrix = Matrix(1 / size[0], 0, 0, 1 / size[1], 0, 0) @ _place(box, rotation)
        words = b"\n".join(shown for line in text.lines for shown in _line(line, size, str(name).encode()))
        page.contents_add(b"q %s cm BT 3 Tr\n%s\nET Q" % (matrix.encode(), words), prepend=True)
    if turn:
        page.obj.Rotate = rotation


def _line(line: Line, size: tuple[float, float], font: bytes) -> Iterator[bytes]:
    """Readers join neighbours that stand close together, as boxes on a bad scan may: there a word ends earlier."""
    for word, neighbour in zip_longest(line, line[1:]):
        left, right, height = word.box.x0 * size[0], word.box.x1 * size[0], _height(word, size)
        if neighbour is not None and neighbour.box.x0 > word.box.x0:
            gap = APART * max(height, _height(neighbour, size))
            right = min(right, max(neighbour.box.x0 * size[0] - gap, (left + right) / 2))
        yield _shown(word, (left, (1 - word.box.y1) * size[1]), (right - left, height), font)


def _height(word: Word, size: tuple[float, float]) -> float:
    return max((word.box.y1 - word.box.y0) * size[1], SMALLEST)


def _shown(word: Word, place: tuple[float, float], size: tuple[float, float], font: bytes) -> bytes:
    characters = "".join(one if ord(one) <= 0xFFFF else OUTSIDE_BMP for one in word.text)
    stretch = 100 * max(size[0], SMALLEST) / (len(characters) * size[1] * ADVANCE / UNIT)
    codes = (characters + " ").encode("utf-16-be", "replace").hex().encode()
    return b"%s %.2f Tf %.2f Tz 1 0 0 1 %.2f %.2f Tm <%s> Tj" % (font, size[1], stretch, *place, codes)


@cache
def _program() -> bytes:
    """The one glyph is a line there and back: nothing to see, but as high and wide as a character is taken for."""
    builder = FontBuilder(UNIT)
    builder.setupGlyphOrder([".notdef", "empty"])
    builder.setupCharacterMap({})
    pen = TTGlyphPen(None)
    for move, corner in ((pen.moveTo, (0, 0)), (pen.lineTo, (ADVANCE, UNIT)), (pen.lineTo, (0, 0))):
        move(corner)
    pen.closePath()
    builder.setupGlyf({".notdef": Glyph(), "empty": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (ADVANCE, 0), "empty": (ADVANCE, 0)})
    builder.setupHorizontalHeader(ascent=UNIT, descent=-1)
    builder.setupNameTable({"familyName": FONT_NAME, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    written = BytesIO()
    builder.font.save(written)
    return written.getvalue()


def _place(box: tuple[float, float, float, float], rotation: int) -> Matrix:
    """From the unit square of the page as displayed to its own coordinates, in which it is turned by `rotation`."""
    x, y, width, height = box[0], box[1], box[2] - box[0], box[3] - box[1]
    placements = {
        0: (width, 0, 0, height, x, y),
        90: (0, height, -width, 0, x + width, y),
        180: (-width, 0, 0, -height, x + width, y + height),
        270: (0, -height, width, 0, x, y + height),
    }
    return Matrix(*placements[rotation])
