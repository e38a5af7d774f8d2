"""Decides which line of a letter is its subject and who sent it, by the places that DIN 5008 gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import median

from dms.pages import Line, PageText
from ingest.reading.letter_date import dates_in

LONGEST_TITLE = 200
SUBJECT_LINES = 3
FEW_WORDS = 5
"""So many words and more in a line tell its size even if one of them is wrong."""
ALIKE = 0.9
"""From this share of the largest on, a line is as large: of two such the upper one is the heading."""
SALUTATION = re.compile(
    r"^(?:Sehr (?:geehrte|verehrte)|Guten (?:Tag|Morgen|Abend)\b|Hallo\b|Liebe[rs]?\b|Werte[rs]?\b|Dear\b)"
)
LABELLED_SUBJECT = re.compile(r"^(?:Betreff|Betr\.|Betrifft|Subject)\s*:?\s*(?P<subject>.*)$", re.IGNORECASE)
CLOSING = re.compile(
    r"^(?:Mit (?:freundlich|best|herzlich|vorzüglich)|(?:Freundliche|Beste|Viele|Herzliche) Gr|Hochachtungsvoll|MfG)",
    re.IGNORECASE,
)
POSTCODE = re.compile(r"^(?:D-)?\d{5}\s+[A-ZÄÖÜ]")
STREET = re.compile(r"^[A-ZÄÖÜ].*\s\d{1,4}\s?[a-zA-Z]?$")
BETWEEN_PARTS = re.compile(r"\s*[,·•|*]\s+|\s+[-–:·•|*]\s+")
RECIPIENT = re.compile(
    r"^(?:An\b|Stadt\b|Stadtverwaltung|Gemeinde|Verbandsgemeinde|Landkreis|Kreis\b|Rathaus|Herrn\b|Frau\b|Firma\b)"
)
COMPANY = re.compile(r"\b(?:GmbH|gGmbH|AG|KG|OHG|UG|e\.\s?K\.|e\.\s?V\.|eG|GbR)(?:\s|$)")
NAME = re.compile(r"^(?:Dr\. |Prof\. )*[A-ZÄÖÜŞ][\w'’.-]+(?: (?:von|van|de|zu|der))*(?: [A-ZÄÖÜŞ][\w'’-]+){1,3}$")
FOOT = re.compile(
    r"^(?:Bankverbindung|Kontoverbindung|IBAN\b|BIC\b|Tel(?:efon|efax)?\b|Fax\b|E-?Mail\b|USt|Steuernummer|Amtsgericht|www\.)"
)
"""How a firm is reached and paid: the foot of its paper, and the lines beside its address."""
BEFORE_DATE = re.compile(r"^$|(?:^|\s)(?:Datum:?|den)\s*$|,\s*$", re.IGNORECASE)
PAGE_NUMBER = re.compile(r"^(?:-\s*\d+\s*-|Seite \d+.*)$")


@dataclass(frozen=True, slots=True)
class TextLine:
    """`height` of its tallest word; all measures are fractions of the page. `size` leaves out one word that towers
    above the others: a speck or a stroke of a pen was read along with it."""

    text: str
    top: float
    bottom: float
    height: float
    size: float


def lines_of(page: PageText) -> list[TextLine]:
    return [_measured(line) for line in page.lines if line]


def _measured(line: Line) -> TextLine:
    text = " ".join(word.text for word in line)
    top, bottom = min(word.box.y0 for word in line), max(word.box.y1 for word in line)
    heights = sorted((word.box.y1 - word.box.y0 for word in line), reverse=True)
    return TextLine(text, top, bottom, heights[0], heights[1] if len(heights) >= FEW_WORDS else heights[0])


# --- subject ----------------------------------------------------------------------------------------


def find_title(*pages: PageText) -> str:
    """The subject of the letter, else its heading, else the first line that says something, or "".

    It is looked for on the first page with words, and if there is none, as a subject or heading on the next ones: the
    first line of a later page stands in the middle of something.
    """
    measured = [lines for page in pages if (lines := lines_of(page))]
    title = _named(measured[0]) or _first_sensible(measured[0]) if measured else ""
    title = title or next((title for lines in measured[1:] if (title := _named(lines))), "")
    return title[:LONGEST_TITLE].strip()


def _named(lines: Sequence[TextLine]) -> str:
    return _labelled(lines) or _above_salutation(lines) or _heading(lines)


def _labelled(lines: Sequence[TextLine]) -> str:
    for number, line in enumerate(lines[:40]):
        match = LABELLED_SUBJECT.match(line.text)
        if match:
            following = lines[number + 1].text if number + 1 < len(lines) else ""
            return match["subject"].strip() or following
    return ""


def _above_salutation(lines: Sequence[TextLine]) -> str:
    """The lines between the salutation and the gap above the subject."""
    at = next((number for number, line in enumerate(lines) if SALUTATION.match(line.text)), 0)
    block: list[TextLine] = []
    for line in reversed(lines[:at]):
        if _is_furniture(line.text) or (block and block[0].top - line.bottom > line.height):
            break
        block.insert(0, line)
        if len(block) == SUBJECT_LINES:
            break
    return " ".join(line.text for line in block)


def _heading(lines: Sequence[TextLine]) -> str:
    """The largest line of the upper half, if it is larger than most; a company's name over it does not count."""
    if len(lines) < 3:
        return ""
    usual = median(line.size for line in lines)
    large = [line for line in lines if line.size > 1.2 * usual and line.top < 0.5 and _says_something(line.text)]
    titles = [line for line in large if not COMPANY.search(line.text)] or large
    largest = max((line.size for line in titles), default=0.0)
    return next((line.text for line in titles if line.size >= ALIKE * largest), "")


