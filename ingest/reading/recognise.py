"""Reads the picture of a page by OCR: coarsely first, then finer, righted or enlarged when the result is doubtful."""

from __future__ import annotations

import math
import statistics
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from PIL import Image

from dms.pages import Box, PageText, Word
from dms.ports import OcrEngine, RecognisedWord, Recognition
from ingest.reading import orientation

DOUBTFUL_BELOW = 92.0
"""Mean confidence. Clean pages reach 95; one askew by 4° 92, by 7° 78; one on its head 22."""
PERHAPS_TURNED_BELOW = 85.0
NO_TEXT_BELOW = 30.0
"""Mean confidence of a page whose words are all guesses: a photo, or a page on its head that could not be righted."""
NOISE_BELOW = 20.0
HALF = 0.5
FEW_DOTS = 120
"""Below so many dpi the picture is enlarged before it is read: CER 9 % → 0.7 % at 72 dpi, 0.7 → 0.2 % at 100 dpi."""
SMALL_PRINT = 16
"""Median height of the words in pixels under which enlarging helps, whatever the dpi say."""
READING_DPI, FINE_DOTS = 225, 250
"""A picture of at least so many dpi is read at 225: an eighth less CPU than at 300, and no more errors. At 200 tables
begin to lose the spaces between their columns (docs/performance.md)."""
MOST_FURTHER_READINGS = 2
"""The second may right the page or read it finer; only then is it known whether the print is small."""
ORDINARY_PRINT, ORDINARY_DPI = 31, 300
"""Median height in pixels of words of 10 points."""
PUNCTUATION = set(string.punctuation + "–—‘’‚“”„«»‹›•·…°§¦|¬")


