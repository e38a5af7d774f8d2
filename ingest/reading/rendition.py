"""Makes the PDF/A-2b beside an original; a scan keeps its own image bytes, with the read text exactly under them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pikepdf
from pikepdf import Dictionary, Matrix, Name, Stream

from ingest.facts import PartKind
from ingest.reading.archivable import save_archivable
from ingest.reading.limits import Limits
from ingest.reading.page_picture import visible_box
from ingest.reading.picture_pdf import append_frame
from ingest.reading.removable import take_off
from ingest.reading.rendition_check import check_laid_text, check_own_text, check_pictures, check_tags


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The invisible text of page `number`, read on a picture of `size` (upright by `turn`, straightened by `skew`)."""

    number: int
    layer: Path | None
    turn: int
    skew: float
    size: tuple[int, int]


def make_rendition(
    source: Path, kind: PartKind, pages: Sequence[TextLayer], target: Path, limits: Limits
) -> tuple[str, ...]:
    """Writes `target`; gives the names of the fonts that were replaced. `pages` holds every page in order.

    Call it through `run_limited`. Raises NotArchivable, RenditionBroken, PictureTooLarge, PictureDamaged,
    pikepdf.PdfError, pypdfium2.PdfiumError.
    """
    with _open_source(source, kind, len(pages), limits) as pdf:
        take_off(pdf)
        fonts: dict[bytes, pikepdf.Object] = {}
        for page, text in zip(pdf.pages, pages, strict=True):
            _lay_text(pdf, page, text, fonts)
        mended = save_archivable(pdf, target)
    check_pictures(source, kind, target, len(pages), limits)
    check_laid_text(target, [page.number for page in pages if page.layer is not None])
    if kind != "image":
        check_own_text(source, target, [page.number for page in pages if page.layer is None], mended)
        check_tags(source, target)
    return mended.fonts


def _open_source(source: Path, kind: PartKind, pages: int, limits: Limits) -> pikepdf.Pdf:
    if kind != "image":
        return pikepdf.open(source)
    pdf = pikepdf.new()
    for number in range(1, pages + 1):
        append_frame(pdf, source, number, limits)
    return pdf


# --- the text --------------------------------------------------------------------------------------


def _lay_text(pdf: pikepdf.Pdf, page: pikepdf.Page, text: TextLayer, fonts: dict[bytes, pikepdf.Object]) -> None:
    """Under the page's own content, whose graphics state it leaves alone; then the page is turned upright."""
    rotation = (int(page.rotation) + text.turn) % 360
    if text.layer is not None:
        with pikepdf.open(text.layer) as layer:
            form = cast("Stream", pdf.copy_foreign(layer.pages[0].as_form_xobject()))
            width, height = (float(side) for side in list(layer.pages[0].mediabox)[2:])
        _share_fonts(form, fonts)
        name = page.add_resource(form, Name.XObject, prefix="Text")
        to_unit = Matrix(1 / width, 0, 0, 1 / height, 0, 0)
        matrix = to_unit @ _skewed_back(text.size, text.skew) @ _place(visible_box(page), rotation)
        page.contents_add(b"q %s cm %s Do Q\n" % (matrix.encode(), str(name).encode()), prepend=True)
    if text.turn:
        page.obj.Rotate = rotation


def _share_fonts(form: Stream, fonts: dict[bytes, pikepdf.Object]) -> None:
    """Every layer brings the same font without glyphs, 8 kB a page: one is enough for the file."""
    found = form.get(Name.Resources, Dictionary()).get(Name.Font, Dictionary())
    for name in list(found.keys()):
        fingerprint = found[name].unparse(resolved=True) if found[name].is_indirect else b""
        key = _font_key(found[name]) or fingerprint
        found[name] = fonts.setdefault(key, found[name])


def _font_key(font: pikepdf.Object) -> bytes:
    """The same for fonts of the same content; empty for a font that is not tesseract's."""
    try:
        descendant = font.DescendantFonts[0]
        program = descendant.FontDescriptor.FontFile2.read_raw_bytes()
        mapping = font.ToUnicode.read_bytes()
        widths = descendant.get(Name.W, descendant.get(Name.DW, 0))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return b""
    return hashlib.sha256(program + mapping + repr(widths).encode()).digest()


def _skewed_back(size: tuple[int, int], skew: float) -> Matrix:
    """From the unit square of the straightened picture to that of the page: turned clockwise about the middle."""
    if not skew:
        return Matrix()
    width, height = size
    sine, cosine = math.sin(math.radians(skew)), math.cos(math.radians(skew))
    to_middle = Matrix(width, 0, 0, height, -width / 2, -height / 2)
    return to_middle @ Matrix(cosine, -sine, sine, cosine, 0, 0) @ to_middle.inverse()


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
