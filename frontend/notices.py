"""What a clerk should know about a document before relying on it, in plain words: signature, malware, gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dms.adapters.no_scanner import NO_SCANNER
from dms.ports import ScanVerdict
from dms.records.documents.versions import is_former
from dms.records.models import Document, DocumentVersion, TextState
from ingest.models import InboxItem, StepRun
from ingest.no_rendition import no_rendition_sentence, other_fonts_sentence
from ingest.reasons import Reason
from ingest.steps.names import StepName


class Tone(StrEnum):
    """How loud it is; also the name of its style and icon."""

    GOOD = "good"
    INFO = "info"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Notice:
    tone: Tone
    text: Promise | str
    advice: Promise | str = ""


SCANNED: dict[str, Notice] = {
    ScanVerdict.CLEAN: Notice(Tone.GOOD, _("Der Virenscanner hat nichts gefunden.")),
    ScanVerdict.INFECTED: Notice(
        Tone.DANGER, _("Der Virenscanner hat Schadsoftware gefunden."), _("Bitte nicht öffnen und die IT verständigen.")
    ),
}
NOT_SCANNED = _("Nicht auf Schadsoftware geprüft.")


def notices_of(document: Document, version: DocumentVersion) -> Iterator[Notice]:
    """The gravest first."""
    scanned = SCANNED.get(version.malware) or _not_scanned(version)
    about_text = () if is_former(version) else _about_text(document)
    found = [*_about_intake(version), *about_text, scanned, *_about_file(version)]
    loudest = [Tone.DANGER, Tone.WARNING, Tone.INFO, Tone.GOOD]
    yield from sorted(found, key=lambda notice: loudest.index(notice.tone))


def _not_scanned(version: DocumentVersion) -> Notice:
    """What the scanner said when the file came in, in its own words; without a scanner nobody said anything."""
    runs = StepRun.objects.filter(item_id=version.came_by, step=StepName.CHECK_MALWARE)
    said = (runs.values_list("facts", flat=True).first() or {}).get("detail", "")
    if not said:
        return Notice(Tone.WARNING, NOT_SCANNED)
    if said == NO_SCANNER:
        return Notice(Tone.WARNING, NOT_SCANNED, _("Als die Datei kam, war kein Virenscanner eingerichtet."))
    return Notice(
        Tone.WARNING,
        NOT_SCANNED,
        gettext("Der Virenscanner hat sie nicht durchsucht und meldete: „{why}“").format(why=said),
    )


def _about_intake(version: DocumentVersion) -> Iterator[Notice]:
    if InboxItem.objects.filter(pk=version.came_by, incomplete=True).exists():
        yield Notice(
            Tone.WARNING,
            _("Das Ende der Datei fehlte, als sie angenommen wurde; es können Seiten fehlen."),
            _("Bitte mit dem Papier vergleichen und nötigenfalls noch einmal scannen."),
        )


def _about_text(document: Document) -> Iterator[Notice]:
    reason = next((reason for reason in Reason if reason.value == document.problem), None)
    if reason is not None:
        yield Notice(Tone.WARNING, reason.sentence, reason.next_step)
    elif document.text_state == TextState.NONE:
        yield Notice(
            Tone.INFO, _("Auf keiner Seite steht Text; gefunden wird das Dokument nur über Titel und Absender.")
        )
    elif document.text_state == TextState.PARTLY:
        yield Notice(Tone.WARNING, _("Nicht alle Seiten konnten gelesen werden; ihr Text wird nicht gefunden."))


def _about_file(version: DocumentVersion) -> Iterator[Notice]:
    if version.signed:
        yield Notice(
            Tone.INFO,
            _("Elektronisch signiert."),
            _("Das Original bleibt unverändert. Ob die Signatur gültig ist, wurde hier nicht geprüft."),
        )
    if version.encrypted:
        yield Notice(Tone.INFO, _("Gegen Änderungen geschützt (verschlüsseltes PDF)."))
    if version.tagged:
        yield Notice(Tone.INFO, _("Barrierefrei ausgezeichnet (getaggtes PDF)."))
    if version.no_rendition:
        yield Notice(Tone.INFO, no_rendition_sentence(version.no_rendition, version.rendition_detail))
    elif version.rendition_detail:
        yield Notice(Tone.INFO, other_fonts_sentence(version.rendition_detail))
