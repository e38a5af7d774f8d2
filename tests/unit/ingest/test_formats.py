"""What a file is: told by its bytes, whatever it is called."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from ingest.reading.formats import UNKNOWN, identify, kind_of

MAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Antrag\r\n\r\nGuten Tag\r\n"


def picture(kind: str, **more: object) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (20, 20), 255).save(stream, kind, **more)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"%PDF-1.7\n", "scan", "application/pdf"),
        (b"\x00" * 700 + b"\n%PDF-1.4\n", "scan.pdf", "application/pdf"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nDate: x\r\n\r\n%PDF-1.4\n", "x", "application/pdf"),
        (b"Die Kennung %PDF-1.7 steht am Anfang.", "note.txt", "text/plain"),
        (b"x" * 2000 + b"\n%PDF-1.4", "late.pdf", "text/plain"),
        (picture("TIFF"), "scan.pdf", "image/tiff"),
        (picture("TIFF", save_all=True, append_images=[Image.new("L", (9, 9))]), "fax", "image/tiff"),
        (picture("JPEG"), "scan.png", "image/jpeg"),
        (picture("PNG"), "scan.jpg", "image/png"),
        (picture("WEBP"), "scan", "image/webp"),
        (picture("GIF"), "scan.gif", "image/gif"),
        (MAIL, "anything.bin", "message/rfc822"),
        (b"From MAILER Mon Jan 1 00:00:00 2026\n" + MAIL, "mbox", "message/rfc822"),
        (b"Subject: nur ein Betreff\n\nText", "post.eml", "message/rfc822"),
        (b"Subject: nur ein Betreff\n\nText", "post.txt", "text/plain"),
        (b"This is not a valid eml.", "broken.eml", "text/plain"),
        ("Straßenverkehrsbehörde Fürth".encode("cp1252"), "brief.txt", "text/plain"),
        ("Straßenverkehrsbehörde Fürth".encode("utf-16"), "brief.txt", "text/plain"),
        ("Straßenverkehrsbehörde Fürth".encode(), "brief", "text/plain"),
        (b"<html><body>Hallo</body></html>", "page.txt", "text/html"),
        (b"<?xml version='1.0'?><a/>", "data.txt", "text/xml"),
        (b"{\\rtf1 Hallo}", "brief.txt", "text/rtf"),
        (b"\x01\x02\x03\x80\x00\x91" * 40, "strange.pdf", UNKNOWN),
        (b"", "empty.pdf", None),
    ],
)
def test_the_bytes_tell_the_format(tmp_path: Path, content: bytes, name: str, expected: str | None) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert identify(path, name) == expected


def test_what_we_read_has_a_kind_and_the_rest_has_none() -> None:
    assert kind_of("image/webp") == "image"
    assert kind_of("message/rfc822") == "mail"
    assert kind_of("text/html") is None
    assert kind_of(UNKNOWN) is None
