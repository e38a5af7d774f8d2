"""A file with text of its own becomes a PDF/A-2b where nothing is lost, and else the true reason is named."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, pdfa
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ingest.no_rendition import NO_RENDITION, no_rendition_sentence
from ingest.reading.archivable import NotArchivable
from ingest.reading.limits import Limits
from ingest.reading.pdf_text import open_pdf, read_text_page
from ingest.reading.refusal import Refusal, refusal_of
from ingest.reading.rendition import ReadPageText, make_rendition
from ingest.reading.rendition_check import check_own_text
from tests.unit.ingest.drawing import text_pdf

EMBEDDED = "DejaVuSans"


def printed(path: Path, font: str, text: str = "Grundstück 18,50 € – „Müller“") -> Path:
    pdfmetrics.registerFont(TTFont(EMBEDDED, f"/usr/share/fonts/truetype/dejavu/{EMBEDDED}.ttf"))
    canvas = Canvas(str(path), invariant=True)
    canvas.setFont(font, 12)
    canvas.drawString(72, 700, text)
    canvas.save()
    return path


def altered(path: Path, alter: Callable[[pikepdf.Pdf], None]) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        alter(pdf)
        pdf.save(path)
    return path


def rendition_of(path: Path) -> tuple[Path, tuple[str, ...]]:
    target = path.with_name("rendition.pdf")
    with pikepdf.open(path) as pdf:
        pages = [ReadPageText(number, None, 0) for number in range(1, len(pdf.pages) + 1)]
    fonts = make_rendition(path, "pdf", pages, target, Limits())
    assert pdfa.validate_written(target, "2b").verdict == "pass"
    return target, fonts


def words(path: Path) -> list[str]:
    with open_pdf(path) as pdf:
        return [word.text for line in read_text_page(pdf, 1).lines for word in line]


def refused(path: Path) -> NotArchivable:
    with pytest.raises(NotArchivable) as caught:
        rendition_of(path)
    return caught.value


# --- fonts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("font", ["Helvetica", "Helvetica-Bold", "Times-Italic", "Courier-BoldOblique"])
def test_fonts_that_every_viewer_brings_are_put_in_and_no_word_moves(font: str, tmp_path: Path) -> None:
    path = printed(tmp_path / "a.pdf", font)
    target, fonts = rendition_of(path)
    assert fonts == (font,)
    assert words(target) == words(path)
    with pikepdf.open(target) as pdf:
        assert all("Liberation" in str(one.BaseFont) for one in pdf.pages[0].resources.Font.values())


def test_a_font_that_is_named_and_never_written_in_is_not_spoken_of(tmp_path: Path) -> None:
    target, fonts = rendition_of(printed(tmp_path / "a.pdf", EMBEDDED))
    assert fonts == ()
    assert "Grundstück" in words(target)


def test_letters_of_another_encoding_stay_the_same_letters(tmp_path: Path) -> None:
    def as_a_mac_does(pdf: pikepdf.Pdf) -> None:
        for font in pdf.pages[0].resources.Font.values():
            font.Encoding = Dictionary(
                Type=Name.Encoding,
                BaseEncoding=Name.MacRomanEncoding,
                Differences=pdf.make_indirect(Array([65, Name.adieresis])),
            )

    path = altered(printed(tmp_path / "a.pdf", "Helvetica", "AB Satzung"), as_a_mac_does)
    assert words(path) == ["äB", "Satzung"]
    target, _ = rendition_of(path)
    assert words(target) == ["äB", "Satzung"]


def test_another_missing_font_is_named(tmp_path: Path) -> None:
    def rename(pdf: pikepdf.Pdf) -> None:
        for font in pdf.pages[0].resources.Font.values():
            font.BaseFont = Name("/ABCDEF+Frutiger-Light")

    found = refused(altered(printed(tmp_path / "a.pdf", "Helvetica"), rename))
    assert (found.cause, found.detail) == (Refusal.FONT_NOT_EMBEDDED, "Frutiger-Light")
    assert "Schriften nicht eingebettet sind: Frutiger-Light." in str(no_rendition_sentence(found.cause, found.detail))


def test_characters_with_other_widths_are_not_replaced(tmp_path: Path) -> None:
    def stretch(pdf: pikepdf.Pdf) -> None:
        for font in pdf.pages[0].resources.Font.values():
            font.FirstChar, font.LastChar, font.Widths = 32, 255, Array([700] * 224)

    path = altered(printed(tmp_path / "a.pdf", "Helvetica"), stretch)
    assert refused(path).cause is Refusal.FONT_DAMAGED


# --- what is taken off, and what is not ------------------------------------------------------------------


def test_marks_without_content_are_taken_off(tmp_path: Path) -> None:
    def mark(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Trans, pdf.pages[0].obj.PZ = Dictionary(S=Name.Fade), 1
        pdf.trailer[Name("/DocChecksum")] = Name("/0123")
        pdf.Root.PageMode = Name.UseAttachments
        pdf.Root.PageLabels = Dictionary(Nums=Array([0, pdf.make_indirect(Dictionary(S=Name.D))]))

    target, _ = rendition_of(altered(printed(tmp_path / "a.pdf", EMBEDDED), mark))
    with pikepdf.open(target) as pdf:
        assert pdf.Root.PageLabels.Nums[1].S == Name.D


def test_a_file_with_files_inside_is_left_alone(tmp_path: Path) -> None:
    invoice = tmp_path / "factur-x.xml"
    invoice.write_text("<invoice/>")

    def attach(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["factur-x.xml"] = AttachedFileSpec.from_filepath(pdf, invoice)

    assert refused(altered(printed(tmp_path / "a.pdf", EMBEDDED), attach)).cause is Refusal.EMBEDDED_FILES


def test_an_empty_form_is_taken_off(tmp_path: Path) -> None:
    def leave_form(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm = Dictionary(Fields=Array())

    target, _ = rendition_of(altered(printed(tmp_path / "a.pdf", EMBEDDED), leave_form))
    with pikepdf.open(target) as pdf:
        assert Name.AcroForm not in pdf.Root


def test_what_was_typed_into_a_form_becomes_part_of_the_page(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), invariant=True)
    canvas.drawString(72, 720, "Name des Antragstellers:")
    canvas.acroForm.textfield(name="name", value="Mustermann", x=72, y=680, width=200, height=24)
    canvas.save()
    assert "Mustermann" in words(path)
    target, _ = rendition_of(path)
    with pikepdf.open(target) as pdf:
        assert Name.AcroForm not in pdf.Root
    assert "Mustermann" in words(target)


def test_a_form_that_only_its_viewer_can_draw_is_left_alone(tmp_path: Path) -> None:
    def make_xfa(pdf: pikepdf.Pdf) -> None:
        pdf.Root.AcroForm = Dictionary(XFA=pikepdf.String("x"), Fields=Array())

    assert refused(altered(printed(tmp_path / "a.pdf", EMBEDDED), make_xfa)).cause is Refusal.FORM


def test_tags_for_screen_readers_stay(tmp_path: Path) -> None:
    def tag(pdf: pikepdf.Pdf) -> None:
        root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        root.K = Array([pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root))])
        pdf.Root.StructTreeRoot, pdf.Root.MarkInfo = root, Dictionary(Marked=True)

    target, _ = rendition_of(altered(printed(tmp_path / "a.pdf", EMBEDDED), tag))
    with pikepdf.open(target) as pdf:
        assert Name.Document == pdf.Root.StructTreeRoot.K[0].S


def test_a_text_that_reads_differently_is_noticed(tmp_path: Path) -> None:
    one, other = text_pdf(tmp_path / "a.pdf", ["Bescheid"]), text_pdf(tmp_path / "b.pdf", ["Bescheld"])
    from ingest.reading.archivable import Mended

    for mended in (Mended(), Mended(fonts=("Helvetica",)), Mended(form=True)):
        with pytest.raises(NotArchivable) as caught:
            check_own_text(one, other, [1], mended)
        assert (caught.value.cause, caught.value.detail) == (Refusal.TEXT_WOULD_CHANGE, "1")


# --- words -----------------------------------------------------------------------------------------------


def test_every_cause_has_its_sentence() -> None:
    assert set(Refusal) <= set(NO_RENDITION)


def test_an_unknown_finding_is_told_by_its_rule() -> None:
    finding = pdfa.Finding("ISO_19005_2:6.1.13-11", "obj 3 0", "too large")
    assert refusal_of([finding], ()) == (Refusal.NOT_ARCHIVABLE, "ISO_19005_2:6.1.13-11")


def test_nothing_is_written_for_what_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(xfa_pdf())
    refused(path)
    assert not (tmp_path / "rendition.pdf").exists()


def xfa_pdf() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.Root.AcroForm = Dictionary(XFA=pikepdf.String("x"), Fields=Array())
    buffer = BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()
