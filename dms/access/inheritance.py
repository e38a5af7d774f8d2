"""How grants reach down: from a scope to those below that inherit, and from a unit to the people of the units below."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from dms.access.models import Grant, Scope

_BODIES_OF_PERSON = """
WITH RECURSIVE mine(id) AS (
    SELECT body_id FROM access_membership
    WHERE user_id = %s AND (begins_at_once OR valid_from IS NULL OR valid_from <= %s)
    AND (valid_to IS NULL OR valid_to >= %s)
    UNION SELECT body.parent_id FROM access_body body JOIN mine ON body.id = mine.id WHERE body.parent_id IS NOT NULL
) SELECT id FROM mine
"""
_UNDER = """
WITH RECURSIVE held(id) AS (
    {granted}
    UNION SELECT scope.id FROM access_scope scope JOIN held ON scope.parent_id = held.id WHERE scope.inherits
) SELECT id FROM held
"""
_AROUND = """
WITH RECURSIVE around AS (
    SELECT id, parent_id FROM access_scope WHERE id = ANY(%s)
    UNION SELECT above.id, above.parent_id FROM access_scope above JOIN around ON above.id = around.parent_id
) SELECT id FROM around
"""
_LINE = """
WITH RECURSIVE line AS (
    SELECT * FROM access_scope WHERE id = %s
    UNION SELECT above.* FROM access_scope above JOIN line ON above.id = line.parent_id WHERE line.inherits
) SELECT * FROM line
"""


def bodies_of_person(person_id: int, *, until: date | None = None) -> RawSQL:
    """To filter by: those to which the person belongs today, or will belong at some time up to that day."""
    today = timezone.localdate()
    return RawSQL(_BODIES_OF_PERSON, [person_id, until or today, today])  # noqa: S611 - no foreign text in it


def scopes_under(granted: QuerySet[Grant, Any]) -> frozenset[int]:
    """Where these grants hold, by one query: their scopes and all below, down to where one does not inherit."""
    sql, values = granted.order_by().values("scope_id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_UNDER.format(granted=sql), values)
        return frozenset(row[0] for row in cursor.fetchall())


def scopes_around(scopes: frozenset[int]) -> frozenset[int]:
    """These and all above them, whether their grants hold there or not; by one query."""
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, [list(scopes)])
        return frozenset(row[0] for row in cursor.fetchall())


def line_of(scope_id: int) -> list[Scope]:
    """The scopes whose grants hold in this one: itself, then those above, up to where one does not inherit."""
    found = {scope.pk: scope for scope in Scope.objects.raw(_LINE, [scope_id])}
    line: list[Scope] = []
    here = found.pop(scope_id, None)
    while here is not None:
        line.append(here)
        here = found.pop(here.parent_id, None) if here.inherits else None  # type: ignore[arg-type]
    return line
