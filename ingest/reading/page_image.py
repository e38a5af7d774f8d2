"""Makes the picture of a page that people look at, and the thumbnail of a document.

JPEG, because measured on a letter of 1202 × 1700 pixels it takes 5 ms where WebP takes 40 to 170 ms for half the bytes.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

MEDIA_TYPE = "image/jpeg"
LONG_SIDE = 1754
"""Pixels. A4 at 150 dpi: small print stays readable on the screen, and a scan at 300 dpi is halved exactly."""
THUMBNAIL_WIDTH = 310
"""Pixels, and up to NEARLY more. A quarter of a page of A4 at 150 dpi: decoded at that size, nothing is left to do."""
NEARLY = 8
MOST_HEIGHT = 4 * THUMBNAIL_WIDTH
QUALITY = 75


def reduced(image: Image.Image) -> Image.Image:
    """At most LONG_SIDE pixels on the long side; smaller pictures stay as they are."""
    factor = LONG_SIDE / max(image.size)
    if factor >= 1:
        return image
    if (1 / factor).is_integer():
        return image.reduce(round(1 / factor))  # the same picture, six times as fast
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BOX)


def jpeg(image: Image.Image) -> bytes:
    """`image`: mode L, RGB or RGBX."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def thumbnail(page_image: Path) -> bytes:
    """A JPEG about THUMBNAIL_WIDTH pixels wide, made of a page image that `jpeg` wrote."""
    with Image.open(page_image) as image:
        height = max(1, round(image.height * THUMBNAIL_WIDTH / image.width))
        image.draft(image.mode, (THUMBNAIL_WIDTH, height))  # decoded at a quarter of the size, a page of A4
        fits = image.width <= THUMBNAIL_WIDTH + NEARLY and image.height <= MOST_HEIGHT
        size = (THUMBNAIL_WIDTH, min(height, MOST_HEIGHT))
        return jpeg(image if fits else image.resize(size, Image.Resampling.HAMMING))
