"""The text layer of a PDF: the words as a reader sees them, each box where the word stands on the displayed page."""

from __future__ import annotations

import zlib
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from dms.pages import Box, PageText
from ingest.reading.limits import Limits
from ingest.reading.pdf_text import open_pdf, read_text_page, render_page
from ingest.reading.sandbox import TooExpensive, run_limited
from tests.unit.ingest.drawing import scan_pdf, scan_picture, text_pdf


def read(path: Path, number: int = 1) -> PageText:
    with open_pdf(path) as pdf:
        return read_text_page(pdf, number)


def box_of(page: PageText, text: str) -> Box:
    return next(placed.word.box for placed in page.placed_words() if placed.word.text == text)


def about(value: float) -> object:
    return pytest.approx(value, abs=0.01)


def test_lines_and_words_are_those_of_the_letter(tmp_path: Path) -> None:
    page = read(text_pdf(tmp_path / "a.pdf", ["Sehr geehrte Frau Müller,", "bitte um Rückruf."]))
    assert page.text == "Sehr geehrte Frau Müller,\nbitte um Rückruf."


def test_a_box_lies_on_its_word(tmp_path: Path) -> None:
    box = box_of(read(text_pdf(tmp_path / "a.pdf", ["Hallo", "Welt"])), "Welt")
    assert box.x0 == about(50 / 600)
    assert box.y1 == about(120 / 800)
    assert 0 < box.y1 - box.y0 < 0.03


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_boxes_follow_the_displayed_page_when_it_is_turned(tmp_path: Path, turn: int) -> None:
    """Checked against the drawn page: there is ink in the word's box, and none in the mirrored place."""
    path = text_pdf(tmp_path / "a.pdf", ["Hallo", "", "", "", "", "Wort"])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.Rotate = turn
        pdf.save(path)
    with open_pdf(path) as opened:
        box = box_of(read_text_page(opened, 1), "Wort")
        picture = render_page(opened, 1, 72, pixels=10**7, gray=True).picture
    width, height = picture.size

    def darkest(place: Box) -> int:
        area = (place.x0 * width, place.y0 * height, place.x1 * width + 1, place.y1 * height + 1)
        lowest: int = picture.crop(tuple(int(edge) for edge in area)).getextrema()[0]  # type: ignore[arg-type, assignment]
        return lowest

    assert darkest(box) < 100
    assert darkest(Box(1 - box.x1, 1 - box.y1, 1 - box.x0, 1 - box.y0)) > 200


def test_a_cropped_page_counts_from_its_crop_and_hides_what_lies_outside(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["aussen", "", "", "", "", "innen"])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.CropBox = Array([40, 0, 340, 690])
        pdf.save(path)
    page = read(path)
    assert page.text == "innen"
    assert box_of(page, "innen").x0 == about(10 / 300)
    assert box_of(page, "innen").y1 == about(90 / 690)


def test_bold_by_printing_twice_is_read_once(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 800))
    canvas.drawString(50, 700, "Bescheid")
    canvas.drawString(50.3, 700, "Bescheid")
    canvas.save()
    assert read(tmp_path / "a.pdf").text == "Bescheid"


def test_ligatures_and_soft_hyphens_do_not_hide_words(tmp_path: Path) -> None:
    pdfmetrics.registerFont(TTFont("DejaVuSans", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 800))
    canvas.setFont("DejaVuSans", 12)
    canvas.drawString(50, 700, "P\N{LATIN SMALL LIGATURE FL}icht")
    canvas.drawString(50, 600, "u\N{COMBINING DIAERESIS}ber")
    canvas.save()
    assert read(tmp_path / "a.pdf").text == "Pflicht\nüber"


def test_a_hyphen_at_the_end_of_a_line_stays_and_the_line_ends(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 800))
    canvas.drawString(50, 700, "die Kranken-")
    canvas.drawString(50, 686, "kasse zahlt")
    canvas.save()
    assert read(tmp_path / "a.pdf").text == "die Kranken-\nkasse zahlt"


