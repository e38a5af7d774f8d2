"""Knows how tesseract is run: on one core, giving words with their boxes; by its library where that can be loaded, else
by one run of the program per page.

Measured: the same page costs five times the CPU with tesseract's own threads on a busy machine, three times with one
run per output, a quarter more when the picture is handed over compressed, and a fifth more by the program than by the
library (decision 29), with the same words. Hence the path of an uncompressed picture, one run, and OMP_THREAD_LIMIT=1.
"""

from __future__ import annotations

import csv
import os
import signal
from collections.abc import Iterable
from pathlib import Path

import pytesseract
from PIL import Image
from pytesseract.pytesseract import TesseractError, run_tesseract

from dms.adapters.tesseract_library import COLUMNS, library
from dms.ports import OcrError, OcrGaveUp, Orientation, RecognisedWord, Recognition

WORD_LEVEL = "5"
STOPPED_BY = {-signal.SIGXCPU, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL}
"""Ends of a run that are this picture's doing. tesseract aborts when memory is refused to it."""
TOO_FEW_CHARACTERS = "Too few characters"


class Tesseract:
    """An OcrEngine. `languages` as tesseract writes them (`deu+eng`); `seconds` is the wall time of one run: a last
    resort, far above what a page takes on a busy machine. Whoever calls it for a foreign file sets limits of its own.
    """

    def __init__(self, languages: str = "deu", *, seconds: int = 600) -> None:
        self._languages = languages
        self._seconds = seconds

    def prepare(self) -> None:
        library(self._languages)

    def recognise(self, picture: Path, *, dpi: int, folder: Path) -> Recognition:
        """The program writes `recognised.tsv` to `folder`, over that of an earlier run."""
        loaded = library(self._languages)
        if loaded is None:
            return self.recognise_by_program(picture, dpi=dpi, folder=folder)
        try:
            with Image.open(picture) as image:
                gray = image if image.mode == "L" else image.convert("L")
                table = loaded.read(gray, dpi, seconds=self._seconds)
        except OSError as error:
            raise OcrError(str(error)) from error
        return Recognition(_words_in(table.splitlines()))

    def recognise_by_program(self, picture: Path, *, dpi: int, folder: Path) -> Recognition:
        base = folder / "recognised"
        self._run(picture, base, "tsv", self._languages, f"--dpi {dpi} -c tessedit_create_tsv=1")
        with base.with_suffix(".tsv").open(encoding="utf-8", newline="") as table:
            next(table, None)  # the heading
            return Recognition(_words_in(table))

    def orientation(self, picture: Path, *, dpi: int) -> Orientation | None:
        base = picture.with_suffix("")
        try:
            self._run(picture, base, "osd", "osd", f"--dpi {dpi} --psm 0")
        except OcrGaveUp:
            raise
        except OcrError as error:
            if TOO_FEW_CHARACTERS in str(error):
                return None
            raise
        return _read_orientation(base.with_suffix(".osd"))

    def version(self) -> str:
        """Raises OcrError when tesseract is not there."""
        try:
            return str(pytesseract.get_tesseract_version())
        except (pytesseract.TesseractNotFoundError, SystemExit) as error:
            raise OcrError(str(error)) from error

    def _run(self, picture: Path, base: Path, outputs: str, languages: str, config: str) -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"  # pytesseract gives its child this process's environment
        try:
            run_tesseract(str(picture), str(base), outputs, languages, config, timeout=self._seconds)
        except TesseractError as error:
            kind = OcrGaveUp if error.status in STOPPED_BY else OcrError
            raise kind(f"tesseract ended with {error.status}: {error.message[-500:]}") from error
        except pytesseract.TesseractNotFoundError as error:
            raise OcrError(str(error)) from error
        except RuntimeError as error:  # pytesseract's only sign of its own time limit
            raise OcrGaveUp(f"tesseract was stopped after {self._seconds} s") from error


def _words_in(table: Iterable[str]) -> tuple[RecognisedWord, ...]:
    """The words of tesseract's TSV without its heading; `line` counts the lines over all blocks and paragraphs."""
    words: list[RecognisedWord] = []
    line, place = -1, None
    for row in csv.DictReader(table, COLUMNS, delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row["text"] or "").strip()
        if row["level"] != WORD_LEVEL or not text:
            continue
        here = (row["block_num"], row["par_num"], row["line_num"])
        line, place = (line, place) if here == place else (line + 1, here)
        box = (int(row["left"]), int(row["top"]), int(row["width"]), int(row["height"]))
        words.append(RecognisedWord(text, *box, float(row["conf"]), line))
    return tuple(words)


def _read_orientation(report: Path) -> Orientation | None:
    """From lines as `Rotate: 90`, which says how far to turn clockwise."""
    if not report.exists():
        return None
    pairs = (line.partition(":") for line in report.read_text(encoding="utf-8").splitlines())
    values = {name.strip(): value.strip() for name, _, value in pairs}
    if "Rotate" not in values:
        return None
    return Orientation(int(values["Rotate"]) % 360, float(values["Orientation confidence"]))
