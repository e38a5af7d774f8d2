"""The classes of records whose every reading has to be answered for, and which of them a dossier belongs to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext_lazy as _


class SensitiveClass(models.TextChoices):
    PERSONNEL = "personnel", _("Personalakten")
    SOCIAL = "social", _("Sozialdaten (§ 67 SGB X)")
    HEALTH = "health", _("Gesundheit (Art. 9 DSGVO)")
    ADOPTION = "adoption", _("Adoption")
    SPECIAL = "special", _("andere besondere Kategorie (Art. 9 DSGVO)")


@dataclass(frozen=True, slots=True)
class Protection:
    """Reading is noted; with `asks_purpose` nobody reads who has not said what for."""

    sensitive: SensitiveClass
    asks_purpose: bool


_MARKS = """
SELECT d.id, d.sensitive, d.asks_purpose, e.sensitive, coalesce(e.asks_purpose, false)
FROM records_dossier d JOIN records_planentry own ON own.id = d.plan_entry_id
LEFT JOIN records_planentry e ON e.id = ANY(own.ancestors || own.id) AND e.sensitive <> ''
WHERE d.id = ANY(%s) AND (d.sensitive <> '' OR e.id IS NOT NULL)
ORDER BY cardinality(e.ancestors) DESC NULLS LAST
"""
"""The nearest entry first."""


def protections(dossiers: Collection[UUID]) -> dict[UUID, Protection]:
    """Of those among them that are protected, by one query. The class is the dossier's own, else that of the nearest
    entry above; what asks for a purpose anywhere above does so below."""
    if not dossiers:
        return {}
    found: dict[UUID, Protection] = {}
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [list(dossiers)])
        for key, own, own_asks, above, above_asks in cursor.fetchall():
            before = found.get(key)
            named = before.sensitive if before else SensitiveClass(own or above)
            found[key] = Protection(named, own_asks or above_asks or (before is not None and before.asks_purpose))
    return found