def test_pieces_on_one_baseline_are_one_line(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 800))
    canvas.drawString(50, 700, "Gebühr")
    canvas.drawString(400, 700, "12,50 €")
    canvas.drawString(50, 680, "Summe")
    canvas.save()
    assert read(tmp_path / "a.pdf").text == "Gebühr 12,50 €\nSumme"


def test_what_was_typed_into_a_form_is_read(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 800))
    canvas.drawString(50, 700, "Name:")
    canvas.acroForm.textfield(name="n", value="Jürgen Groß", x=100, y=690, width=200, height=20)
    canvas.save()
    page = read(tmp_path / "a.pdf")
    assert page.text == "Name:\nJürgen Groß"
    assert box_of(page, "Jürgen").x0 == about(100 / 600)
    assert box_of(page, "Jürgen").y0 == about(90 / 800)


def test_a_hidden_field_stays_hidden(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 800))
    canvas.drawString(50, 700, "Name:")
    canvas.acroForm.textfield(name="n", value="geheim", x=100, y=690, width=200, height=20, annotationFlags="hidden")
    canvas.save()
    assert read(tmp_path / "a.pdf").text == "Name:"


def test_a_comment_on_the_page_is_read(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["Hallo"])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=Array([50, 50, 250, 90]), Contents="zdA 12.3.")
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
        pdf.save(path)
    assert read(path).text == "Hallo\nzdA 12.3."


def test_a_page_without_text_is_empty(tmp_path: Path) -> None:
    assert read(scan_pdf(tmp_path / "a.pdf")).lines == ()


def test_a_page_is_drawn_at_the_resolution_asked_for(tmp_path: Path) -> None:
    with open_pdf(scan_pdf(tmp_path / "a.pdf")) as pdf:
        drawn = render_page(pdf, 1, 144, pixels=10**7)
    assert drawn.picture.size == scan_picture().size
    assert (drawn.picture.mode, drawn.dpi) == ("RGBX", 144)


def test_a_huge_page_is_drawn_smaller(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", ["x"], size=(14_400, 14_400))
    with open_pdf(path) as pdf:
        drawn = render_page(pdf, 1, 300, pixels=1_000_000, gray=True)
    assert drawn.picture.width * drawn.picture.height <= 1_000_000
    assert drawn.dpi == 5


def heavy_pdf(path: Path, side: int) -> Path:
    """A black picture of one byte a pixel, packed small."""
    with pikepdf.Pdf.new() as pdf:
        packer = zlib.compressobj(9)
        data = b"".join(packer.compress(bytes(side * 100)) for _ in range(side // 100)) + packer.flush()
        picture = pikepdf.Stream(
            pdf,
            data,
            Subtype=Name.Image,
            Width=side,
            Height=side,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceGray,
            Filter=Name.FlateDecode,
        )
        content = pdf.make_stream(b"2000 0 0 2000 0 0 cm /Im0 Do")
        resources = Dictionary(XObject=Dictionary(Im0=picture))
        page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 2000, 2000]), Resources=resources, Contents=content)
        pdf.pages.append(pikepdf.Page(page))
        pdf.save(path)
    return path


def draw_and_look(path: Path) -> int:
    with open_pdf(path) as pdf:
        value = render_page(pdf, 1, 300, pixels=40_000_000).picture.getpixel((500, 500))
    return value[0] if isinstance(value, tuple) else int(value or 0)


def test_a_heavy_picture_is_drawn_within_the_limits(tmp_path: Path) -> None:
    assert run_limited(draw_and_look, heavy_pdf(tmp_path / "a.pdf", 14_000), limits=Limits()) < 50


def test_a_picture_too_heavy_to_draw_never_becomes_a_blank_page(tmp_path: Path) -> None:
    with pytest.raises(TooExpensive):
        run_limited(draw_and_look, heavy_pdf(tmp_path / "a.pdf", 20_000), limits=Limits())
