"""Finds where the parts of an e-mail lie in its file, and decodes them piece by piece: no part is ever held in memory.

The parser of the standard library holds a mail several times over. What it knows of headers is used here; the structure
is found as it finds it (email.feedparser), broken mails included. Attached mails come out as the bytes they came in as.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import chain
from typing import BinaryIO

CHUNK = 1024 * 1024
LONGEST_PIECE = 64 * 1024
"""Longer lines are read in pieces."""
LARGEST_HEAD = 1024 * 1024
DEEPEST = 20
MOST_PARTS = 10_000
HEADER_LINE = re.compile(rb"From |[\x21-\x39\x3b-\x7e]*:|[\t ]")
NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
# The old policy keeps headers as they came: the new one raises on some that real mails have.
HEADERS = BytesHeaderParser(policy=policy.compat32)
MAIL = "message/rfc822"
NOTHING_IN_IT = "message/delivery-status"


class TooManyParts(Exception):
    """No mail that people write has so many."""


@dataclass(frozen=True, slots=True)
class MailPart:
    """`start` and `end` are where its body lies in the file, as it came; `whole` is where its headers begin.

    `unopened`: it lies so deep that nobody looks what is in it.
    """

    headers: Message
    whole: int
    start: int
    end: int
    children: tuple[MailPart, ...] = ()
    unopened: bool = False

    @property
    def kind(self) -> str:
        return self.headers.get_content_type()


def mail_parts(file: BinaryIO) -> MailPart:
    """The mail as a tree. Raises TooManyParts."""
    return _parse(_Lines(file), 0)


def read_headers(head: bytes) -> Message:
    """Those at the beginning of a mail of which these are the first bytes."""
    return HEADERS.parsebytes(head)


def raw(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    while start < end and (piece := file.read(min(CHUNK, end - start))):
        start += len(piece)
        yield piece


def decoded(file: BinaryIO, part: MailPart) -> Iterator[bytes]:
    """The part's content without its transfer encoding (RFC 2045, 6); never fails."""
    encoding = str(part.headers.get("Content-Transfer-Encoding", "")).strip().lower()
    pieces = raw(file, part.start, part.end)
    match encoding:
        case "base64":
            return _from_base64(pieces)
        case "quoted-printable":
            return _from_quoted_printable(pieces)
        case "x-uuencode" | "uuencode" | "uue" | "x-uue":
            return _from_uuencode(pieces)
    return pieces


# --- the structure ------------------------------------------------------------------------------------


def _parse(lines: _Lines, depth: int) -> MailPart:
    lines.parts += 1
    if lines.parts > MOST_PARTS:
        raise TooManyParts
    whole = lines.place
    headers = HEADERS.parsebytes(_head(lines))
    start, kind = lines.place, headers.get_content_type()
    boundary = headers.get_boundary() if headers.get_content_maintype() == "multipart" else None
    if depth > DEEPEST:
        return MailPart(headers, whole, start, lines.skip(), unopened=True)
    if boundary:
        return _parse_multipart(lines, headers, whole, boundary, depth)
    if headers.get_content_maintype() == "message" and kind not in (MAIL, NOTHING_IN_IT):
        child = _parse(lines, depth + 1)
        return MailPart(headers, whole, start, child.end, (child,))
    return MailPart(headers, whole, start, lines.skip())


def _parse_multipart(lines: _Lines, headers: Message, whole: int, boundary: str, depth: int) -> MailPart:
    start, children = lines.place, []
    lines.boundaries.append(b"--" + boundary.encode("utf-8", "surrogateescape"))
    own = len(lines.boundaries) - 1
    end = lines.skip()  # the preamble
    while lines.stop and lines.stop.level == own and not lines.stop.last:
        lines.step_over()
        children.append(_parse(lines, depth + 1))
        end = lines.place
    closed = lines.stop is not None and lines.stop.level == own
    lines.boundaries.pop()
    if closed:
        lines.step_over()
        end = lines.skip()  # the epilogue
    return MailPart(headers, whole, start, end, tuple(children))


def _head(lines: _Lines) -> bytes:
    """The header lines; a body that follows without a blank line stays to be read."""
    found, size, goes_on = [], 0, False
    while line := lines.read():
        if not goes_on and not HEADER_LINE.match(line):
            if line.strip(b"\r\n"):
                lines.unread(line)
            break
        goes_on = not line.endswith(b"\n")
        size += len(line)
        if size <= LARGEST_HEAD:
            found.append(line)
    return b"".join(found)


@dataclass(frozen=True, slots=True)
class _Stop:
    """A boundary line: of which multipart (`level`, the outermost is 0), and whether it is that one's last."""

    level: int
    last: bool
    line: bytes


