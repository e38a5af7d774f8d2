"""Reads what was typed into a PDF page: values of form fields and free-text comments, which no text layer holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ctypes import byref, c_ushort
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

TYPED_FIELDS = {pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX}
NOT_SHOWN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
MOST_NOTES = 5_000
LINE_HEIGHT = 14.0
"""Points that a line of typed text takes at most; the true size is known to the viewer only."""
CHARACTER_WIDTH = 0.5
"""Share of the line's height, on average."""


@dataclass(frozen=True, slots=True)
class TypedWord:
    """A word and roughly where it stands, in the page's own units (origin bottom left). `line` counts on the page."""

    text: str
    line: int
    left: float
    bottom: float
    right: float
    top: float


def typed_words(pdf: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Iterator[TypedWord]:
    """In the order of the page's annotations. Fields need `pdf.init_forms()` before the page was loaded."""
    line = 0
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_NOTES)):
        note = pdfium.FPDFPage_GetAnnot(page, number)
        if not note:
            continue
        try:
            lines = _value(pdf, note).splitlines()
            rectangle = pdfium.FS_RECTF()
            if lines and pdfium.FPDFAnnot_GetRect(note, byref(rectangle)):
                yield from _placed(lines, line, rectangle)
                line += len(lines)
        finally:
            pdfium.FPDFPage_CloseAnnot(note)


def _value(pdf: pypdfium2.PdfDocument, note: Any) -> str:
    if pdfium.FPDFAnnot_GetFlags(note) & NOT_SHOWN:
        return ""
    kind = pdfium.FPDFAnnot_GetSubtype(note)
    if kind == pdfium.FPDF_ANNOT_FREETEXT:
        return _string(lambda buffer, size: pdfium.FPDFAnnot_GetStringValue(note, b"Contents", buffer, size))
    if kind != pdfium.FPDF_ANNOT_WIDGET or pdf.formenv is None:
        return ""
    if pdfium.FPDFAnnot_GetFormFieldType(pdf.formenv, note) not in TYPED_FIELDS:
        return ""
    return _string(lambda buffer, size: pdfium.FPDFAnnot_GetFormFieldValue(pdf.formenv, note, buffer, size))


def _string(read: Callable[[Any, int], int]) -> str:
    """PDFium's way to hand out a string: asked without a buffer it tells the bytes, UTF-16LE with a closing zero."""
    size = read(None, 0)
    if size <= 2:
        return ""
    buffer = (c_ushort * (size // 2))()
    read(buffer, size)
    return bytes(memoryview(buffer).cast("B")).decode("utf-16-le", "replace").rstrip("\x00")


def _placed(lines: list[str], first: int, box: pdfium.FS_RECTF) -> Iterator[TypedWord]:
    left, right = min(box.left, box.right), max(box.left, box.right)
    bottom, top = min(box.bottom, box.top), max(box.bottom, box.top)
    height = min((top - bottom) / len(lines), LINE_HEIGHT) if len(lines) > 1 else top - bottom
    for number, line in enumerate(lines):
        width = min(CHARACTER_WIDTH * min(height, LINE_HEIGHT), (right - left) / max(len(line), 1))
        place = 0
        for word in line.split():
            place = line.index(word, place)
            x0, upper = left + place * width, top - number * height
            yield TypedWord(word, first + number, x0, upper - height, x0 + len(word) * width, upper)
            place += len(word)
