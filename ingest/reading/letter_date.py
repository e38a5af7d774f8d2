"""Decides on which day a letter was written: of all German dates in it, the one that stands where letters are dated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from dms.pages import PageText

EARLIEST = date(1990, 1, 1)
MONTHS = (
    ("jan", "jän"),
    ("feb",),
    ("mär", "mrz", "maer", "mar"),
    ("apr",),
    ("mai",),
    ("jun",),
    ("jul",),
    ("aug",),
    ("sep",),
    ("okt",),
    ("nov",),
    ("dez",),
)
FIGURES = re.compile(r"(?<![\d.,/-])(\d{1,2})\s?[.,]\s?(\d{1,2})\s?[.,]\s?(\d{4}|\d{2})(?![\d/])")
WRITTEN = re.compile(r"(?<![\d.])(\d{1,2})\s?[.,]?\s+([A-ZJa-zäÄ]{3,9})\.?\s+(\d{4}|\d{2})(?!\d)")
ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
ABOUT_SOMETHING_ELSE = re.compile(
    r"\b(?:vom|von|seit|bis|bis zum|am|zum|ab|ab dem|dem|geb\.?|geboren(?: am)?|nach|fällig|für)\s*[:,]?\s*$",
    re.IGNORECASE,
)
DATING = re.compile(r"^(?:(?:Datum|Date)\s*:?|[^\d]{2,60},?(?:\s+den)?|den)?\s*$", re.IGNORECASE)
"""What may stand before the date in the line that dates a letter: nothing, "Datum:", "Neustadt, den"."""
DATE_COLUMN = re.compile(r"\bDatum\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundDate:
    day: date
    dates_letter: bool
    """It stands alone, behind a place, or under the word "Datum"."""
    page: int
    height: float
    """Of its line on the page, 0 at the top."""


def find_letter_date(pages: Iterable[PageText], *, latest: date) -> date | None:
    """The date line nearest to the top of the first page that has one, else the first date in the upper half of page 1.

    Dates before 1990 or after `latest` (the day of receipt) are misread or speak of something else.
    """
    found = [
        one for number, page in enumerate(pages) for one in _dates_of(page, number) if EARLIEST <= one.day <= latest
    ]
    dated = next((one for one in found if one.dates_letter), None)
    upper = next((one for one in found if one.page == 0 and one.height < 0.5), None)
    chosen = dated or upper
    return chosen.day if chosen else None


def _dates_of(page: PageText, number: int) -> Iterator[FoundDate]:
    """In reading order, without those whose preceding word says that they are of something else."""
    above = ""
    for line in page.lines:
        text = " ".join(word.text for word in line)
        for start, end, day in dates_in(text):
            before, after = text[:start], text[end:]
            if not ABOUT_SOMETHING_ELSE.search(before):
                alone = bool(DATING.match(before)) or bool(DATE_COLUMN.search(above))
                yield FoundDate(day, alone and len(after.strip(" .|_-")) <= 1, number, line[0].box.y0)
        above = text


def dates_in(text: str) -> list[tuple[int, int, date]]:
    """Every readable date with where it starts and ends; misread ones (32.13.2026) are left out."""
    spans = [(match, _of_figures(match)) for match in FIGURES.finditer(text)]
    spans += [(match, _of_words(match)) for match in WRITTEN.finditer(text)]
    spans += [(match, _day(int(match[1]), int(match[2]), int(match[3]))) for match in ISO.finditer(text)]
    return sorted((match.start(), match.end(), day) for match, day in spans if day)


def _of_figures(match: re.Match[str]) -> date | None:
    return _day(_year(match[3]), int(match[2]), int(match[1]))


def _of_words(match: re.Match[str]) -> date | None:
    name = match[2].lower()
    month = next((n for n, starts in enumerate(MONTHS, 1) if name.startswith(starts)), None)
    return _day(_year(match[3]), month, int(match[1])) if month else None


def _year(figures: str) -> int:
    """Two figures: 90 to 99 are of the last century, as nothing before 1990 is plausible."""
    year = int(figures)
    if len(figures) == 4:
        return year
    return year + (1900 if year >= 90 else 2000)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
