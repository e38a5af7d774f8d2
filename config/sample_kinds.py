"""A few dossier kinds for a town to begin with, and the plan entries below which they are usual."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from dms.access.actors import Actor, system_setup
from dms.records.fields.changing import fields_change
from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.keeping import kind_create
from dms.records.fields.models import DossierKind
from dms.records.plan.changing import entry_change
from dms.records.plan.models import PlanEntry

SAMPLE_KINDS = Path(__file__).with_suffix(".json")


def kinds_setup() -> None:
    """Where there is no kind yet; what the town made of them stays. Entries that the plan lacks are passed over."""
    if DossierKind.objects.exists():
        return
    with transaction.atomic():
        for told in json.loads(SAMPLE_KINDS.read_text(encoding="utf-8")):
            _set_up(system_setup(), told)


def _set_up(actor: Actor, told: dict[str, Any]) -> None:
    kind = kind_create(actor, told["slug"], {"label": told["label"], "description": told["description"]})
    fields = [
        Field(**{**field, "type": FieldType(field["type"]), "choices": tuple(field.get("choices", ()))})
        for field in told["fields"]
    ]
    fields_change(actor, kind, fields, now=timezone.now())
    for entry in PlanEntry.objects.filter(number__in=told["plan_entries"], dossier_kind=None):
        entry_change(actor, entry, {"dossier_kind": kind})
