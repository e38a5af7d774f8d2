"""The status page: which part works, and where one does not, what that means and what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dms.health import Grade, Part
from frontend.health import conditions

NAMES: dict[Part, Promise] = {
    Part.DATABASE: _("Datenbank"),
    Part.OBJECT_STORE: _("Dokumentenspeicher"),
    Part.SEARCH: _("Suche"),
    Part.BROKER: _("Warteschlange"),
    Part.WORKERS: _("Verarbeitung der Post"),
    Part.MALWARE_SCANNER: _("Virenscanner"),
}
GRADES: dict[Grade, Promise] = {
    Grade.WELL: _("in Ordnung"),
    Grade.OFF: _("nicht eingerichtet"),
    Grade.BUSY: _("arbeitet"),
    Grade.SLOW: _("langsam"),
    Grade.AWAY: _("gestört"),
}
ICONS = {
    Grade.WELL: "check-circle",
    Grade.OFF: "info-circle",
    Grade.BUSY: "hourglass-split",
    Grade.SLOW: "hourglass-split",
    Grade.AWAY: "exclamation-triangle",
}


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Asks every few seconds for its own rows alone (`?rows`)."""
    found = conditions()
    context = {
        "nav": "status",
        "rows": [(c, NAMES[c.part], GRADES[c.grade], ICONS[c.grade]) for c in found],
        "troubled": sum(c.grade is Grade.AWAY for c in found),
        "slow": sum(c.grade is Grade.SLOW for c in found),
        "asked_at": timezone.now(),
    }
    return render(request, f"frontend/status{'_rows' if 'rows' in request.GET else ''}.html", context)
