"""The file plan and its entries, with what must never be as constraints of the database."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dms.access.models import Scope
from dms.audit.lifecycle import Lifecycle
from dms.audit.models import Recorded
from dms.records.plan.numbers import LONGEST_NUMBER
from dms.records.plan.queries import FilePlanQuerySet, PlanEntryQuerySet
from dms.records.plan.retention import Appraisal, Confidence, Keeping, Retention, Unit
from dms.records.protection.sensitivity import SensitiveClass


class FilePlan(Recorded):
    """One edition of the order. Only who may change the plan in its scope changes it, and every change is told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    version = models.CharField(max_length=40)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    objects = FilePlanQuerySet.as_manager()  # type: ignore[misc]
    audited_fields = ("scope_id", "name", "version", "valid_from", "valid_to")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="file_plan_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> str:
        """Of the plan and all its entries: they are proven, exported and read together."""
        return f"plan:{self.pk}"


class EntryState(models.TextChoices):
    ACTIVE = "active", _("aktiv")
    RETIRED = "retired", _("stillgelegt")


class EntryVerb(StrEnum):
    CHANGE = "change"
    ADD = "add"
    """Something new is put below it."""
    MOVE = "move"
    RETIRE = "retire"


class PlanEntry(Recorded):
    """A task of the town (Aktenplaneintrag). Its number is its name for good: never changed, never given again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(FilePlan, models.PROTECT, related_name="entries")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    ancestors = ArrayField(models.UUIDField(), default=list)
    """From the main group down to the parent; kept by `dms.records.plan.changing` alone, checked by a trigger."""
    number = models.CharField(max_length=LONGEST_NUMBER)
    order_key = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=EntryState, default=EntryState.ACTIVE)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    dossier_kind = models.ForeignKey("records.DossierKind", models.PROTECT, null=True, related_name="plan_entries")
    """The kind that dossiers opened below begin with; none: that of the entry above."""
    keeping = models.CharField(max_length=20, choices=Keeping, default=Keeping.UNSET)
    keeping_length = models.PositiveIntegerField(null=True)
    keeping_unit = models.CharField(max_length=10, choices=Unit, blank=True)
    keeping_start = models.CharField(max_length=300, blank=True)
    keeping_note = models.CharField(max_length=500, blank=True)
    appraisal = models.CharField(max_length=20, choices=Appraisal, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=20, choices=Confidence, blank=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    sensitive = models.CharField(max_length=20, choices=SensitiveClass, blank=True, default="", db_default="")
    """Why each reading of what lies below is noted (`dms.records.protection.sensitivity`)."""
    asks_purpose = models.BooleanField(default=False, db_default=False)

    objects = PlanEntryQuerySet.as_manager()  # type: ignore[misc]
    lifecycle = Lifecycle(
        {
            (EntryState.ACTIVE, EntryVerb.CHANGE): EntryState.ACTIVE,
            (EntryState.ACTIVE, EntryVerb.ADD): EntryState.ACTIVE,
            (EntryState.ACTIVE, EntryVerb.MOVE): EntryState.ACTIVE,
            (EntryState.ACTIVE, EntryVerb.RETIRE): EntryState.RETIRED,
        }
    )
    audited_fields: ClassVar[tuple[str, ...]] = (
        "plan_id", "scope_id", "parent_id", "ancestors", "number", "title", "description", "state", "valid_from",
        "valid_to", "dossier_kind_id", "keeping", "keeping_length", "keeping_unit", "keeping_start", "keeping_note",
        "appraisal", "legal_basis", "confidence", "reviewed_by", "sensitive", "asks_purpose",
    )  # fmt: skip

    class Meta:
        ordering = ["order_key", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_number_once"),
            models.CheckConstraint(condition=~Q(number=""), name="plan_entry_has_a_number"),
            models.CheckConstraint(condition=~Q(title=""), name="plan_entry_has_a_title"),
            models.CheckConstraint(condition=Q(state__in=EntryState.values), name="plan_entry_state_is_known"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="plan_entry_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(keeping=Keeping.PERIOD, keeping_length__gt=0, keeping_unit__in=Unit.values)
                | Q(~Q(keeping=Keeping.PERIOD), keeping_length__isnull=True, keeping_unit=""),
                name="plan_period_has_a_length",
            ),
            models.CheckConstraint(
                condition=Q(keeping=Keeping.UNSET, appraisal="", legal_basis="", confidence="")
                | Q(
                    ~Q(keeping=Keeping.UNSET), ~Q(legal_basis=""), appraisal__in=Appraisal.values,
                    confidence__in=Confidence.values, keeping__in=Keeping.values,
                ),
                name="plan_rule_names_its_law",
            ),
        ]  # fmt: skip
        indexes = [GinIndex(fields=["ancestors"], name="plan_entry_below")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def chain(self) -> str:
        return f"plan:{self.plan_id}"

    @property
    def retention(self) -> Retention:
        return Retention(
            Keeping(self.keeping), self.keeping_length, self.keeping_unit, self.keeping_start, self.keeping_note,
            self.appraisal, self.legal_basis, self.confidence, self.reviewed_by,
        )  # fmt: skip

    @retention.setter
    def retention(self, rule: Retention) -> None:
        self.keeping, self.keeping_length, self.keeping_unit = rule.keeping, rule.length, rule.unit
        self.keeping_start, self.keeping_note = rule.start, rule.note
        self.appraisal, self.legal_basis = rule.appraisal, rule.legal_basis
        self.confidence, self.reviewed_by = rule.confidence, rule.reviewed_by
