"""Services that give, change and withdraw grants in a scope, and what is granted where; each with a reason.

Only who holds Permission.GRANT there may do it, and nobody gives anything to themselves: neither as a person nor by
a unit or group to which they belong (docs/decisions/0017).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor, actor_in_words
from dms.access.inheritance import line_of
from dms.access.models import Body, Grant, Scope, User
from dms.access.permissions import Permission, Role, roles_allowing
from dms.access.rule import bodies_of, forget_rights, may_name
from dms.audit.door import Change, change
from dms.audit.events import Event
from dms.records.facts import InvalidFact
from dms.records.rights import TOWN, NobodyLeft, scope_begin, somebody_grants
from dms.records.scopes import Node, has_own_scope

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Held:
    """A grant that holds here, today or from a later day on. `above`: given further up, there where `place` says."""

    grant: Grant
    above: bool
    place: str
    """Empty where the reader may not know what that place is called."""

    @property
    def giver(self) -> str:
        """A person by name; `operator:…` is somebody at the command line of the server."""
        return actor_in_words(self.grant.given_by)


def grants_at(actor: Actor, node: Node) -> list[Held]:
    """Its own first, then those from above, the nearest first. By a constant number of queries."""
    line, own = {scope.pk: scope for scope in line_of(node.scope_id)}, node.scope_id if has_own_scope(node) else 0
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
    grants = Grant.objects.filter(running, scope__in=line).select_related("user", "body", "scope")
    order = list(line)
    found = sorted(grants, key=lambda one: (order.index(one.scope_id), str(one.subject).casefold(), one.role))
    return [
        Held(one, one.scope_id != own, str(one.scope) if may_name(actor, one.scope) else "") for one in found
    ]  # fmt: skip


def grant_give(
    actor: Actor, node: Node, subject: User | Body, role: Role, *, reason: str, valid_to: date | None = None
) -> Grant:
    """The node gets rules of its own with the first one. Raises NotAllowed, InvalidFact."""
    _refuse_oneself(actor, subject)
    grant = Grant(role=role, valid_from=timezone.localdate(), valid_to=valid_to, given_by=actor.key)
    grant.user, grant.body = (subject, None) if isinstance(subject, User) else (None, subject)
    if isinstance(subject, User) and not subject.is_active:
        raise InvalidFact("subject", _("Dieses Konto ist gesperrt."))
    with transaction.atomic():
        grant.scope = scope_begin(actor, node, reason=_clean_reason(reason))
        with _changing(actor, Event.GRANT_CREATED, grant, reason) as opened:
            if Grant.objects.filter(scope=grant.scope, role=role, user=grant.user, body=grant.body).exists():
                raise InvalidFact("role", _("Diese Rolle ist hier schon vergeben; ihr Ende lässt sich ändern."))
            opened.save(grant)
    return grant


def grant_change(actor: Actor, grant: Grant, *, valid_to: date | None, reason: str) -> Grant:
    """Another end, or none. Raises NotAllowed, InvalidFact, NobodyLeft."""
    _refuse_oneself(actor, grant.subject)
    with _changing(actor, Event.GRANT_CHANGED, grant, reason, valid_to) as opened:
        fresh = Grant.objects.select_for_update().get(pk=grant.pk)
        fresh.valid_to, fresh.reason, fresh.given_by = valid_to, _clean_reason(reason), actor.key
        if valid_to is not None:
            _refuse_the_last(fresh)
        opened.save(fresh)
    return fresh


def grant_withdraw(actor: Actor, grant: Grant, *, reason: str) -> None:
    """From the next request on. Raises NotAllowed, InvalidFact, NobodyLeft."""
    with _changing(actor, Event.GRANT_WITHDRAWN, grant, reason) as opened:
        fresh = Grant.objects.select_for_update().select_related("scope").get(pk=grant.pk)
        _refuse_the_last(fresh)
        opened.delete(fresh)


@contextmanager
def _changing(actor: Actor, event: Event, grant: Grant, reason: str, valid_to: date | None = None) -> Iterator[Change]:
    """The event is about the scope, whose row is held: no two people change its grants at once."""
    grant.reason = _clean_reason(reason)
    end = valid_to if event is Event.GRANT_CHANGED else grant.valid_to
    if event is not Event.GRANT_WITHDRAWN and end is not None and end < timezone.localdate():
        raise InvalidFact("valid_to", _("Der letzte Tag liegt in der Vergangenheit."))
    with change(actor, event, grant.scope, chain=TOWN, reason=grant.reason) as opened:
        yield opened
    forget_rights(actor)


def _clean_reason(reason: str) -> str:
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON:
        raise InvalidFact("reason", _("Bitte den Grund angeben, in höchstens 500 Zeichen; er steht im Verlauf."))
    return text


def _refuse_oneself(actor: Actor, subject: User | Body) -> None:
    if actor.user_id is None:
        return
    own = subject.pk == actor.user_id if isinstance(subject, User) else subject.pk in bodies_of(actor.user_id)
    if own:
        raise InvalidFact(
            "subject", _("Sich selbst gibt niemand Rechte, auch nicht über die eigene Einheit oder Gruppe.")
        )


def _refuse_the_last(grant: Grant) -> None:
    """Of a restricted place the last one who may give rights stays."""
    scope: Scope = grant.scope
    gives = not scope.inherits and grant.role in roles_allowing(Permission.GRANT)
    if gives and not somebody_grants(scope, but=grant.pk):
        raise NobodyLeft
