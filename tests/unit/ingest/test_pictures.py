"""The picture of a page is what a person sees: upright, on white, in square pixels, with a credible resolution."""

from __future__ import annotations

from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from ingest.reading.blank import ink, is_blank, is_surely_empty
from ingest.reading.limits import Limits
from ingest.reading.pictures import (
    PictureDamaged,
    PictureFrames,
    PictureTooLarge,
    decode_frame,
    frame_inches,
    get_picture,
    guess_dpi,
)
from tests.unit.ingest.scans import jpeg, scan, scanned_pdf

MARKED = Image.new("L", (200, 100), 255)
MARKED.paste(0, (0, 0, 40, 20))  # a dark corner at the top left

UNDO = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def frame(path: Path, number: int = 1, limits: Limits | None = None) -> tuple[Image.Image, int]:
    found = get_picture(path, "frame", number, limits or Limits())
    return found.image, found.dpi


@pytest.mark.parametrize("orientation", sorted(UNDO))
@pytest.mark.parametrize("ending", ["jpg", "tif"])
def test_a_photo_taken_with_a_turned_camera_stands_upright(tmp_path: Path, orientation: int, ending: str) -> None:
    how = UNDO[orientation]
    stored = MARKED.transpose(how) if how is not None else MARKED
    exif = Image.Exif()
    exif[274] = orientation
    options = {"exif": exif} if ending == "jpg" else {"tiffinfo": {274: orientation}}
    stored.save(tmp_path / f"x.{ending}", **options)
    image, _ = frame(tmp_path / f"x.{ending}")
    assert image.size == MARKED.size
    assert np.asarray(image)[5, 5] < 60
    assert np.asarray(image)[-5, -5] > 200


def test_transparent_parts_are_paper_and_not_ink(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    clear.save(tmp_path / "x.png")
    assert frame(tmp_path / "x.png")[0].getextrema() == (255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "CMYK", "LAB"])
def test_every_kind_of_pixel_becomes_light_paper_and_dark_ink(tmp_path: Path, mode: str) -> None:
    image = Image.new("LAB", MARKED.size) if mode == "LAB" else MARKED.convert("RGB").convert(mode)
    if mode == "LAB":
        image = Image.merge("LAB", (MARKED, Image.new("L", MARKED.size, 128), Image.new("L", MARKED.size, 128)))
    image.save(tmp_path / "x.tif")
    found = get_picture(tmp_path / "x.tif", "frame", 1, Limits()).gray
    assert np.asarray(found)[5, 5] < 30
    assert np.asarray(found)[-5, -5] > 225


def test_sixteen_bits_a_pixel_keep_their_shades(tmp_path: Path) -> None:
    values = (np.asarray(MARKED).astype(np.uint16) * 128) + 64
    Image.fromarray(values).save(tmp_path / "x.png")
    assert frame(tmp_path / "x.png")[0].getextrema() == (0, 127)


def test_an_inverted_fax_is_black_on_white(tmp_path: Path) -> None:
    MARKED.convert("1").save(tmp_path / "x.tif", compression="group4", tiffinfo={262: 0})
    assert np.asarray(frame(tmp_path / "x.tif")[0])[-5, -5] == 255


def test_a_fax_gets_square_pixels(tmp_path: Path) -> None:
    Image.new("1", (1728, 1143), 1).save(tmp_path / "x.tif", compression="group4", dpi=(204, 98))
    image, dpi = frame(tmp_path / "x.tif")
    assert (image.width, dpi) == (1728, 204)
    assert image.height == pytest.approx(1143 * 204 / 98, abs=1)


@pytest.mark.parametrize(
    ("size", "stated", "dpi"),
    [
        ((2480, 3508), (300, 300), 300),
        ((2480, 3508), None, 300),
        ((3508, 2480), None, 300),
        ((3000, 4000), (72, 72), 363),
        ((595, 842), (72, 72), 72),
        ((2480, 3508), (1, 1), 300),
        ((2480, 3508), (30000, 30000), 300),
    ],
)
def test_a_missing_or_absurd_resolution_is_that_of_a_sheet_of_a4(
    tmp_path: Path, size: tuple[int, int], stated: tuple[int, int] | None, dpi: int
) -> None:
    Image.new("L", size, 255).save(tmp_path / "x.png", **({"dpi": stated} if stated else {}))  # type: ignore[arg-type]
    assert frame(tmp_path / "x.png")[1] == pytest.approx(dpi, abs=1)


def test_the_guess_never_leaves_what_scanners_do() -> None:
    assert guess_dpi((10, 10)) == 50
    assert guess_dpi((30_000, 40_000)) == 1299


