"""Draws small PDFs for the tests: pages of text, scans, stamps."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

LETTER = [
    "Sehr geehrte Damen und Herren,",
    "hiermit beantrage ich die Ausstellung eines Bewohnerparkausweises",
    "für mein Fahrzeug. Die Unterlagen liegen bei.",
    "Mit freundlichen Grüßen",
    "Erika Mustermann",
]


def text_pdf(
    path: Path, lines: list[str] | None = None, *, size: tuple[float, float] = (600, 800), pages: int = 1
) -> Path:
    """Line n stands at 50 points from the left, its baseline at 100 + 20 n points from the top."""
    canvas = Canvas(str(path), pagesize=size, invariant=True)
    for _ in range(pages):
        for number, line in enumerate(lines if lines is not None else LETTER):
            canvas.drawString(50, size[1] - 100 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    return path


def scan_picture(mode: str = "L", size: tuple[int, int] = (600, 800)) -> Image.Image:
    """Not symmetrical: a dark corner at the top left, a bar below it."""
    picture = Image.new("L", size, 255)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 20, 200, 120), fill=0)
    draw.rectangle((20, 300, 500, 330), fill=90)
    return picture.convert(mode)


def scan_pdf(
    path: Path,
    picture: Image.Image | None = None,
    *,
    matrix: tuple[float, ...] = (300, 0, 0, 400, 0, 0),
    page: tuple[float, float] = (300, 400),
    rotate: int = 0,
    more: bytes = b"",
) -> Path:
    """A page that shows one JPEG at `matrix`, with `more` content after it."""
    stream = io.BytesIO()
    (picture or scan_picture()).save(stream, "JPEG", quality=90)
    image = picture or scan_picture()
    with Pdf.new() as pdf:
        stored = pikepdf.Stream(
            pdf,
            stream.getvalue(),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=image.width,
            Height=image.height,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceRGB if image.mode == "RGB" else Name.DeviceGray,
            Filter=Name.DCTDecode,
        )
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        content = b"q %s cm /Im0 Do Q %s" % (" ".join(map(str, matrix)).encode(), more)
        pdf.pages.append(
            pikepdf.Page(
                Dictionary(
                    Type=Name.Page,
                    MediaBox=Array([0, 0, *page]),
                    Rotate=rotate,
                    Resources=Dictionary(XObject=Dictionary(Im0=stored), Font=Dictionary(F1=font)),
                    Contents=pdf.make_stream(content),
                )
            )
        )
        pdf.save(path)
    return path
