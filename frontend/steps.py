"""The steps of the pipeline in words of the office."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ingest.models import InboxItem, ItemState

WORDS: dict[str, Promise] = {
    "receive": _("Annehmen und Prüfsumme prüfen"),
    "check_malware": _("Auf Schadsoftware prüfen"),
    "identify_format": _("Dateiformat erkennen"),
    "unpack": _("Anhänge auspacken"),
    "inspect": _("Seiten zählen und prüfen"),
    "read_text": _("Text lesen"),
    "render": _("PDF/A und Vorschau herstellen"),
    "extract": _("Absender und Datum finden"),
    "classify": _("Dokumentart vorschlagen"),
    "register": _("Dokument anlegen"),
}


def step_in_words(item: InboxItem) -> str:
    """Empty for an item that is done; a step that a newer version added is told by its name."""
    return "" if item.state == ItemState.DONE else str(WORDS.get(item.step, item.step))
