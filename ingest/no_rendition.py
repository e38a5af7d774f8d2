"""Why a document has no PDF/A beside its original, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NO_RENDITION: dict[str, Promise] = {
    "signed": _("Keine PDF/A-Fassung: Eine Umwandlung würde die elektronische Signatur zerstören."),
    "encrypted": _("Keine PDF/A-Fassung: Die Datei ist verschlüsselt oder gegen Änderungen geschützt."),
    "tagged": _("Keine PDF/A-Fassung: Eine Umwandlung würde die Barrierefreiheit der Datei beschädigen."),
    "born_digital": _("Keine PDF/A-Fassung nötig: Das Original enthält seinen Text schon."),
    "not_a_document": _("Keine PDF/A-Fassung: Die Datei hat keine Seiten."),
    "not_archivable": _("Keine PDF/A-Fassung: Die Datei lässt sich nicht nach der Norm umwandeln."),
}
"""By the code of `ingest.facts.RenderedPart`."""
