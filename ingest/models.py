"""The inbox (Posteingang) and the work on it. A row whose next step is missing is the pending work."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from dms.access.actors import Actor
from dms.access.models import Scope
from dms.access.permissions import Permission
from dms.access.rule import visible, within_sight
from dms.audit.lifecycle import Lifecycle
from dms.audit.models import Recorded, RecordedQuerySet
from dms.records.models import Document
from ingest.reasons import FolderReason, Reason
from ingest.steps.contract import ObjectRef, ObjectRole


class Source(models.TextChoices):
    UPLOAD = "upload", _("Hochgeladen")
    FOLDER = "folder", _("Scan-Ordner")
    API = "api", _("Schnittstelle")
    COMMAND = "command", _("Befehlszeile")
    PAGES = "pages", _("Seiten geändert")
    SPLIT = "split", _("Aufgeteilt")
    MERGE = "merge", _("Zusammengefügt")


class ItemState(models.TextChoices):
    WAITING = "waiting", _("wartet")
    WORKING = "working", _("in Arbeit")
    DONE = "done", _("fertig")
    REFUSED = "refused", _("abgewiesen")
    STUCK = "stuck", _("steckt fest")


NEEDS_HELP = (ItemState.REFUSED, ItemState.STUCK)
"""States in which a person has to do something, until somebody has settled the item."""


class ItemVerb(StrEnum):
    ADVANCE = "advance"
    REFUSE = "refuse"
    GIVE_UP = "give_up"
    FINISH = "finish"
    RETRY = "retry"
    ACCEPT = "accept"
    """Take it as it is although no text was found."""
    SETTLE = "settle"
    """Nothing is left to do about it; the state says for ever what became of it."""
    REOPEN = "reopen"


ITEM_LIFECYCLE = Lifecycle(
    {
        (ItemState.WAITING, ItemVerb.ADVANCE): ItemState.WORKING,
        (ItemState.WORKING, ItemVerb.ADVANCE): ItemState.WORKING,
        (ItemState.WAITING, ItemVerb.REFUSE): ItemState.REFUSED,
        (ItemState.WORKING, ItemVerb.REFUSE): ItemState.REFUSED,
        (ItemState.WAITING, ItemVerb.GIVE_UP): ItemState.STUCK,
        (ItemState.WORKING, ItemVerb.GIVE_UP): ItemState.STUCK,
        (ItemState.WAITING, ItemVerb.FINISH): ItemState.DONE,
        (ItemState.WORKING, ItemVerb.FINISH): ItemState.DONE,
        (ItemState.REFUSED, ItemVerb.RETRY): ItemState.WAITING,
        (ItemState.STUCK, ItemVerb.RETRY): ItemState.WAITING,
        (ItemState.REFUSED, ItemVerb.ACCEPT): ItemState.WAITING,
        (ItemState.REFUSED, ItemVerb.SETTLE): ItemState.REFUSED,
        (ItemState.STUCK, ItemVerb.SETTLE): ItemState.STUCK,
        (ItemState.REFUSED, ItemVerb.REOPEN): ItemState.REFUSED,
        (ItemState.STUCK, ItemVerb.REOPEN): ItemState.STUCK,
    }
)


class InboxQuerySet(RecordedQuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The items that this actor may see in the inbox; new versions stand with their document, and what is made of
        a document stands with that one until it lies in the inbox itself.

        An item holds the original of its documents, so once one of them is filed its rights go for the item as well.
        """
        seen = within_sight(Document, actor, Permission.INBOX_VIEW)
        elsewhere = Document.objects.filter(~seen, item_id=OuterRef("pk"))
        unfiled = Document.objects.filter(seen, pk=OuterRef("origin_id"), dossier__isnull=True)
        made = Exists(Document.objects.filter(item_id=OuterRef("pk")))
        shown = Q(made, state=ItemState.DONE) | Q(~Q(state=ItemState.DONE) & Exists(unfiled))
        # few items are made of documents: so the many others are not asked about that
        with_the_document = InboxItem.objects.filter(~shown, origin__isnull=False).order_by().values("pk")
        mail = visible(self.filter(document__isnull=True), actor, Permission.INBOX_VIEW)
        return mail.filter(~Exists(elsewhere)).exclude(pk__in=with_the_document)  # type: ignore[return-value]

    def hand_ins_visible_to(self, actor: Actor) -> Self:
        """New versions on their way, and what is made of a document. Who may read the document may know, wherever it
        lies by now; of what was made of it only where it may be read as well."""
        seen = Document.objects.visible_to(actor).order_by()
        hidden = Document.objects.filter(~within_sight(Document, actor, Permission.DOCUMENT_VIEW))
        made = Q(origin__in=seen) & ~Exists(hidden.filter(item_id=OuterRef("pk")))
        return self.filter(Q(document__in=seen) | made)

    def reachable_by(self, actor: Actor) -> Self:
        """Both, for whoever asks for a single one."""
        either = (self.visible_to(actor), self.hand_ins_visible_to(actor))
        return self.filter(Q(pk__in=either[0].order_by().values("pk")) | Q(pk__in=either[1].order_by().values("pk")))

    def needing_help(self) -> Self:
        """The items that wait for a person."""
        return self.filter(state__in=NEEDS_HELP, settled_at__isnull=True)

    def settled(self) -> Self:
        return self.filter(settled_at__isnull=False)


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
    pages_laid = models.BooleanField(default=False)
    """People saw its pages as they lie in the file and want them so: reading sets none of them upright."""
    incomplete = models.BooleanField(default=False)
    """The end of the file was missing when it was taken in, after it had been waited for."""
    finished_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=200, blank=True)
    """`Actor.key`."""
    settled_note = models.CharField(max_length=500, blank=True)
    """Why nothing is left to do, as the person wrote it."""
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="hand_ins")
    """It becomes a new version of this; without it, documents of their own."""
    comment = models.CharField(max_length=500, blank=True)
    """Why there is a new version."""
    origin = models.ForeignKey(Document, models.PROTECT, null=True, related_name="derived_items")
    """It becomes a document made of pages of this one, the most secret where there are several, and lies where that
    one lies."""
    origins = models.JSONField(default=list)
    """The ids of all documents that its pages come from, in their order."""

    objects = InboxQuerySet.as_manager()  # type: ignore[misc]
    lifecycle = ITEM_LIFECYCLE
    audited_fields = (
        "scope_id", "filename", "source", "source_path", "source_key", "submitted_by", "idempotency_key", "received_at",
        "key", "sha256", "size", "state", "step", "reason", "detail", "accepts_missing_text", "pages_laid",
        "incomplete",
        "finished_at", "settled_at", "settled_by", "settled_note", "document_id", "comment", "origin_id", "origins",
    )  # fmt: skip

    class Meta:
        ordering = ["-received_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="item_state_is_known"),
            models.UniqueConstraint(fields=["submitted_by", "idempotency_key"], name="idempotency_key_once"),
            models.CheckConstraint(
                condition=Q(origin__isnull=True, origins=[]) | (Q(origin__isnull=False) & ~Q(origins=[])),
                name="item_origin_is_among_its_origins",
            ),
            models.CheckConstraint(
                condition=Q(origin__isnull=True) | Q(document__isnull=True), name="item_is_version_or_derived"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(state__in=["refused", "stuck"]),
                name="item_settled_had_trouble",
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(state__in=["waiting", "working"]), name="one_hand_in_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["scope", "-received_at", "id"], name="item_list"),
            models.Index(fields=["-received_at", "id"], name="item_latest"),
            models.Index(
                fields=["-settled_at", "id"], condition=Q(settled_at__isnull=False), name="item_settled_latest"
            ),
            models.Index(fields=["received_at"], condition=Q(state__in=["waiting", "working"]), name="item_pending"),
            models.Index(
                fields=["scope"],
                condition=Q(state__in=["refused", "stuck"], settled_at__isnull=True),
                name="item_needing_help",
            ),
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
    delay = models.CharField(max_length=40, blank=True)
    """`ingest.reasons.Delay` while `not_before` waits for something; `note` is the same for the technician."""
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


class WaitingFileQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """What waits for the inboxes that this actor may see."""
        return visible(self, actor, Permission.INBOX_VIEW)  # type: ignore[return-value]


class WaitingFile(models.Model):
    """A file of the watched folder that is not taken in, or not removed, for now; no record. The watching program
    alone writes it, and people read it on the page of the inbox."""

    key = models.CharField(max_length=100, primary_key=True)
    """`FoundFile.source_key()`, or the path where there is no file to tell."""
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="+")
    path = models.CharField(max_length=1000)
    """Below the watched folder."""
    reason = models.CharField(max_length=40)
    """`ingest.reasons.FolderReason`."""
    detail = models.TextField(blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    """When it is taken in as it is; None where nobody knows."""

    objects = WaitingFileQuerySet.as_manager()

    class Meta:
        ordering = ["since", "path"]

    @property
    def reason_text(self) -> FolderReason | None:
        """None for a code that a newer version wrote."""
        return next((reason for reason in FolderReason if reason.value == self.reason), None)
