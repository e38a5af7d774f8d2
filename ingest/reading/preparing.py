"""Loads what every limited process would load for itself: forked from a process that has it, it has it for nothing."""

from __future__ import annotations

import codecs
from functools import cache

from PIL import Image

from ingest.reading.standard_fonts import prepare_fonts


@cache
def prepare_reading() -> None:
    """A worker calls it before its first document; it takes a quarter of a second, once."""
    prepare_fonts()
    Image.preinit()  # the formats that Pillow loads with the first picture
    codecs.lookup("utf-16-le")  # PDFium's texts
