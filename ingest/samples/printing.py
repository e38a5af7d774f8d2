"""Prints set pages as a born-digital PDF with embedded fonts; with tags where the reading order must be told."""

from __future__ import annotations

import io
from random import Random

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

from ingest.samples.layout import HEIGHT, WIDTH, Page, Run


def print_pages(pages: list[Page], *, title: str, author: str, random: Random, tagged: bool = False) -> bytes:
    """The same pages give the same bytes. `random` moves the hand of the signature."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1, lang="de-DE")
    canvas.setTitle(title)
    canvas.setAuthor(author)
    for page in pages:
        _draw_page(canvas, page, random, tagged)
    canvas.save()
    return _with_structure(buffer.getvalue(), pages) if tagged else buffer.getvalue()


def _draw_page(canvas: Canvas, page: Page, random: Random, tagged: bool) -> None:
    canvas.setLineWidth(0.5)
    if tagged:
        canvas.addLiteral("/Artifact BMC")
    for x0, y0, x1, y1 in page.rules:
        canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)
    if page.signature_at:
        _draw_signature(canvas, *page.signature_at, random)
    if tagged:
        canvas.addLiteral("EMC")
    for number, line in enumerate(page.lines):
        if tagged:
            canvas.addLiteral(f"/P <</MCID {number}>> BDC")
        for run in line:
            _draw_run(canvas, run)
        if tagged:
            canvas.addLiteral("EMC")
    canvas.showPage()


def _draw_run(canvas: Canvas, run: Run) -> None:
    canvas.setFont(run.font, run.size)
    canvas.drawString(run.x, HEIGHT - run.y, run.text)


def _draw_signature(canvas: Canvas, x: float, y: float, random: Random) -> None:
    """A name in tight, slanted loops of blue ink, then a stroke back and forth."""
    canvas.saveState()
    canvas.setStrokeColorRGB(0.12, 0.16, 0.5)
    canvas.setLineWidth(0.9)
    path = canvas.beginPath()
    base = HEIGHT - y
    path.moveTo(x, base)
    for _ in range(random.randint(5, 9)):
        ends, up, down = x + random.uniform(4, 9), random.uniform(18, 46), random.uniform(-8, 3)
        path.curveTo(x + 22, base + up, ends + 22, base + up, ends, base + down)
        x = ends
    path.curveTo(x + 30, base + 10, x + 60, base - 12, x + 90, base + 3)
    canvas.drawPath(path)
    canvas.restoreState()


def _with_structure(pdf_bytes: bytes, pages: list[Page]) -> bytes:
    """Adds the structure tree to the marked lines (ISO 32000-1 §14.7): one paragraph per line is crude but whole."""
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root))
        numbers, elements = Array(), Array()
        for index, (leaf, page) in enumerate(zip(pdf.pages, pages, strict=True)):
            marked = Array()
            for mark in range(len(page.lines)):
                element = Dictionary(Type=Name.StructElem, S=Name.P, P=document, Pg=leaf.obj, K=mark)
                marked.append(pdf.make_indirect(element))
            elements.extend(marked)
            numbers.append(index)
            numbers.append(pdf.make_indirect(marked))
            leaf.obj.StructParents = index
            leaf.obj.Tabs = Name.S
        document.K, root.K = elements, Array([document])
        root.ParentTree = pdf.make_indirect(Dictionary(Nums=numbers))
        root.ParentTreeNextKey = len(pages)
        pdf.Root.StructTreeRoot = root
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True)
        return buffer.getvalue()
