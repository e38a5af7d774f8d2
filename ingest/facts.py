"""The shapes of what the steps record: one TypedDict per step, JSON values only.

A key that a step adds later is optional here, so that facts recorded by an older version can still be read.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class ObjectFacts(TypedDict):
    """An `ObjectRef` as JSON (`ingest.steps.contract`)."""

    key: str
    sha256: str
    size: int
    media_type: str
    role: str


class ScanFacts(TypedDict):
    """Step check_malware. `verdict` is a dms.ports.ScanVerdict."""

    verdict: str
    detail: str


class FormatFacts(TypedDict):
    """Step identify_format: told by the bytes, not by the name."""

    media_type: str


PartKind = Literal["pdf", "image", "text", "mail"]


class PartFacts(TypedDict):
    """One document that comes out of an item: the file itself, or an e-mail (0) and its attachments (1, 2, …)."""

    number: int
    name: str
    media_type: str
    kind: PartKind | None
    original: ObjectFacts
    parent: int | None
    problem: str | None
    """A Reason value when this attachment cannot be read; the others go on, and this one is kept as it came."""


class MailFacts(TypedDict):
    subject: str
    sender: str
    recipients: str
    date: str | None
    """ISO 8601, None when the header is missing or unreadable."""


class UnpackFacts(TypedDict):
    """Step unpack."""

    parts: list[PartFacts]
    mail: NotRequired[MailFacts]


PageWay = Literal["text", "embedded", "render", "frame"]
"""How a page is read: its text layer is good; its one full-page picture is taken out; it is rendered; it is a frame
of a picture file."""


class InspectedPart(TypedDict):
    """Step inspect, one part: what the file is, and how each page will be read."""

    part: int
    plan: list[PageWay]
    working: ObjectFacts | None
    """The PDF that later steps read instead of the original: repaired by pikepdf, or set from plain text or mail."""
    signed: bool
    encrypted: bool
    tagged: bool
    form: bool
    repaired: bool
    pages_seen: dict[str, int | None]
    """Page count by library: {"pypdfium2": 4, "pikepdf": 4, "pdfplumber": 1}, None where a library gave up."""
    problem: str | None
    notes: list[str]


class InspectFacts(TypedDict):
    parts: list[InspectedPart]


class Barcode(TypedDict):
    format: str
    text: str


class PageFacts(TypedDict):
    """One page as read. `width` and `height` are pixels of the upright page image; `turn` in degrees clockwise."""

    number: int
    source: Literal["text_layer", "ocr", "none"]
    width: int
    height: int
    turn: int
    dpi: int
    blank: bool
    confidence: float | None
    chars: int
    barcodes: list[Barcode]
    image: ObjectFacts | None
    problem: str | None
    """Why this page has no text although it should: a Reason value (too expensive, damaged …)."""


class RangeFacts(TypedDict):
    """What reading one page range gave. `reading` is gzipped JSON: `[{"number": 1, "lines": PageText.to_json()}]`."""

    part: int
    pages: list[PageFacts]
    reading: ObjectFacts


class ReadTextFacts(TypedDict):
    """Step read_text, after all ranges (which stand under the key "ranges" while it runs)."""

    parts: list[ReadPart]


class ReadPart(TypedDict):
    part: int
    pages: list[PageFacts]
    readings: list[ObjectFacts]
    """In page order."""
    problem: NotRequired[str | None]
    """A Reason value when no page of this part has text; the item goes on, because another part has some."""


class RenderedPart(TypedDict):
    """Step render. `rendition` is a PDF/A-2b, or None with the reason in `no_rendition`, a key of
    `ingest.no_rendition.NO_RENDITION`."""

    part: int
    rendition: ObjectFacts | None
    no_rendition: str | None
    detail: NotRequired[str]
    """Without a rendition, what the reason's sentence names (fonts, a page, a rule). With one, the fonts that are not
    those of the original."""
    thumbnail: ObjectFacts | None


class RenderFacts(TypedDict):
    parts: list[RenderedPart]


class ExtractedPart(TypedDict):
    """Step extract. `letter_date` is an ISO date or None."""

    part: int
    title: str
    sender: str
    letter_date: str | None


class ExtractFacts(TypedDict):
    parts: list[ExtractedPart]


class Because(TypedDict):
    word: str
    weight: float
    """Share of this word in the decision; the largest first."""


class ClassifiedPart(TypedDict):
    """Step classify. `type` is None when the model is not sure enough; `best` is its best guess all the same."""

    part: int
    type: str | None
    best: str | None
    confidence: float
    because: list[Because]
    model: str


class ClassifyFacts(TypedDict):
    parts: list[ClassifiedPart]
