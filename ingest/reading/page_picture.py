"""Finds the one picture that makes a scanned page, so that it is taken out as it is instead of being drawn."""

from __future__ import annotations

from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Object
from PIL import Image

EDGE = 0.004
"""The picture's edges lie on the page's within this share of the page: word boxes of one fit the other."""
SQUARE = 0.03
"""Horizontal and vertical resolution may differ by this much."""
PLAIN_FILTERS = {Name.DCTDecode, Name.FlateDecode, Name.CCITTFaxDecode, Name.LZWDecode}
HARMLESS = {
    "q", "Q", "cm", "gs", "re", "W", "W*", "n", "w", "J", "j", "M", "d", "ri", "i", "g", "G", "rg", "RG", "k", "K",
    "cs", "CS", "sc", "SC", "scn", "SCN", "BMC", "BDC", "EMC", "MP", "DP", "BX", "EX",
}  # fmt: skip
"""Operators that paint nothing themselves."""
UNDECODABLE = (pikepdf.PdfError, pikepdf.UnsupportedImageTypeError, OSError, NotImplementedError, SyntaxError)
LONGEST_CONTENT = 20_000
"""Bytes of page content; a page that is one picture needs about fifty."""


@dataclass(frozen=True, slots=True)
class FullPagePicture:
    """The one picture that makes a page. Turn it `turn` degrees clockwise to see it as the page shows it."""

    stream: pikepdf.Stream
    turn: int
    dpi: int

    @property
    def width(self) -> int:
        return int(self.stream.Width)

    @property
    def height(self) -> int:
        return int(self.stream.Height)

    @property
    def is_jpeg(self) -> bool:
        return _filters(self.stream) == [Name.DCTDecode]

    def decode(self) -> Image.Image:
        """The pixels as stored, before the turn: mode 1, L or RGB. Raises ValueError when they do not decode."""
        try:
            picture = pikepdf.PdfImage(self.stream).as_pil_image()
            if picture.size != (self.width, self.height):
                raise ValueError(f"the picture says {picture.size}, the page {(self.width, self.height)}")
            picture.load()
        except UNDECODABLE as error:
            raise ValueError(str(error)) from error
        return picture if picture.mode in ("1", "L", "RGB") else picture.convert("RGB")


