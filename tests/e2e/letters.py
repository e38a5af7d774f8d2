"""Letters for the browser tests: registered as the pipeline would, with a real picture, and indexed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from dms.records.models import Document

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
WIDTH, HEIGHT = 1240, 1754

HEDGE = """Familie Öztürk
Lindenweg 7 in 35990 Neustadt

Antrag auf Fällung einer Hecke
Sehr geehrte Damen und Herren,
die Hecke am Gehweg wächst seit Jahren über den Zaun.
Wir bitten um eine Genehmigung für den Rückschnitt.
Die Genehmigungen der Nachbarn liegen bei.
Mit freundlichen Grüßen"""
INVOICE = """Bauhof-Technik Schröder GmbH
Rechnung 2026-0417 über Streusalz
Bitte überweisen Sie den Betrag bis zum 12. April.
Die Genehmigung der Lieferung lag vor."""
LAST_PAGE = """Anlage zum Antrag
Der Lageplan zeigt die Hecke und den Gehweg.
Eine Genehmigung ist beigefügt."""


def letter(*pages: str, **fields: Any) -> Document:
    """A registered and indexed document whose page images show its words where the text layer has them."""
    from tests import factories

    document = factories.document(pages, **fields)
    draw_pages(document)
    index_all()
    return document


def index_all() -> None:
    from search.chosen import search_index
    from search.indexer import drain
    from search.source import RecordsSource

    drain(search_index(), RecordsSource())


def draw_pages(document: Document) -> None:
    """Puts real pictures in the place of the factory's single pixels."""
    from dms.access.actors import Actor
    from dms.access.permissions import Permission
    from dms.adapters.chosen import object_store
    from dms.audit.door import change
    from dms.audit.events import Event
    from dms.records.models import Page, StoredObject

    painter = Actor("system:test", everywhere=frozenset(Permission))
    for page in Page.objects.filter(version__document=document):
        key = f"drawn/{document.pk}/page-{page.number}.png"
        stored = object_store().put(key, io.BytesIO(_picture(page)))
        old = StoredObject.objects.get(pk=str(page.image_id))
        with change(painter, Event.ITEM_ADVANCED, chain=document.chain, scope=document) as opened:
            old.key, old.sha256, old.size = stored.key, stored.sha256, stored.size
            opened.save(old)


def _picture(page: Any) -> bytes:
    picture = Image.new("L", (WIDTH, HEIGHT), 250)
    pen = ImageDraw.Draw(picture)
    for placed in page.page_text.placed_words():
        box = placed.word.box
        size = (box.y1 - box.y0) * HEIGHT * 0.7
        room = (box.x1 - box.x0) * WIDTH
        font = ImageFont.truetype(FONT, size)
        if (wide := font.getlength(placed.word.text)) > room:
            font = ImageFont.truetype(FONT, size * room / wide)
        pen.text((box.x0 * WIDTH, box.y0 * HEIGHT), placed.word.text, font=font, fill=20)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()
