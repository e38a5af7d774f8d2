"""The inbox (Posteingang) and the work on it. A row whose next step is missing is the pending work."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.access.actors import Actor
from dms.access.models import Scope
from dms.access.permissions import Permission
from dms.access.rule import visible
from dms.audit.lifecycle import Lifecycle
from dms.audit.models import Recorded, RecordedQuerySet
from ingest.reasons import Reason
from ingest.steps.contract import ObjectRef, ObjectRole


class Source(models.TextChoices):
    UPLOAD = "upload", _("Hochgeladen")
    FOLDER = "folder", _("Scan-Ordner")
    API = "api", _("Schnittstelle")
    COMMAND = "command", _("Befehlszeile")


class ItemState(models.TextChoices):
    WAITING = "waiting", _("wartet")
    WORKING = "working", _("in Arbeit")
    DONE = "done", _("fertig")
    REFUSED = "refused", _("abgewiesen")
    STUCK = "stuck", _("steckt fest")


class ItemVerb(StrEnum):
    ADVANCE = "advance"
    REFUSE = "refuse"
    GIVE_UP = "give_up"
    FINISH = "finish"
    RETRY = "retry"
    ACCEPT = "accept"
    """Take it as it is although no text was found."""


ITEM_LIFECYCLE = Lifecycle(
    {
        (ItemState.WAITING, ItemVerb.ADVANCE): ItemState.WORKING,
        (ItemState.WORKING, ItemVerb.ADVANCE): ItemState.WORKING,
        (ItemState.WAITING, ItemVerb.REFUSE): ItemState.REFUSED,
        (ItemState.WORKING, ItemVerb.REFUSE): ItemState.REFUSED,
        (ItemState.WAITING, ItemVerb.GIVE_UP): ItemState.STUCK,
        (ItemState.WORKING, ItemVerb.GIVE_UP): ItemState.STUCK,
        (ItemState.WORKING, ItemVerb.FINISH): ItemState.DONE,
        (ItemState.REFUSED, ItemVerb.RETRY): ItemState.WAITING,
        (ItemState.STUCK, ItemVerb.RETRY): ItemState.WAITING,
        (ItemState.REFUSED, ItemVerb.ACCEPT): ItemState.WAITING,
    }
)


class InboxQuerySet(RecordedQuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The items that this actor may see in the inbox."""
        return visible(self, actor, Permission.INBOX_VIEW)  # type: ignore[return-value]


class InboxItem(Recorded):
    """One file as it came in. `id` is given before the bytes are stored, and is part of their keys."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")
    filename = models.CharField(max_length=255)
    source = models.CharField(max_length=20, choices=Source)
    source_path = models.CharField(max_length=1000, blank=True)
    """Where in the watched folder or on the command line it lay, for people."""
    source_key = models.CharField(max_length=100, null=True, unique=True)
    """Tells the same file at the source from another one, so that a second look takes nothing in twice."""
    submitted_by = models.CharField(max_length=200)
    """`Actor.key`."""
    idempotency_key = models.CharField(max_length=200, null=True)
    received_at = models.DateTimeField()
    key = models.CharField(max_length=300, unique=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=20, choices=ItemState, default=ItemState.WAITING)
    step = models.CharField(max_length=40)
    """The step that is next or running; the last one when the item has ended."""
    reason = models.CharField(max_length=40, blank=True)
    detail = models.TextField(blank=True)
    """For the technician: what exactly a library said. Shown folded, never instead of the reason."""
    accepts_missing_text = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)

    objects = InboxQuerySet.as_manager()  # type: ignore[misc]
    lifecycle = ITEM_LIFECYCLE
    audited_fields = (
        "scope_id", "filename", "source", "source_path", "source_key", "submitted_by", "idempotency_key", "received_at",
        "key", "sha256", "size", "state", "step", "reason", "detail", "accepts_missing_text", "finished_at",
    )  # fmt: skip

    class Meta:
        ordering = ["-received_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="item_state_is_known"),
            models.UniqueConstraint(fields=["submitted_by", "idempotency_key"], name="idempotency_key_once"),
        ]
        indexes = [
            models.Index(fields=["scope", "-received_at", "id"], name="item_list"),
            models.Index(fields=["received_at"], condition=Q(state__in=["waiting", "working"]), name="item_pending"),
        ]

    @property
    def chain(self) -> str:
        return f"item:{self.id}"

    @property
    def original(self) -> ObjectRef:
        return ObjectRef(self.key, self.sha256, self.size, "application/octet-stream", ObjectRole.ORIGINAL)

    @property
    def reason_text(self) -> Reason | None:
        return Reason(self.reason) if self.reason else None


class Turn(models.Model):
    """The technical side of the queue for one item; no record, so it changes without an event."""

    item = models.OneToOneField(InboxItem, models.CASCADE, primary_key=True, related_name="turn")
    not_before = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    """Failed tries of the present step."""
    ranges_open = models.BooleanField(default=False)
    """Page ranges are being read by any worker; the item itself has nothing to do until the last is done."""
    begun_at = models.DateTimeField(null=True)
    """Set while a worker is at it. Found set by another worker: the one before was killed."""
    deaths = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)


class StepRun(models.Model):
    """A step that is done for an item, with what it found out."""

    item = models.ForeignKey(InboxItem, models.CASCADE, related_name="step_runs")
    step = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "step"], name="step_once_per_item")]


class RangeRun(models.Model):
    """Some pages of an item that any worker may read. `facts` is null until that is done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(InboxItem, models.CASCADE, related_name="range_runs")
    step = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    part = models.PositiveIntegerField()
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    facts = models.JSONField(null=True)
    not_before = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    deaths = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["item", "step", "position"], name="range_once_per_step")]
        indexes = [models.Index(fields=["position"], condition=Q(facts__isnull=True), name="range_open")]
