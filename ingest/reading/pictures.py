"""Gets the picture of a page in one decode: out of the PDF, out of a picture file, or drawn; square pixels, with dpi.

Everything here works on files from outside, so call it through `run_limited` only.
"""

from __future__ import annotations

import math
import struct
import warnings
import zlib
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Self

import numpy as np
import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageOps, TiffImagePlugin

from ingest.facts import PageWay
from ingest.reading.limits import Limits
from ingest.reading.orientation import turned
from ingest.reading.page_picture import full_page_picture
from ingest.reading.pdf_text import open_pdf, page_size, render_page
from ingest.reading.picture_file import FORMATS

OCR_DPI = 300
BORN_DIGITAL_DPI = 150
WORKING_PIXELS = 40_000_000
"""A2 at 300 dpi. Larger pictures are reduced once decoded: neither reading nor memory gains from more."""
A4_INCHES = (8.27, 11.69)
LARGEST_SHEET = 50.0
"""Inches; A0 is 46.8 long."""
PLACEHOLDERS = (72, 96)
"""Cameras and drawing programs write these dpi without having measured anything."""
SENSIBLE_DPI = range(50, 1300)
SQUARE_WITHIN = 0.02
LAB = "LAB"
RGBX = "RGBX"
ORIENTATION_TAG = 274
SWAPPING = (5, 6, 7, 8)
"""Orientations that exchange width and height."""
PILLOW_ERRORS = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    struct.error,
    zlib.error,
)
"""What Pillow raises on broken files; it promises no narrower set."""


class PictureTooLarge(Exception):
    """More pixels than the limit; nothing was decoded."""


class PictureDamaged(Exception):
    """The picture cannot be decoded."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as it is displayed (cropped, rotated, EXIF applied, on white): mode L or RGB, square pixels."""

    image: Image.Image
    dpi: int

    @property
    def gray(self) -> Image.Image:
        return self.image if self.image.mode == "L" else self.image.convert("L")