def test_the_sheet_of_a_fax_is_as_large_as_the_paper_was() -> None:
    assert frame_inches((1728, 1143), 204, 98) == pytest.approx((8.47, 11.66), abs=0.01)


def test_each_frame_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    second = MARKED.transpose(Image.Transpose.ROTATE_180)
    MARKED.save(tmp_path / "x.tif", save_all=True, append_images=[second])
    assert np.asarray(frame(tmp_path / "x.tif", 2)[0])[-5, -5] < 60
    with pytest.raises(PictureDamaged):
        frame(tmp_path / "x.tif", 3)


def test_a_picture_over_the_limit_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(jpeg(MARKED))
    with pytest.raises(PictureTooLarge):
        frame(tmp_path / "x.jpg", limits=Limits(pixels=19_999))
    assert frame(tmp_path / "x.jpg", limits=Limits(pixels=20_000))[0].size == (200, 100)


def test_half_a_jpeg_is_damaged(tmp_path: Path) -> None:
    whole = jpeg(scan())
    (tmp_path / "x.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PictureDamaged):
        frame(tmp_path / "x.jpg")


def test_a_very_large_picture_is_reduced_and_knows_its_new_resolution(tmp_path: Path) -> None:
    Image.new("L", (7000, 9900), 255).save(tmp_path / "x.png", dpi=(300, 300))
    image, dpi = frame(tmp_path / "x.png")
    assert (image.size, dpi) == ((3500, 4950), 150)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_picture_of_a_scanned_page_is_taken_out_as_the_page_shows_it(tmp_path: Path, rotate: int) -> None:
    (tmp_path / "x.pdf").write_bytes(scanned_pdf([scan(turn=-rotate % 360)], rotate=rotate))
    taken = get_picture(tmp_path / "x.pdf", "embedded", 1, Limits())
    drawn = get_picture(tmp_path / "x.pdf", "render", 1, Limits())
    assert taken.dpi == 300
    shown = drawn.gray.resize(taken.image.size)
    assert np.abs(np.asarray(taken.gray, dtype=int) - np.asarray(shown, dtype=int)).mean() < 8


def test_an_empty_sheet_is_blank_and_three_words_are_not() -> None:
    empty = scan([])
    assert is_surely_empty(ink(empty))
    assert is_blank(ink(empty))
    assert not is_surely_empty(ink(scan(["Seite 2"])))
    assert not is_blank(ink(scan()))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how often Pillow reads from a file that lies open to be decoded."""
    counted: list[int] = []

    class Counting(FileIO):
        def readinto(self, buffer: Any) -> int:
            counted.append(1)
            return super().readinto(buffer) or 0

    def opened(path: Path, mode: str = "r", *more: Any, **options: Any) -> Any:
        return BufferedReader(Counting(path)) if mode == "rb" else open_before(path, mode, *more, **options)

    open_before = Path.open
    monkeypatch.setattr(Path, "open", opened)
    return counted


def many_framed(path: Path, number: int) -> Path:
    frames = [Image.new("1", (300, 400), k % 2) for k in range(number)]
    frames[0].save(path, save_all=True, append_images=frames[1:], compression="group4", dpi=(200, 200))
    return path


def test_a_tiff_of_many_pages_is_read_once_and_not_anew_for_each_page(tmp_path: Path, reads: list[int]) -> None:
    def read(pages: int) -> int:
        reads.clear()
        with PictureFrames(many_framed(tmp_path / f"{pages}.tif", pages)) as frames:
            for number in range(1, pages + 1):
                frames.decode(number, Limits())
        return len(reads)

    few, many = read(50), read(200)
    assert few > 0
    assert many <= 4 * few + 10, "four times the pages are four times the reading"


def test_frames_asked_for_in_any_order_and_twice_lie_as_they_do_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    second = ImageOps.mirror(MARKED)
    MARKED.save(path, save_all=True, append_images=[second], tiffinfo={274: 6, 282: 200, 283: 100, 296: 2})
    alone = {number: decode_frame(path, number, Limits()) for number in (1, 2)}
    with PictureFrames(path) as frames:
        for number in (2, 1, 1, 2):
            found = frames.decode(number, Limits())
            assert found.image.tobytes() == alone[number].image.tobytes()
            assert (found.across, found.down) == (alone[number].across, alone[number].down)


def test_a_damaged_frame_spoils_none_of_the_others(tmp_path: Path) -> None:
    path = many_framed(tmp_path / "x.tif", 3)
    with PictureFrames(path) as frames:
        with pytest.raises(PictureDamaged):
            frames.decode(9, Limits())
        assert frames.decode(2, Limits()).image.size == (300, 400)
