"""The one permission rule: an actor may do a thing in the scopes where a grant that is valid today allows it.

What is everybody's own (`OF_ONESELF`) needs no grant: one's account and tokens, and nobody else's.

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
from dms.access.permissions import OF_ONESELF, Permission, Role, roles_allowing

M = TypeVar("M", bound=Model)
NOBODY = 0


class Scoped(Protocol):
    """Anything with rights: it knows its scope."""

    @property
    def scope_id(self) -> int: ...


class Owned(Protocol):
    """What belongs to one person and to no scope: an account, a token."""

    @property
    def owner_id(self) -> int: ...


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


def can(actor: Actor, permission: Permission, thing: Scoped | Owned | None) -> bool:
    """What belongs to no scope and to nobody is changed by parts of the system alone."""
    if permission in actor.everywhere:
        return True
    if permission in OF_ONESELF:
        return actor.is_person and getattr(thing, "owner_id", None) == actor.user_id
    return getattr(thing, "scope_id", None) in allowed_scopes(actor, permission)


def require(actor: Actor, permission: Permission, thing: Scoped | Owned | None) -> None:
    """Raises NotAllowed."""
    if not can(actor, permission, thing):
        raise NotAllowed(actor, permission)


def visible(queryset: QuerySet[M], actor: Actor, permission: Permission) -> QuerySet[M]:
    """Narrows a list of scoped rows, or rows of a `user`, to what the actor may have under this permission."""
    if permission in OF_ONESELF:
        return queryset.filter(user_id=actor.user_id or NOBODY)
    return queryset.filter(scope_id__in=allowed_scopes(actor, permission))


def search_filter(actor: Actor) -> frozenset[int]:
    """The scopes whose documents may turn up in this actor's hits, snippets, counts and facets."""
    return allowed_scopes(actor, Permission.DOCUMENT_VIEW)


def explain(actor: Actor, permission: Permission, thing: Scoped | Owned) -> list[str]:
    """Why the actor may do this here, one sentence per grant; empty when it may not."""
    if permission in actor.everywhere:
        return [_("{actor} ist ein Teil des Systems und darf dies überall.").format(actor=actor.key)]
    if permission in OF_ONESELF:
        return [_("Es gehört {actor} selbst.").format(actor=actor.key)] if can(actor, permission, thing) else []
    grants = _valid_grants(actor, permission).select_related("scope", "user")
    return [str(grant) for grant in grants if grant.scope_id == getattr(thing, "scope_id", None)]


def grants_of(actor: Actor) -> QuerySet[Grant, Any]:
    """All grants that hold for this person today."""
    today = timezone.localdate()
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    return Grant.objects.filter(running, user_id=actor.user_id or NOBODY, user__is_active=True, valid_from__lte=today)


def _look_up(actor: Actor, permission: Permission) -> frozenset[int]:
    if permission in actor.everywhere:
        return frozenset(Scope.objects.values_list("pk", flat=True))
    return frozenset(_valid_grants(actor, permission).values_list("scope_id", flat=True))


def _valid_grants(actor: Actor, permission: Permission) -> QuerySet[Grant, Any]:
    roles: list[Role] = roles_allowing(permission)
    return grants_of(actor).filter(role__in=roles)
