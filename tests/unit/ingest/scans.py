"""Draws short German letters as a scanner gives them: gray, noisy, askew, turned, in a PDF or a picture file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Name
from PIL import Image, ImageFilter
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen import canvas

from dms.adapters.folder_store import FolderStore
from dms.adapters.no_scanner import NoScanner
from dms.adapters.tesseract import Tesseract
from ingest.reading.limits import Limits
from ingest.steps.contract import ItemView, ObjectRole, StepContext
from ingest.work.workspace import StoreWorkspace

LETTER = (
    "Sehr geehrte Damen und Herren,",
    "gegen den Gebührenbescheid vom 12. März 2024 lege ich",
    "fristgerecht Widerspruch ein, weil die Berechnung der",
    "Straßenreinigungsgebühr fehlerhaft ist. Die Frontlänge",
    "meines Grundstücks beträgt lediglich 18,50 Meter.",
    "Bitte überprüfen Sie außerdem die Ermäßigung für",
    "Eckgrundstücke gemäß der Satzung.",
    "Mit freundlichen Grüßen",
    "Jürgen Schäfer",
)
DPI = 300


def letter_pdf(lines: Sequence[str] = LETTER, size: float = 11) -> bytes:
    buffer = BytesIO()
    page = canvas.Canvas(buffer, pagesize=A5)
    page.setFont("Helvetica", size)
    for number, line in enumerate(lines):
        page.drawString(50, 520 - number * size * 1.5, line)
    page.save()
    return buffer.getvalue()


def scan(
    lines: Sequence[str] = LETTER, *, dpi: int = DPI, skew: float = 0.0, turn: int = 0, size: float = 11
) -> Image.Image:
    """One page of the letter in gray. `skew` counter-clockwise, `turn` clockwise, as the paper lay in the feeder."""
    with pypdfium2.PdfDocument(letter_pdf(lines, size)) as pdf:
        page = pdf[0].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    page = page.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255) if skew else page
    page = page.rotate(-turn, expand=True).filter(ImageFilter.GaussianBlur(0.8 * dpi / DPI))
    noise = np.random.default_rng(7).normal(0, 6, (page.height, page.width))
    return Image.fromarray(np.clip(np.asarray(page) * 0.9 + 15 + noise, 0, 255).astype(np.uint8))


def jpeg(image: Image.Image, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=80, **options)
    return buffer.getvalue()


def scanned_pdf(pictures: Sequence[Image.Image], *, rotate: int = 0) -> bytes:
    """Each picture fills a page, as multifunction printers write it."""
    pdf = pikepdf.new()
    for picture in pictures:
        width, height = picture.width / DPI * 72, picture.height / DPI * 72
        page = pdf.add_blank_page(page_size=(width, height))
        stream = pikepdf.Stream(
            pdf, jpeg(picture), Type=Name.XObject, Subtype=Name.Image, Width=picture.width, Height=picture.height,
            ColorSpace=Name.DeviceGray, BitsPerComponent=8, Filter=Name.DCTDecode,
        )  # fmt: skip
        name = page.add_resource(stream, Name.XObject)
        page.contents_add(f"q {width} 0 0 {height} 0 0 cm {name} Do Q".encode())
        page.obj.Rotate = rotate
    buffer = BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


@contextmanager
def inspected(
    folder: Path, content: bytes, kind: str, plan: Sequence[str], *, limits: Limits | None = None, **flags: Any
) -> Iterator[StepContext]:
    """A file for which step inspect has decided `plan`, on a real store and with the real engine."""
    store = FolderStore(folder / "objects")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        workspace = StoreWorkspace(store, "item/", Path(scratch))
        original = workspace.keep(content, name="original.bin", role=ObjectRole.ORIGINAL, media_type="x")
        accepts = bool(flags.pop("accepts_missing_text", False))
        item = ItemView("item", "scan", datetime(2026, 1, 2, tzinfo=UTC), "upload", original, accepts)
        part = {"number": 0, "name": "scan", "media_type": "x", "kind": kind, "original": original.as_facts()}
        found = {"part": 0, "plan": list(plan), "working": None, "problem": None, "signed": False, "encrypted": False}
        facts = {
            "unpack": {"parts": [part | {"parent": None, "problem": None}]},
            "inspect": {"parts": [found | {"tagged": False, "form": False} | flags]},
        }
        yield StepContext(item, cast(Any, facts), workspace, Tesseract("deu"), NoScanner(), limits or Limits())
