"""What differs between two sides of a comparison, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.records.documents.comparing import Difference, PageDifference
from dms.records.documents.kinds import UNSURE, kind_labels
from frontend.fact_fields import as_typed
from frontend.plain_words import media_in_words

LABELS = {
    "title": gettext_lazy("Titel"),
    "sender": gettext_lazy("Absender"),
    "letter_date": gettext_lazy("Datum"),
    "kind_id": gettext_lazy("Dokumentart"),
    "name": gettext_lazy("Datei"),
    "media_type": gettext_lazy("Dateityp"),
    "page_count": gettext_lazy("Seiten"),
    "signed": gettext_lazy("Elektronisch signiert"),
}


@dataclass(frozen=True, slots=True)
class ToldDifference:
    label: str
    before: str
    after: str


def told_differences(differences: tuple[Difference, ...]) -> Iterator[ToldDifference]:
    kinds = kind_labels()
    for one in differences:
        before, after = (_in_words(one.field, value, kinds) for value in (one.before, one.after))
        yield ToldDifference(str(LABELS[one.field]), before, after)


def page_heading(page: PageDifference) -> str:
    if page.before is None:
        return _("Seite {n} ist neu").format(n=page.after)
    if page.after is None:
        return _("Seite {n} entfällt").format(n=page.before)
    if page.before == page.after:
        return _("Seite {n} ist geändert").format(n=page.after)
    return _("Seite {n}, vorher Seite {m}, ist geändert").format(n=page.after, m=page.before)


def _in_words(field: str, value: Any, kinds: Mapping[str, str]) -> str:
    if field == "kind_id":
        return kinds.get(value or UNSURE, str(value))
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    if not value:
        return _("(leer)")
    if field == "media_type":
        return media_in_words(value)
    return as_typed(date.fromisoformat(value)) if field == "letter_date" else str(value)
