"""Why a document has no PDF/A beside its original, or with what difference, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ingest.reading.refusal import Refusal

NO_RENDITION = {
    "signed": _("Keine PDF/A-Fassung: Eine Umwandlung würde die elektronische Signatur zerstören."),
    "encrypted": _("Keine PDF/A-Fassung: Die Datei ist verschlüsselt oder gegen Änderungen geschützt."),
    "tagged": _("Keine PDF/A-Fassung: Eine Umwandlung würde die Barrierefreiheit der Datei beschädigen."),
    "born_digital": _("Keine PDF/A-Fassung: Bei der Aufnahme wurde für Dateien mit eigenem Text noch keine erstellt."),
    "not_a_document": _("Keine PDF/A-Fassung: Die Datei hat keine Seiten."),
    "too_expensive": _("Keine PDF/A-Fassung: Die Umwandlung brauchte zu viel Zeit oder Speicher und wurde angehalten."),
    "damaged": _("Keine PDF/A-Fassung: Die Datei ist beschädigt und konnte nicht in PDF/A überführt werden."),
    Refusal.EMBEDDED_FILES: _(
        "Keine PDF/A-Fassung: In der Datei stecken weitere Dateien (etwa die Daten einer E-Rechnung), die PDF/A-2 "
        "nicht erlaubt und die nicht verloren gehen sollen."
    ),
    Refusal.FORM: _(
        "Keine PDF/A-Fassung: Die Datei ist ein Formular, dessen Seiten erst das Leseprogramm erzeugt (XFA)."
    ),
    Refusal.FONT_NOT_EMBEDDED: _(
        "Keine PDF/A-Fassung: Die Datei konnte nicht in PDF/A überführt werden, weil Schriften nicht eingebettet sind: "
        "{detail}."
    ),
    Refusal.FONT_DAMAGED: _(
        "Keine PDF/A-Fassung: Die Datei konnte nicht in PDF/A überführt werden, weil eine eingebettete Schrift "
        "fehlerhaft ist oder nicht sicher geprüft werden kann."
    ),
    Refusal.LAYERS: _(
        "Keine PDF/A-Fassung: Die Datei hat Ebenen zum Ein- und Ausblenden und konnte nicht sicher überführt werden."
    ),
    Refusal.COLOURS: _(
        "Keine PDF/A-Fassung: Die Datei hat Farben, Muster oder Durchscheinendes, für die nicht sicher ist, dass sie "
        "der Norm genügen."
    ),
    Refusal.PICTURE_CODING: _(
        "Keine PDF/A-Fassung: Ein Bild ist so gespeichert, dass nicht sicher ist, ob es der Norm genügt."
    ),
    Refusal.ACTIVE_CONTENT: _(
        "Keine PDF/A-Fassung: Die Datei enthält Skripte, Filme oder Ähnliches, die PDF/A nicht erlaubt."
    ),
    Refusal.TEXT_WOULD_CHANGE: _(
        "Keine PDF/A-Fassung: Auf Seite {detail} sähe der Text danach anders aus als im Original."
    ),
    Refusal.NOT_ARCHIVABLE: _(
        "Keine PDF/A-Fassung: Die Datei konnte nicht in PDF/A überführt werden; die Prüfung beanstandet {detail}."
    ),
}
"""By the code of `ingest.facts.RenderedPart`."""
OTHER_FONTS = _("PDF/A-Fassung mit Ersatzschrift gleicher Breite: Im Original ist nicht eingebettet: {detail}.")
UNKNOWN_DETAIL = _("Einzelheiten unbekannt")


def no_rendition_sentence(code: str, detail: str) -> Promise | str:
    """`detail` as `ingest.facts.RenderedPart` has it. A code of another version of the product stands for itself."""
    return format_lazy(NO_RENDITION[code], detail=detail or UNKNOWN_DETAIL) if code in NO_RENDITION else code


def other_fonts_sentence(fonts: str) -> Promise:
    return format_lazy(OTHER_FONTS, detail=fonts)
