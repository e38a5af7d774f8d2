"""Questions about documents, as QuerySet methods; every list of documents begins here."""

from __future__ import annotations

from typing import Any, Self

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import visible
from dms.audit.models import RecordedQuerySet


class DocumentQuerySet(RecordedQuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The documents that this actor may read."""
        return visible(self, actor, Permission.DOCUMENT_VIEW)  # type: ignore[return-value]

    def with_current_version(self) -> Self:
        """For pages and lists: kind and versions come along in a constant number of queries."""
        return self.select_related("kind", "parent", "dossier", "case").prefetch_related("versions")
