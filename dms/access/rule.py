"""The one permission rule: an actor may do a thing in the scopes where a grant that is valid today allows it.

`can`, `visible`, `search_filter` and `explain` are four views on `allowed_scopes`; no other code decides about rights.
What a person may not see answers like what does not exist, so callers turn a refusal to read into "not found".
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import Grant, Scope
from dms.access.permissions import Permission, Role, roles_allowing

M = TypeVar("M", bound=Model)
NOBODY = 0


class Scoped(Protocol):
    """Anything with rights: it knows its scope."""

    @property
    def scope_id(self) -> int: ...


class NotAllowed(Exception):
    """The actor may not do this here. `permission` says what was asked."""

    def __init__(self, actor: Actor, permission: Permission) -> None:
        super().__init__(f"{actor.key} may not {permission}")
        self.permission = permission


def allowed_scopes(actor: Actor, permission: Permission) -> frozenset[int]:
    """The ids of all scopes where the actor may do this now. One query per actor object and permission."""
    if permission not in actor.remembered:
        actor.remembered[permission] = _look_up(actor, permission)
    return actor.remembered[permission]


def can(actor: Actor, permission: Permission, thing: Scoped) -> bool:
    return permission in actor.everywhere or thing.scope_id in allowed_scopes(actor, permission)


def require(actor: Actor, permission: Permission, thing: Scoped) -> None:
    """Raises NotAllowed."""
    if not can(actor, permission, thing):
        raise NotAllowed(actor, permission)


def visible(queryset: QuerySet[M], actor: Actor, permission: Permission) -> QuerySet[M]:
    """Narrows a list of scoped rows to what the actor may have under this permission."""
    return queryset.filter(scope_id__in=allowed_scopes(actor, permission))


def search_filter(actor: Actor) -> frozenset[int]:
    """The scopes whose documents may turn up in this actor's hits, snippets, counts and facets."""
    return allowed_scopes(actor, Permission.DOCUMENT_VIEW)


def explain(actor: Actor, permission: Permission, thing: Scoped) -> list[str]:
    """Why the actor may do this here, one sentence per grant; empty when it may not."""
    if permission in actor.everywhere:
        return [_("{actor} ist ein Teil des Systems und darf dies überall.").format(actor=actor.key)]
    grants = _valid_grants(actor, permission).filter(scope_id=thing.scope_id).select_related("scope", "user")
    return [str(grant) for grant in grants]


def _look_up(actor: Actor, permission: Permission) -> frozenset[int]:
    if permission in actor.everywhere:
        return frozenset(Scope.objects.values_list("pk", flat=True))
    return frozenset(_valid_grants(actor, permission).values_list("scope_id", flat=True))


def _valid_grants(actor: Actor, permission: Permission) -> QuerySet[Grant, Any]:
    today = timezone.localdate()
    roles: list[Role] = roles_allowing(permission)
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    return Grant.objects.filter(
        running, user_id=actor.user_id or NOBODY, user__is_active=True, role__in=roles, valid_from__lte=today
    )