@dataclass(slots=True)
class _Lines:
    """The lines of the file up to the next boundary of any multipart that is open."""

    file: BinaryIO
    place: int = 0
    """Where the next line begins."""
    boundaries: list[bytes] = field(default_factory=list)
    stop: _Stop | None = None
    """Set while a boundary is next; nothing is read before it is stepped over."""
    parts: int = 0

    def read(self) -> bytes:
        """Empty at a boundary and at the end of the file. Very long lines come in pieces."""
        if self.stop is not None:
            return b""
        self.file.seek(self.place)
        line = self.file.readline(LONGEST_PIECE)
        self.stop = self._boundary(line)
        if self.stop is not None:
            return b""
        self.place += len(line)
        return line

    def unread(self, line: bytes) -> None:
        self.place -= len(line)

    def skip(self) -> int:
        """Goes to the next boundary or the end; returns where the body ends, for the line break before a boundary
        belongs to the boundary (RFC 2046, 5.1.1)."""
        start = self.place
        if self.stop is not None:
            return start
        longest = max(map(len, self.boundaries), default=0) + len(b"\n--\r\n")
        data, first = b"\n", start - 1  # the body begins a line
        self.file.seek(start)
        while True:
            block = self.file.read(CHUNK)
            data += block
            last = len(block) < CHUNK
            if (found := self._find(data, len(data) if last else max(len(data) - longest, 0))) is not None:
                self.place = first + found + 1
                self.file.seek(self.place)
                self.stop = self._boundary(self.file.readline(LONGEST_PIECE))
                newline = 2 if data[found - 1 : found] == b"\r" else 1
                return max(self.place - newline, start)
            if last:
                self.place = first + len(data)
                return self.place
            first += max(len(data) - longest - 1, 0)
            data = data[-longest - 1 :]

    def step_over(self) -> None:
        """Over the boundary."""
        if self.stop is not None:
            self.place += len(self.stop.line)
            self.stop = None

    def _find(self, data: bytes, end: int) -> int | None:
        """The line break before the first boundary that begins before `end`."""
        found = data.find(b"\n--", 0, end + 2)
        while found >= 0:
            if any(data.startswith(boundary, found + 1) for boundary in self.boundaries):
                line_end = data.find(b"\n", found + 1) + 1 or len(data)
                whole = end == len(data) or line_end < len(data) or data.endswith(b"\n")
                if whole and self._boundary(data[found + 1 : line_end]) is not None:
                    return found
            found = data.find(b"\n--", found + 1, end + 2)
        return None

    def _boundary(self, line: bytes) -> _Stop | None:
        """The innermost one that this line is."""
        if not line.startswith(b"--"):
            return None
        bare = line.rstrip(b"\r\n").rstrip(b" \t")
        for level in range(len(self.boundaries) - 1, -1, -1):
            boundary = self.boundaries[level]
            if bare in (boundary, boundary + b"--"):
                return _Stop(level, bare != boundary, line)
        return None


# --- transfer encodings -------------------------------------------------------------------------------


def _from_base64(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Foreign characters are passed over, and what follows the padding is no part of it."""
    kept = b""
    for piece in pieces:
        letters = kept + piece.translate(None, NOT_BASE64)
        letters, padding, _ = letters.partition(b"=")
        usable = len(letters) if padding else len(letters) // 4 * 4
        kept = letters[usable:]
        yield _unpacked(letters[:usable])
        if padding:
            return
    yield _unpacked(kept)


def _unpacked(letters: bytes) -> bytes:
    """A single letter at the end stands for no byte."""
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _from_quoted_printable(pieces: Iterator[bytes]) -> Iterator[bytes]:
    kept = b""
    for piece in pieces:
        kept += piece
        sign = kept.rfind(b"=", -2)  # neither `=C3` nor a soft line break is cut
        cut = sign if sign >= 0 else len(kept)
        yield binascii.a2b_qp(kept[:cut])
        kept = kept[cut:]
    yield binascii.a2b_qp(kept)


def _from_uuencode(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What has no `begin` line near its beginning is taken as it is."""
    first = next(pieces, b"")
    found = re.search(rb"^begin .*\n", first, re.MULTILINE)
    if not found:
        yield first
        yield from pieces
        return
    kept = b""
    for piece in chain([first[found.end() :]], pieces):
        *whole, kept = (kept + piece).split(b"\n")
        for line in whole:
            if line.strip() == b"end":
                return
            yield _from_uu_line(line)


def _from_uu_line(line: bytes) -> bytes:
    line = line.rstrip(b"\r")
    if not line:
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders write too much behind the end
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return b""