def get_picture(path: Path, way: PageWay, number: int, limits: Limits) -> PagePicture:
    """Page `number` (from 1) of a PDF or picture file. Raises PictureTooLarge, PictureDamaged."""
    if way == "frame":
        return read_frame(path, number, limits)
    if way == "embedded":
        return take_embedded(path, number, limits) or draw_page(path, number, limits, dpi=OCR_DPI)
    return draw_page(path, number, limits, dpi=BORN_DIGITAL_DPI if way == "text" else OCR_DPI)


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of a picture file, upright, in the mode it came in, with the stated dpi (0 when unknown)."""

    image: Image.Image
    across: float
    down: float


def read_frame(path: Path, number: int, limits: Limits) -> PagePicture:
    """One frame of a TIFF, JPEG, PNG or WebP file as a page."""
    frame = decode_frame(path, number, limits, largest=WORKING_PIXELS)
    try:
        return _finish(plain(frame.image), frame.across, frame.down)
    except PILLOW_ERRORS as error:
        raise PictureDamaged(f"frame {number}: {error}") from error


def decode_frame(path: Path, number: int, limits: Limits, *, largest: int | None = None) -> Frame:
    """Frame `number` from 1. With `largest` a JPEG may be decoded smaller, not below so many pixels."""
    with PictureFrames(path) as frames:
        return frames.decode(number, limits, largest=largest)


class PictureFrames:
    """The frames of one picture file, opened once for all that are asked for in order: the frames of a TIFF are a chain
    that has to be walked from its beginning, so a file of n pages opened for each of them is read n²/2 times.

    A context. What was decoded before, or after a frame that is damaged, is looked for from the beginning again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: ExitStack | None = None
        self._image: Image.Image | None = None
        self._decoded = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    @cached_property
    def is_plain_jpeg(self) -> bool:
        """CMYK would need another output intent; a stereo picture (MPO) has more in it than one JPEG."""
        with Image.open(self.path, formats=FORMATS) as image:
            return image.format == "JPEG" and image.mode in ("L", "RGB")

    def decode(self, number: int, limits: Limits, *, largest: int | None = None) -> Frame:
        """Raises PictureTooLarge, PictureDamaged."""
        try:
            with warnings.catch_warnings(action="ignore"):
                return self._frame(number, limits, largest)
        except Image.DecompressionBombError as error:
            self._close()
            raise PictureTooLarge(str(error)) from error
        except PILLOW_ERRORS as error:
            self._close()
            raise PictureDamaged(f"frame {number}: {error}") from error

    def _frame(self, number: int, limits: Limits, largest: int | None) -> Frame:
        if number <= self._decoded:
            self._close()  # Pillow forgets how a decoded frame lies
        image = self._open()
        image.seek(number - 1)
        refuse_too_large(image.size, limits)
        _, across, down = stated_placement(image)
        before = image.size
        if largest is not None and image.format == "JPEG":
            factor = _excess(image.size)
            image.draft(image.mode, (image.width // factor, image.height // factor))
        shrunk = image.width / before[0]
        upright = ImageOps.exif_transpose(image)
        upright.load()
        self._decoded = number
        return Frame(upright, across * shrunk, down * shrunk)

    def _open(self) -> Image.Image:
        if self._image is None:
            self._opened = ExitStack()
            # An open file, no path: from a path Pillow maps uncompressed pixels, and garbles TIFFs lying on their side.
            file = self._opened.enter_context(self.path.open("rb"))
            self._image = self._opened.enter_context(Image.open(file, formats=FORMATS))
        return self._image

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened = self._image = None
        self._decoded = 0


def stated_placement(image: Image.Image) -> tuple[int, float, float]:
    """EXIF orientation (1 to 8) and dpi across and down of the upright picture. Ask before it is loaded."""
    orientation = _orientation(image)
    across, down = _stated_dpi(image)
    return (orientation, down, across) if orientation in SWAPPING else (orientation, across, down)


def frame_inches(size: tuple[int, int], across: float, down: float) -> tuple[float, float]:
    """Width and height of the sheet that a frame of `size` pixels pictures, as `read_frame` sees it."""
    finer = max(across, down)
    square = (round(size[0] * finer / across), round(size[1] * finer / down)) if finer else size
    dpi = _credible(square, finer)
    return square[0] / dpi, square[1] / dpi


def take_embedded(path: Path, number: int, limits: Limits) -> PagePicture | None:
    """The one picture that makes the page, never rendered. None when the page has to be drawn after all."""
    with pikepdf.open(path) as pdf:
        found = full_page_picture(pdf.pages[number - 1])
        if found is None:
            return None
        refuse_too_large((found.width, found.height), limits)
        try:
            upright = turned(plain(found.decode()), found.turn)
        except ValueError:
            return None  # pikepdf and Pillow cannot decode it: PDFium may
    with open_pdf(path) as pdf:
        width, height = page_size(pdf, number)
    return _finish(upright, upright.width / width * 72, upright.height / height * 72)


def draw_page(path: Path, number: int, limits: Limits, *, dpi: int) -> PagePicture:
    """Raises pypdfium2.PdfiumError when PDFium cannot load the page."""
    with open_pdf(path) as pdf:
        drawn = draw_open_page(pdf, number, limits, dpi=dpi)
    return replace(drawn, image=drawn.image.convert("RGB")) if drawn.image.mode == RGBX else drawn


def draw_open_page(pdf: pypdfium2.PdfDocument, number: int, limits: Limits, *, dpi: int) -> PagePicture:
    """In mode L or RGBX, which is RGB with a byte unused; `page_image` takes either."""
    drawn = render_page(pdf, number, dpi, pixels=min(limits.pixels, WORKING_PIXELS))
    return PagePicture(_without_needless_colour(drawn.picture), drawn.dpi)


def refuse_too_large(size: tuple[int, int], limits: Limits) -> None:
    if size[0] * size[1] > limits.pixels:
        raise PictureTooLarge(f"{size[0]} × {size[1]} pixels")


def plain(image: Image.Image) -> Image.Image:
    """Any mode that Pillow decodes, as L or RGB on white."""
    if image.mode in ("L", "RGB"):
        return image
    if image.mode in {"1", LAB}:  # of LAB only the lightness: Pillow cannot make RGB of it
        return image.convert("L") if image.mode == "1" else image.getchannel(0)
    if image.mode.startswith("I") or image.mode == "F":
        return _to_eight_bit(image)
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return _without_needless_colour(Image.alpha_composite(white, coloured).convert("RGB"))
    return _without_needless_colour(image.convert("RGB"))


def guess_dpi(size: tuple[int, int]) -> int:
    """What makes the picture fill a sheet of A4, upright or, with the proportions of a lying sheet, lying."""
    width, height = size
    short, long = A4_INCHES
    lying = 1.25 <= width / height <= 1.6
    across, down = (long, short) if lying else (short, long)
    return max(SENSIBLE_DPI.start, min(round(max(width / across, height / down)), SENSIBLE_DPI.stop - 1))


def _to_eight_bit(image: Image.Image) -> Image.Image:
    """Sixteen bits a pixel keep their upper eight; wider or floating values are stretched to what occurs."""
    values = np.asarray(image)
    if image.mode.startswith("I;16") or (values.dtype.kind == "i" and values.min() >= 0 and 255 < values.max() < 65536):
        return Image.fromarray((values.astype(np.uint16) >> 8).astype(np.uint8))
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 255 and image.mode != "F":
        return Image.fromarray(values.astype(np.uint8))
    return Image.fromarray(((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8))


def _stated_dpi(image: Image.Image) -> tuple[float, float]:
    """Across and down, (0, 0) when nothing usable is stated."""
    stated = image.info.get("dpi", (0, 0))
    try:
        across, down = (float(value) for value in stated)
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    if int(across) not in SENSIBLE_DPI or int(down) not in SENSIBLE_DPI or not 0.2 <= across / down <= 5:
        return 0.0, 0.0
    return across, down


def _orientation(image: Image.Image) -> int:
    """Pillow applies and forgets it when it loads the pixels of a TIFF."""
    tags = image.tag_v2 if isinstance(image, TiffImagePlugin.TiffImageFile) else image.getexif()
    return int(tags.get(ORIENTATION_TAG, 1))


def _finish(image: Image.Image, across: float, down: float) -> PagePicture:
    """Makes pixels square (a fax has 204 × 98 dpi), reduces what is larger than any work needs, settles the dpi."""
    if across and abs(across - down) > SQUARE_WITHIN * max(across, down):
        finer = max(across, down)
        square = (round(image.width * finer / across), round(image.height * finer / down))
        image = image.resize(square, Image.Resampling.BICUBIC)
        across = finer
    dpi = _credible(image.size, across)
    factor = _excess(image.size)
    if factor > 1:
        image, dpi = image.reduce(factor), round(dpi / factor)
    return PagePicture(image, max(dpi, 1))


def _credible(size: tuple[int, int], dpi: float) -> int:
    inches = max(size) / dpi if dpi else 0.0
    larger_than_a4 = inches > A4_INCHES[1] * 1.05
    if not 1.0 <= inches <= LARGEST_SHEET or (round(dpi) in PLACEHOLDERS and larger_than_a4):
        return guess_dpi(size)
    return round(dpi)


def _excess(size: tuple[int, int]) -> int:
    """By what whole number both sides are divided, so that what is left is within WORKING_PIXELS."""
    return max(1, math.ceil(math.sqrt(size[0] * size[1] / WORKING_PIXELS)))


def _without_needless_colour(image: Image.Image) -> Image.Image:
    """RGB in which no pixel has colour becomes L: a third of the bytes for the same picture."""
    if image.mode not in ("RGB", RGBX):
        return image
    bands = (image.reduce(4) if min(image.size) > 8 else image).split()[:3]
    apart = [ImageChops.difference(one, other).histogram() for one, other in combinations(bands, 2)]
    return image if any(count for counts in apart for count in counts[13:]) else image.convert("L")
