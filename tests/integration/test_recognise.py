"""Pages lie as people put them into the feeder: turned, askew, in small print. They are read all the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rapidfuzz.distance import Levenshtein

from dms.adapters import tesseract_library
from dms.adapters.tesseract import Tesseract
from dms.pages import Box
from dms.ports import OcrError, OcrGaveUp
from ingest.reading.barcodes import find_barcodes
from ingest.reading.limits import Limits
from ingest.reading.orientation import turned
from ingest.reading.recognise import READING_DPI, Attempt, ReadPage, read_again, read_picture
from ingest.reading.sandbox import run_limited
from ingest.samples.scanning import blank_page, stick_barcodes
from tests.unit.ingest.scans import LETTER, scan

ENGINE = Tesseract("deu")


def read(folder: Path, page: Image.Image, dpi: int = 300, codes: Sequence[Box] = ()) -> ReadPage:
    picture = folder / "page.pgm"
    page.save(picture)
    first = read_picture(ENGINE, picture, dpi, folder, codes)
    return read_again(ENGINE, picture, dpi, folder, first) if first.doubtful else first


def darkness(page: Image.Image, read_page: ReadPage, word: str) -> float:
    """Mean ink in the box of the word, 0 to 255."""
    box = next(found.box for line in read_page.text.lines for found in line if found.text == word)
    across, down = page.size
    cut = page.crop((int(box.x0 * across), int(box.y0 * down), int(box.x1 * across) + 1, int(box.y1 * down) + 1))
    return 255 - float(np.asarray(cut).mean())


def test_a_level_page_is_read_coarsely_and_left_as_it_lies(tmp_path: Path) -> None:
    found = read(tmp_path, scan())
    assert found.text.text == "\n".join(LETTER)
    assert found.attempt == Attempt(READING_DPI, scale=READING_DPI / 300)
    assert found.confidence is not None
    assert found.confidence > 90


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_set_upright(tmp_path: Path, turn: int) -> None:
    lying = scan(turn=turn)
    found = read(tmp_path, lying)
    assert found.attempt.turn == -turn % 360
    assert "Straßenreinigungsgebühr fehlerhaft" in found.text.text
    assert darkness(turned(lying, found.attempt.turn), found, "Straßenreinigungsgebühr") > 50


@pytest.mark.parametrize("skew", [-8.0, 6.0])
def test_a_page_far_askew_is_read_and_its_boxes_lie_on_the_page_as_scanned(tmp_path: Path, skew: float) -> None:
    page = scan(skew=skew)
    found = read(tmp_path, page)
    assert found.attempt.skew == pytest.approx(-skew, abs=0.5)
    assert "Straßenreinigungsgebühr fehlerhaft" in found.text.text
    assert darkness(page, found, "Gebührenbescheid") > 30


@pytest.mark.parametrize("stated", [75, 300])
def test_coarse_pictures_are_enlarged_whatever_resolution_they_claim(tmp_path: Path, stated: int) -> None:
    found = read(tmp_path, scan(dpi=75), stated)
    assert found.attempt.scale == 2
    assert "Widerspruch" in found.text.text


def test_small_print_is_read_as_well(tmp_path: Path) -> None:
    text = read(tmp_path, scan(size=5)).text.text
    assert Levenshtein.distance(text, "\n".join(LETTER)) <= 2, text


def test_noise_is_not_taken_for_text(tmp_path: Path) -> None:
    specks = np.random.default_rng(3).random((2480, 1748)) < 0.00002
    page = Image.fromarray(np.where(specks, 0, 255).astype(np.uint8))
    assert read(tmp_path, page.resize((1748, 2480))).text.lines == ()


def test_a_missing_language_is_an_error_and_not_an_empty_page(tmp_path: Path) -> None:
    scan().save(tmp_path / "page.pgm")
    with pytest.raises(OcrError) as caught:
        Tesseract("xxx").recognise(tmp_path / "page.pgm", dpi=300, folder=tmp_path)
    assert not isinstance(caught.value, OcrGaveUp)


def test_a_run_out_of_time_says_so(tmp_path: Path) -> None:
    scan(LETTER * 3, size=7).resize((5000, 7000)).save(tmp_path / "page.pgm")
    with pytest.raises(OcrGaveUp):
        Tesseract("deu", seconds=1).recognise(tmp_path / "page.pgm", dpi=300, folder=tmp_path)


def test_library_and_program_read_the_same_words_whatever_was_read_before(tmp_path: Path) -> None:
    pages = [scan(), scan(LETTER * 3, size=7), scan(LETTER[:2], skew=1.0)]
    for number, page in enumerate([*pages, *pages]):
        picture = tmp_path / f"{number}.pgm"
        page.save(picture)
        read_here = ENGINE.recognise(picture, dpi=300, folder=tmp_path)
        assert not (tmp_path / "recognised.tsv").exists(), "the program was run"
        assert read_here.words
        assert ENGINE.recognise_by_program(picture, dpi=300, folder=tmp_path) == read_here
        (tmp_path / "recognised.tsv").unlink()


def test_without_the_library_the_program_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract_library, "FILES", ("libtesseract.so.0", "liblept.so.0"))
    tesseract_library.functions.cache_clear()
    tesseract_library.library.cache_clear()
    try:
        assert read(tmp_path, scan()).text.text == "\n".join(LETTER)
        assert list(tmp_path.rglob("recognised.tsv"))
    finally:
        tesseract_library.functions.cache_clear()
        tesseract_library.library.cache_clear()


def test_a_prepared_engine_is_there_in_limited_processes(tmp_path: Path) -> None:
    ENGINE.prepare()
    assert run_limited(_is_loaded, limits=Limits())


def _is_loaded() -> bool:
    return tesseract_library.library.cache_info().currsize > 0


def test_a_file_that_is_no_picture_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.pgm").write_bytes(b"P5 10 10 255 short")
    with pytest.raises(OcrError):
        ENGINE.recognise(tmp_path / "page.pgm", dpi=300, folder=tmp_path)


def test_an_empty_page_has_no_orientation(tmp_path: Path) -> None:
    Image.new("L", (800, 1100), 255).save(tmp_path / "page.pgm")
    assert ENGINE.orientation(tmp_path / "page.pgm", dpi=150) is None


@pytest.mark.parametrize("turn", [0, 180])
def test_what_ocr_makes_of_a_barcode_is_no_text_and_every_word_of_the_letter_is(tmp_path: Path, turn: int) -> None:
    page = blank_page()
    page.paste(scan(), (0, 300))
    page = turned(stick_barcodes(page, "NAL-EINGANG-2026-004711"), turn)
    codes = [found.box for found in find_barcodes(page)]
    assert len(codes) == 2
    assert read(tmp_path, page).text.text != "\n".join(LETTER), "letters are seen in the code"
    assert read(tmp_path, page, codes=codes).text.text == "\n".join(LETTER)
