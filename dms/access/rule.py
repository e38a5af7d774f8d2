"""The one permission rule: an actor may do a thing in the scopes where a grant that is valid today allows it, and
with what is no more secret than the actor is cleared for.

A grant in a scope holds in all scopes below that inherit. It is the person's own or that of a body they belong to.

What is everybody's own (`OF_ONESELF`) needs no grant: one's account and tokens, and nobody else's. The accounts of
others (`OF_ACCOUNTS`) stand in no scope: whoever may do it in all scopes of the town may do it to any of them.

`can`, `visible`, `search_filter` and `explain` (with `explain_refusal`) are four views on `allowed_scopes` and
`clearance_of`; no other code decides about rights.
What a person may not see answers like what does not exist, so callers turn a refusal to read into "not found".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, TypeVar

from django.db.models import Exists, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.inheritance import bodies_of_person, line_of, scopes_under
from dms.access.levels import HIGHEST, Level
from dms.access.models import Body, Clearance, Grant, Scope, User
from dms.access.permissions import OF_ACCOUNTS, OF_ONESELF, Permission, roles_allowing
from dms.access.words import why, why_locked, why_no_grant, why_not_cleared

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


@dataclass(frozen=True, slots=True)
class Sight:
    """What an actor may find: what stands in one of the scopes and is no more secret than `clearance`."""

    scopes: frozenset[int]
    clearance: int


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


def clearance_of(actor: Actor) -> int:
    """The highest level the actor may know of today. One query per actor object; parts of the system know all."""
    if actor.cleared_up_to is None:
        actor.cleared_up_to = _clearance_now(actor)
    return actor.cleared_up_to


def can(actor: Actor, permission: Permission, thing: Scoped | Owned | None) -> bool:
    """What belongs to no scope and to nobody is changed by parts of the system alone."""
    if permission in actor.everywhere:
        return True
    if permission in OF_ONESELF:
        return actor.is_person and getattr(thing, "owner_id", None) == actor.user_id
    if permission in OF_ACCOUNTS:
        return reaches_the_town(actor, permission)
    if getattr(thing, "scope_id", None) not in allowed_scopes(actor, permission):
        return False
    level: int = getattr(thing, "level", Level.OPEN)
    return level == Level.OPEN or level <= clearance_of(actor)


def reaches_the_town(actor: Actor, permission: Permission) -> bool:
    """Whether it is allowed in all scopes of the town: those that begin at no place."""
    allowed = allowed_scopes(actor, permission)
    of_the_town = Scope.objects.filter(place="")
    return bool(allowed) and not of_the_town.exclude(pk__in=allowed).exists()


def require(actor: Actor, permission: Permission, thing: Scoped | Owned | None) -> None:
    """Raises NotAllowed."""
    if not can(actor, permission, thing):
        raise NotAllowed(actor, permission)


def visible(queryset: QuerySet[M], actor: Actor, permission: Permission) -> QuerySet[M]:
    """Narrows a list of scoped rows, or rows of a `user`, to what the actor may have under this permission."""
    if permission in OF_ONESELF:
        return queryset.filter(user_id=actor.user_id or NOBODY)
    return queryset.filter(within_sight(queryset.model, actor, permission))


def within_sight(model: type[Model], actor: Actor, permission: Permission) -> Q:
    """The same as a condition on rows of this model."""
    condition = Q(scope_id__in=allowed_scopes(actor, permission))
    if any(field.name == "level" for field in model._meta.concrete_fields):
        condition &= Q(level__lte=clearance_of(actor))
    return condition


def search_filter(actor: Actor) -> Sight:
    """Whose documents may turn up in this actor's hits, snippets, counts and facets."""
    return Sight(allowed_scopes(actor, Permission.DOCUMENT_VIEW), clearance_of(actor))


def explain(actor: Actor, permission: Permission, thing: Scoped | Owned) -> list[str]:
    """Why the actor may do this here, one sentence per grant, the nearest first; empty when it may not."""
    if permission in actor.everywhere:
        return [_("{actor} ist ein Teil des Systems und darf dies überall.").format(actor=actor.key)]
    if permission in OF_ONESELF:
        return [_("Es gehört {actor} selbst.").format(actor=actor.key)] if can(actor, permission, thing) else []
    return [why(grant, actor.key, thing) for grant in grants_behind(actor, permission, thing)]


