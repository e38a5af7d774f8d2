"""The forms in which the history of a dossier goes out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from enum import StrEnum

from django.utils import timezone

from dms.access.actors import Actor
from dms.records.dossiers.history import Told, dossier_history
from dms.records.dossiers.models import Dossier
from dms.records.dossiers.xdomea import write_history
from dms.records.tables import write_table

COLUMNS = (
    "Nummer", "Zeitpunkt", "Zeitpunkt (UTC)", "Wer", "Was", "Betrifft", "Feld", "Vorher", "Nachher", "Begründung",
    "Ereignis", "Kennung",
)  # fmt: skip


class HistoryForm(StrEnum):
    CSV = "csv"
    XDOMEA = "xdomea-3.1.0"

    @property
    def media_type(self) -> str:
        return "text/csv; charset=utf-8" if self is HistoryForm.CSV else "application/xml"

    @property
    def ending(self) -> str:
        return ".csv" if self is HistoryForm.CSV else ".xml"


def write_dossier_history(dossier: Dossier, form: HistoryForm, reader: Actor) -> bytes:
    """The caller checks that the actor may see histories."""
    history = dossier_history(dossier, reader)
    if form is HistoryForm.XDOMEA:
        return write_history(dossier, history)
    return write_table(COLUMNS, (row for told in history for row in _rows(told))).encode()


def _rows(told: Told) -> Iterable[tuple[str, ...]]:
    """One row per field that changed, one for an event that changed none. Offices read their time, courts UTC."""
    local, utc = timezone.localtime(told.at), told.at.astimezone(UTC)
    changes = [(one.label, one.before, one.after) for one in told.changes] or [("", "", "")]
    for change in changes:
        yield (
            str(told.number), f"{local:%d.%m.%Y %H:%M:%S}", utc.isoformat(), told.who, told.what, told.about, *change,
            told.reason, told.name, told.actor,
        )  # fmt: skip
