"""The fields of a plan entry in words of the office."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Promise] = {
    "title": _("Titel"),
    "parent": _("Übergeordnet"),
    "description": _("Beschreibung"),
    "valid_from": _("Gültig von"),
    "valid_to": _("Gültig bis"),
    "retired": _("Stand"),
    "retention": _("Aufbewahrung"),
}


def field_label(name: str) -> str:
    return str(LABELS.get(name, name))