def full_page_picture(page: pikepdf.Page) -> FullPagePicture | None:
    """The picture when it alone makes the page and decodes the way the page shows it; else None: draw the page."""
    try:
        return _full_page_picture(page)
    except (pikepdf.PdfError, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None  # whatever is odd about it, drawing the page copes better


def _full_page_picture(page: pikepdf.Page) -> FullPagePicture | None:
    if _has_marks_on_it(page):
        return None
    placed = _only_picture(page)
    if placed is None or not _is_plain(placed[0]):
        return None
    stream, matrix = placed
    turn = _turn(matrix)
    if turn is None or not _fills(page, matrix):
        return None
    left, bottom, right, top = _corners(matrix)
    unit = float(page.obj.get(Name.UserUnit, 1)) / 72
    across, along = (right - left) * unit, (top - bottom) * unit
    if turn in (90, 270):
        across, along = along, across
    dpi_x, dpi_y = int(stream.Width) / across, int(stream.Height) / along
    if abs(dpi_x - dpi_y) > SQUARE * max(dpi_x, dpi_y):
        return None
    return FullPagePicture(stream, (turn + int(page.rotation)) % 360, max(round((dpi_x + dpi_y) / 2), 1))


def _has_marks_on_it(page: pikepdf.Page) -> bool:
    """Annotations that show something: stamps, notes, filled-in fields."""
    notes = page.obj.get(Name.Annots)
    if not isinstance(notes, Array):
        return False
    found: list[Object] = list(notes)
    silent = {Name.Link, Name.Popup}
    return any(isinstance(note, Dictionary) and note.get(Name.Subtype) not in silent for note in found)


def _only_picture(page: pikepdf.Page) -> tuple[pikepdf.Stream, pikepdf.Matrix] | None:
    """The one XObject that the page paints, with its place; None when it paints anything else too."""
    if _content_length(page) > LONGEST_CONTENT:
        return None
    found: tuple[pikepdf.Stream, pikepdf.Matrix] | None = None
    matrix, kept = pikepdf.Matrix(), []
    for instruction in pikepdf.parse_content_stream(page):
        operands = list(instruction.operands)
        match str(instruction.operator):
            case "q":
                kept.append(matrix)
            case "Q":
                matrix = kept.pop()
            case "cm":
                matrix = pikepdf.Matrix(*(float(number) for number in operands)) @ matrix
            case "Do":
                thing = page.resources.XObject[str(operands[0])]
                if found is not None or not isinstance(thing, pikepdf.Stream) or thing.get(Name.Subtype) != Name.Image:
                    return None
                found = thing, matrix
            case other if other not in HARMLESS or _alters(page, other, operands):
                return None
    return found


def _alters(page: pikepdf.Page, operator: str, operands: list[Object]) -> bool:
    """What follows may be hidden (a layer that is switched off) or blended."""
    if operator == "BDC":
        return bool(operands[0] == Name.OC)
    return operator == "gs" and _blends(page.resources.ExtGState[str(operands[0])])


def _content_length(page: pikepdf.Page) -> int:
    content = page.obj.get(Name.Contents)
    streams = list(content) if isinstance(content, Array) else [content]
    return sum(int(stream.get(Name.Length, 0)) for stream in streams if isinstance(stream, pikepdf.Stream))


def _blends(state: Object) -> bool:
    """Transparency that changes how the picture looks."""
    opaque = float(state.get(Name.ca, 1)) == 1.0 and float(state.get(Name.CA, 1)) == 1.0
    normal = state.get(Name.BM, Name.Normal) in (Name.Normal, Name.Compatible)
    return not (opaque and normal and state.get(Name.SMask, Name("/None")) == Name("/None"))


def _is_plain(stream: pikepdf.Stream) -> bool:
    """Its pixels are what the page shows: no mask, no inversion, gray or RGB, 1 or 8 bits, a filter Pillow knows."""
    masked = bool(stream.get(Name.ImageMask, False)) or Name.SMask in stream or Name.Mask in stream
    filters = _filters(stream)
    plain = len(filters) == 1 and filters[0] in PLAIN_FILTERS
    bits = int(stream.get(Name.BitsPerComponent, 8))
    return plain and not masked and bits in (1, 8) and Name.Decode not in stream and _is_gray_or_rgb(stream)


def _filters(stream: pikepdf.Stream) -> list[Object]:
    found = stream.get(Name.Filter)
    if found is None:
        return []
    return list(found) if isinstance(found, Array) else [found]


def _is_gray_or_rgb(stream: pikepdf.Stream) -> bool:
    space = stream.get(Name.ColorSpace)
    if space in (Name.DeviceGray, Name.DeviceRGB):
        return True
    if not isinstance(space, Array):
        return False
    if space[0] == Name.ICCBased:
        return int(space[1].get(Name.N, 0)) in (1, 3)
    return space[0] in (Name.CalGray, Name.CalRGB)


def _turn(matrix: pikepdf.Matrix) -> int | None:
    """By how much the placement turns the picture clockwise; None for mirrored or slanted ones."""
    a, b, c, d = matrix.a, matrix.b, matrix.c, matrix.d
    slight = EDGE * max(abs(a), abs(b), abs(c), abs(d))
    if abs(b) <= slight and abs(c) <= slight and a * d > 0:
        return 0 if a > 0 else 180
    if abs(a) <= slight and abs(d) <= slight and b * c < 0:
        return 270 if b > 0 else 90
    return None


def _corners(matrix: pikepdf.Matrix) -> tuple[float, float, float, float]:
    points = [matrix.transform(corner) for corner in ((0, 0), (1, 0), (0, 1), (1, 1))]
    across, along = [x for x, _ in points], [y for _, y in points]
    return min(across), min(along), max(across), max(along)


def _fills(page: pikepdf.Page, matrix: pikepdf.Matrix) -> bool:
    box = visible_box(page)
    width, height = box[2] - box[0], box[3] - box[1]
    if width <= 0 or height <= 0:
        return False
    off = [abs(one - other) for one, other in zip(_corners(matrix), box, strict=True)]
    return max(off[0], off[2]) <= EDGE * width and max(off[1], off[3]) <= EDGE * height


def visible_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of CropBox within MediaBox, in the page's units; right < left when they do not meet."""
    media, crop = _rectangle(page.mediabox), _rectangle(page.cropbox)
    return max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])


def _rectangle(box: Array) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(number) for number in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
