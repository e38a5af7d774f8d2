"""What is measured with: letters of the project's own writing, as scans and as born-digital PDFs."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from io import BytesIO
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from textwrap import fill

import pikepdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ingest.classification.kinds import Kind
from ingest.samples.letters import LetterWriter
from ingest.samples.mailbag import Form, Sending, write_letter
from ingest.samples.scanning import Noise

SEED = 4711
WORN = (*[Noise.CLEAN] * 3, *[Noise.LIGHT] * 5, *[Noise.MEDIUM] * 3, Noise.HEAVY)
"""Of twelve scanned pages so many of each: most of a town's post is printed last week and scanned once."""


def scans(folder: Path, count: int, *, pages: int = 1, seed: int = SEED) -> list[Path]:
    """`count` scans of `pages` pages each, no two alike. About half a CPU second per page."""
    kinds, noises = cycle(Kind), cycle(WORN)
    return _write(
        folder,
        seed,
        [
            Sending(f"scan-{number:04}.pdf", kind, Form.SCAN, noise, pages)
            for number, kind, noise in islice(zip(range(count), kinds, noises, strict=False), count)
        ],
    )


def digital_letters(folder: Path, count: int, *, seed: int = SEED) -> list[Path]:
    """One-page PDFs as a word processor exports them."""
    kinds = [kind for kind in Kind if kind not in (Kind.CONTRACT, Kind.STATEMENT)]  # those are longer than a page
    return _write(
        folder,
        seed,
        [
            Sending(f"letter-{number:04}.pdf", kind, Form.DIGITAL)
            for number, kind in zip(range(count), cycle(kinds), strict=False)
        ],
    )


def pictures_of(scans: list[Path], folder: Path) -> list[Path]:
    """The scanned pages as the JPEG files that lie in the PDFs, byte for byte."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for scan in scans:
        with pikepdf.open(scan) as pdf:
            for number, page in enumerate(pdf.pages, start=1):
                target = folder / f"{scan.stem}-{number:03}.jpg"
                target.write_bytes(next(iter(page.images.values())).read_raw_bytes())
                found.append(target)
    return found


def anew(files: list[Path], folder: Path, mark: str) -> list[Path]:
    """Copies whose bytes nobody has seen before, so that no round is spared the work of an earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    copies = []
    for file in files:
        copy = folder / file.name
        with pikepdf.open(file) as pdf:
            pdf.docinfo["/Keywords"] = mark
            pdf.save(copy)
        copies.append(copy)
    return copies


def _write(folder: Path, seed: int, sendings: list[Sending]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(write_letter, folder, seed), sendings, chunksize=4))
    return [folder / sending.name for sending in sendings]


def letter_with(word: str) -> bytes:
    """A born-digital page that says this word among a letter's others."""
    letter = LetterWriter(Random(word)).write(Kind.INQUIRY)
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    lines = canvas.beginText(70, 780)
    for line in [f"Unser Zeichen: {word}", *letter.text.splitlines()]:
        lines.textLines(fill(line, 85))
    canvas.drawText(lines)
    canvas.save()
    return buffer.getvalue()
