"""Decides how a PDF page is read: by its text layer, by the one picture that it shows, or by drawing it."""

from __future__ import annotations

import math
import re
from collections import Counter

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from ingest.facts import PageWay
from ingest.reading.limits import Limits
from ingest.reading.page_picture import full_page_picture
from ingest.reading.pdf_text import open_page, unreadable

FEW_CHARACTERS = 300
"""A page with more readable characters is a page of text, whatever pictures stand on it."""
GOOD_SHARE = 0.6
"""At least this share of the characters are letters or digits; tables of figures reach 0.7, a broken encoding 0.3."""
BAD_SHARE = 0.1
"""With more characters that stand for nothing (no Unicode value, private use), the layer is not to be trusted."""
LARGE_PICTURE = 0.5
"""A picture on this share of the page may be a scan whose text only its pixels hold."""
MANY_PATHS = 300
"""So many drawn shapes beside few characters may be text set as outlines."""
REPEATED = re.compile(r"(\W)\1+")
"""Dotted leaders and drawn lines count once: a table of contents is good text."""
INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE


def choose_way(pdf: pypdfium2.PdfDocument, number: int, page: pikepdf.Page | None, limits: Limits) -> PageWay:
    """Page `number` (from 1), with the same page as pikepdf sees it (None: never "embedded")."""
    if has_good_text(pdf, number):
        return "text"
    picture = full_page_picture(page) if page is not None else None
    if picture is not None and picture.width * picture.height <= limits.pixels:
        return "embedded"
    return "render"


def has_good_text(pdf: pypdfium2.PdfDocument, number: int) -> bool:
    """Whether the text layer holds what a reader sees: not for a scan with only a stamp of digital text on it."""
    try:
        with open_page(pdf, number) as page:
            textpage = page.get_textpage()
            try:
                text = textpage.get_text_range()
                return is_good_text(text) and (len(text) > FEW_CHARACTERS or _text_is_all(page, textpage))
            finally:
                textpage.close()
    except pypdfium2.PdfiumError:
        return False


def is_good_text(text: str) -> bool:
    characters = Counter(REPEATED.sub(r"\1", "".join(text.split())))
    total = characters.total()
    if total == 0:
        return False
    bad = sum(count for character, count in characters.items() if unreadable(character))
    good = sum(count for character, count in characters.items() if character.isalnum())
    return good > 0 and bad <= BAD_SHARE * total and (total < 20 or good >= GOOD_SHARE * (total - bad))


def _text_is_all(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage) -> bool:
    """For a page of few characters: nothing else on it looks like text. An invisible layer reads the picture."""
    width, height = page.get_size()
    covered, paths = 0.0, 0
    for thing in page.get_objects(max_depth=4):
        if thing.type == pdfium.FPDF_PAGEOBJ_TEXT:
            if pdfium.FPDFTextObj_GetTextRenderMode(thing.raw) == INVISIBLE:
                return True
        elif thing.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            covered = max(covered, math.fabs((right - left) * (top - bottom)) / max(width * height, 1.0))
        elif thing.type == pdfium.FPDF_PAGEOBJ_PATH:
            paths += 1
    return covered < LARGE_PICTURE and paths < MANY_PATHS
