"""Dossiers, cases, and every reference number that was ever given to one of them."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.access.levels import Level
from dms.access.models import Scope
from dms.audit.lifecycle import Lifecycle
from dms.audit.models import Recorded
from dms.records.dossiers.queries import CaseQuerySet, DossierQuerySet
from dms.records.fields.models import DossierKind, FieldVersion
from dms.records.plan.models import PlanEntry
from dms.records.protection.sensitivity import SensitiveClass

LONGEST_REFERENCE = 80


class Medium(models.TextChoices):
    """xdomea: Medium 001, 002, 003."""

    ELECTRONIC = "electronic", _("elektronisch")
    HYBRID = "hybrid", _("zum Teil Papier")
    PAPER = "paper", _("Papier")


class FileState(models.TextChoices):
    """Of a dossier and of a case alike."""

    OPEN = "open", _("offen")
    CLOSED = "closed", _("abgeschlossen (z. d. A.)")


class DossierVerb(StrEnum):
    DESCRIBE = "describe"
    OPEN_CASE = "open_case"
    FILE = "file"
    """A document comes in or goes out."""
    RENUMBER = "renumber"
    """It belongs to another task and gets a number there; the former one stays known."""
    USE_NUMBER = "use_number"
    """Its number stands in a letter that left the house, and so never changes again."""
    CLOSE = "close"
    AMEND = "amend"
    """The registry puts a description right after closing."""
    REOPEN = "reopen"


class CaseVerb(StrEnum):
    DESCRIBE = "describe"
    FILE = "file"
    MOVE = "move"
    """It goes into another dossier, with all that lies in it."""
    CLOSE = "close"
    REOPEN = "reopen"


class Dossier(Recorded):
    """What belongs together for one subject below one task. Its events, and those of all in it, are one chain."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan_entry = models.ForeignKey(PlanEntry, models.PROTECT, related_name="dossiers")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.OPEN, db_default=Level.OPEN)
    """How secret it is, and at least all that lies in it (`dms.records.protection.levels`)."""
    sensitive = models.CharField(max_length=20, choices=SensitiveClass, blank=True, default="", db_default="")
    """Why each reading is noted; empty: as the plan entries above say (`dms.records.protection.sensitivity`)."""
    asks_purpose = models.BooleanField(default=False, db_default=False)
    reference_number = models.CharField(max_length=LONGEST_REFERENCE, unique=True)
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    medium = models.CharField(max_length=20, choices=Medium, default=Medium.ELECTRONIC)
    location = models.CharField(max_length=200, blank=True)
    """Where the paper stands; only of what is paper at least in part."""
    kind = models.ForeignKey(DossierKind, models.PROTECT, null=True, related_name="dossiers")
    field_version = models.ForeignKey(FieldVersion, models.PROTECT, null=True, related_name="+")
    """The fields that `field_values` are under (`dms.records.fields.filling`)."""
    field_values = models.JSONField(default=dict)
    former_values = models.JSONField(default=list)
    field_words = models.TextField(blank=True)
    """The values as people read them, to be searched; made from the two above."""
    field_parties = ArrayField(models.UUIDField(), default=list)
    """The parties to which its values lead, as entered; made from the values."""
    state = models.CharField(max_length=20, choices=FileState, default=FileState.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    used_outside_at = models.DateTimeField(null=True)

    objects = DossierQuerySet.as_manager()  # type: ignore[misc]
    lifecycle = Lifecycle(
        {
            (FileState.OPEN, DossierVerb.DESCRIBE): FileState.OPEN,
            (FileState.OPEN, DossierVerb.OPEN_CASE): FileState.OPEN,
            (FileState.OPEN, DossierVerb.FILE): FileState.OPEN,
            (FileState.OPEN, DossierVerb.RENUMBER): FileState.OPEN,
            (FileState.OPEN, DossierVerb.USE_NUMBER): FileState.OPEN,
            (FileState.OPEN, DossierVerb.CLOSE): FileState.CLOSED,
            (FileState.CLOSED, DossierVerb.AMEND): FileState.CLOSED,
            (FileState.CLOSED, DossierVerb.REOPEN): FileState.OPEN,
        }
    )
    audited_fields: ClassVar[tuple[str, ...]] = (
        "plan_entry_id", "scope_id", "level", "sensitive", "asks_purpose", "reference_number", "title", "description",
        "medium", "location", "kind_id", "field_version_id", "field_values", "former_values", "state", "opened_at",
        "closed_at", "used_outside_at",
    )  # fmt: skip

    class Meta:
        ordering = ["-opened_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="dossier_has_a_title"),
            models.CheckConstraint(condition=Q(state__in=FileState.values), name="dossier_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=FileState.CLOSED, closed_at__isnull=False)
                | Q(state=FileState.OPEN, closed_at__isnull=True),
                name="dossier_closed_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(medium__in=Medium.values) & (~Q(medium=Medium.ELECTRONIC) | Q(location="")),
                name="dossier_paper_has_a_place",
            ),
            models.CheckConstraint(
                condition=Q(field_version__isnull=False) | Q(field_values={}), name="dossier_values_have_fields"
            ),
        ]
        indexes = [
            models.Index(fields=["scope", "-opened_at", "id"], name="dossier_list"),
            models.Index(fields=["kind", "scope", "-opened_at", "id"], name="dossier_list_of_kind"),
            GinIndex(fields=["field_values"], opclasses=["jsonb_path_ops"], name="dossier_field_values"),
            models.Index(fields=["scope"], condition=~Q(field_parties=[]), name="dossier_names_somebody"),
            GinIndex(fields=["field_parties"], name="dossier_field_parties"),
        ]

    def __str__(self) -> str:
        return f"{self.reference_number} {self.title}"

    @property
    def chain(self) -> str:
        return f"dossier:{self.pk}"


class Case(Recorded):
    """One matter within a dossier: the unit in which people work (Vorgang). Rights are those of its dossier."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="cases")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.OPEN, db_default=Level.OPEN)
    """That of its dossier."""
    volume = models.ForeignKey("records.Volume", models.PROTECT, null=True, related_name="cases")
    reference_number = models.CharField(max_length=LONGEST_REFERENCE, unique=True)
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=FileState, default=FileState.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = CaseQuerySet.as_manager()  # type: ignore[misc]
    lifecycle = Lifecycle(
        {
            (FileState.OPEN, CaseVerb.DESCRIBE): FileState.OPEN,
            (FileState.OPEN, CaseVerb.FILE): FileState.OPEN,
            (FileState.OPEN, CaseVerb.MOVE): FileState.OPEN,
            (FileState.OPEN, CaseVerb.CLOSE): FileState.CLOSED,
            (FileState.CLOSED, CaseVerb.REOPEN): FileState.OPEN,
        }
    )
    audited_fields: ClassVar[tuple[str, ...]] = (
        "dossier_id", "scope_id", "level", "volume_id", "reference_number", "title", "description", "state",
        "opened_at", "closed_at",
    )  # fmt: skip

    class Meta:
        ordering = ["opened_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="case_has_a_title"),
            models.CheckConstraint(condition=Q(state__in=FileState.values), name="case_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=FileState.CLOSED, closed_at__isnull=False)
                | Q(state=FileState.OPEN, closed_at__isnull=True),
                name="case_closed_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference_number} {self.title}"

    @property
    def chain(self) -> str:
        return f"dossier:{self.dossier_id}"


class ReferenceNumber(Recorded):
    """A number that was given, to a dossier or to a case. It is never given again, also when they bear another now.

    `number` runs without a gap within `counter` (`dms.records.dossiers.numbering`).
    """

    text = models.CharField(primary_key=True, max_length=LONGEST_REFERENCE)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="reference_numbers")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="reference_numbers")
    counter = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    given_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    audited_fields: ClassVar[tuple[str, ...]] = (
        "dossier_id",
        "case_id",
        "counter",
        "number",
        "given_at",
        "replaced_at",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__gt=0), name="reference_numbers_begin_at_one"),
            models.UniqueConstraint(
                fields=["counter", "number"], condition=Q(replaced_at__isnull=True), name="reference_counted_once"
            ),
        ]
        indexes = [models.Index(fields=["counter", "-number"], name="reference_last")]