def _first_sensible(lines: Sequence[TextLine]) -> str:
    """Down to the closing: what stands below it says who wrote, and never what about."""
    before = takewhile(lambda line: not CLOSING.match(line.text), lines)
    return next((line.text for line in before if _says_something(line.text) and not SALUTATION.match(line.text)), "")


def _says_something(text: str) -> bool:
    """At least a word of four letters, mostly letters, and no furniture."""
    letters = sum(sign.isalpha() for sign in text)
    wordy = letters >= 0.5 * len(text.replace(" ", "")) and re.search(r"[^\W\d_]{4,}", text)
    return bool(wordy) and not _is_furniture(text)


def _is_furniture(text: str) -> bool:
    """What stands around every letter: addresses, the date line, a page number, specks."""
    if not any(sign.isalnum() for sign in text) or PAGE_NUMBER.match(text):
        return True
    if POSTCODE.match(text) or FOOT.match(text) or RECIPIENT.match(text) or _sender_line(text):
        return True
    dates = dates_in(text)
    return len(dates) == 1 and dates[0][1] >= len(text) - 1 and bool(BEFORE_DATE.search(text[: dates[0][0]]))


# --- sender -----------------------------------------------------------------------------------------


def find_sender(pages: Sequence[PageText]) -> str:
    """Best effort: the small line above the address, a company's or person's head, else who signed; "" if none."""
    lines = lines_of(pages[0]) if pages else []
    head = [line for line in lines if line.top < 0.35]
    return (
        next((name for line in lines if line.top < 0.3 and (name := _sender_line(line.text))), "")
        or next((line.text for line in head[:4] if COMPANY.search(line.text)), "")
        or _address_block(head)
        or _signed_by(pages)
    )


def _sender_line(text: str) -> str:
    """ "Käthe Maaß · Mühlgasse 7 · 35990 Neustadt", in one line: the name."""
    parts = [part.strip() for part in BETWEEN_PARTS.split(text)]
    if len(parts) >= 3 and POSTCODE.match(parts[-1]) and len(parts[0]) > 3 and not RECIPIENT.match(parts[0]):
        return parts[0]
    return ""


def _address_block(lines: Sequence[TextLine]) -> str:
    """A name over a street over a postcode, the first that is not the town's own address."""
    for name, street, town in zip(lines, lines[1:], lines[2:], strict=False):
        if POSTCODE.match(town.text) and STREET.match(street.text) and not RECIPIENT.match(name.text):
            return name.text
    return ""


def _signed_by(pages: Sequence[PageText]) -> str:
    lines = [line.text for page in pages for line in lines_of(page)]
    for number, line in enumerate(lines):
        if CLOSING.match(line):
            return next((name for name in lines[number + 1 : number + 6] if NAME.match(name)), "")
    return ""
