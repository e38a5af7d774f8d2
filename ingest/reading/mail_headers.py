"""Reads the headers of an e-mail as a person would, however broken they came: subject, date, names of attachments."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

from ingest.reading.text_layout import decode_text

LONGEST_NAME = 150


def header(message: Message, name: str) -> str:
    """The first of this name, as a person reads it; empty when there is none."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return decoded_header(str(raw))


def decoded_header(raw: str) -> str:
    """What a person reads: RFC 2047 words decoded, bytes above 127 that came bare as UTF-8 or Windows-1252."""
    bare = decode_text(raw.encode("utf-8", "surrogateescape"))
    unfolded = re.sub(r"\r?\n[ \t]*", " ", bare)
    try:
        pieces = decode_header(unfolded)
    except HeaderParseError:  # broken base64
        return unfolded.strip()
    # Adjacent words of one sentence come as bytes or, when nothing was encoded, as text.
    text = "".join(piece if isinstance(piece, str) else _decoded(piece, charset) for piece, charset in pieces)
    return "".join(character for character in text if character.isprintable()).strip()


def _decoded(piece: bytes, charset: str | None) -> str:
    if charset is None:  # what stood between encoded words, as decode_header hands it over
        return piece.decode("raw-unicode-escape", "replace")
    return decode_text(piece, charset)


def date_of(message: Message) -> str | None:
    """ISO 8601; None when there is none, or one that nobody can read."""
    try:
        return parsedate_to_datetime(header(message, "Date")).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def file_name(part: Message) -> str:
    """Also where the name came as bare bytes, which the library gives up on."""
    headers = Message()
    for key, value in part.raw_items():
        if key.lower() in ("content-disposition", "content-type"):
            headers[key] = decode_text(str(value).encode("utf-8", "surrogateescape"))
    return decoded_header(headers.get_filename() or "")


def tidy_name(name: str) -> str:
    """The last part of a path, without characters that no file name should have, short enough for a file system."""
    last = re.split(r"[/\\]", name)[-1].strip(" .") or "attachment"
    clean = "".join(character for character in last if character.isprintable())
    stem, dot, ending = clean.rpartition(".")
    if len(clean) <= LONGEST_NAME:
        return clean
    return f"{stem[: LONGEST_NAME - 11]}.{ending[:10]}" if dot else clean[:LONGEST_NAME]
