"""Reads the text layer of a PDF page with a box for each word, and draws a page as a picture; both by PDFium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image

from dms.pages import PageText


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """`dpi` is what was drawn: less than what was asked for when the page would be too large."""

    picture: Image.Image
    dpi: int


@contextmanager
def open_pdf(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    """Raises pypdfium2.PdfiumError when it cannot be opened. Filled-in form fields are drawn."""
    raise NotImplementedError
    yield


def page_size(pdf: pypdfium2.PdfDocument, number: int) -> tuple[float, float]:
    """Width and height in points of page `number` (from 1) as displayed, that is cropped and rotated."""
    raise NotImplementedError


def read_text_page(pdf: pypdfium2.PdfDocument, number: int) -> PageText:
    """The text layer of page `number` (from 1), words in the order of the page's content."""
    raise NotImplementedError


def render_page(pdf: pypdfium2.PdfDocument, number: int, dpi: int, *, pixels: int, gray: bool = False) -> DrawnPage:
    """Draws page `number` (from 1) on white with at most `pixels` pixels; mode RGB, or L with `gray`."""
    raise NotImplementedError
