"""The rendition adds text and takes nothing: image bytes stay, words lie over the print, the validator approves."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import numpy as np
import pikepdf
import pytest
from pikepdf import Name, pdfa
from PIL import Image

from ingest.reading.archivable import NotArchivable
from ingest.reading.limits import Limits
from ingest.reading.pdf_text import open_pdf, read_text_page, render_page
from ingest.reading.rendition import ReadPageText, make_rendition
from ingest.steps.contract import ObjectRef, StepContext
from tests.unit.ingest.rendering import render_all, words_by_poppler, words_read
from tests.unit.ingest.scans import inspected, jpeg, scan, scanned_pdf


def rendered(context: StepContext) -> tuple[dict[str, Any], Path | None]:
    part = render_all(context)[0]
    kept = part["rendition"]
    return part, context.workspace.fetch(ObjectRef.from_facts(kept)) if kept else None


def ink_under(path: Path, word: str, page: int = 1) -> float:
    """How dark the printed page is where the word's invisible text stands, 0 to 255."""
    with open_pdf(path) as pdf:
        text = read_text_page(pdf, page)
        box = next(found.box for line in text.lines for found in line if found.text == word)
        picture = render_page(pdf, page, 150, pixels=10**8, gray=True).picture
    across, down = picture.size
    area = (int(box.x0 * across), int(box.y0 * down), int(box.x1 * across) + 1, int(box.y1 * down) + 1)
    return 255 - float(np.asarray(picture.crop(area)).mean())


def jpeg_bytes(path: Path) -> list[bytes]:
    with pikepdf.open(path) as pdf:
        streams = [image for page in pdf.pages for image in page.get_images().values()]
        return [bytes(stream.read_raw_bytes()) for stream in streams if stream.Filter == Name.DCTDecode]


@pytest.mark.parametrize(("turn", "rotate"), [(0, 0), (180, 0), (90, 0), (270, 90)])
def test_marked_text_lies_over_the_printed_word_however_the_page_lay(tmp_path: Path, turn: int, rotate: int) -> None:
    content = scanned_pdf([scan(turn=turn)], rotate=rotate)
    (tmp_path / "original.pdf").write_bytes(content)
    with inspected(tmp_path, content, "pdf", ["embedded"]) as context:
        part, path = rendered(context)
        assert path is not None
        assert part["no_rendition"] is None
        assert part["thumbnail"]["media_type"] == "image/jpeg"
        assert jpeg_bytes(path) == jpeg_bytes(tmp_path / "original.pdf")
        with pikepdf.open(path) as pdf:
            assert int(pdf.pages[0].rotation) == (-turn) % 360
        assert ink_under(path, "Straßenreinigungsgebühr") > 50
        assert pdfa.validate_written(path, "2b").verdict == "pass"


def test_text_of_a_page_askew_lies_over_its_words_too(tmp_path: Path) -> None:
    with inspected(tmp_path, scanned_pdf([scan(skew=6)]), "pdf", ["embedded"]) as context:
        _, path = rendered(context)
        assert path is not None
        assert ink_under(path, "Gebührenbescheid") > 30


@pytest.mark.parametrize(("skew", "turn"), [(-1.4, 0), (0.9, 0), (1.8, 180), (5.0, 0), (-0.9, 90)])
def test_another_reader_finds_every_word_whole_however_the_paper_lay(tmp_path: Path, skew: float, turn: int) -> None:
    with inspected(tmp_path, scanned_pdf([scan(skew=skew, turn=turn)]), "pdf", ["embedded"]) as context:
        _, path = rendered(context)
        assert path is not None
        assert words_by_poppler(path, 1) == Counter(words_read(context, 0)[1])


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_photographed_letter_keeps_the_bytes_of_the_camera(tmp_path: Path, orientation: int) -> None:
    page = scan().transpose(Image.Transpose.ROTATE_90) if orientation == 6 else scan()
    exif = Image.Exif()
    exif[274] = orientation
    content = jpeg(page, dpi=(300, 300), exif=exif)
    with inspected(tmp_path, content, "image", ["frame"]) as context:
        _, path = rendered(context)
        assert path is not None
        assert jpeg_bytes(path) == [content]
        assert ink_under(path, "Straßenreinigungsgebühr") > 50


def test_both_pages_of_a_fax_keep_every_dot(tmp_path: Path) -> None:
    dots = scan().point(lambda value: 255 if value > 140 else 0).convert("1")
    upside_down = dots.rotate(180)
    buffer = BytesIO()
    dots.save(buffer, "TIFF", compression="group4", dpi=(300, 300), save_all=True, append_images=[upside_down])
    with inspected(tmp_path, buffer.getvalue(), "image", ["frame", "frame"]) as context:
        _, path = rendered(context)
        assert path is not None
        with pikepdf.open(path) as pdf:
            found = [
                pikepdf.PdfImage(cast("pikepdf.Stream", image)).as_pil_image()
                for page in pdf.pages
                for image in page.get_images().values()
            ]
            assert [int(page.rotation) for page in pdf.pages] == [0, 180]
        assert [one.tobytes() for one in found] == [dots.tobytes(), upside_down.tobytes()]
        assert ink_under(path, "Widerspruch", 2) > 50


@pytest.mark.parametrize("flag", ["signed", "encrypted", "tagged"])
def test_what_a_rendition_would_damage_gets_none(tmp_path: Path, flag: str) -> None:
    flags: dict[str, Any] = {flag: True}
    with inspected(tmp_path, scanned_pdf([scan()]), "pdf", ["embedded"], **flags) as context:
        part, path = rendered(context)
    assert path is None
    assert part["no_rendition"] == flag
    assert part["thumbnail"] is not None


def test_what_the_validator_refuses_is_named_by_its_rules(tmp_path: Path) -> None:
    with pikepdf.open(BytesIO(scanned_pdf([scan()]))) as pdf:
        pdf.Root.AcroForm = pikepdf.Dictionary(XFA=pikepdf.String("x"), Fields=pikepdf.Array())
        pdf.save(tmp_path / "form.pdf")
    page = ReadPageText(1, None, 0)
    with pytest.raises(NotArchivable) as caught:
        make_rendition(tmp_path / "form.pdf", "pdf", [page], tmp_path / "out.pdf", Limits())
    assert caught.value.rules
    assert not (tmp_path / "out.pdf").exists()


def test_marks_of_programs_that_carry_no_content_are_taken_off(tmp_path: Path) -> None:
    with pikepdf.open(BytesIO(scanned_pdf([scan()]))) as pdf:
        pdf.trailer[Name.DocChecksum] = Name("/0123")
        pdf.pages[0].obj.Trans = pikepdf.Dictionary(S=Name.Fade)
        pdf.save(tmp_path / "marks.pdf")
    page = ReadPageText(1, None, 0)
    make_rendition(tmp_path / "marks.pdf", "pdf", [page], tmp_path / "out.pdf", Limits())
    assert pdfa.validate_written(tmp_path / "out.pdf", "2b").verdict == "pass"
