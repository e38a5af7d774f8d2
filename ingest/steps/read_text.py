"""Step read_text: every page's words with their boxes, its picture and its barcodes; OCR where there is no text layer.

The runner reads the ranges in parallel. A page that cannot be read says why and the others go on; but an item of one
document without a single word is refused, never done.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, cast

import pikepdf
import pypdfium2

from dms.ports import OcrGaveUp
from ingest.facts import InspectedPart, ObjectFacts, PageFacts, PageWay, PartFacts, RangeFacts, ReadPart
from ingest.reading import blank
from ingest.reading.page_image import MEDIA_TYPE as IMAGE_TYPE
from ingest.reading.page_reading import DecodedPage, TextPage, decode_page, encode_view, read_text_pages
from ingest.reading.pictures import PictureDamaged, PictureTooLarge
from ingest.reading.recognise import ReadPage, as_laid, read_again, read_picture
from ingest.reading.sandbox import ChildDied, TooExpensive, WorkFailed
from ingest.reasons import Reason
from ingest.steps.contract import Done, ObjectRef, ObjectRole, Outcome, PageRange, Reject, StepContext
from ingest.steps.limited import limited
from ingest.steps.reading_file import MEDIA_TYPE as READING_TYPE
from ingest.steps.reading_file import NumberedPage, pack_reading

log = logging.getLogger(__name__)

TEXT_PAGES_TOGETHER = 40
QUICK_PAGES = 10
REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (PictureTooLarge, Reason.PICTURE_TOO_LARGE),
    (TooExpensive, Reason.TOO_EXPENSIVE),
    (OcrGaveUp, Reason.TOO_EXPENSIVE),
    (PictureDamaged, Reason.DAMAGED_FILE),
    (pypdfium2.PdfiumError, Reason.DAMAGED_FILE),
    (pikepdf.PdfError, Reason.DAMAGED_FILE),
    (WorkFailed, Reason.DAMAGED_FILE),
    (ChildDied, Reason.DAMAGED_FILE),
)
"""What may be wrong with a page. Anything else is a fault of ours or of the machine, and the runner's to judge."""
PAGE_ERRORS = tuple(kind for kind, _ in REASONS)


# --- what is to be read -----------------------------------------------------------------------------


def ranges(context: StepContext) -> list[PageRange]:
    """A page for OCR is a range of its own; text pages go together, as long as they follow each other."""
    return [found for part in _inspected(context) if not part["problem"] for found in _part_ranges(part)]


def is_quick(context: StepContext) -> bool:
    """A few pages, all of them with a text layer."""
    plans = [part["plan"] for part in _inspected(context) if not part["problem"]]
    return sum(map(len, plans)) <= QUICK_PAGES and all(way == "text" for plan in plans for way in plan)


def _part_ranges(part: InspectedPart) -> Iterable[PageRange]:
    numbered = enumerate(part["plan"], start=1)
    for is_text, pages in groupby(numbered, key=lambda page: page[1] == "text"):
        numbers = [number for number, _ in pages]
        together = TEXT_PAGES_TOGETHER if is_text else 1
        for first in range(numbers[0], numbers[-1] + 1, together):
            yield PageRange(part["part"], first, min(first + together - 1, numbers[-1]))


def _inspected(context: StepContext) -> list[InspectedPart]:
    return cast("list[InspectedPart]", context.facts["inspect"]["parts"])


# --- one range --------------------------------------------------------------------------------------


def read_range(context: StepContext, pages: PageRange) -> Outcome:
    part = next(part for part in _inspected(context) if part["part"] == pages.part)
    source = _source(context, part)
    numbers = range(pages.first, pages.last + 1)
    ways = {number: part["plan"][number - 1] for number in numbers}
    read: list[tuple[PageFacts, NumberedPage | None]] = []
    for is_text, some in groupby(numbers, key=lambda number: ways[number] == "text"):
        if is_text:
            read += _read_text_pages(context, source, list(some))
        else:
            read += [_read_by_ocr(context, source, ways[number], number) for number in some]
    packed = pack_reading(page for _, page in read if page is not None)
    name = f"reading-{pages.part}-{pages.first:04}.json.gz"
    kept = context.workspace.keep(packed, name=name, role=ObjectRole.READING, media_type=READING_TYPE)
    facts: RangeFacts = {"part": pages.part, "pages": [page for page, _ in read], "reading": _as_facts(kept)}
    return Done(cast("dict[str, Any]", facts))


def _source(context: StepContext, part: InspectedPart) -> Path:
    """The working copy, where there is one, else the part as it came."""
    parts = cast("list[PartFacts]", context.facts["unpack"]["parts"])
    original = next(found["original"] for found in parts if found["number"] == part["part"])
    return context.workspace.fetch(ObjectRef.from_facts(dict(part["working"] or original)))


def _read_text_pages(
    context: StepContext, source: Path, numbers: Sequence[int]
) -> list[tuple[PageFacts, NumberedPage | None]]:
    """All in one go; when one page spoils it, one by one, so that only that page is lost."""
    with _folder(context) as folder:
        try:
            found = limited(context, read_text_pages, source, numbers, Path(folder), context.limits)
        except PAGE_ERRORS as error:
            if len(numbers) > 1:
                return [read for number in numbers for read in _read_text_pages(context, source, [number])]
            return [(_unread(numbers[0], _reason_of(error, numbers[0])), None)]
        return [_keep_text_page(context, page) if page.text.lines else _ocr(context, source, page) for page in found]


