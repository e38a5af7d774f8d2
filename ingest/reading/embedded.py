"""The files that stand within an XML document as base64, as attachments of an e-invoice do (XRechnung, BT-125).

No malware scanner takes them out of there, so they are taken out for it.
"""

from __future__ import annotations

import base64
import io
import mmap
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

ELEMENT = re.compile(rb">([A-Za-z0-9+/=\s]{64,})<")
"""An element that holds nothing but the letters of base64. Long words without a comma do as well, and cost nothing."""
NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
CHUNK = 1024 * 1024
MOST_FILES = 100


class TooManyFiles(Exception):
    """More than MOST_FILES: nobody looks through all of them."""


def embedded_files(path: Path) -> Iterator[BinaryIO]:
    """Each decoded while it is read, in constant memory; none for what is no XML. Raises TooManyFiles, at the end.

    `path` must not change meanwhile: it is mapped into memory.
    """
    with path.open("rb") as file:
        if not file.read(CHUNK).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            places = [match.span(1) for match in islice(ELEMENT.finditer(data), MOST_FILES + 1)]
            for place in places[:MOST_FILES]:
                yield cast(BinaryIO, io.BufferedReader(_Decoded(data, *place), CHUNK))
        if len(places) > MOST_FILES:
            raise TooManyFiles


class _Decoded(io.RawIOBase):
    def __init__(self, data: mmap.mmap, start: int, end: int) -> None:
        self._data, self._place, self._end = data, start, end
        self._letters = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Four letters are three bytes; what is left over waits for its fellows, or is padded at the very end."""
        wanted = len(buffer) // 3 * 4
        while len(self._letters) < max(wanted, 4) and self._place < self._end:
            piece = self._data[self._place : min(self._place + CHUNK, self._end)]
            self._place += len(piece)
            self._letters += piece.translate(None, NOT_BASE64)
        usable = min(wanted, len(self._letters) // 4 * 4)
        if usable:
            taken, self._letters = self._letters[:usable], self._letters[usable:]
        else:
            taken, self._letters = self._letters[: len(self._letters) if len(self._letters) > 1 else 0], b""
        decoded = base64.b64decode(taken + b"=" * (-len(taken) % 4))
        buffer[: len(decoded)] = decoded
        return len(decoded)
