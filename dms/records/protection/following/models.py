"""That dossiers have still to follow their plan entry into its own scope (docs/decisions/0027)."""

from __future__ import annotations

from django.db import models

from dms.access.models import Scope


class Following(models.Model):
    """Work that was begun and is gone when it is done; no record. Which dossiers are left, the dossiers tell."""

    scope = models.OneToOneField(Scope, models.PROTECT, related_name="+")
    entry = models.ForeignKey("records.PlanEntry", models.PROTECT, related_name="+")
    total = models.PositiveIntegerField()
    """Dossiers, when it began."""
    actor = models.CharField(max_length=200)
    """`Actor.key` of whoever gave the entry rights of its own: the events of the dossiers name them."""
    reason = models.CharField(max_length=500)
    begun_at = models.DateTimeField(auto_now_add=True)
