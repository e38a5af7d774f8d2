"""Volumes (Bände, Teilakten) of a dossier, and who has its paper, or that of one volume, since when."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from dms.audit.lifecycle import Lifecycle
from dms.audit.models import Recorded
from dms.records.dossiers.models import Dossier, FileState, Medium


class VolumeVerb(StrEnum):
    DESCRIBE = "describe"
    FILL = "fill"
    """A case or document is put into it, or taken out."""
    CLOSE = "close"
    REOPEN = "reopen"


class _OfDossier(Recorded):
    """Something about a dossier: told in its chain, with its rights and its level."""

    dossier: models.ForeignKey[Dossier, Dossier]
    dossier_id: uuid.UUID

    class Meta:
        abstract = True

    @property
    def chain(self) -> str:
        return f"dossier:{self.dossier_id}"

    @property
    def scope_id(self) -> int:
        return self.dossier.scope_id

    @property
    def level(self) -> int:
        return self.dossier.level


class Volume(_OfDossier):
    """A part of a dossier with a number that runs without a gap within it. Told in its chain, with its rights."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="volumes")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300, blank=True)
    medium = models.CharField(max_length=20, choices=Medium, default=Medium.ELECTRONIC)
    location = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20, choices=FileState, default=FileState.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    lifecycle = Lifecycle(
        {
            (FileState.OPEN, VolumeVerb.DESCRIBE): FileState.OPEN,
            (FileState.OPEN, VolumeVerb.FILL): FileState.OPEN,
            (FileState.OPEN, VolumeVerb.CLOSE): FileState.CLOSED,
            (FileState.CLOSED, VolumeVerb.REOPEN): FileState.OPEN,
        }
    )
    audited_fields: ClassVar[tuple[str, ...]] = (
        "dossier_id", "number", "title", "medium", "location", "state", "opened_at", "closed_at",
    )  # fmt: skip

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="volume_number_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="volumes_begin_at_one"),
            models.CheckConstraint(
                condition=Q(state=FileState.CLOSED, closed_at__isnull=False)
                | Q(state=FileState.OPEN, closed_at__isnull=True),
                name="volume_closed_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(medium__in=Medium.values) & (~Q(medium=Medium.ELECTRONIC) | Q(location="")),
                name="volume_paper_has_a_place",
            ),
        ]

    def __str__(self) -> str:
        return volume_name(self.number, self.title)


def volume_name(number: int, title: str) -> str:
    named = _("Band {number}").format(number=number)
    return f"{named}: {title}" if title else named


class Loan(_OfDossier):
    """Somebody has the paper of a dossier, or of one of its volumes. What came back stays here, with the day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="loans")
    volume = models.ForeignKey(Volume, models.PROTECT, null=True, related_name="loans")
    borrower = models.CharField(max_length=200)
    """Person, unit or room, in words: not everybody who takes paper along has an account."""
    lent_at = models.DateTimeField()
    due = models.DateField(null=True)
    returned_at = models.DateTimeField(null=True)

    audited_fields = ("dossier_id", "volume_id", "borrower", "lent_at", "due", "returned_at")

    class Meta:
        ordering = ["-lent_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "volume"], condition=Q(returned_at__isnull=True), nulls_distinct=False,
                name="lent_to_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(returned_at__gte=F("lent_at")), name="returned_after_lent"
            ),
        ]  # fmt: skip


__all__ = ["Loan", "Volume", "VolumeVerb", "volume_name"]
