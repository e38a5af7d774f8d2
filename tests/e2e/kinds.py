"""A kind of dossiers with a field of each type.

Read before Django is ready, so whatever needs models is imported where it is used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dms.records.models import Dossier


def give_kind(dossier: Dossier) -> Dossier:
    """With a field of each type, filled in, and one that was retired since."""
    from django.utils import timezone

    from dms.access.actors import actor_for, system_setup
    from dms.access.models import User
    from dms.records.dossiers.keeping import dossier_describe
    from dms.records.fields.changing import fields_change
    from dms.records.fields.definitions import Field, FieldType
    from dms.records.fields.filling import Entered
    from dms.records.fields.keeping import kind_create

    kind = kind_create(system_setup(), "building", {"label": "Bauakte", "description": "Ein Bauvorhaben"})
    choices = ("neu", "fertig")
    fields = [
        Field(one.value, str(one.label), one, help="Steht im Antrag.", mandatory=one is FieldType.TEXT,
              choices=choices if one is FieldType.CHOICE else ())
        for one in FieldType
    ]  # fmt: skip
    fields_change(system_setup(), kind, fields, now=timezone.now())
    said = {"text": "Lindenweg 4", "long_text": "Anbau\nund Garage", "amount": "1.234,56", "date": "31.12.2026"}
    clerk = actor_for(User.objects.get(username="clerk"))
    dossier_describe(clerk, dossier, {"kind": kind, "fields": Entered({**said, "choice": "neu"}, typed=True)})
    retired = [replace(one, retired=one.type == FieldType.CHOICE) for one in fields]
    fields_change(system_setup(), kind, retired, now=timezone.now(), reason="Wird nicht mehr gebraucht")
    return dossier
