"""A letter that a person reads without effort is read by the product as well, on whatever paper it comes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rapidfuzz.distance import Levenshtein

from dms.adapters.tesseract import Tesseract
from ingest.reading import blank
from ingest.reading.paper import evened
from ingest.reading.recognise import read_picture
from tests.unit.ingest.scans import LETTER, scan


def on_paper(*, grain: float, shade: float) -> Image.Image:
    """The letter on gray paper with grain, darker to the right by `shade` gray levels."""
    page = np.asarray(scan()).astype(float)
    noise = np.random.default_rng(1).normal(0, grain, page.shape)
    return Image.fromarray(
        np.clip(page * 0.6 + 60 + noise - np.linspace(0, shade, page.shape[1]), 0, 255).astype(np.uint8)
    )


@pytest.mark.parametrize(("grain", "shade"), [(14, 40), (22, 40), (4, 130)])
def test_grain_and_shadows_do_not_hide_a_letter(grain: float, shade: float, tmp_path: Path) -> None:
    picture = tmp_path / "page.pgm"
    evened(on_paper(grain=grain, shade=shade)).save(picture)
    words = Tesseract().recognise(picture, dpi=300, folder=tmp_path).words
    read, truth = " ".join(word.text for word in words), " ".join(LETTER)
    assert Levenshtein.distance(read, truth) / len(truth) <= 0.02, read


def test_a_single_line_on_shaded_paper_is_read(tmp_path: Path) -> None:
    """Tesseract's one threshold fell between the lighter and the darker half of the paper, and the line was lost."""
    line = ["IBAN DE65 9997 0010 9294 9475 25"]
    page = np.asarray(scan(line, size=8)).astype(float) * 0.66 + 65
    worn = page + np.random.default_rng(1).normal(0, 7, page.shape) - np.linspace(0, 14, page.shape[1])
    picture = Image.fromarray(np.clip(worn, 0, 255).astype(np.uint8))
    path = tmp_path / "page.pgm"
    evened(picture, blank.ink(picture)).save(path)
    assert read_picture(Tesseract(), path, 300, tmp_path).text.text == line[0]


def test_good_paper_is_left_as_it_is() -> None:
    page = scan()
    assert evened(page) is page