def explain_refusal(actor: Actor, permission: Permission, thing: Scoped) -> str:
    """The one thing that a person lacks who may not do this here, and how it is got; empty when nothing lacks.

    Only for whoever gives rights there: it tells of grants and of the clearance.
    """
    if can(actor, permission, thing):
        return ""
    if not User.objects.filter(pk=actor.user_id or NOBODY, is_active=True).exists():
        return why_locked()
    line = line_of(thing.scope_id)
    if _valid_grants(actor, permission).filter(scope__in=line).exists():
        return why_not_cleared(Level(getattr(thing, "level", Level.OPEN)))
    at_other_times = Grant.objects.filter(_theirs(actor), role__in=roles_allowing(permission), scope__in=line)
    return why_no_grant(at_other_times, timezone.localdate(), cut_off=bool(line) and not line[-1].inherits)


def may_name(actor: Actor, scope: Scope) -> bool:
    """Whether the actor may read what the scope is called."""
    return any(can(actor, permission, scope) for permission in (Permission.GRANT, Permission.PLAN_VIEW))


def bodies_of(person_id: int, *, until: date | None = None) -> frozenset[int]:
    """The bodies whose grants this person has today, or will have at some time up to that day."""
    mine = bodies_of_person(person_id, until=until)
    return frozenset(Body.objects.filter(pk__in=mine).values_list("pk", flat=True))


def grants_behind(actor: Actor, permission: Permission, thing: Scoped | Owned) -> list[Grant]:
    """The person's grants by which this is allowed here, the nearest first; none for what is too secret for them."""
    if getattr(thing, "level", Level.OPEN) > clearance_of(actor):
        return []
    line = [scope.pk for scope in line_of(getattr(thing, "scope_id", NOBODY))]
    grants = _valid_grants(actor, permission).filter(scope_id__in=line).select_related("scope", "user", "body")
    return sorted(grants, key=lambda grant: (line.index(grant.scope_id), grant.pk))


def grants_of(actor: Actor) -> QuerySet[Grant, Any]:
    """All grants that hold for this person today, their own and those of the bodies they belong to."""
    active = Exists(User.objects.filter(pk=actor.user_id or NOBODY, is_active=True))
    return valid_grants().filter(_theirs(actor), active)


def valid_grants() -> QuerySet[Grant, Any]:
    """All that hold today, whoever has them."""
    today = timezone.localdate()
    begun = Q(begins_at_once=True) | Q(valid_from__lte=today)
    return Grant.objects.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gte=today))


def forget_rights(actor: Actor) -> None:
    """After rights were changed by this actor: what comes next is asked anew."""
    actor.remembered.clear()
    actor.cleared_up_to = None


def for_all_levels(actor: Actor) -> Actor:
    """The same actor, for a change that takes a part of the tree as a whole: what is too secret for the person goes
    along, and nothing of it is told to them."""
    return replace(actor, remembered={}, cleared_up_to=HIGHEST)


def _clearance_now(actor: Actor) -> int:
    if actor.user_id is None:
        return HIGHEST
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
    held = Clearance.objects.filter(running, user_id=actor.user_id).values_list("level", flat=True)
    return held.first() or Level.OPEN


def _look_up(actor: Actor, permission: Permission) -> frozenset[int]:
    if permission in actor.everywhere:
        return frozenset(Scope.objects.values_list("pk", flat=True))
    return scopes_under(_valid_grants(actor, permission)) if roles_allowing(permission) else frozenset()


def _theirs(actor: Actor) -> Q:
    """The person's own grants and those of the bodies they belong to today."""
    person = actor.user_id or NOBODY
    return Q(user_id=person) | Q(body_id__in=bodies_of_person(person))


def _valid_grants(actor: Actor, permission: Permission) -> QuerySet[Grant, Any]:
    return grants_of(actor).filter(role__in=roles_allowing(permission))
