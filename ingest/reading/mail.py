"""Opens an e-mail: who wrote what to whom, the text, and the attachments as files. However broken it is, it opens."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_binary_file, policy
from email.message import Message
from pathlib import Path

from ingest.reading.html_text import text_of_html
from ingest.reading.limits import Limits
from ingest.reading.mail_headers import date_of, file_name, header, tidy_name
from ingest.reading.text_layout import decode_text

ENCRYPTED = {"multipart/encrypted", "application/pgp-encrypted"}
SIGNED_ONLY = {"signed-data", "certs-only"}
"""An application/pkcs7-mime part of these kinds is not encrypted (RFC 8551, 3.2.2)."""
DEEPEST = 20


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
    """`date` is ISO 8601 or None. A forwarded mail is an attachment of type message/rfc822, to be opened in turn."""

    subject: str
    sender: str
    recipients: str
    date: str | None
    body: str
    attachments: tuple[Attachment, ...]
    encrypted: bool


@dataclass(slots=True)
class _Opening:
    folder: Path
    limits: Limits
    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    size: int = 0
    encrypted: bool = False


def open_mail(path: Path, folder: Path, limits: Limits) -> Mail:
    """Attachments are written to `folder`. Raises MailTooLarge. Call it through `run_limited`."""
    with path.open("rb") as file:
        # The old policy keeps headers as they came: the new one raises on some that real mails have.
        message: Message = message_from_binary_file(file, policy=policy.compat32)
    opening = _Opening(folder, limits)
    _collect(message, opening, 0)
    return Mail(
        subject=header(message, "Subject"),
        sender=header(message, "From"),
        recipients=", ".join(filter(None, (header(message, "To"), header(message, "Cc")))),
        date=date_of(message),
        body="\n\n".join(text.strip("\r\n") for text in opening.texts if text.strip()),
        attachments=tuple(opening.attachments),
        encrypted=opening.encrypted,
    )


# --- parts ------------------------------------------------------------------------------------------


def _collect(part: Message, opening: _Opening, depth: int) -> None:
    kind = part.get_content_type()
    if kind in ENCRYPTED or _is_enveloped(part):
        opening.encrypted = True
    if kind == "message/rfc822":
        _keep_mail(part, opening)
    elif depth > DEEPEST:
        _keep(part, part.as_bytes(), opening)
    elif kind == "multipart/alternative" and part.is_multipart():
        _collect_alternative(part, opening, depth)
    elif part.is_multipart():
        for child in _children(part):
            _collect(child, opening, depth + 1)
    elif _is_body(part):
        opening.texts.append(_text(part))
    else:
        _keep(part, _content(part), opening)


def _collect_alternative(part: Message, opening: _Opening, depth: int) -> None:
    """The same text several times: the plain one is read; attachments that hang on another one are kept."""
    before = list(opening.texts)
    found: list[tuple[bool, list[str]]] = []
    for child in _children(part):
        opening.texts = []
        _collect(child, opening, depth + 1)
        found.append((child.get_content_type() == "text/plain", opening.texts))
    full = [(plain, texts) for plain, texts in found if any(text.strip() for text in texts)]
    best = next((texts for plain, texts in full if plain), full[-1][1] if full else [])
    opening.texts = [*before, *best]


def _children(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    for child in payload if isinstance(payload, list) else []:
        if isinstance(child, Message):
            yield child


def _is_body(part: Message) -> bool:
    named = part.get_content_disposition() == "attachment" or part.get_filename() is not None
    return part.get_content_type() in ("text/plain", "text/html") and not named


def _is_enveloped(part: Message) -> bool:
    if part.get_content_type() not in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        return False
    return str(part.get_param("smime-type") or "enveloped-data").lower() not in SIGNED_ONLY


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    charset = part.get_param("charset")
    text = decode_text(_content(part), charset if isinstance(charset, str) else None)
    return text_of_html(text) if part.get_content_type() == "text/html" else text


def _keep_mail(part: Message, opening: _Opening) -> None:
    inner = next(_children(part), None)
    if inner is None:  # encoded, against RFC 2046, 5.2.1; the parser does not look into it
        _keep(part, _content(part), opening)
    else:
        name = file_name(part) or f"{header(inner, 'Subject') or 'mail'}.eml"
        _write(name if name.lower().endswith(".eml") else f"{name}.eml", "message/rfc822", inner.as_bytes(), opening)


def _keep(part: Message, content: bytes, opening: _Opening) -> None:
    kind = part.get_content_type()
    ending = mimetypes.guess_extension(kind) or ".bin"
    name = file_name(part) or f"attachment-{len(opening.attachments) + 1}{ending}"
    _write(name, kind, content, opening)


def _write(name: str, kind: str, content: bytes, opening: _Opening) -> None:
    number = len(opening.attachments) + 1
    opening.size += len(content)
    if number > opening.limits.parts or opening.size > opening.limits.unpacked_mb * 1024 * 1024:
        raise MailTooLarge
    path = opening.folder / f"attachment-{number:04}"
    path.write_bytes(content)
    opening.attachments.append(Attachment(tidy_name(name), kind, path))
