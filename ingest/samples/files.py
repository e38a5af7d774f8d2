"""Packs pictures and texts into the files in which mail arrives: scan PDF, TIFF, photo, PNG, e-mail, plain text."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image, ImageOps

from ingest.samples.scanning import DPI

INK_BELOW = 150
"""Gray level that a fax machine still takes for ink."""


def pack_scan(pictures: list[Image.Image], quality: int = 80) -> bytes:
    """A PDF as an office scanner writes it: one gray JPEG per page, no text."""
    with pikepdf.new() as pdf:
        for picture in pictures:
            _add_scanned_page(pdf, picture, quality)
        pdf.docinfo["/Producer"] = "Lahrscan 4200"
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True)
        return buffer.getvalue()


def _add_scanned_page(pdf: pikepdf.Pdf, picture: Image.Image, quality: int) -> None:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, dpi=(DPI, DPI))
    image = pdf.make_stream(buffer.getvalue())
    image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name.DCTDecode
    image.Width, image.Height = picture.size
    image.ColorSpace, image.BitsPerComponent = Name.DeviceGray, 8
    width, height = (round(edge * 72 / DPI, 2) for edge in picture.size)
    page = pdf.add_blank_page(page_size=(width, height))
    page.Resources = Dictionary(XObject=Dictionary(Im0=image))
    page.Contents = pdf.make_stream(f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q".encode())


def write_fax(path: Path, pictures: list[Image.Image]) -> None:
    """Black and white, CCITT group 4."""
    first, *others = (picture.point(lambda gray: 255 * (gray > INK_BELOW)).convert("1") for picture in pictures)
    first.save(path, "TIFF", compression="group4", dpi=(DPI, DPI), save_all=True, append_images=others)


def write_gray_tiff(path: Path, pictures: list[Image.Image]) -> None:
    first, *others = pictures
    first.save(path, "TIFF", compression="tiff_lzw", dpi=(DPI, DPI), save_all=True, append_images=others)


def write_photo(path: Path, picture: Image.Image, taken: datetime, *, held_sideways: bool) -> None:
    """A telephone's JPEG: warm light, EXIF; held sideways, the pixels lie and the EXIF says how to turn them (6)."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131] = "Lahrphone", "LP 7", "17.2"
    exif[0x0132] = f"{taken:%Y:%m:%d %H:%M:%S}"
    exif[0x0112] = 6 if held_sideways else 1
    warm = ImageOps.colorize(picture, black=(12, 10, 8), white=(255, 250, 238))
    stored = warm.transpose(Image.Transpose.ROTATE_90) if held_sideways else warm
    stored.save(path, "JPEG", quality=85, dpi=(DPI, DPI), exif=exif)


def write_png(path: Path, picture: Image.Image) -> None:
    picture.save(path, "PNG", dpi=(DPI, DPI))


def write_mail(
    path: Path, *, sender: str, subject: str, text: str, sent: datetime, attachments: list[tuple[str, str, bytes]]
) -> None:
    """`attachments`: file name, media type, bytes. Plain text and HTML say the same."""
    mail = EmailMessage()
    local_part = sender.lower().encode("ascii", "ignore").decode().replace(" ", ".")
    mail["From"] = formataddr((sender, f"{local_part}@lahrtal.example"))
    mail["To"] = formataddr(("Stadt Neustadt an der Lahr", "post@neustadt-lahr.example"))
    mail["Subject"] = subject
    mail["Date"] = format_datetime(sent.astimezone(UTC))
    mail["Message-ID"] = f"<{sent:%Y%m%d%H%M%S}.{local_part}@lahrtal.example>"
    mail.set_content(text)
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line)
    mail.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html")
    for name, media_type, content in attachments:
        main, _, sub = media_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_lahrpost_{sent:%Y%m%d%H%M%S}_{number}")
    path.write_bytes(mail.as_bytes(policy=SMTP))
