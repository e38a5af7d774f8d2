"""Step render: the searchable PDF/A beside the original, or why there is none, and the thumbnail of page 1."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar, cast

import pikepdf
import pypdfium2

from ingest.facts import InspectedPart, ObjectFacts, PageFacts, PartFacts, ReadPart, RenderedPart
from ingest.reading.page_image import MEDIA_TYPE as IMAGE_TYPE
from ingest.reading.page_image import thumbnail
from ingest.reading.pictures import PictureDamaged, PictureTooLarge
from ingest.reading.rendition import NotArchivable, TextLayer, make_rendition
from ingest.reading.sandbox import ChildDied, TooExpensive, WorkFailed, run_limited
from ingest.steps.contract import Done, ObjectRef, ObjectRole, Outcome, StepContext

log = logging.getLogger(__name__)

Part = TypeVar("Part", InspectedPart, ReadPart)
PDF_TYPE = "application/pdf"
FAILURES = (
    NotArchivable,
    TooExpensive,
    ChildDied,
    WorkFailed,
    PictureDamaged,
    PictureTooLarge,
    pikepdf.PdfError,
    pypdfium2.PdfiumError,
)
"""Then there is no rendition, but the original and its text. RenditionBroken is not among them: that is our fault."""


def run(context: StepContext) -> Outcome:
    parts = cast("list[PartFacts]", context.facts["unpack"]["parts"])
    return Done({"parts": [_render(context, part) for part in parts]})


def _render(context: StepContext, part: PartFacts) -> RenderedPart:
    number = part["number"]
    inspected = _of_part(cast("list[InspectedPart]", context.facts["inspect"]["parts"]), number)
    read = _of_part(cast("list[ReadPart]", context.facts["read_text"]["parts"]), number)
    if part["problem"] or inspected is None or inspected["problem"] or read is None or not read["pages"]:
        return {"part": number, "rendition": None, "no_rendition": "not_a_document", "thumbnail": None}
    no_rendition = _why_none(part, inspected)
    rendition = None if no_rendition else _rendition(context, part, inspected, read["pages"])
    if rendition is None and no_rendition is None:
        no_rendition = "not_archivable"
    small = _thumbnail(context, read["pages"])
    return {"part": number, "rendition": rendition, "no_rendition": no_rendition, "thumbnail": small}


def _of_part(parts: Sequence[Part], number: int) -> Part | None:
    return next((part for part in parts if part["part"] == number), None)


def _why_none(part: PartFacts, inspected: InspectedPart) -> str | None:
    """What a conversion would damage stays as it is: a signature, a protection, the tags for screen readers."""
    for flag in ("signed", "encrypted", "tagged"):
        if inspected[flag]:
            return flag
    if part["kind"] == "pdf" and all(way == "text" for way in inspected["plan"]):
        return "born_digital"
    return None


def _rendition(
    context: StepContext, part: PartFacts, inspected: InspectedPart, pages: Sequence[PageFacts]
) -> ObjectFacts | None:
    source = context.workspace.fetch(ObjectRef.from_facts(dict(inspected["working"] or part["original"])))
    kind = "pdf" if inspected["working"] else part["kind"]
    with tempfile.TemporaryDirectory(dir=context.workspace.scratch) as folder:
        target = Path(folder) / "rendition.pdf"
        layers = [_layer(context, page) for page in pages]
        try:
            run_limited(make_rendition, source, kind, layers, target, context.limits, limits=context.limits)
        except ChildDied as death:
            if death.from_outside:
                raise
            log.warning("part %s of %s: no rendition: %r", part["number"], context.item.id, death)
            return None
        except FAILURES as error:
            log.warning("part %s of %s: no rendition: %r", part["number"], context.item.id, error)
            return None
        name = f"rendition-{part['number']}.pdf"
        kept = context.workspace.keep(target, name=name, role=ObjectRole.RENDITION, media_type=PDF_TYPE)
    return cast("ObjectFacts", kept.as_facts())


def _layer(context: StepContext, page: PageFacts) -> TextLayer:
    layer = page["layer"]
    path = context.workspace.fetch(ObjectRef.from_facts(dict(layer))) if layer else None
    return TextLayer(page["number"], path, page["turn"], page.get("skew", 0.0), (page["width"], page["height"]))


def _thumbnail(context: StepContext, pages: Sequence[PageFacts]) -> ObjectFacts | None:
    """Of the first page that has a picture."""
    image = next((page["image"] for page in pages if page["image"]), None)
    if image is None:
        return None
    small = thumbnail(context.workspace.fetch(ObjectRef.from_facts(dict(image))))
    kept = context.workspace.keep(small, name="thumbnail.jpg", role=ObjectRole.THUMBNAIL, media_type=IMAGE_TYPE)
    return cast("ObjectFacts", kept.as_facts())
