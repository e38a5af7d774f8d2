"""What an address names, for who asks: by the one way that also notes its reading."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from api.http.problems import not_found
from dms.access.actors import Actor
from dms.records.opening import opened
from dms.records.protection.reading import Way

M = TypeVar("M", bound=Model)


def find_opened(actor: Actor, rows: QuerySet[M], key: UUID, way: Way | None = Way.PART) -> M:
    """Among `rows`, which are those that the actor may see.

    In which `way` it is read; None: nothing of its content is shown. Raises NotFound and PurposeNeeded.
    """
    found = opened(actor, rows, key, way)
    if found is None:
        raise not_found()
    return found
