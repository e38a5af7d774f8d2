"""Makes the PDF/A-2b beside an original; a scan keeps its own image bytes, with the read text exactly under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from dms.pages import PageText
from ingest.facts import PartKind
from ingest.reading.archivable import save_archivable
from ingest.reading.limits import Limits
from ingest.reading.picture_pdf import append_frame
from ingest.reading.pictures import PictureFrames
from ingest.reading.removable import take_off
from ingest.reading.rendition_check import check_laid_text, check_own_text, check_pictures, check_tags
from ingest.reading.text_underlay import invisible_font, lay_text


@dataclass(frozen=True, slots=True)
class ReadPageText:
    """What was read on the picture of page `number`, set upright by `turn`; `text` is None for a page that brought
    its text."""

    number: int
    text: PageText | None
    turn: int


def make_rendition(
    source: Path, kind: PartKind, pages: Sequence[ReadPageText], target: Path, limits: Limits
) -> tuple[str, ...]:
    """Writes `target`; gives the names of the fonts that were replaced. `pages` holds every page in order.

    Call it through `run_limited`. Raises NotArchivable, RenditionBroken, PictureTooLarge, PictureDamaged,
    pikepdf.PdfError, pypdfium2.PdfiumError.
    """
    with _open_source(source, kind, len(pages), limits) as pdf:
        take_off(pdf)
        if any(page.text is not None for page in pages):
            font = invisible_font(pdf)
            for page, read in zip(pdf.pages, pages, strict=True):
                lay_text(page, read.text or PageText(), read.turn, font)
        mended = save_archivable(pdf, target)
    check_pictures(source, kind, target, len(pages), limits)
    check_laid_text(target, [page.number for page in pages if page.text is not None and page.text.lines])
    if kind != "image":
        check_own_text(source, target, [page.number for page in pages if page.text is None], mended)
        check_tags(source, target)
    return mended.fonts


def _open_source(source: Path, kind: PartKind, pages: int, limits: Limits) -> pikepdf.Pdf:
    if kind != "image":
        return pikepdf.open(source)
    pdf = pikepdf.new()
    with PictureFrames(source) as frames:
        for number in range(1, pages + 1):
            append_frame(pdf, frames, number, limits)
    return pdf
