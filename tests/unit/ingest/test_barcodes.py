"""Barcodes of separator sheets and reference labels are found wherever they stand, and never invented."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from ingest.reading.barcodes import read_barcodes
from tests.unit.ingest.scans import scan

KINDS = {
    "Code128": zxingcpp.BarcodeFormat.Code128,
    "Code39": zxingcpp.BarcodeFormat.Code39,
    "QRCode": zxingcpp.BarcodeFormat.QRCode,
}


def page_with(kind: zxingcpp.BarcodeFormat, text: str) -> Image.Image:
    page = scan()
    code = Image.fromarray(np.asarray(zxingcpp.create_barcode(text, kind).to_image(scale=3, add_quiet_zones=True)))
    page.paste(code, (300, 1500))
    return page


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_code_is_read_however_the_sheet_lies(kind: str, turn: int) -> None:
    page = page_with(KINDS[kind], "PATCHT").rotate(-turn, expand=True)
    assert read_barcodes(page) == [{"format": kind, "text": "PATCHT"}]


def test_a_page_of_text_has_no_codes() -> None:
    assert read_barcodes(scan()) == []


def test_the_same_code_twice_counts_once() -> None:
    page = page_with(zxingcpp.BarcodeFormat.QRCode, "ASN00123")
    both = Image.new("L", (page.width * 2, page.height))
    both.paste(page, (0, 0))
    both.paste(page, (page.width, 0))
    assert read_barcodes(both) == [{"format": "QRCode", "text": "ASN00123"}]
