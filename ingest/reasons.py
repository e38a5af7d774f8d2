"""Why an item was refused, is stuck or waits, in words that a scanning clerk understands, each with the next step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ReasonText:
    sentence: Promise
    next_step: Promise


class Reason(Enum):
    """The code is stable (API field `reason`, events); the texts are what people read."""

    EMPTY_FILE = "empty_file"
    UNSUPPORTED_FORMAT = "unsupported_format"
    ARCHIVE_FILE = "archive_file"
    DAMAGED_FILE = "damaged_file"
    PASSWORD_NEEDED = "password_needed"  # noqa: S105 - a reason, not a password
    ENCRYPTED_MAIL = "encrypted_mail"
    NO_PAGES = "no_pages"
    NO_TEXT = "no_text"
    PICTURE_TOO_LARGE = "picture_too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_EXPENSIVE = "too_expensive"
    TOO_LARGE_WHEN_UNPACKED = "too_large_when_unpacked"
    MALWARE_FOUND = "malware_found"
    MAIL_AS_VERSION = "mail_as_version"
    FILE_CLOSED = "file_closed"
    ORIGINAL_DAMAGED = "original_damaged"
    UNEXPECTED = "unexpected"

    @property
    def sentence(self) -> Promise:
        return TEXTS[self].sentence

    @property
    def next_step(self) -> Promise:
        return TEXTS[self].next_step


FINAL = frozenset(
    reason.value
    for reason in (
        Reason.EMPTY_FILE,
        Reason.PASSWORD_NEEDED,
        Reason.ENCRYPTED_MAIL,
        Reason.ARCHIVE_FILE,
        Reason.MAIL_AS_VERSION,
    )
)
"""Codes where the bytes alone decide, so that another try leads to the same. A version that unpacks archives takes
theirs out, and those refused before are offered another try again."""


class Delay(Enum):
    """Why an item waits although a step of it is next: something outside is not ready, and it goes on by itself."""

    SCANNER_AWAY = "scanner_away"
    STORE_AWAY = "store_away"
    TRIED_AGAIN = "tried_again"

    @property
    def sentence(self) -> Promise:
        return DELAYS[self].sentence

    @property
    def next_step(self) -> Promise:
        return DELAYS[self].next_step


class FolderReason(Enum):
    """Why a file lies in the watched folder and is not taken in, or not removed."""

    INCOMPLETE = "incomplete"
    TAKEN_INCOMPLETE = "taken_incomplete"
    NAMED_UNFINISHED = "named_unfinished"
    HELD_OPEN = "held_open"
    UNREADABLE = "unreadable"
    FOLDER_UNREADABLE = "folder_unreadable"
    NOT_STORED = "not_stored"
    NOT_REMOVABLE = "not_removable"

    @property
    def sentence(self) -> Promise:
        return FOLDER[self].sentence

    @property
    def next_step(self) -> Promise:
        return FOLDER[self].next_step


TEXTS: dict[Reason, ReasonText] = {
    Reason.EMPTY_FILE: ReasonText(
        _("Die Datei ist leer (0 Byte)."),
        _("Bitte noch einmal scannen oder den Absender um die Datei bitten."),
    ),
    Reason.UNSUPPORTED_FORMAT: ReasonText(
        _("Dieses Dateiformat kann noch nicht gelesen werden."),
        _(
            "Das Original ist aufbewahrt und kann geladen werden. Lässt es sich öffnen, bitte von dort als PDF "
            "speichern oder drucken und das PDF einreichen."
        ),
    ),
    Reason.ARCHIVE_FILE: ReasonText(
        _("Dem Inhalt nach ist das ein gepacktes Archiv (ZIP oder ähnlich) und kein einzelnes Dokument."),
        _("Bitte auspacken und die Dateien daraus einzeln einreichen. Das Original ist aufbewahrt."),
    ),
    Reason.DAMAGED_FILE: ReasonText(
        _("Die Datei ist beschädigt und lässt sich nicht öffnen."),
        _("Bitte noch einmal scannen oder den Absender um eine neue Datei bitten."),
    ),
    Reason.PASSWORD_NEEDED: ReasonText(
        _("Die Datei ist mit einem Kennwort geschützt."),
        _("Bitte den Absender um eine Fassung ohne Kennwort bitten."),
    ),
    Reason.ENCRYPTED_MAIL: ReasonText(
        _("Die E-Mail ist verschlüsselt."),
        _("Bitte im Postfach entschlüsseln und als Datei einreichen, oder den Absender um Klartext bitten."),
    ),
    Reason.NO_PAGES: ReasonText(
        _("In der Datei ist keine einzige Seite zu finden."),
        _("Bitte noch einmal scannen oder den Absender um eine neue Datei bitten."),
    ),
    Reason.NO_TEXT: ReasonText(
        _("Auf keiner Seite wurde Text gefunden."),
        _("Bitte ansehen: Ist es ein Foto oder Plan, „So übernehmen“ wählen; ist die Seite leer, noch einmal scannen."),
    ),
    Reason.PICTURE_TOO_LARGE: ReasonText(
        _("Ein Bild in der Datei ist zu groß, um es sicher zu öffnen."),
        _("Bitte mit höchstens 600 dpi und höchstens Größe A0 noch einmal scannen."),
    ),
    Reason.TOO_MANY_PAGES: ReasonText(
        _("Die Datei hat zu viele Seiten für einen Eingang."),
        _("Bitte in mehrere Dateien aufteilen."),
    ),
    Reason.TOO_EXPENSIVE: ReasonText(
        _("Die Datei braucht zu viel Zeit oder Speicher und wurde angehalten."),
        _("Bitte noch einmal scannen oder als neue PDF-Datei speichern und wieder einreichen."),
    ),
    Reason.TOO_LARGE_WHEN_UNPACKED: ReasonText(
        _("Die Anhänge sind zusammen zu groß."),
        _("Bitte die Anhänge einzeln einreichen."),
    ),
    Reason.MALWARE_FOUND: ReasonText(
        _("Der Virenscanner hat Schadsoftware gefunden."),
        _("Bitte nicht öffnen und die IT-Sicherheit verständigen."),
    ),
    Reason.MAIL_AS_VERSION: ReasonText(
        _("Eine E-Mail mit ihren Anlagen kann nicht die neue Version eines Dokuments sein."),
        _("Bitte die Anlage, um die es geht, einzeln einreichen, oder die E-Mail als neuen Eingang."),
    ),
    Reason.FILE_CLOSED: ReasonText(
        _("Die Akte oder der Vorgang wurde abgeschlossen, bevor die Datei gelesen war."),
        _("Bitte wieder öffnen lassen (Registratur) und dann „Noch einmal versuchen“ wählen."),
    ),
    Reason.ORIGINAL_DAMAGED: ReasonText(
        _("Die gespeicherten Bytes stimmen nicht mehr mit der Prüfsumme vom Eingang überein."),
        _("Bitte sofort die IT verständigen; die Datei aus der Sicherung wiederherstellen."),
    ),
    Reason.UNEXPECTED: ReasonText(
        _("Bei der Verarbeitung ist ein unerwarteter Fehler aufgetreten."),
        _("Bitte „Noch einmal versuchen“ wählen; hilft das nicht, die IT mit der Nummer des Eingangs verständigen."),
    ),
}

DELAYS: dict[Delay, ReasonText] = {
    Delay.SCANNER_AWAY: ReasonText(
        _("Der Virenscanner antwortet nicht."),
        _("Der Eingang wartet und wird jede Minute wieder versucht. Bleibt das so, bitte die IT verständigen."),
    ),
    Delay.STORE_AWAY: ReasonText(
        _("Der Speicher antwortet nicht oder ist voll."),
        _("Der Eingang wartet und wird von selbst wieder versucht. Bleibt das so, bitte die IT verständigen."),
    ),
    Delay.TRIED_AGAIN: ReasonText(
        _("Beim letzten Versuch gab es einen Fehler."),
        _("Es wird gleich von selbst noch einmal versucht."),
    ),
}
FOLDER: dict[FolderReason, ReasonText] = {
    FolderReason.INCOMPLETE: ReasonText(
        _("Das Ende der Datei fehlt noch; es wird auf den Rest gewartet."),
        _("Kommt nichts mehr, bitte noch einmal scannen."),
    ),
    FolderReason.TAKEN_INCOMPLETE: ReasonText(
        _("Das Ende der Datei fehlt; sie ist so angenommen, wie sie ist."),
        _("Bitte noch einmal scannen. Wächst die Datei doch noch, wird sie ganz und als neuer Eingang angenommen."),
    ),
    FolderReason.NAMED_UNFINISHED: ReasonText(
        _("Der Name sagt, dass die Übertragung nicht fertig ist; die Datei ist nicht angenommen."),
        _("Bitte noch einmal scannen, oder die Datei umbenennen, falls sie vollständig ist."),
    ),
    FolderReason.HELD_OPEN: ReasonText(
        _("Ein Programm hat die Datei seit mehr als einer Stunde zum Schreiben geöffnet; sie ist nicht angenommen."),
        _("Bitte den Scanner oder das Programm neu starten."),
    ),
    FolderReason.UNREADABLE: ReasonText(
        _("Die Datei kann nicht gelesen werden und ist nicht angenommen."),
        _("Es wird jede Minute wieder versucht. Bleibt das so, bitte die IT die Rechte an der Datei prüfen lassen."),
    ),
    FolderReason.FOLDER_UNREADABLE: ReasonText(
        _("Der Ordner kann nicht gelesen werden; was darin liegt, wird nicht angenommen."),
        _("Bitte die IT die Rechte am Ordner prüfen lassen."),
    ),
    FolderReason.NOT_STORED: ReasonText(
        _("Die Datei ließ sich nicht sicher speichern und bleibt deshalb im Ordner."),
        _("Es wird jede Minute wieder versucht. Bleibt das so, bitte die IT verständigen."),
    ),
    FolderReason.NOT_REMOVABLE: ReasonText(
        _("Die Datei ist angenommen, lässt sich aber nicht aus dem Ordner entfernen."),
        _("Sie wird nicht noch einmal angenommen. Bitte die IT die Rechte am Ordner prüfen lassen."),
    ),
}
