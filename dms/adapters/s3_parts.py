"""Cuts a long source into parts with their digests, and knows the digest of the whole before the first part is sent.

Hence a source is read twice, once for its digests; one that can be read only once is kept aside meanwhile, unless its
digest was announced. The server compares each part with its digest, so a source that changes in between is noticed.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from dms.ports import ObjectDamaged

PART = 8 * 1024 * 1024
"""Bytes in memory per upload. S3 takes 10,000 parts, so an object may have 80 GB."""
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    data: bytes
    sha256: bytes


@dataclass(frozen=True, slots=True)
class _Measure:
    sha256: str
    parts: list[bytes]
    """The digest of each part."""
    last: int
    """Bytes of the last part."""


@contextmanager
def cut(key: str, first: bytes, source: BinaryIO, sha256: str | None) -> Iterator[tuple[str, Iterator[Piece]]]:
    """The digest of the whole, and all parts; `first` is the first of them, read from the source already.

    Raises ObjectDamaged when an announced digest differs, at once or with the last part.
    """
    if _can_be_read_again(source):
        place = source.tell()
        measure = _measure(key, first, source, sha256)
        source.seek(place)
        yield measure.sha256, _as_measured(key, first, source, measure)
    elif sha256 is not None:
        yield sha256, _as_announced(key, first, source, sha256)
    else:
        with tempfile.TemporaryFile() as copy:
            while data := source.read(CHUNK):
                copy.write(data)
            copy.seek(0)
            with cut(key, first, cast(BinaryIO, copy), None) as pieces:
                yield pieces


def read_full(source: BinaryIO, size: int) -> bytes:
    """`size` bytes, fewer only at the end: sockets and pipes give what they have."""
    pieces, left = [], size
    while left > 0 and (piece := source.read(min(left, CHUNK))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def compare(key: str, expected: str | None, found: str) -> None:
    if expected is not None and expected != found:
        raise ObjectDamaged(f"{key}: expected {expected}, got {found}")


def _measure(key: str, first: bytes, source: BinaryIO, sha256: str | None) -> _Measure:
    whole, parts, data, last = hashlib.sha256(), [], first, 0
    while data:
        whole.update(data)
        parts.append(hashlib.sha256(data).digest())
        last = len(data)
        data = read_full(source, PART)
    compare(key, sha256, whole.hexdigest())
    return _Measure(whole.hexdigest(), parts, last)


def _as_measured(key: str, first: bytes, source: BinaryIO, measure: _Measure) -> Iterator[Piece]:
    data = first
    for number, digest in enumerate(measure.parts, start=1):
        if len(data) != (PART if number < len(measure.parts) else measure.last):
            raise ObjectDamaged(f"{key}: the source has changed while it was read")
        yield Piece(data, digest)
        data = read_full(source, PART)
    if data:
        raise ObjectDamaged(f"{key}: the source has grown while it was read")


def _as_announced(key: str, first: bytes, source: BinaryIO, sha256: str) -> Iterator[Piece]:
    whole, data = hashlib.sha256(), first
    while data:
        whole.update(data)
        yield Piece(data, hashlib.sha256(data).digest())
        data = read_full(source, PART)
    compare(key, sha256, whole.hexdigest())


def _can_be_read_again(source: BinaryIO) -> bool:
    seekable = getattr(source, "seekable", None)
    return bool(seekable and seekable())
