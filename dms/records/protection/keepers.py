"""In a restricted place somebody can always give rights: whatever would take that from the last one is refused.

A keeper is a person with an account that is not disabled and, by a grant of that place that does not end, the role
Rechtevergabe: their own, or that of a body to which they belong. A service account is none, for a program decides about
nobody's rights. Whoever belongs only for a time counts for that time,
so a successor may follow on the day after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import Scope
from dms.access.permissions import Permission, roles_allowing
from dms.access.rule import may_name
from dms.audit.lifecycle import NotPossible

_LOCK = 0x6B656570
_HELD = """
WITH RECURSIVE giving AS (
    SELECT g.scope_id, g.user_id, g.body_id, CASE WHEN NOT g.begins_at_once THEN g.valid_from END AS valid_from
    FROM access_grant g JOIN access_scope s ON s.id = g.scope_id
    WHERE (NOT s.inherits OR s.id = %s) AND g.role = ANY(%s) AND g.valid_to IS NULL
), reached(scope_id, valid_from, body_id) AS (
    SELECT scope_id, valid_from, body_id FROM giving WHERE body_id IS NOT NULL
    UNION SELECT reached.scope_id, reached.valid_from, body.id
    FROM access_body body JOIN reached ON body.parent_id = reached.body_id
), held AS (
    SELECT scope_id, user_id, valid_from, NULL::date AS valid_to FROM giving WHERE user_id IS NOT NULL
    UNION ALL SELECT reached.scope_id, m.user_id,
    GREATEST(reached.valid_from, CASE WHEN NOT m.begins_at_once THEN m.valid_from END), m.valid_to
    FROM reached JOIN access_membership m ON m.body_id = reached.body_id
) SELECT held.scope_id, held.valid_from, held.valid_to FROM held
JOIN access_user person ON person.id = held.user_id WHERE person.is_active AND NOT person.is_service
ORDER BY 1, 2 NULLS FIRST
"""


class NobodyLeft(NotPossible):
    """Like this, nobody could ever give rights there again."""

    code = "nobody_left"

    def __init__(self, actor: Actor, scope: Scope) -> None:
        if may_name(actor, scope):
            sentence = _(
                "Danach könnte in „{place}“, wo nur eigene Rechte gelten, niemand mehr Rechte vergeben. Bitte zuerst"
                " dort einer weiteren Person die Rolle Rechtevergabe geben, ohne Ende."
            ).format(place=scope)
        else:
            sentence = _(
                "Danach könnte an einem Ort, den Sie nicht sehen dürfen und wo nur eigene Rechte gelten, niemand mehr"
                " Rechte vergeben. Bitte zuerst klären, wer die Rechtevergabe dort übernimmt: Das richtet ein, wer sie"
                " dort jetzt hat."
            )
        super().__init__(sentence)


@contextmanager
def keepers_stay(actor: Actor) -> Iterator[None]:
    """Around every change that can take the role from somebody: one at a time, so that two of them at once do not slip
    through. Opens the transaction, before any row is locked. Raises NobodyLeft."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        before = scopes_without_keeper()
        yield
        if lost := scopes_without_keeper() - before:
            raise NobodyLeft(actor, Scope.objects.get(pk=min(lost)))


def would_have_keeper(scope: Scope) -> bool:
    """Whether somebody could give rights in it on every day from today on, if only its own grants held there."""
    return _is_without_gap(_held_times(scope.pk).get(scope.pk, ()), timezone.localdate())


def scopes_without_keeper() -> frozenset[int]:
    """Restricted places in which on some day from today on nobody could give rights."""
    held = _held_times()
    restricted = Scope.objects.filter(inherits=False).values_list("pk", flat=True)
    today = timezone.localdate()
    return frozenset(scope for scope in restricted if not _is_without_gap(held.get(scope, ()), today))


def _held_times(also: int = 0) -> dict[int, list[tuple[date | None, date | None]]]:
    """By restricted place, and for this scope whether it is one or not: from when to when keepers are there;
    an empty first day has passed, an empty last one never comes."""
    roles = [str(role) for role in roles_allowing(Permission.GRANT)]
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [also, roles])
        return {scope: [row[1:] for row in rows] for scope, rows in groupby(cursor.fetchall(), itemgetter(0))}


def _is_without_gap(held: Collection[tuple[date | None, date | None]], day: date) -> bool:
    """Whether these times, in the order in which they begin, cover the day and all after it."""
    for first, last in held:
        if first is not None and first > day:
            return False
        if last is None:
            return True
        day = max(day, last + timedelta(days=1))
    return False
