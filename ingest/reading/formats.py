"""Tells what a file is by its bytes, and whether we can read it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import magic

from ingest.facts import PartKind

HEAD = 64 * 1024
PDF_MAGIC_WITHIN = 1024
"""A PDF may have so many bytes of something else in front (ISO 32000-1, annex H.3.4.1)."""
UNKNOWN = "application/octet-stream"
KINDS: dict[str, PartKind] = {
    "application/pdf": "pdf",
    "image/tiff": "image",
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "image",
    "text/plain": "text",
    "text/csv": "text",
    "message/rfc822": "mail",
}
MARKUP = {"text/html", "text/xml", "text/rtf", "text/x-tex"}
"""Texts in which the words are hidden between commands: not plain text."""
ARCHIVES = {
    "application/zip", "application/x-7z-compressed", "application/x-rar", "application/vnd.rar", "application/gzip",
    "application/x-tar", "application/x-bzip2", "application/x-xz", "application/zstd", "application/x-lzma",
    "application/vnd.ms-cab-compressed", "application/x-archive", "application/x-lha",
}  # fmt: skip
HEADER = re.compile(rb"^([A-Za-z][A-Za-z0-9-]*)[ \t]*:", re.MULTILINE)
MAIL_HEADERS = {
    b"from", b"to", b"cc", b"subject", b"date", b"received", b"message-id", b"mime-version", b"content-type",
    b"content-transfer-encoding", b"return-path", b"delivered-to", b"reply-to", b"sender", b"dkim-signature",
}  # fmt: skip
BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NOT_IN_TEXT = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")


def identify(path: Path, filename: str) -> str | None:
    """The media type, told by the bytes; the name only tips the scale between plain text and mail. None: no bytes.

    Call it through `run_limited`: it asks libmagic.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        return None
    if _is_pdf(head):
        return "application/pdf"
    told = magic.from_buffer(head, mime=True)
    if KINDS.get(told) == "image":
        return told
    if _is_mail(head, filename):
        return "message/rfc822"
    if _is_plain_text(told, head):
        return "text/csv" if told == "text/csv" else "text/plain"
    # libmagic takes a mention of a header for a mail; what did not look like one above is none.
    return UNKNOWN if KINDS.get(told) == "mail" else told


def kind_of(media_type: str) -> PartKind | None:
    """How the file is read; None when it cannot be read (it is kept as it came)."""
    return KINDS.get(media_type)


def is_archive(media_type: str) -> bool:
    """Other files are packed in it. Office documents, which are packed too, have types of their own."""
    return media_type in ARCHIVES


def _is_pdf(head: bytes) -> bool:
    """A mark that is not at the very beginning must begin a line: a text may speak of it."""
    place = head.find(b"%PDF-", 0, PDF_MAGIC_WITHIN + 5)
    return place == 0 or (place > 0 and not 0x20 <= head[place - 1] <= 0x7E)


def _is_mail(head: bytes, filename: str) -> bool:
    """It begins with header lines, at least two of which mails have; one is enough when the name says mail."""
    if head.startswith(b"From "):  # as kept in a mailbox file
        head = head.partition(b"\n")[2]
    block = re.split(rb"\r?\n\r?\n", head.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n"), maxsplit=1)[0]
    if not HEADER.match(block):
        return False
    known = {name.lower() for name in HEADER.findall(block)} & MAIL_HEADERS
    return len(known) >= (1 if filename.lower().endswith(".eml") else 2)


def _is_plain_text(told: str, head: bytes) -> bool:
    if told.startswith("text/"):
        return told not in MARKUP
    if head.startswith(BOMS[1:]):
        return True
    speaks_of_pdf = told == "application/pdf" and b" obj" not in head
    return (told == UNKNOWN or speaks_of_pdf) and not NOT_IN_TEXT.search(head)
