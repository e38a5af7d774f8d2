"""The order of lists that people read: as German dictionaries have it, and numbers by what they count.

DIN 5007-1: ä stands with a and ß with ss, capitals with small letters. "Haus 2" comes before "Haus 10". The database is
set up for none of this (C.UTF-8, for speed and the same index everywhere), so a list asks for it.
"""

from __future__ import annotations

import re
import unicodedata

from django.db.models.functions import Collate

COLLATION = "registratur_german"
"""Made by a migration: ICU `de-u-kn-true`."""


def german(field: str) -> Collate:
    """To order a query by."""
    return Collate(field, COLLATION)


def german_key(text: str) -> tuple[tuple[bool, int, str], ...]:
    """To sort by in memory, the same way."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    parts = re.findall(r"[0-9]+|[^0-9]+", plain)
    return tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)
