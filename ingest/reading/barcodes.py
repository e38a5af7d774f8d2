"""Reads the barcodes of a page, those that separator sheets, reference labels and forms carry, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import zxingcpp
from PIL import Image

from dms.pages import Box
from ingest.facts import Barcode

FORMATS = zxingcpp.BarcodeFormats(
    (zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode)
)
"""All formats would cost ten times as much for the same hits. Separator sheets hold PATCHT in one of these."""


@dataclass(frozen=True, slots=True)
class FoundBarcode:
    """`box` on the picture as it was given; of a code that stands askew, the upright rectangle around it."""

    barcode: Barcode
    box: Box


def find_barcodes(gray: Image.Image) -> list[FoundBarcode]:
    """Each wherever it stands. Give it a scan in full resolution: at 150 dpi a fifth of the narrow codes is lost."""
    results = zxingcpp.read_barcodes(gray, formats=FORMATS, try_invert=False)
    return [
        FoundBarcode(Barcode(format=result.format.name, text=result.text), _box(result.position, gray.size))
        for result in results
        if result.text
    ]


def read_barcodes(gray: Image.Image) -> list[Barcode]:
    """What the codes of a page say, each once."""
    return distinct(find_barcodes(gray))


def distinct(found: Iterable[FoundBarcode]) -> list[Barcode]:
    barcodes: list[Barcode] = []
    for one in found:
        if one.barcode not in barcodes:
            barcodes.append(one.barcode)
    return barcodes


def _box(position: zxingcpp.Position, size: tuple[int, int]) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across, down = [corner.x / size[0] for corner in corners], [corner.y / size[1] for corner in corners]
    return Box(min(across), min(down), max(across), max(down))
