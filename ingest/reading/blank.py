"""Decides whether a page is blank: hardly any pixel is clearly darker than its surroundings."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

SCALE = 4
BORDER = 0.03
"""Share of each side that is not looked at: scanners leave black edges there."""
NEIGHBOURHOOD = 6
"""The surroundings are the median over squares of about a centimetre, so that a gray cast or a fold is none."""
CLEARLY_DARKER = 40
NOT_BLANK_FROM = 0.001
"""Share of dark pixels. Measured: an empty page with 60 specks 0.00011, three lines of text 0.003, a letter 0.15."""
SURELY_EMPTY_BELOW = 0.000_05
"""Less than the dots of one short line: not worth a run of OCR."""


def ink(gray: Image.Image) -> float:
    """Share of the pixels that are clearly darker than their surroundings, 0 to 1."""
    small = gray.reduce(SCALE) if min(gray.size) >= 8 * SCALE else gray
    across, down = (int(side * BORDER) for side in small.size)
    inner = small.crop((across, down, small.width - across, small.height - down))
    coarse = inner.reduce(NEIGHBOURHOOD) if min(inner.size) >= 8 * NEIGHBOURHOOD else inner
    surroundings = coarse.filter(ImageFilter.MedianFilter(5)).resize(inner.size, Image.Resampling.BILINEAR)
    darker = np.asarray(surroundings, dtype=np.int16) - np.asarray(inner, dtype=np.int16) > CLEARLY_DARKER
    return float(darker.mean())


def is_blank(share: float) -> bool:
    return share < NOT_BLANK_FROM


def is_surely_empty(share: float) -> bool:
    return share < SURELY_EMPTY_BELOW
