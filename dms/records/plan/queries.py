"""Questions about the file plan; every list and every count of it begins here, with what the actor may see."""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

from django.db.models import Q

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import allowed_scopes, visible
from dms.audit.models import RecordedQuerySet


class FilePlanQuerySet(RecordedQuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The plans of which this actor may see anything: a part of the plan may be all that somebody has."""
        scopes = allowed_scopes(actor, Permission.PLAN_VIEW)
        return self.filter(Q(scope_id__in=scopes) | Q(entries__scope_id__in=scopes)).distinct()


class PlanEntryQuerySet(RecordedQuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The entries that this actor may see."""
        return visible(self, actor, Permission.PLAN_VIEW)  # type: ignore[return-value]

    def below(self, entry_id: UUID) -> Self:
        """All descendants."""
        return self.filter(ancestors__contains=[entry_id])

    def matching(self, words: str) -> Self:
        """Whose number begins with what was typed, or whose title or description holds each word."""
        condition = Q()
        for word in words.split():
            condition &= Q(number__istartswith=word) | Q(title__icontains=word) | Q(description__icontains=word)
        return self.filter(condition | Q(number__istartswith=words.strip()))
