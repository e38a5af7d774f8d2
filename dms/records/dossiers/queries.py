"""Questions about dossiers and cases; every list and count of them begins here, with what the actor may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Q

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import allowed_scopes, visible
from dms.audit.models import RecordedQuerySet


class DossierQuerySet(RecordedQuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The dossiers that this actor may see."""
        return visible(self, actor, Permission.DOSSIER_VIEW)  # type: ignore[return-value]

    def readable_by(self, actor: Actor) -> Self:
        """Those of which this actor may be told more than that they exist and what they are called."""
        return visible(self, actor, Permission.DOSSIER_READ)  # type: ignore[return-value]

    def of_entry(self, entry_id: UUID) -> Self:
        """Those of a plan entry and of all entries below it."""
        return self.filter(Q(plan_entry_id=entry_id) | Q(plan_entry__ancestors__contains=[entry_id]))

    def count_by_entry(self, entries: Iterable[UUID]) -> dict[UUID, int]:
        """How many lie at each of these entries themselves; those without any are left out. One query."""
        at_these = self.filter(plan_entry_id__in=list(entries)).order_by()
        return dict(at_these.values_list("plan_entry_id").annotate(Count("pk")))

    def count_under_entries(self) -> dict[UUID, int]:
        """How many `of_entry` has for each plan entry; those without any are left out. One query."""
        at_entry = self.order_by().values_list("plan_entry_id", "plan_entry__ancestors").annotate(Count("pk"))
        counted: Counter[UUID] = Counter()
        for entry, ancestors, number in at_entry:
            for one in (entry, *ancestors):
                counted[one] += number
        return counted

    def matching(self, words: str, actor: Actor) -> Self:
        """Whose number, former number or case's number begins with what was typed, or which holds each word; in its
        description and fields where the actor may read these."""
        read = Q(scope_id__in=allowed_scopes(actor, Permission.DOSSIER_READ))
        numbers = apps.get_model("records.ReferenceNumber").objects.filter(text__istartswith=words.strip())
        condition = Q()
        for word in words.split():
            told = Q(description__icontains=word) | Q(field_words__icontains=word)
            condition &= Q(title__icontains=word) | read & told
        # a case that was moved is found where it is now as well
        return self.filter(
            condition | Q(pk__in=numbers.values("dossier_id")) | Q(pk__in=numbers.values("case__dossier_id"))
        )


class CaseQuerySet(RecordedQuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The cases that this actor may see: those of dossiers that it may see."""
        return visible(self, actor, Permission.DOSSIER_VIEW)  # type: ignore[return-value]
