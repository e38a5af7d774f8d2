"""Tells whether the end of a file is there, by what its own format says, so that half-written scans are waited for.

Cheap on purpose, for files are judged again and again while they wait: no library opens them, and no pixel is decoded.
A format that is not known here counts as complete. What these checks say is a reason to wait, never to refuse: programs
write files without a proper end, and a file may be complete in itself before its last page is appended.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

PDF_HEAD = 1024
PDF_TAIL = 4096
"""Readers look for the end within the last 1,024 bytes (ISO 32000-1, H.3.4.4); some writers pad more."""
PDF_END = b"%%EOF"
PDF_LENGTH = re.compile(rb"/Linearized\b[^>]{0,300}?/L\s+(\d{1,12})")
TIFF_TYPES = {3: "H", 4: "I", 16: "Q"}
PIXEL_TAGS = STRIPS, STRIP_SIZES, TILES, TILE_SIZES = 273, 279, 324, 325


CHUNK = 1024 * 1024
EACH_READ = 64
MOST_EFFORT = 32 * CHUNK
"""In bytes, each read counting for EACH_READ more: a TIFF of 5,000 pages takes a sixth of it."""


class _BeyondTheEnd(Exception):
    """Something points to where the file has no bytes (yet)."""


class _TooMuch(Exception):
    """A file built to keep us busy."""


@dataclass(slots=True)
class _Bytes:
    """Reads where it is told. The file is not mapped into memory: it may shrink meanwhile, which would end us."""

    file: BinaryIO
    size: int
    effort: int = 0

    def at(self, place: int, length: int) -> bytes:
        """Raises _BeyondTheEnd, _TooMuch."""
        if place + length > self.size:
            raise _BeyondTheEnd
        self.effort += length + EACH_READ
        if self.effort > MOST_EFFORT:
            raise _TooMuch
        self.file.seek(place)
        data = self.file.read(length)
        if len(data) < length:
            raise _BeyondTheEnd
        return data

    def unpack(self, shape: str, place: int) -> tuple[Any, ...]:
        return struct.unpack(shape, self.at(place, struct.calcsize(shape)))

    def holds(self, mark: bytes, start: int) -> bool:
        """Whether `mark` stands somewhere behind `start`."""
        self.file.seek(start)
        kept = b""
        while chunk := self.file.read(CHUNK):
            if mark in kept + chunk:
                return True
            kept = chunk[-len(mark) + 1 :]
        return False


def looks_complete(path: Path) -> bool:
    """Raises OSError."""
    with path.open("rb") as file:
        data = _Bytes(file, file.seek(0, 2))
        check = _check_for(data.at(0, min(PDF_HEAD, data.size)))
        try:
            return check is None or check(data)
        except _BeyondTheEnd:
            return False
        except _TooMuch:
            return True


def _check_for(head: bytes) -> Callable[[_Bytes], bool] | None:
    if b"%PDF-" in head:
        return _pdf
    return next((check for magic, check in _BY_MAGIC.items() if head.startswith(magic)), None)


def _pdf(data: _Bytes) -> bool:
    """The last cross-reference is announced, and the length of a file made for the web is reached."""
    length = PDF_LENGTH.search(data.at(0, min(PDF_HEAD, data.size)))
    if length and int(length[1]) > data.size:
        return False
    return data.holds(PDF_END, max(data.size - PDF_TAIL, 0))


def _jpeg(data: _Bytes) -> bool:
    """An end mark behind the pixels; the headers are stepped over, for a preview within them has one of its own."""
    place = 2
    while data.at(place, 1) == b"\xff":
        [marker] = data.at(place + 1, 1)
        if marker == 0xDA:  # the pixels begin; within them 0xFF is always followed by 0 or a restart mark
            return data.holds(b"\xff\xd9", place)
        if marker == 0xFF:  # a fill byte
            place += 1
        elif marker == 0xD9:
            return True
        else:
            place += 2 + data.unpack(">H", place + 2)[0]
    return True  # no JPEG that anybody understands; the pipeline says so


def _png(data: _Bytes) -> bool:
    place = 8
    while True:
        length, kind = data.unpack(">I4s", place)
        place += 12 + length
        if kind == b"IEND":
            return bool(place <= data.size)


def _riff(data: _Bytes) -> bool:
    length: int = data.unpack("<I", 4)[0]
    return 8 + length <= data.size


def _zip(data: _Bytes) -> bool:
    """Office documents: the directory stands at the end."""
    return zipfile.is_zipfile(data.file)


def _tiff(data: _Bytes) -> bool:
    """All directories and all pixels that they point to lie within the file."""
    shapes = _TiffShapes("<" if data.at(0, 1) == b"I" else ">", big=b"+" in data.at(2, 2))
    [offset] = data.unpack(shapes.value, 8 if shapes.big else 4)
    if not offset:
        return False  # the first directory is written last
    seen: set[int] = set()
    while offset and offset not in seen:
        seen.add(offset)
        tags, offset = _directory(data, offset, shapes)
        for starts, sizes in ((STRIPS, STRIP_SIZES), (TILES, TILE_SIZES)):
            ends = (start + size for start, size in zip(tags.get(starts, ()), tags.get(sizes, ()), strict=False))
            if any(end > data.size for end in ends):
                return False
    return True


@dataclass(frozen=True, slots=True)
class _TiffShapes:
    """How numbers are packed: `order` of bytes, and `big` for BigTIFF, whose offsets have eight bytes."""

    order: str
    big: bool

    @property
    def value(self) -> str:
        return self.order + ("Q" if self.big else "I")

    @property
    def count(self) -> str:
        return self.order + ("Q" if self.big else "H")

    @property
    def entry(self) -> str:
        """Tag, type, number of values; the value itself or its offset follows."""
        return self.order + "HH" + ("Q" if self.big else "I")


def _directory(data: _Bytes, offset: int, shapes: _TiffShapes) -> tuple[dict[int, tuple[int, ...]], int]:
    """Where the pixels of one frame lie, and the offset of the next directory."""
    [count] = data.unpack(shapes.count, offset)
    place = offset + struct.calcsize(shapes.count)
    tags = {}
    for _ in range(count):
        tag, kind, number = data.unpack(shapes.entry, place)
        place += struct.calcsize(shapes.entry)
        if tag in PIXEL_TAGS and kind in TIFF_TYPES:
            tags[tag] = _values(data, place, f"{shapes.order}{number}{TIFF_TYPES[kind]}", shapes)
        place += struct.calcsize(shapes.value)
    return tags, data.unpack(shapes.value, place)[0]


def _values(data: _Bytes, place: int, shape: str, shapes: _TiffShapes) -> tuple[int, ...]:
    """They stand in the entry itself when there is room for them, else where it points to."""
    if struct.calcsize(shape) > struct.calcsize(shapes.value):
        [place] = data.unpack(shapes.value, place)
    return data.unpack(shape, place)


_BY_MAGIC: dict[bytes, Callable[[_Bytes], bool]] = {
    b"\xff\xd8\xff": _jpeg,
    b"\x89PNG\r\n\x1a\n": _png,
    b"RIFF": _riff,
    b"PK\x03\x04": _zip,
    b"II*\0": _tiff,
    b"MM\0*": _tiff,
    b"II+\0": _tiff,
    b"MM\0+": _tiff,
}
