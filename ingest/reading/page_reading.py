"""Takes one page in hand: decodes it once for all uses, or reads a stretch of text pages; what runs inside the limits.

Hand the functions to `run_limited`. They leave files in the folder and return small values, so that no picture passes
between processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from dms.pages import Box, PageText
from ingest.facts import Barcode, PageWay
from ingest.reading import blank, page_image
from ingest.reading.barcodes import distinct, find_barcodes, read_barcodes
from ingest.reading.limits import Limits
from ingest.reading.orientation import turned
from ingest.reading.paper import evened
from ingest.reading.pdf_text import open_pdf, read_text_page
from ingest.reading.pictures import BORN_DIGITAL_DPI, PagePicture, draw_open_page, get_picture


@dataclass(frozen=True, slots=True)
class DecodedPage:
    """`picture`: the page in gray for OCR, an uncompressed TIFF (tesseract needs 0.2 s longer to load a PGM).
    `view`: the page for people, reduced, uncompressed.

    `code_boxes`: where barcodes stand on `picture`.
    """

    picture: Path
    view: Path
    dpi: int
    ink: float
    barcodes: tuple[Barcode, ...]
    code_boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page with a good text layer. `image` is a JPEG file of `size` pixels."""

    number: int
    text: PageText
    image: Path
    size: tuple[int, int]
    dpi: int
    blank: bool
    barcodes: tuple[Barcode, ...]


def decode_page(source: Path, way: PageWay, number: int, folder: Path, limits: Limits) -> DecodedPage:
    """The one decode. Raises PictureTooLarge, PictureDamaged, pypdfium2.PdfiumError, pikepdf.PdfError."""
    found = get_picture(source, way, number, limits)
    view = folder / "view.ppm"
    page_image.reduced(found.image).save(view)
    gray = found.gray
    ink, codes = blank.ink(gray), find_barcodes(gray)
    picture = folder / "page.tif"
    evened(gray, ink).save(picture, compression="raw")
    boxes = tuple(code.box for code in codes)
    return DecodedPage(picture, view, found.dpi, ink, tuple(distinct(codes)), boxes)


def encode_view(view: Path, turn: int) -> tuple[bytes, tuple[int, int]]:
    """The JPEG of a decoded page's view, set upright by `turn` degrees clockwise, and its size in pixels."""
    with Image.open(view) as image:
        upright = turned(image, turn)
        return page_image.jpeg(upright), upright.size


def read_text_pages(source: Path, numbers: Sequence[int], folder: Path, limits: Limits) -> list[TextPage]:
    """Text, boxes, barcodes and page images of pages that need no OCR. Raises pypdfium2.PdfiumError."""
    with open_pdf(source) as pdf:
        pages = []
        for number in numbers:
            drawn = draw_open_page(pdf, number, limits, dpi=BORN_DIGITAL_DPI)
            pages.append(_text_page(read_text_page(pdf, number), drawn, number, folder))
        return pages


def _text_page(text: PageText, drawn: PagePicture, number: int, folder: Path) -> TextPage:
    image = page_image.reduced(drawn.image)
    target = folder / f"page-{number}.jpg"
    target.write_bytes(page_image.jpeg(image))
    gray = drawn.gray  # codes that a program drew are sharp: read at 150 dpi all the same
    empty = blank.is_blank(blank.ink(gray))
    return TextPage(number, text, target, image.size, drawn.dpi, empty, tuple(read_barcodes(gray)))
