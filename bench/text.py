"""Our text extraction against bare PDFium: the same pages, one process each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pypdfium2

from bench.material import digital_letters
from bench.rounds import Measurement, take_turns
from ingest.reading.pdf_text import open_pdf, read_text_page

REPEATS = 20


def extraction(place: Path, *, rounds: int, letters: int = 50) -> list[Measurement]:
    """Words with their boxes in reading order, against a string."""
    files = digital_letters(place / "extraction", letters)
    ours, theirs = take_turns(rounds, lambda _: _rate(files, _read), lambda _: _rate(files, _read_bare))
    against = "pypdfium2 get_text_bounded() alone"
    return [Measurement("text of born-digital pages, with boxes", "pages/s", ours, theirs, against, goal=0.5)]


def _rate(files: Sequence[Path], read: Callable[[Path], None]) -> float:
    begun = time.process_time()
    for _ in range(REPEATS):
        for file in files:
            read(file)
    return REPEATS * len(files) / (time.process_time() - begun)


def _read(file: Path) -> None:
    with open_pdf(file) as pdf:
        read_text_page(pdf, 1)


def _read_bare(file: Path) -> None:
    pdf = pypdfium2.PdfDocument(file)
    page = pdf[0]
    text = page.get_textpage()
    text.get_text_bounded()
    text.close()
    page.close()
    pdf.close()
