"""The steps of the pipeline in words of the office, with how far a long one has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ingest.models import InboxItem, ItemState, RangeRun

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


@dataclass(frozen=True, slots=True)
class Progress:
    """Pages read of a document that is being read now."""

    done: int
    total: int


def step_in_words(item: InboxItem) -> str:
    """Empty for an item that is done; a step that a newer version added is told by its name."""
    return "" if item.state == ItemState.DONE else str(WORDS.get(item.step, item.step))


def progress_of(items: Iterable[InboxItem]) -> dict[UUID, Progress]:
    """For the items whose pages are being read."""
    reading = [item.pk for item in items if item.state == ItemState.WORKING]
    pages = F("last") - F("first") + 1
    ranges = RangeRun.objects.filter(item_id__in=reading, step=F("item__step")).values("item_id").order_by("item_id")
    sums = ranges.annotate(
        runs=Count("pk"), total=Sum(pages), done=Coalesce(Sum(pages, filter=Q(facts__isnull=False)), 0)
    )
    return {row["item_id"]: Progress(row["done"], row["total"]) for row in sums}
