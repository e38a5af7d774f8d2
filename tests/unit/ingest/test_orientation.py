"""How far a page is askew is measured on its lines, and boxes find back to where the ink is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from dms.ports import RecognisedWord
from ingest.reading.orientation import box_on_page, measure_skew, reads_sideways, straightened
from tests.unit.ingest.scans import scan


@pytest.mark.parametrize("skew", [0.0, -3.0, 5.0, 9.0])
def test_skew_is_measured_to_half_a_degree(skew: float) -> None:
    assert measure_skew(scan(skew=skew)) == pytest.approx(-skew, abs=0.5)


def test_boxes_go_back_to_where_the_ink_was_before_straightening() -> None:
    page = Image.new("L", (1000, 1400), 255)
    page.paste(0, (700, 300, 720, 320))
    level = np.argwhere(np.asarray(straightened(page, 7.0)) < 100)
    (top, left), (bottom, right) = level.min(axis=0), level.max(axis=0)
    box = box_on_page(RecognisedWord("x", left, top, right - left, bottom - top, 90, 0), page.size, 7.0)
    assert (box.x0 + box.x1) / 2 == pytest.approx(0.710, abs=0.002)
    assert (box.y0 + box.y1) / 2 == pytest.approx(310 / 1400, abs=0.002)


def test_words_taller_than_wide_lie_on_their_side() -> None:
    tall = [RecognisedWord("Gebühr", 10, 10, 30, 200, 95, 0)] * 3
    wide = [RecognisedWord("Gebühr", 10, 10, 200, 30, 95, 0)] * 3
    assert reads_sideways(tall)
    assert not reads_sideways(wide)
