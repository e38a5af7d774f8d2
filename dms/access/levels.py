"""How secret a thing is (Vertraulichkeit), and so how far a person has to be cleared to know that it exists."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """In rising order, as they are compared. xdomea: `Vertraulichkeitsstufe`."""

    OPEN = 0, _("offen")
    RESTRICTED = 1, _("VS – Nur für den Dienstgebrauch")
    CONFIDENTIAL = 2, _("VS – Vertraulich")
    SECRET = 3, _("Geheim")
    TOP_SECRET = 4, _("Streng geheim")


HIGHEST = Level.TOP_SECRET
XDOMEA_CODES = {
    Level.SECRET: "001",
    Level.RESTRICTED: "002",
    Level.OPEN: "003",
    Level.TOP_SECRET: "004",
    Level.CONFIDENTIAL: "005",
}
"""Of the code list `Vertraulichkeitsstufe`, whose numbers do not rise with the secrecy."""
NAMES = {
    Level.OPEN: "open",
    Level.RESTRICTED: "restricted",
    Level.CONFIDENTIAL: "confidential",
    Level.SECRET: "secret",
    Level.TOP_SECRET: "top_secret",
}
"""As REST and the command line say them."""

LEVEL_NAMES = list(NAMES.values())
CLEARED_NAMES = LEVEL_NAMES[1:]
"""What somebody can be cleared for: what is open needs no clearance."""


def level_named(name: str) -> Level:
    """Raises KeyError."""
    return {name: level for level, name in NAMES.items()}[name]