@dataclass(frozen=True, slots=True)
class Attempt:
    """How the picture was changed for reading: turned clockwise, straightened, resized by `scale`; `dpi` after that."""

    dpi: int
    turn: int = 0
    skew: float = 0.0
    scale: float = 1.0

    @property
    def changes_nothing(self) -> bool:
        return (self.turn, self.skew, self.scale) == (0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Boxes are fractions of the page set upright by `attempt.turn`; `codes` of the picture as it was handed over."""

    text: PageText
    attempt: Attempt
    confidence: float | None
    words: tuple[RecognisedWord, ...]
    codes: Sequence[Box] = ()

    @property
    def doubtful(self) -> bool:
        confident = self.confidence is not None and self.confidence >= DOUBTFUL_BELOW
        return not confident or orientation.reads_sideways(self.words)

    @property
    def merit(self) -> float:
        """The surer and the more, the better; what reads sideways is no upright page."""
        if self.confidence is None or orientation.reads_sideways(self.words):
            return 0.0
        return self.confidence**2 * math.sqrt(sum(len(word.text) for word in self.words))


def read_picture(engine: OcrEngine, picture: Path, dpi: int, folder: Path, codes: Sequence[Box] = ()) -> ReadPage:
    """One run over the file `picture`; a lying page is first asked for its orientation. Raises OcrError.

    `codes`: where barcodes stand on it. What OCR makes of their bars is no text.
    """
    gray = _open(picture)
    turn = orientation.ask_turn(engine, gray, dpi, folder, trusted=True) if orientation.lies(gray) else 0
    scale = 2.0 if dpi < FEW_DOTS else READING_DPI / dpi if dpi >= FINE_DOTS else 1.0
    return _read(engine, gray, picture, folder, Attempt(round(dpi * scale), turn, scale=scale), codes)


def read_again(engine: OcrEngine, picture: Path, dpi: int, folder: Path, first: ReadPage) -> ReadPage:
    """The best of `first`, which was doubtful, and further readings, as long as anything can be changed.

    Raises OcrError.
    """
    gray, best, last = _open(picture), first, first
    for _ in range(MOST_FURTHER_READINGS):
        attempt = _other_attempt(engine, gray, dpi, folder, last)
        if attempt == last.attempt:
            break
        last = _read(engine, gray, picture, folder, attempt, first.codes)
        best = max(best, last, key=lambda page: page.merit)
        if not last.doubtful:
            break
    return best


def as_laid(page: ReadPage) -> ReadPage:
    """The same words where they stand on the page as it lies in its file, whatever way it was turned to read it."""
    back = -page.attempt.turn % 360
    lines = tuple(
        tuple(word._replace(box=orientation.turned_box(word.box, back)) for word in line) for line in page.text.lines
    )
    return replace(page, text=PageText(lines), attempt=replace(page.attempt, turn=0))


def _other_attempt(engine: OcrEngine, gray: Image.Image, dpi: int, folder: Path, first: ReadPage) -> Attempt:
    before = first.attempt
    if (first.confidence or 0.0) < PERHAPS_TURNED_BELOW or orientation.reads_sideways(first.words):
        turn = orientation.ask_turn(engine, gray, dpi, folder, trusted=False)
        if turn != before.turn:
            return replace(before, turn=turn)
    skew = orientation.measure_skew(orientation.turned(gray, before.turn))
    skew = skew if abs(skew) >= orientation.SKEW_WORTH_RIGHTING else 0.0
    return replace(_finer(before, dpi, first.words), skew=skew)


def _finer(before: Attempt, dpi: int, words: tuple[RecognisedWord, ...]) -> Attempt:
    """As many dots as the picture of `dpi` has, at most the ordinary number; twice as many for print that is small."""
    full = max(before.scale, min(1.0, ORDINARY_DPI / dpi))
    height = statistics.median(word.height for word in words) / before.scale if words else SMALL_PRINT
    if height * full >= SMALL_PRINT or before.scale > 1:
        return replace(before, scale=full, dpi=round(dpi * full))
    told_by_print = round(height * 2 * ORDINARY_DPI / ORDINARY_PRINT)  # if the stated dpi is wrong, it is too high
    return replace(before, scale=2.0, dpi=min(dpi * 2, told_by_print))


def _read(
    engine: OcrEngine, gray: Image.Image, picture: Path, folder: Path, attempt: Attempt, codes: Sequence[Box]
) -> ReadPage:
    """Every attempt has its own folder, so that the files of an earlier one stay."""
    place = folder / f"turn{attempt.turn}-skew{attempt.skew:g}-x{attempt.scale:.2f}"
    place.mkdir(parents=True, exist_ok=True)
    handed_over = picture
    size = gray.size
    if not attempt.changes_nothing:
        changed = orientation.straightened(orientation.turned(gray, attempt.turn), attempt.skew)
        size = (round(changed.width * attempt.scale), round(changed.height * attempt.scale))
        handed_over = place / f"picture{picture.suffix}"
        changed.resize(size, Image.Resampling.BICUBIC).save(handed_over, compression="raw")
    found = engine.recognise(handed_over, dpi=attempt.dpi, folder=place)
    return _page(found, attempt, size, codes)


def _page(found: Recognition, attempt: Attempt, size: tuple[int, int], codes: Sequence[Box]) -> ReadPage:
    places = [orientation.turned_box(code, attempt.turn) for code in codes]
    boxes = {word: orientation.box_on_page(word, size, attempt.skew) for word in found.words if not _is_noise(word)}
    words = tuple(word for word, box in boxes.items() if not any(_stands_on(box, place) for place in places))
    confidence = _mean_confidence(words)
    if confidence is None or confidence < NO_TEXT_BELOW:
        return ReadPage(PageText(), attempt, confidence, words, codes)
    lines = tuple(
        tuple(Word(word.text, boxes[word]) for word in line) for _, line in groupby(words, key=lambda word: word.line)
    )
    return ReadPage(PageText(lines), attempt, confidence, words, codes)


def _stands_on(word: Box, code: Box) -> bool:
    """At least half of it, each way: what is written beside or below the bars is text."""
    across = min(word.x1, code.x1) - max(word.x0, code.x0)
    down = min(word.y1, code.y1) - max(word.y0, code.y0)
    return across >= HALF * (word.x1 - word.x0) and down >= HALF * (word.y1 - word.y0)


def _is_noise(word: RecognisedWord) -> bool:
    return word.confidence < NOISE_BELOW and set(word.text) <= PUNCTUATION


def _mean_confidence(words: tuple[RecognisedWord, ...]) -> float | None:
    """Weighted by length: one misread dot says little."""
    letters = sum(len(word.text) for word in words)
    return round(sum(word.confidence * len(word.text) for word in words) / letters, 1) if letters else None


def _open(picture: Path) -> Image.Image:
    with Image.open(picture) as image:
        image.load()
        return image
