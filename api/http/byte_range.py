"""Which part of a file was asked for: one `Range` of bytes (RFC 9110 §14), bound to a version by `If-Range`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=\s*([0-9]{0,19})-([0-9]{0,19})\s*", re.ASCII | re.IGNORECASE)


class NotSatisfiable(Exception):
    """The range begins behind the end of the file."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """From the byte `start` on (0 is the first), `length` of them; never empty."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


def read_range(header: str | None, if_range: str | None, *, etag: str, size: int) -> ByteRange | None:
    """None: send everything, as for several ranges, other units and what makes no sense. Raises NotSatisfiable."""
    if header is None or (if_range is not None and if_range.strip() != etag):
        return None
    found = _ONE_RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return _ending(int(last), size)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise NotSatisfiable
    return ByteRange(start, end - start + 1)


def _ending(length: int, size: int) -> ByteRange:
    """The last `length` bytes, or all of a shorter file."""
    length = min(length, size)
    if length == 0:
        raise NotSatisfiable
    return ByteRange(size - length, length)
