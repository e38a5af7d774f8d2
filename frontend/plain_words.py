"""What the records keep as codes, in words of the office: kinds of files, ways in, how far a document has come."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.records.models import Document, DocumentState
from ingest.models import InboxItem, Source

MEDIA: dict[str, Promise | str] = {
    "application/pdf": "PDF",
    "image/tiff": gettext_lazy("Bild (TIFF)"),
    "image/jpeg": gettext_lazy("Bild (JPEG)"),
    "image/png": gettext_lazy("Bild (PNG)"),
    "image/webp": gettext_lazy("Bild (WebP)"),
    "text/plain": gettext_lazy("Text"),
    "text/csv": gettext_lazy("Tabelle (CSV)"),
    "text/html": gettext_lazy("Webseite (HTML)"),
    "message/rfc822": gettext_lazy("E-Mail"),
    "application/xml": "XML",
    "text/xml": "XML",
    "application/zip": gettext_lazy("Archiv (ZIP)"),
}
"""By media type."""
STATES: dict[str, Promise] = {
    DocumentState.RECEIVED: gettext_lazy("noch nicht geprüft"),
    DocumentState.CHECKED: gettext_lazy("geprüft"),
}


def media_in_words(media_type: str) -> str:
    """What has no word here is told by the code itself, which the IT knows."""
    return str(MEDIA.get(media_type, media_type))


def source_in_words(item: InboxItem) -> str:
    """By which way it came in."""
    return _("Vom IT-Betrieb übernommen") if item.source == Source.COMMAND else str(item.get_source_display())


def standing_in_words(document: Document, *, is_filed: bool) -> str:
    """Where it is on its way, and whether a person has looked at it; `is_filed` as far as the reader may know."""
    place = _("abgelegt") if is_filed else _("eingegangen")
    return f"{place}, {STATES.get(document.state, document.state)}"
