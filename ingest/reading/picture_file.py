"""Tells by its header alone whether a picture file may be decoded, and how many pages it holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from ingest.reading.limits import Limits
from ingest.reasons import Reason

FORMATS = ("TIFF", "JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True)
class PictureInspection:
    pages: int
    problem: Reason | None = None


def inspect_picture(path: Path, limits: Limits) -> PictureInspection:
    """Call it through `run_limited`. Nothing is decoded. Frames of a TIFF are pages, those of an animation not."""
    allowed, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # our own limit holds, page by page
    try:
        with Image.open(path, formats=FORMATS) as picture:
            return _frames(picture, limits)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError):
        return PictureInspection(0, Reason.DAMAGED_FILE)  # Pillow raises any of these on a broken header
    finally:
        Image.MAX_IMAGE_PIXELS = allowed


def _frames(picture: Image.Image, limits: Limits) -> PictureInspection:
    count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    if count > limits.pages:
        return PictureInspection(count, Reason.TOO_MANY_PAGES)
    for number in range(count):
        if number:
            picture.seek(number)
        if picture.width * picture.height > limits.pixels:
            return PictureInspection(count, Reason.PICTURE_TOO_LARGE)
    return PictureInspection(count, None if count else Reason.NO_PAGES)
