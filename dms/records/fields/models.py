"""Kinds of dossiers, and the sets of fields of each kind of dossier or document, version after version."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.audit.models import Recorded
from dms.records.fields.definitions import Field
from dms.records.order import german

CHAIN = "kinds"
"""Kinds and their fields hold for the whole town, so their events are one chain."""


class KindState(models.TextChoices):
    ACTIVE = "active", _("aktiv")
    RETIRED = "retired", _("stillgelegt")


class DossierKind(Recorded):
    """What dossiers of one sort have in common (Aktenart), such as a building file or a personnel file."""

    slug = models.SlugField(primary_key=True, max_length=40)
    label = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=20, choices=KindState, default=KindState.ACTIVE)

    audited_fields = ("label", "description", "state")

    class Meta:
        ordering = [german("label"), "slug"]
        constraints = [
            models.UniqueConstraint(fields=["label"], name="dossier_kind_label_once"),
            models.CheckConstraint(condition=~Q(label=""), name="dossier_kind_has_a_label"),
            models.CheckConstraint(condition=Q(state__in=KindState.values), name="dossier_kind_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def chain(self) -> str:
        return CHAIN


class FieldVersion(Recorded):
    """The fields of a kind from one moment on, never changed: values stay readable under the version they came by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier_kind = models.ForeignKey(DossierKind, models.PROTECT, null=True, related_name="field_versions")
    document_kind = models.ForeignKey("records.DocumentKind", models.PROTECT, null=True, related_name="field_versions")
    number = models.PositiveIntegerField()
    stored_fields = models.JSONField(default=list)
    """`Field.to_json()` of each, in the order in which they are asked."""
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True)

    audited_fields: ClassVar[tuple[str, ...]] = (
        "dossier_kind_id", "document_kind_id", "number", "stored_fields", "made_at", "made_by", "reason",
    )  # fmt: skip

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dossier_kind__isnull=True) ^ Q(document_kind__isnull=True), name="fields_of_one_kind"
            ),
            models.UniqueConstraint(fields=["dossier_kind", "number"], name="dossier_field_version_once"),
            models.UniqueConstraint(fields=["document_kind", "number"], name="document_field_version_once"),
        ]

    @property
    def chain(self) -> str:
        return CHAIN

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All of them, retired ones too."""
        return tuple(Field.from_json(stored) for stored in self.stored_fields)

    @property
    def asked(self) -> tuple[Field, ...]:
        """Those that people fill in."""
        return tuple(field for field in self.fields if not field.retired)

    def field(self, key: str) -> Field | None:
        return next((field for field in self.fields if field.key == key), None)
