"""Plain text as a PDF: every letter reads back, nothing runs off the page, the same text gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from ingest.reading.pdf_text import open_pdf, read_text_page
from ingest.reading.text_layout import COLUMNS, ROWS, TooManyPages, decode_text, set_text

NAMES = "Šafárik Ḩasan Łukasz Ğül Ñandú Ørsted ßœÆ ẞ Ŵ ẅ Ǩ ǿ Ș ț Đ ħ ı ĸ ŋ Ŧ – „Straße“ €"
"""Letters of DIN SPEC 91379, which German registers use."""


def pages_of(path: Path) -> list[str]:
    with open_pdf(path) as pdf:
        return [read_text_page(pdf, number).text for number in range(1, len(pdf) + 1)]


def test_letters_of_german_registers_read_back(tmp_path: Path) -> None:
    assert set_text(NAMES, tmp_path / "a.pdf", most_pages=5) == 1
    assert pages_of(tmp_path / "a.pdf") == [NAMES]


def test_a_letter_with_an_accent_of_its_own_reads_back(tmp_path: Path) -> None:
    name = "C\N{COMBINING BREVE}erna"
    set_text(name, tmp_path / "a.pdf", most_pages=5)
    assert pages_of(tmp_path / "a.pdf") == [name]


def test_an_emoji_becomes_a_box_and_spoils_nothing(tmp_path: Path) -> None:
    set_text("Danke \N{SMILING FACE WITH OPEN MOUTH} sehr", tmp_path / "a.pdf", most_pages=5)
    assert pages_of(tmp_path / "a.pdf") == ["Danke \N{WHITE SQUARE} sehr"]


def test_the_same_text_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        set_text(NAMES * 300, tmp_path / name, most_pages=50)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_font_goes_along(tmp_path: Path) -> None:
    set_text(NAMES, tmp_path / "a.pdf", most_pages=5)
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        for font in pdf.pages[0].resources.Font.values():
            assert "/FontFile2" in font.FontDescriptor


def test_long_lines_are_broken_between_words_and_inside_endless_ones(tmp_path: Path) -> None:
    text = "Wort " * 60 + "\n" + "x" * (2 * COLUMNS + 5)
    set_text(text, tmp_path / "a.pdf", most_pages=5)
    lines = pages_of(tmp_path / "a.pdf")[0].split("\n")
    assert all(len(line) <= COLUMNS for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert all(word == "Wort" for line in lines[:4] for word in line.split())


def test_no_word_leaves_the_page(tmp_path: Path) -> None:
    set_text("\n".join(["W" * COLUMNS] * ROWS), tmp_path / "a.pdf", most_pages=1)
    with open_pdf(tmp_path / "a.pdf") as pdf:
        boxes = [placed.word.box for placed in read_text_page(pdf, 1).placed_words()]
    assert len(boxes) == ROWS
    assert min(box.x0 for box in boxes) > 0.05
    assert max(box.x1 for box in boxes) < 0.95
    assert max(box.y1 for box in boxes) < 0.96


def test_a_form_feed_begins_a_page(tmp_path: Path) -> None:
    assert set_text("eins\fzwei\f", tmp_path / "a.pdf", most_pages=5) == 2
    assert pages_of(tmp_path / "a.pdf") == ["eins", "zwei"]


def test_an_empty_text_is_one_empty_page(tmp_path: Path) -> None:
    assert set_text("", tmp_path / "a.pdf", most_pages=5) == 1


def test_too_many_pages_are_refused_before_they_are_written(tmp_path: Path) -> None:
    with pytest.raises(TooManyPages):
        set_text("Zeile\n" * ROWS * 4, tmp_path / "a.pdf", most_pages=3)
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        ("Müßiggang €".encode(), None),
        ("Müßiggang €".encode("utf-8-sig"), None),
        ("Müßiggang €".encode("utf-16"), None),
        ("\ufeffMüßiggang €".encode("utf-16-be"), None),
        ("Müßiggang €".encode("cp1252"), None),
        ("Müßiggang €".encode("cp1252"), "utf-8"),
        ("Müßiggang €".encode("cp1252"), "iso-8859-1"),
        ("Müßiggang €".encode(), "iso-8859-1"),
        ("Müßiggang €".encode("iso-8859-15"), "iso-8859-15"),
        ("Müßiggang €".encode("utf-16-le"), "utf-16-le"),
        ("Müßiggang €".encode("cp1252"), "no-such-charset"),
        ("Müßiggang €".encode("utf-7"), "utf-7"),
    ],
)
def test_text_is_read_in_any_encoding(content: bytes, declared: str | None) -> None:
    assert decode_text(content, declared).removeprefix("\ufeff") == "Müßiggang €"


def test_bytes_that_are_no_text_do_not_stop_anybody() -> None:
    assert len(decode_text(bytes(range(256)))) == 256
