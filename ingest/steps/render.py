"""Step render: the searchable PDF/A beside the original, or why there is none, and the thumbnail of page 1."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar, cast

import pikepdf
import pypdfium2

from dms.pages import PageText
from ingest.facts import InspectedPart, ObjectFacts, PageFacts, PartFacts, ReadPart, ReadTextFacts, RenderedPart
from ingest.reading.archivable import NotArchivable
from ingest.reading.page_image import MEDIA_TYPE as IMAGE_TYPE
from ingest.reading.page_image import thumbnail
from ingest.reading.pictures import PictureDamaged, PictureTooLarge
from ingest.reading.rendition import ReadPageText, make_rendition
from ingest.reading.sandbox import ChildDied, TooExpensive, WorkFailed
from ingest.steps.contract import Done, ObjectRef, ObjectRole, Outcome, StepContext
from ingest.steps.limited import limited
from ingest.steps.reading_file import read_pages

log = logging.getLogger(__name__)

Part = TypeVar("Part", InspectedPart, ReadPart)
PDF_TYPE = "application/pdf"
TROUBLE: tuple[tuple[type[Exception], str], ...] = (
    (TooExpensive, "too_expensive"),
    (PictureTooLarge, "too_expensive"),
    (ChildDied, "damaged"),
    (WorkFailed, "damaged"),
    (PictureDamaged, "damaged"),
    (pikepdf.PdfError, "damaged"),
    (pypdfium2.PdfiumError, "damaged"),
)
"""Then there is no rendition, but the original and its text. RenditionBroken is not among them: that is our fault."""
FAILURES = tuple(kind for kind, _ in TROUBLE)


def run(context: StepContext) -> Outcome:
    parts = cast("list[PartFacts]", context.facts["unpack"]["parts"])
    return Done({"parts": [_render(context, part) for part in parts]})


def _render(context: StepContext, part: PartFacts) -> RenderedPart:
    number = part["number"]
    inspected = _of_part(cast("list[InspectedPart]", context.facts["inspect"]["parts"]), number)
    read = _of_part(cast("list[ReadPart]", context.facts["read_text"]["parts"]), number)
    if part["problem"] or inspected is None or inspected["problem"] or read is None or not read["pages"]:
        return {"part": number, "rendition": None, "no_rendition": "not_a_document", "thumbnail": None}
    small = _thumbnail(context, read["pages"])
    if (kept := _why_none(part, inspected)) is not None:
        return {"part": number, "rendition": None, "no_rendition": kept, "thumbnail": small}
    rendition, reason, detail = _rendition(context, part, inspected, read)
    return {"part": number, "rendition": rendition, "no_rendition": reason, "detail": detail, "thumbnail": small}


def _of_part(parts: Sequence[Part], number: int) -> Part | None:
    return next((part for part in parts if part["part"] == number), None)


def _why_none(part: PartFacts, inspected: InspectedPart) -> str | None:
    """What a conversion would damage stays as it is: a signature, a protection, and tags for screen readers where
    untagged text or the values of a form would come beside them."""
    for flag in ("signed", "encrypted"):
        if inspected[flag]:
            return flag
    keeps_tags = all(way == "text" for way in inspected["plan"]) and not inspected["form"]
    return "tagged" if inspected["tagged"] and not keeps_tags else None


def _rendition(
    context: StepContext, part: PartFacts, inspected: InspectedPart, read: ReadPart
) -> tuple[ObjectFacts | None, str | None, str]:
    """The rendition, or why there is none; and the detail of either."""
    source = context.workspace.fetch(ObjectRef.from_facts(dict(inspected["working"] or part["original"])))
    kind = "pdf" if inspected["working"] else part["kind"]
    with tempfile.TemporaryDirectory(dir=context.workspace.scratch) as folder:
        target = Path(folder) / "rendition.pdf"
        pages = _read_texts(context, read)
        try:
            fonts = limited(context, make_rendition, source, kind, pages, target, context.limits)
        except NotArchivable as refused:
            log.info("part %s of %s: no rendition: %s", part["number"], context.item.id, refused.rules)
            return None, refused.cause.value, refused.detail
        except FAILURES as error:
            if isinstance(error, ChildDied) and error.from_outside:
                raise
            log.warning("part %s of %s: no rendition: %r", part["number"], context.item.id, error)
            return None, next(code for kind_, code in TROUBLE if isinstance(error, kind_)), ""
        name = f"rendition-{part['number']}.pdf"
        kept = context.workspace.keep(target, name=name, role=ObjectRole.RENDITION, media_type=PDF_TYPE)
    return cast("ObjectFacts", kept.as_facts()), None, ", ".join(fonts)


def _read_texts(context: StepContext, read: ReadPart) -> list[ReadPageText]:
    facts = cast("ReadTextFacts", context.facts["read_text"])
    texts = {page.number: page.text for page in read_pages(facts, read["part"], context.workspace)}
    return [
        ReadPageText(
            page["number"],
            None if page["source"] == "text_layer" else texts.get(page["number"], PageText()),
            page["turn"],
        )
        for page in read["pages"]
    ]


def _thumbnail(context: StepContext, pages: Sequence[PageFacts]) -> ObjectFacts | None:
    """Of the first page that has a picture."""
    image = next((page["image"] for page in pages if page["image"]), None)
    if image is None:
        return None
    small = thumbnail(context.workspace.fetch(ObjectRef.from_facts(dict(image))))
    kept = context.workspace.keep(small, name="thumbnail.jpg", role=ObjectRole.THUMBNAIL, media_type=IMAGE_TYPE)
    return cast("ObjectFacts", kept.as_facts())
