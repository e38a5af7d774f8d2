"""Opens an e-mail: who wrote what to whom, the text, and the attachments as files. However broken it is, it opens."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import BinaryIO

from ingest.reading.html_text import text_of_html
from ingest.reading.limits import Limits
from ingest.reading.mail_headers import date_of, file_name, header, tidy_name
from ingest.reading.mail_parts import (
    MAIL,
    NOTHING_IN_IT,
    MailPart,
    TooManyParts,
    decoded,
    mail_parts,
    raw,
    read_headers,
)
from ingest.reading.text_layout import decode_text

ENCRYPTED = {"multipart/encrypted", "application/pgp-encrypted"}
SIGNED_ONLY = {"signed-data", "certs-only"}
"""An application/pkcs7-mime part of these kinds is not encrypted (RFC 8551, 3.2.2)."""
LARGEST_TEXT = 32 * 1024 * 1024
"""Bytes of one text in a mail; nobody reads more, and it is held in memory."""


class MailTooLarge(Exception):
    """More attachments, or larger ones, than allowed."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """`path` holds the decoded bytes. `name` is never empty and holds no folder."""

    name: str
    declared_type: str
    path: Path


@dataclass(frozen=True, slots=True)
class Mail:
    """`date` is ISO 8601 or None. A forwarded mail is an attachment of type message/rfc822, to be opened in turn.

    `attachments` is empty where only the words were asked for; `attachment_names` never.
    """

    subject: str
    sender: str
    recipients: str
    date: str | None
    body: str
    attachment_names: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    encrypted: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """An attachment that lies in the mail."""

    name: str
    part: MailPart


@dataclass(slots=True)
class _Opening:
    file: BinaryIO
    limits: Limits
    texts: list[str] = field(default_factory=list)
    found: list[_Found] = field(default_factory=list)
    encrypted: bool = False


def open_mail(path: Path, folder: Path, limits: Limits) -> Mail:
    """Attachments are written to `folder`, piece by piece. Raises MailTooLarge. Call it through `run_limited`."""
    return _open(path, folder, limits)


def read_mail(path: Path, limits: Limits) -> Mail:
    """The words alone. Raises MailTooLarge. Call it through `run_limited`."""
    return _open(path, None, limits)


def _open(path: Path, folder: Path | None, limits: Limits) -> Mail:
    with path.open("rb") as file:
        try:
            whole = mail_parts(file)
        except TooManyParts as error:
            raise MailTooLarge from error
        opening = _Opening(file, limits)
        _collect(whole, opening, 0)
        headers = whole.headers
        return Mail(
            subject=header(headers, "Subject"),
            sender=header(headers, "From"),
            recipients=", ".join(filter(None, (header(headers, "To"), header(headers, "Cc")))),
            date=date_of(headers),
            body="\n\n".join(text.strip("\r\n") for text in opening.texts if text.strip()),
            attachment_names=tuple(found.name for found in opening.found),
            attachments=_written(opening, folder) if folder else (),
            encrypted=opening.encrypted,
        )


# --- parts ------------------------------------------------------------------------------------------


def _collect(part: MailPart, opening: _Opening, depth: int) -> None:
    if part.kind in ENCRYPTED or _is_enveloped(part.headers):
        opening.encrypted = True
    if part.kind == NOTHING_IN_IT:
        return
    if part.kind == MAIL and not part.unopened:
        _note(part, _name_of_mail(part, opening), opening)
    elif part.kind == "multipart/alternative" and part.children:
        _collect_alternative(part, opening, depth)
    elif part.children:
        for child in part.children:
            _collect(child, opening, depth + 1)
    elif _is_body(part):
        opening.texts.append(_text(part, opening))
    else:
        ending = mimetypes.guess_extension(part.kind) or ".bin"
        _note(part, file_name(part.headers) or f"attachment-{len(opening.found) + 1}{ending}", opening)


def _collect_alternative(part: MailPart, opening: _Opening, depth: int) -> None:
    """The same text several times: the plain one is read; attachments that hang on another one are kept."""
    before = list(opening.texts)
    found: list[tuple[bool, list[str]]] = []
    for child in part.children:
        opening.texts = []
        _collect(child, opening, depth + 1)
        found.append((child.kind == "text/plain", opening.texts))
    full = [(plain, texts) for plain, texts in found if any(text.strip() for text in texts)]
    best = next((texts for plain, texts in full if plain), full[-1][1] if full else [])
    opening.texts = [*before, *best]


def _is_body(part: MailPart) -> bool:
    headers = part.headers
    named = headers.get_content_disposition() == "attachment" or headers.get_filename() is not None
    return part.kind in ("text/plain", "text/html") and not named and not part.unopened


def _is_enveloped(headers: Message) -> bool:
    if headers.get_content_type() not in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        return False
    return str(headers.get_param("smime-type") or "enveloped-data").lower() not in SIGNED_ONLY


def _text(part: MailPart, opening: _Opening) -> str:
    content = bytearray()
    for piece in decoded(opening.file, part):
        content += piece
        if len(content) > LARGEST_TEXT:
            raise MailTooLarge
    charset = part.headers.get_param("charset")
    text = decode_text(bytes(content), charset if isinstance(charset, str) else None).replace("\r\n", "\n")
    return text_of_html(text) if part.kind == "text/html" else text


def _name_of_mail(part: MailPart, opening: _Opening) -> str:
    name = file_name(part.headers)
    if not name:
        head = next((piece for piece in decoded(opening.file, part) if piece), b"")
        name = f"{header(read_headers(head), 'Subject') or 'mail'}.eml"
    return name if name.lower().endswith(".eml") else f"{name}.eml"


def _note(part: MailPart, name: str, opening: _Opening) -> None:
    if len(opening.found) >= opening.limits.parts:
        raise MailTooLarge
    opening.found.append(_Found(tidy_name(name), part))


def _written(opening: _Opening, folder: Path) -> tuple[Attachment, ...]:
    left = opening.limits.unpacked_mb * 1024 * 1024
    written = []
    for number, found in enumerate(opening.found, start=1):
        path = folder / f"attachment-{number:04}"
        with path.open("wb") as target:
            for piece in _content(found.part, opening.file):
                left -= len(piece)
                if left < 0:
                    raise MailTooLarge
                target.write(piece)
        written.append(Attachment(found.name, found.part.kind, path))
    return tuple(written)


def _content(part: MailPart, file: BinaryIO) -> Iterator[bytes]:
    """What nobody opened stays as it came, headers included."""
    return raw(file, part.whole, part.end) if part.unopened else decoded(file, part)
