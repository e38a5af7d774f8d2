"""tesseract's own library in this process: what it loads before the first page is loaded once, and processes forked
afterwards have it.

A run of the program spends 0.1 CPU seconds before it looks at the page: it links 57 libraries and sorts a table that
the model in use never asks for. Call `Library.read` in a limited process only: the library may crash on a picture.
"""

from __future__ import annotations

import ctypes
import os
import time
from ctypes import c_char_p, c_int, c_void_p
from functools import cache

from PIL import Image

from dms.ports import OcrError, OcrGaveUp

FILES = ("libtesseract.so.5", "liblept.so.5")
AUTOMATIC = 3
"""Page segmentation mode of the program; the library's own default takes the page for one block."""
SILENT = 6
FUNCTIONS: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "TessBaseAPICreate": (c_void_p, ()),
    "TessBaseAPIInit3": (c_int, (c_void_p, c_char_p, c_char_p)),
    "TessBaseAPISetPageSegMode": (None, (c_void_p, c_int)),
    "TessBaseAPISetVariable": (c_int, (c_void_p, c_char_p, c_char_p)),
    "TessBaseAPISetImage": (None, (c_void_p, c_char_p, c_int, c_int, c_int, c_int)),
    "TessBaseAPISetSourceResolution": (None, (c_void_p, c_int)),
    "TessMonitorCreate": (c_void_p, ()),
    "TessMonitorSetDeadlineMSecs": (None, (c_void_p, c_int)),
    "TessMonitorDelete": (None, (c_void_p,)),
    "TessBaseAPIRecognize": (c_int, (c_void_p, c_void_p)),
    "TessBaseAPIGetTsvText": (c_void_p, (c_void_p, c_int)),
    "TessBaseAPIClear": (None, (c_void_p,)),
    "TessDeleteText": (None, (c_void_p,)),
}
"""Results and arguments, by capi.h of tesseract 5."""
COLUMNS = (
    *("level", "page_num", "block_num", "par_num", "line_num", "word_num"),
    *("left", "top", "width", "height", "conf", "text"),
)
"""Of the table of words; the program writes them as its heading."""


class Library:
    """One loaded model. Not for several threads at once."""

    def __init__(self, called: ctypes.CDLL, handle: int) -> None:
        self._functions, self._handle = called, handle

    def read(self, gray: Image.Image, dpi: int, *, seconds: int) -> str:
        """The table of words as tesseract writes it (TSV), without its heading. `gray`: mode L.

        Raises OcrError, and OcrGaveUp after `seconds`.
        """
        called, handle = self._functions, self._handle
        called.TessBaseAPISetImage(handle, gray.tobytes(), gray.width, gray.height, 1, gray.width)
        try:
            called.TessBaseAPISetSourceResolution(handle, dpi)
            self._recognise(seconds)
            return self._table()
        finally:
            called.TessBaseAPIClear(handle)

    def _recognise(self, seconds: int) -> None:
        monitor, begun = self._functions.TessMonitorCreate(), time.monotonic()
        try:
            self._functions.TessMonitorSetDeadlineMSecs(monitor, seconds * 1000)
            failed = self._functions.TessBaseAPIRecognize(self._handle, monitor)
        finally:
            self._functions.TessMonitorDelete(monitor)
        if failed and time.monotonic() - begun >= seconds:
            raise OcrGaveUp(f"tesseract was stopped after {seconds} s")
        if failed:
            raise OcrError("tesseract could not read the picture")

    def _table(self) -> str:
        text = self._functions.TessBaseAPIGetTsvText(self._handle, 0)
        if not text:
            raise OcrError("tesseract gave no words")
        try:
            return ctypes.string_at(text).decode("utf-8", "replace")
        finally:
            self._functions.TessDeleteText(text)


@cache
def library(languages: str) -> Library | None:
    """Loaded at the first call (a tenth of a second). None where there is no such library, or it has no such model:
    the program may still be there, and says what is missing."""
    called = functions()
    if called is None:
        return None
    handle = called.TessBaseAPICreate()
    if called.TessBaseAPIInit3(handle, None, languages.encode()):
        return None
    called.TessBaseAPISetPageSegMode(handle, AUTOMATIC)
    called.TessBaseAPISetVariable(handle, b"debug_file", os.devnull.encode())
    return Library(called, handle)


@cache
def functions() -> ctypes.CDLL | None:
    """Of the library; None where it is not there."""
    os.environ["OMP_THREAD_LIMIT"] = "1"  # read when the library is loaded: threads cost five times the CPU
    try:
        found, pictures = (ctypes.CDLL(name) for name in FILES)
        for name, (result, arguments) in FUNCTIONS.items():
            function = getattr(found, name)
            function.restype, function.argtypes = result, list(arguments)
        pictures.setMsgSeverity(SILENT)
    except (OSError, AttributeError):  # not there, or of another making
        return None
    return found
