"""Opens an e-mail: who wrote what to whom, the text, and the attachments as files. However broken it is, it opens."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_binary_file, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path

from ingest.reading.limits import Limits
from ingest.reading.text_layout import decode_text

ENCRYPTED = {"multipart/encrypted", "application/pgp-encrypted"}
SIGNED_ONLY = {"signed-data", "certs-only"}
"""An application/pkcs7-mime part of these kinds is not encrypted (RFC 8551, 3.2.2)."""
DEEPEST = 20
LONGEST_NAME = 150


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
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        recipients=", ".join(filter(None, (_header(message, "To"), _header(message, "Cc")))),
        date=_date(message),
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
        name = _file_name(part) or f"{_header(inner, 'Subject') or 'mail'}.eml"
        _write(name if name.lower().endswith(".eml") else f"{name}.eml", "message/rfc822", inner.as_bytes(), opening)


def _keep(part: Message, content: bytes, opening: _Opening) -> None:
    kind = part.get_content_type()
    ending = mimetypes.guess_extension(kind) or ".bin"
    name = _file_name(part) or f"attachment-{len(opening.attachments) + 1}{ending}"
    _write(name, kind, content, opening)


def _write(name: str, kind: str, content: bytes, opening: _Opening) -> None:
    number = len(opening.attachments) + 1
    opening.size += len(content)
    if number > opening.limits.parts or opening.size > opening.limits.unpacked_mb * 1024 * 1024:
        raise MailTooLarge
    path = opening.folder / f"attachment-{number:04}"
    path.write_bytes(content)
    opening.attachments.append(Attachment(_tidy(name), kind, path))


# --- headers ----------------------------------------------------------------------------------------


def _header(message: Message, name: str) -> str:
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


def _date(message: Message) -> str | None:
    try:
        return parsedate_to_datetime(_header(message, "Date")).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _file_name(part: Message) -> str:
    """Also where the name came as bare bytes, which the library gives up on."""
    headers = Message()
    for key, value in part.raw_items():
        if key.lower() in ("content-disposition", "content-type"):
            headers[key] = decode_text(str(value).encode("utf-8", "surrogateescape"))
    return decoded_header(headers.get_filename() or "")


def _tidy(name: str) -> str:
    """The last part of a path, without characters that no file name should have, short enough for a file system."""
    last = re.split(r"[/\\]", name)[-1].strip(" .") or "attachment"
    clean = "".join(character for character in last if character.isprintable())
    stem, dot, ending = clean.rpartition(".")
    if len(clean) <= LONGEST_NAME:
        return clean
    return f"{stem[: LONGEST_NAME - 11]}.{ending[:10]}" if dot else clean[:LONGEST_NAME]


# --- HTML ---------------------------------------------------------------------------------------------


def text_of_html(html: str) -> str:
    """The words of a page, a line for each paragraph; scripts, styles and comments are left out."""
    reader = _HtmlText()
    reader.feed(html)
    reader.close()
    return reader.text()


class _HtmlText(HTMLParser):
    HIDDEN = frozenset(("script", "style", "head", "template", "noscript"))
    PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "pre"))
    BLOCKS = PARAGRAPHS | frozenset(
        (
            *("address", "article", "body", "center", "div", "dl", "dt", "dd", "fieldset", "footer", "form", "header"),
            *("hr", "li", "main", "nav", "section", "tbody", "thead", "tr"),
        )
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.HIDDEN:
            self.hidden.append(tag)
        elif tag == "body":
            self.hidden.clear()  # a head that was never closed must not hide the mail
        elif tag == "br":
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag in self.BLOCKS:
            self.pieces.append("\n\n" if tag in self.PARAGRAPHS else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.HIDDEN and tag in self.hidden:
            del self.hidden[self.hidden.index(tag) :]
        elif tag in self.BLOCKS:
            self.pieces.append("\n\n" if tag in self.PARAGRAPHS else "\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(re.sub(r"[ \t\r\n\xa0]+", " ", data))

    def text(self) -> str:
        lines = (re.sub(r" {2,}", " ", line).strip() for line in "".join(self.pieces).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
