"""Believes nothing of a written rendition: pages, pictures and text are read back and compared with the original."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Array, Name, Stream

from dms.pages import PageText, Word
from ingest.facts import PartKind
from ingest.reading.archivable import Mended, NotArchivable
from ingest.reading.limits import Limits
from ingest.reading.pdf_text import open_pdf, plain_text, read_text_page, render_page
from ingest.reading.picture_pdf import frame_fingerprint, picture_fingerprint
from ingest.reading.pictures import PictureFrames
from ingest.reading.refusal import Refusal

MOVED = 0.01
"""Share of the page by which a word may stand elsewhere after its font was replaced."""
LOOK_DPI, LOOK_PIXELS = 50, 4_000_000
CLEARLY_OTHER = 60
MOST_OTHER = 0.001
"""Gray levels, and the share of pixels that may differ by more after a form was made fast."""

REPACKED = {Name.FlateDecode, Name.LZWDecode, Name.ASCII85Decode, Name.ASCIIHexDecode, Name.RunLengthDecode}
"""Codings without loss that may be written anew on the way."""


class RenditionBroken(Exception):
    """The written file is not what it should be: a page, the text or an image was lost. A fault of ours."""


def check_pictures(source: Path, kind: PartKind, target: Path, pages: int, limits: Limits) -> None:
    """Every page is there, and its images are those of `source`, byte for byte. Raises RenditionBroken."""
    with pikepdf.open(target) as written:
        if len(written.pages) != pages:
            raise RenditionBroken(f"{len(written.pages)} pages instead of {pages}")
        before = _fingerprints_of_source(source, kind, pages, limits)
        for number, (page, expected) in enumerate(zip(written.pages, before, strict=True), start=1):
            found = [picture_fingerprint(page)] if kind == "image" else _image_fingerprints(page)
            if found != expected:
                raise RenditionBroken(f"page {number}: the image is not the original's")


def check_laid_text(target: Path, numbers: Sequence[int]) -> None:
    """The pages under which text was laid give it back. Raises RenditionBroken."""
    with open_pdf(target) as readable:
        for number in numbers:
            if not read_text_page(readable, number).lines:
                raise RenditionBroken(f"page {number}: the text cannot be taken out again")


def check_own_text(source: Path, target: Path, numbers: Sequence[int], mended: Mended) -> None:
    """Pages that brought their text say the same as before, at the same places. Raises NotArchivable."""
    same = _same_form if mended.form else _same_words if mended.fonts else _same_text
    with open_pdf(source) as before, open_pdf(target) as after:
        for number in numbers:
            if not same(before, after, number):
                raise NotArchivable(Refusal.TEXT_WOULD_CHANGE, str(number))


def check_tags(source: Path, target: Path) -> None:
    """What screen readers need is still there. Raises RenditionBroken."""
    with pikepdf.open(source) as before, pikepdf.open(target) as after:
        for key in (Name.StructTreeRoot, Name.MarkInfo):
            if key in before.Root and key not in after.Root:
                raise RenditionBroken(f"{key} is gone")


# --- text ---------------------------------------------------------------------------------------------


def _same_text(before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument, number: int) -> bool:
    return plain_text(before, number) == plain_text(after, number)


def _same_words(before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument, number: int) -> bool:
    """None is missing and none has moved."""
    expected, found = _words(read_text_page(before, number)), _words(read_text_page(after, number))
    return len(expected) == len(found) and all(map(_is_same, expected, found))


def _same_form(before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument, number: int) -> bool:
    """What was typed now stands elsewhere among the words, and more may be told (captions of buttons): so the looks
    are compared as well."""
    expected, found = (Counter(word.text for word in _words(read_text_page(pdf, number))) for pdf in (before, after))
    return not expected - found and _looks_alike(before, after, number)


def _words(text: PageText) -> list[Word]:
    return [word for line in text.lines for word in line]


def _is_same(one: Word, other: Word) -> bool:
    return (
        one.text == other.text and abs(one.box.x0 - other.box.x0) <= MOVED and abs(one.box.y1 - other.box.y1) <= MOVED
    )


def _looks_alike(before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument, number: int) -> bool:
    looks = [
        np.asarray(render_page(pdf, number, LOOK_DPI, pixels=LOOK_PIXELS, gray=True).picture, dtype=np.int16)
        for pdf in (before, after)
    ]
    if looks[0].shape != looks[1].shape:
        return False
    return bool((np.abs(looks[0] - looks[1]) > CLEARLY_OTHER).mean() <= MOST_OTHER)


# --- pictures -----------------------------------------------------------------------------------------


def _fingerprints_of_source(source: Path, kind: PartKind, pages: int, limits: Limits) -> Iterator[list[bytes]]:
    if kind == "image":
        with PictureFrames(source) as frames:
            for number in range(1, pages + 1):
                yield [frame_fingerprint(frames, number, limits)]
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
    packed = filters if isinstance(filters, Array) else [filters]
    if filters is None or all(one in REPACKED for one in packed):
        return bytes(image.read_bytes())
    return bytes(image.read_raw_bytes())
