"""Reads the barcodes of a page: those that separator sheets, reference labels and forms carry."""

from __future__ import annotations

import zxingcpp
from PIL import Image

from ingest.facts import Barcode

FORMATS = zxingcpp.BarcodeFormats(
    (zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode)
)
"""All formats would cost ten times as much for the same hits. Separator sheets hold PATCHT in one of these."""


def read_barcodes(gray: Image.Image) -> list[Barcode]:
    """Each once. Give it a scan in full resolution: at 150 dpi a fifth of the narrow codes is lost."""
    found: list[Barcode] = []
    for result in zxingcpp.read_barcodes(gray, formats=FORMATS, try_invert=False):
        barcode = Barcode(format=result.format.name, text=result.text)
        if result.text and barcode not in found:
            found.append(barcode)
    return found
