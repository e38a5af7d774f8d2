"""Makes the searchable PDF/A-2b of a scan: the scanner's own image bytes, the invisible text laid exactly under them.

It decides what may be taken off (thumbnails, transitions, scripts) and what may not (any byte of an image), and it
believes nothing: pages, text and image bytes of the written file are read back and compared.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pikepdf
from pikepdf import Dictionary, Matrix, Name, Stream, pdfa

from ingest.facts import PartKind
from ingest.reading.limits import Limits
from ingest.reading.page_picture import visible_box
from ingest.reading.pdf_text import open_pdf, read_text_page
from ingest.reading.picture_pdf import append_frame, frame_fingerprint, picture_fingerprint

FLAVOUR = "2b"
REMOVABLE_FROM_PAGE = (Name.Trans, Name.Thumb, Name.Dur, Name.PieceInfo, Name.AA)
REMOVABLE_FROM_ROOT = (Name.OpenAction, Name.AA, Name.PieceInfo)
REMOVABLE_FROM_TRAILER = (Name("/DocChecksum"),)
"""LibreOffice, reportlab and scanners write these; none carries content, and PDF/A knows none of them."""


class NotArchivable(Exception):
    """The validator does not approve; `rules` are its rule ids (those of veraPDF)."""

    def __init__(self, rules: tuple[str, ...]) -> None:
        super().__init__(rules)
        self.rules = rules


class RenditionBroken(Exception):
    """The written file is not what it should be: a page, the text or an image was lost. A fault of ours."""


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The invisible text of page `number`, read on a picture of `size` (upright by `turn`, straightened by `skew`)."""

    number: int
    layer: Path | None
    turn: int
    skew: float
    size: tuple[int, int]


def make_rendition(source: Path, kind: PartKind, pages: Sequence[TextLayer], target: Path, limits: Limits) -> None:
    """Writes `target`. `pages` holds every page in order. Call it through `run_limited`.

    Raises NotArchivable, RenditionBroken, PictureTooLarge, PictureDamaged, pikepdf.PdfError, pypdfium2.PdfiumError.
    """
    with _open_source(source, kind, len(pages), limits) as pdf:
        _strip(pdf)
        fonts: dict[bytes, pikepdf.Object] = {}
        for page, text in zip(pdf.pages, pages, strict=True):
            _lay_text(pdf, page, text, fonts)
        try:
            pdfa.save(pdf, target, FLAVOUR)
        except pdfa.PdfaError as error:
            raise NotArchivable(tuple(sorted({finding.rule for finding in error.report.findings}))) from error
    _verify(source, kind, pages, target, limits)


def _open_source(source: Path, kind: PartKind, pages: int, limits: Limits) -> pikepdf.Pdf:
    if kind != "image":
        return pikepdf.open(source)
    pdf = pikepdf.new()
    for number in range(1, pages + 1):
        append_frame(pdf, source, number, limits)
    return pdf


def _strip(pdf: pikepdf.Pdf) -> None:
    for holder, keys in ((pdf.Root, REMOVABLE_FROM_ROOT), (pdf.trailer, REMOVABLE_FROM_TRAILER)):
        for key in keys:
            if key in holder:
                del holder[key]
    for page in pdf.pages:
        for key in REMOVABLE_FROM_PAGE:
            if key in page.obj:
                del page.obj[key]
        for image in page.get_images().values():
            if Name.Metadata in image:
                del image[Name.Metadata]


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


# --- trust nothing ----------------------------------------------------------------------------------


def _verify(source: Path, kind: PartKind, pages: Sequence[TextLayer], target: Path, limits: Limits) -> None:
    with pikepdf.open(target) as written:
        if len(written.pages) != len(pages):
            raise RenditionBroken(f"{len(written.pages)} pages instead of {len(pages)}")
        before = _fingerprints_of_source(source, kind, len(pages), limits)
        for number, (page, expected) in enumerate(zip(written.pages, before, strict=True), start=1):
            found = [picture_fingerprint(page)] if kind == "image" else _image_fingerprints(page)
            if found != expected:
                raise RenditionBroken(f"page {number}: the image is not the original's")
    with open_pdf(target) as readable:
        for text in pages:
            if text.layer is not None and not read_text_page(readable, text.number).lines:
                raise RenditionBroken(f"page {text.number}: the text cannot be taken out again")


def _fingerprints_of_source(source: Path, kind: PartKind, pages: int, limits: Limits) -> Iterator[list[bytes]]:
    if kind == "image":
        for number in range(1, pages + 1):
            yield [frame_fingerprint(source, number, limits)]
        return
    with pikepdf.open(source) as pdf:
        for page in pdf.pages:
            yield _image_fingerprints(page)


def _image_fingerprints(page: pikepdf.Page) -> list[bytes]:
    """Of the bytes as coded; losslessly packed ones may be packed anew on the way, so there of the bytes within."""
    images = [cast("Stream", image) for image in page.get_images().values()]
    return sorted(hashlib.sha256(_coded(image)).digest() for image in images)


def _coded(image: Stream) -> bytes:
    filters = image.get(Name.Filter)
    if filters is None or filters == Name.FlateDecode:
        return bytes(image.read_bytes())
    return bytes(image.read_raw_bytes())
