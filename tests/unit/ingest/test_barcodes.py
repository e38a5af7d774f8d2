"""Barcodes of separator sheets and reference labels are found wherever they stand, and never invented."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from ingest.reading.barcodes import find_barcodes, read_barcodes
from ingest.reading.orientation import turned_box
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


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_where_a_code_stands_is_known_however_the_sheet_lies(turn: int) -> None:
    upright = page_with(KINDS["Code128"], "PATCHT")
    [expected] = find_barcodes(upright)
    [found] = find_barcodes(upright.rotate(turn, expand=True))
    box = turned_box(found.box, turn)  # `rotate` turns the other way
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(
        (expected.box.x0, expected.box.y0, expected.box.x1, expected.box.y1), abs=0.01
    )
