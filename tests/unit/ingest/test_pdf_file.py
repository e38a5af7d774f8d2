"""Whether a PDF can be read, and how each page will be: nothing is lost, and nothing is read twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageChops, ImageStat

from ingest.reading.limits import Limits
from ingest.reading.page_picture import full_page_picture
from ingest.reading.page_way import is_good_text
from ingest.reading.pdf_file import PdfInspection, inspect_pdf
from ingest.reading.pdf_text import open_pdf, render_page
from ingest.reasons import Reason
from tests.unit.ingest.drawing import LETTER, scan_pdf, scan_picture, text_pdf

STAMP = b"BT /F1 10 Tf 20 20 Td (Eingegangen am 12.03.2026) Tj ET"
READ_BEFORE = b"BT 3 Tr /F1 10 Tf 20 20 Td (Sehr geehrte Frau Meier) Tj ET"


def inspect(path: Path, limits: Limits | None = None) -> PdfInspection:
    folder = path.parent / "out"
    folder.mkdir(exist_ok=True)
    return inspect_pdf(path, folder, limits or Limits())


# --- how pages are read --------------------------------------------------------------------------------


def test_a_letter_is_read_by_its_text(tmp_path: Path) -> None:
    found = inspect(text_pdf(tmp_path / "a.pdf", pages=3))
    assert found.plan == ("text", "text", "text")
    assert found.pages_seen == {"pypdfium2": 3, "pikepdf": 3}
    assert found.working is None
    assert not any((found.signed, found.encrypted, found.tagged, found.form, found.problem))


def test_a_scan_is_taken_out_as_it_is(tmp_path: Path) -> None:
    assert inspect(scan_pdf(tmp_path / "a.pdf")).plan == ("embedded",)


def test_a_scan_with_a_stamp_of_digital_text_is_drawn_and_read_whole(tmp_path: Path) -> None:
    assert inspect(scan_pdf(tmp_path / "a.pdf", more=STAMP)).plan == ("render",)


def test_a_scan_that_was_read_before_keeps_that_text(tmp_path: Path) -> None:
    assert inspect(scan_pdf(tmp_path / "a.pdf", more=READ_BEFORE)).plan == ("text",)


def test_a_small_picture_on_the_page_is_drawn(tmp_path: Path) -> None:
    assert inspect(scan_pdf(tmp_path / "a.pdf", matrix=(150, 0, 0, 200, 20, 20))).plan == ("render",)


@pytest.mark.parametrize(
    ("matrix", "page", "rotate"),
    [
        ((300, 0, 0, 400, 0, 0), (300, 400), 0),
        ((300, 0, 0, 400, 0, 0), (300, 400), 90),
        ((300, 0, 0, 400, 0, 0), (300, 400), 180),
        ((0, -300, 400, 0, 0, 300), (400, 300), 0),
        ((0, 300, -400, 0, 400, 0), (400, 300), 270),
        ((-300, 0, 0, -400, 300, 400), (300, 400), 0),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_picture_taken_out_is_what_the_page_shows(
    tmp_path: Path, matrix: tuple[float, ...], page: tuple[float, float], rotate: int, mode: str
) -> None:
    path = scan_pdf(tmp_path / "a.pdf", scan_picture(mode), matrix=matrix, page=page, rotate=rotate)
    with pikepdf.open(path) as objects:
        found = full_page_picture(objects.pages[0])
        assert found is not None
        assert found.dpi == 144
        taken = found.decode().rotate(-found.turn, expand=True).convert("L")
    with open_pdf(path) as pdf:
        drawn = render_page(pdf, 1, 144, pixels=10**7, gray=True).picture
    assert taken.size == drawn.size
    assert ImageStat.Stat(ImageChops.difference(taken, drawn)).mean[0] < 2


@pytest.mark.parametrize(
    "matrix",
    [(-300, 0, 0, 400, 300, 0), (300, 0, 0, -400, 0, 400), (290, 50, -50, 390, 0, 0), (300, 0, 0, 380, 0, 0)],
    ids=["mirrored", "upside down mirrored", "slanted", "short"],
)
def test_a_picture_placed_in_any_other_way_is_drawn(tmp_path: Path, matrix: tuple[float, ...]) -> None:
    with pikepdf.open(scan_pdf(tmp_path / "a.pdf", matrix=matrix)) as pdf:
        assert full_page_picture(pdf.pages[0]) is None


def test_a_masked_or_inverted_picture_is_drawn(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "a.pdf")
    for key, value in ((Name.Decode, Array([1, 0])), (Name.ImageMask, True), (Name.Filter, Name.JPXDecode)):
        with pikepdf.open(path) as pdf:
            pdf.pages[0].resources.XObject.Im0[key] = value
            assert full_page_picture(pdf.pages[0]) is None


def test_a_picture_with_a_note_on_it_is_drawn(tmp_path: Path) -> None:
    with pikepdf.open(scan_pdf(tmp_path / "a.pdf")) as pdf:
        pdf.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([0, 0, 9, 9]))])
        assert full_page_picture(pdf.pages[0]) is None


def test_a_picture_that_lies_about_its_size_is_not_decoded(tmp_path: Path) -> None:
    with pikepdf.open(scan_pdf(tmp_path / "a.pdf")) as pdf:
        pdf.pages[0].resources.XObject.Im0.Width = 300
        pdf.pages[0].resources.XObject.Im0.Height = 400
        found = full_page_picture(pdf.pages[0])
        assert found is not None
        with pytest.raises(ValueError, match="the picture says"):
            found.decode()


def test_a_picture_beyond_the_pixel_limit_is_not_taken_out(tmp_path: Path) -> None:
    assert inspect(scan_pdf(tmp_path / "a.pdf"), Limits(pixels=1000)).plan == ("render",)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("\n".join(LETTER), True),
        ("1", True),
        ("Kapitel 1 " + "." * 200 + " 7", True),
        ("Gebühr 12,50 € 3,00 € 4,75 € 100,00 € 1.200,00 €", True),
        ("", False),
        (" \n ", False),
        ("\ue001\ue002\ue003\ue004 \ue005", False),
        ("\N{REPLACEMENT CHARACTER}" * 40 + "abc", False),
        ("'$7(1 6&+87= %(+g5'( )h5 '(1 )5(,67$$7 +$0%85* /§$%&/()=", False),
        ("...", False),
    ],
)
def test_garbage_is_no_text(text: str, good: bool) -> None:
    assert is_good_text(text) is good


# --- what must not be lost -------------------------------------------------------------------------------


def test_a_password_is_asked_for(tmp_path: Path) -> None:
    with pikepdf.open(text_pdf(tmp_path / "a.pdf")) as pdf:
        pdf.save(tmp_path / "b.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))
    found = inspect(tmp_path / "b.pdf")
    assert (found.problem, found.encrypted, found.plan) == (Reason.PASSWORD_NEEDED, True, ())


def test_a_file_that_is_only_locked_against_changes_is_read(tmp_path: Path) -> None:
    with pikepdf.open(text_pdf(tmp_path / "a.pdf")) as pdf:
        pdf.save(tmp_path / "b.pdf", encryption=pikepdf.Encryption(owner="o", user=""))
    found = inspect(tmp_path / "b.pdf")
    assert (found.problem, found.encrypted, found.plan) == (None, True, ("text",))


def signature_field(**more: Any) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T="s", Rect=Array([0, 0, 0, 0]), **more)


@pytest.mark.parametrize("given", [True, False])
def test_a_signature_counts_when_it_was_given(tmp_path: Path, given: bool) -> None:
    path = text_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        value = {"V": pdf.make_indirect(Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3])))} if given else {}
        group = Dictionary(T="group", Kids=Array([pdf.make_indirect(signature_field(**value))]))
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(group)]))
        pdf.save(path)
    found = inspect(path)
    assert (found.signed, found.form) == (given, True)


def test_a_form_that_refers_to_itself_ends(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        field = pdf.make_indirect(Dictionary(T="a"))
        field.Kids = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
        pdf.save(path)
    assert inspect(path).form


def test_tags_are_noticed(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.save(path)
    assert inspect(path).tagged


# --- damage and repair -----------------------------------------------------------------------------------


def test_a_file_that_lost_its_end_is_repaired(tmp_path: Path) -> None:
    """Without table and trailer PDFium gives up; pikepdf finds the objects again."""
    content = b"%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 2 0 R>>\nendobj\n"
    content += b"2 0 obj <</Type /Pages /Kids [3 0 R 4 0 R] /Count 2>>\nendobj\n"
    for number in (3, 4):
        content += b"%d 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 300 400]>>\nendobj\n" % number
    content += b"trailer\n"
    (tmp_path / "a.pdf").write_bytes(content)
    found = inspect(tmp_path / "a.pdf")
    assert found.problem is None
    assert found.plan == ("render", "render")
    assert found.pages_seen == {"pypdfium2": 2, "pikepdf": 2}
    assert found.working is not None
    assert found.notes == ("repaired",)


def test_a_count_that_promises_pages_which_are_not_there_is_not_believed(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", pages=2)
    content = path.read_bytes()
    assert content.count(b"/Count 2") == 1
    path.write_bytes(content.replace(b"/Count 2", b"/Count 9"))
    found = inspect(path)
    assert found.plan == ("text", "text")
    assert found.notes == ("repaired", "pages_missing")


def test_a_page_that_repair_cannot_find_again_is_told(tmp_path: Path) -> None:
    """The last object is cut off: two pages are promised, one is left."""
    content = b"%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 2 0 R>>\nendobj\n"
    content += b"2 0 obj <</Type /Pages /Kids [3 0 R 4 0 R] /Count 2>>\nendobj\n"
    content += b"3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 300 400]>>\nendobj\n4 0 obj <</Type /Pa"
    (tmp_path / "a.pdf").write_bytes(content)
    found = inspect(tmp_path / "a.pdf")
    assert len(found.plan) == 1
    assert found.notes == ("repaired", "pages_missing")


def test_a_crop_that_leaves_nothing_is_undone_in_a_working_copy(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.CropBox = Array([700, 900, 800, 1000])
        pdf.save(path)
    found = inspect(path)
    assert found.plan == ("text",)
    assert found.working is not None
    assert "repaired" in found.notes


def test_a_file_without_pages_is_not_taken_for_locked_because_the_one_before_was(tmp_path: Path) -> None:
    with Pdf.new() as pdf:
        pdf.save(tmp_path / "empty.pdf")
        pdf.add_blank_page()
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
    assert inspect(tmp_path / "locked.pdf").problem is Reason.PASSWORD_NEEDED
    assert inspect(tmp_path / "empty.pdf").problem is Reason.NO_PAGES


def test_a_file_without_pages_says_so(tmp_path: Path) -> None:
    with Pdf.new() as pdf:
        pdf.save(tmp_path / "a.pdf")
    assert inspect(tmp_path / "a.pdf").problem is Reason.NO_PAGES


def test_what_is_no_pdf_at_all_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nnothing follows\n%%EOF")
    assert inspect(tmp_path / "a.pdf").problem is Reason.DAMAGED_FILE


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    assert inspect(text_pdf(tmp_path / "a.pdf", pages=4), Limits(pages=3)).problem is Reason.TOO_MANY_PAGES


def test_a_fax_of_one_bit_is_taken_out_right(tmp_path: Path) -> None:
    """CCITT and Flate, which Pillow writes into a PDF by itself."""
    scan_picture("1").save(tmp_path / "a.pdf", resolution=144)
    with pikepdf.open(tmp_path / "a.pdf") as objects, open_pdf(tmp_path / "a.pdf") as pdf:
        found = full_page_picture(objects.pages[0])
        drawn = render_page(pdf, 1, 144, pixels=10**7, gray=True).picture
        if found is not None:  # Pillow stores an inverting /Decode in some versions: then the page is drawn
            taken = found.decode().convert("L").resize(drawn.size, Image.Resampling.NEAREST)
            assert ImageStat.Stat(ImageChops.difference(taken, drawn)).mean[0] < 5
