"""Decides whether a page lies on its side, on its head or askew, and maps boxes read on the righted picture back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from dms.pages import Box
from dms.ports import OcrEngine, RecognisedWord

OSD_DPI = 150
"""At 100 dpi tesseract confuses head and foot on most pages; at 150 none of 16 was wrong."""
TRUSTED_FROM = 2.0
"""Confidence of an orientation that may turn a page before anything was read on it."""
SKEW_LOOKED_FOR = 12.0
SKEW_WORTH_RIGHTING = 2.0
"""Degrees. Measured CER of the same page: 0.05 % up to 3°, 0.5 % at 4°, 1.2 % at 5°, 42 % at 7°, all lost at 10°."""
PROFILE_LENGTH = 900
CLOCKWISE = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


def turned(image: Image.Image, turn: int) -> Image.Image:
    """`turn`: 0, 90, 180 or 270 degrees clockwise."""
    return image.transpose(CLOCKWISE[turn]) if turn else image


def turned_box(box: Box, turn: int) -> Box:
    """The same place on the page `turned`."""
    corners = {
        0: (box.x0, box.y0, box.x1, box.y1),
        90: (1 - box.y1, box.x0, 1 - box.y0, box.x1),
        180: (1 - box.x1, 1 - box.y1, 1 - box.x0, 1 - box.y0),
        270: (box.y0, 1 - box.x1, box.y1, 1 - box.x0),
    }
    return Box(*corners[turn])


def straightened(gray: Image.Image, skew: float) -> Image.Image:
    """Same size, turned `skew` degrees counter-clockwise about the middle."""
    return gray.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=_paper(gray)) if skew else gray


def lies(image: Image.Image) -> bool:
    return image.width > image.height * 1.05


def ask_turn(engine: OcrEngine, gray: Image.Image, dpi: int, folder: Path, *, trusted: bool) -> int:
    """Degrees clockwise that set the page upright; 0 when the engine cannot tell. Raises OcrError."""
    small = folder / "orientation.pgm"
    factor = min(1.0, OSD_DPI / dpi)
    size = (max(1, round(gray.width * factor)), max(1, round(gray.height * factor)))
    gray.resize(size, Image.Resampling.BOX).save(small)
    found = engine.orientation(small, dpi=min(dpi, OSD_DPI))
    if found is None or (trusted and found.confidence < TRUSTED_FROM):
        return 0
    return found.turn


def reads_sideways(words: Sequence[RecognisedWord]) -> bool:
    """Most longer words stand taller than wide: tesseract reads such lines, but the page is not upright."""
    longer = [word for word in words if len(word.text) >= 4]
    return len(longer) >= 3 and sum(word.height > word.width for word in longer) > len(longer) / 2


def measure_skew(gray: Image.Image) -> float:
    """Degrees counter-clockwise that make the lines level, to a quarter of a degree; 0 when nothing stands out."""
    factor = max(1, round(max(gray.size) / PROFILE_LENGTH))
    small = gray.reduce(factor)
    ink = Image.fromarray((np.asarray(small) < _paper(small) - 40).astype(np.uint8) * 255)
    coarse = max(np.arange(-SKEW_LOOKED_FOR, SKEW_LOOKED_FOR + 0.5, 1.0), key=lambda angle: _sharpness(ink, angle))
    fine = max(np.arange(coarse - 0.75, coarse + 1.0, 0.25), key=lambda angle: _sharpness(ink, angle))
    return float(fine) if _sharpness(ink, fine) > 1.1 * _sharpness(ink, 0.0) else 0.0


def box_on_page(word: RecognisedWord, size: tuple[int, int], skew: float) -> Box:
    """The word's box, read on a picture of `size` straightened by `skew`, as fractions of the picture before that."""
    width, height = size
    corners: list[tuple[float, float]] = [
        (word.left + dx, word.top + dy) for dx in (0, word.width) for dy in (0, word.height)
    ]
    if skew:
        corners = [_turn_back(point, size, skew) for point in corners]
    across, down = sorted(x / width for x, _ in corners), sorted(y / height for _, y in corners)
    return Box(_inside(across[0]), _inside(down[0]), _inside(across[-1]), _inside(down[-1]))


def _turn_back(point: tuple[float, float], size: tuple[int, int], skew: float) -> tuple[float, float]:
    """Pixels count downwards: turning back clockwise is a positive turn."""
    dx, dy = point[0] - size[0] / 2, point[1] - size[1] / 2
    sine, cosine = math.sin(math.radians(skew)), math.cos(math.radians(skew))
    return size[0] / 2 + dx * cosine - dy * sine, size[1] / 2 + dx * sine + dy * cosine


def _inside(value: float) -> float:
    return min(1.0, max(0.0, value))


def _paper(gray: Image.Image) -> int:
    """The commonest brightness."""
    histogram = gray.histogram()
    return histogram.index(max(histogram))


def _sharpness(ink: Image.Image, angle: float) -> float:
    """How sharply rows of ink and rows of paper take turns when the picture is turned by `angle`."""
    rows = np.asarray(ink.rotate(angle), dtype=np.float64).mean(axis=1)
    return float(np.square(np.diff(rows)).sum())