def _ocr(context: StepContext, source: Path, page: TextPage) -> tuple[PageFacts, NumberedPage | None]:
    """The text layer held nothing that can be read after all."""
    return _read_by_ocr(context, source, "render", page.number)


def _keep_text_page(context: StepContext, page: TextPage) -> tuple[PageFacts, NumberedPage | None]:
    facts = _unread(page.number, None)
    facts["source"] = "text_layer"
    facts["width"], facts["height"] = page.size
    facts["dpi"], facts["blank"] = page.dpi, page.blank
    facts["chars"], facts["barcodes"] = len(page.text.text), list(page.barcodes)
    facts["image"] = _keep_image(context, page.number, page.image.read_bytes())
    return facts, NumberedPage(page.number, page.text)


def _read_by_ocr(
    context: StepContext, source: Path, way: PageWay, number: int
) -> tuple[PageFacts, NumberedPage | None]:
    facts = _unread(number, None)
    with _folder(context) as name:
        folder = Path(name)
        try:
            page = limited(context, decode_page, source, way, number, folder, context.limits)
        except PAGE_ERRORS as error:
            return _unread(number, _reason_of(error, number)), None
        facts["dpi"], facts["barcodes"], facts["blank"] = page.dpi, list(page.barcodes), blank.is_blank(page.ink)
        found = None
        try:
            found = None if blank.is_surely_empty(page.ink) else _recognise(context, page, folder)
        except PAGE_ERRORS as error:
            facts["problem"] = _reason_of(error, number).value
        if found is not None and context.item.pages_laid:
            found = as_laid(found)
        if found is not None:
            _note_reading(facts, found)
        image, (facts["width"], facts["height"]) = encode_view(page.view, facts["turn"])
        facts["image"] = _keep_image(context, number, image)
        return facts, NumberedPage(number, found.text) if found and found.text.lines else None


def _recognise(context: StepContext, page: DecodedPage, folder: Path) -> ReadPage:
    """A second reading may only better the first: when it costs too much, the first one counts."""
    first = _by_ocr(context, read_picture, context.ocr, page.picture, page.dpi, folder, page.code_boxes)
    if not first.doubtful:
        return first
    try:
        return _by_ocr(context, read_again, context.ocr, page.picture, page.dpi, folder, first)
    except PAGE_ERRORS as error:
        log.info("the second reading of a page was given up: %s", error)
        return first


def _by_ocr(context: StepContext, work: Callable[..., ReadPage], *args: Any) -> ReadPage:
    """Raises OcrGaveUp where the engine, which works in the limited process itself, dies of the picture: when memory is
    refused it has no other way to say so."""
    try:
        return limited(context, work, *args)
    except ChildDied as death:
        if death.from_outside:
            raise
        raise OcrGaveUp(f"the OCR engine ended with {death.signal!r}") from death


def _note_reading(facts: PageFacts, found: ReadPage) -> None:
    facts["confidence"] = found.confidence
    if not found.text.lines:
        return
    facts["source"], facts["chars"], facts["blank"] = "ocr", len(found.text.text), False
    facts["turn"] = found.attempt.turn


def _keep_image(context: StepContext, number: int, image: bytes) -> ObjectFacts:
    kept = context.workspace.keep(
        image, name=f"page-{number:04}.jpg", role=ObjectRole.PAGE_IMAGE, media_type=IMAGE_TYPE
    )
    return _as_facts(kept)


def _unread(number: int, problem: Reason | None) -> PageFacts:
    return {
        "number": number,
        "source": "none",
        "width": 0,
        "height": 0,
        "turn": 0,
        "dpi": 0,
        "blank": False,
        "confidence": None,
        "chars": 0,
        "barcodes": [],
        "image": None,
        "problem": problem.value if problem else None,
    }


def _reason_of(error: Exception, number: int) -> Reason:
    reason = next(reason for kind, reason in REASONS if isinstance(error, kind))
    log.warning("page %s is not read (%s): %r", number, reason.value, error)
    return reason


def _folder(context: StepContext) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=context.workspace.scratch)


def _as_facts(kept: ObjectRef) -> ObjectFacts:
    return cast("ObjectFacts", kept.as_facts())


# --- all ranges together ----------------------------------------------------------------------------


def run(context: StepContext) -> Outcome:
    read = cast("list[RangeFacts]", context.facts.get("read_text", {}).get("ranges", []))
    parts = [_join(part["part"], [one for one in read if one["part"] == part["part"]]) for part in _inspected(context)]
    if not context.item.accepts_missing_text and not any(_has_text(part) for part in parts):
        return Reject(Reason(_why_no_text(parts)))
    for part in parts:
        if part["pages"] and not _has_text(part):
            part["problem"] = _why_no_text([part])
    return Done({"parts": parts})


def _join(number: int, read: list[RangeFacts]) -> ReadPart:
    read = sorted(read, key=lambda one: one["pages"][0]["number"])
    return {
        "part": number,
        "pages": [page for one in read for page in one["pages"]],
        "readings": [one["reading"] for one in read],
    }


def _has_text(part: ReadPart) -> bool:
    return any(page["chars"] for page in part["pages"])


def _why_no_text(parts: Iterable[ReadPart]) -> str:
    """The commonest trouble of the pages; where there was none, there is simply no text."""
    troubles = Counter(page["problem"] for part in parts for page in part["pages"] if page["problem"])
    return troubles.most_common(1)[0][0] if troubles else Reason.NO_TEXT.value
