"""Services that give a plan entry or dossier rules of its own, close it against those above, and open it again.

A scope of its own begins there, and everything below moves into it once. From then on a grant that is given, changed
or withdrawn rewrites no record and no entry of the search index.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.db import transaction
from django.db.models import Q, QuerySet

from dms.access.actors import Actor
from dms.access.levels import Level
from dms.access.models import Scope
from dms.access.permissions import Permission
from dms.access.rule import can, for_all_levels, forget_rights, require
from dms.audit.door import change, change_many
from dms.audit.events import Event
from dms.audit.models import target_name
from dms.records.models import Dossier, FilePlan, PlanEntry
from dms.records.protection.following.working import (
    follow,
    following_at,
    hold_what_follows,
    move_dossiers,
    refuse_while_following,
)
from dms.records.protection.keepers import keepers_stay, would_have_keeper
from dms.records.protection.scopes import Node, has_own_scope, scope_around

TOWN = "town"
"""The chain that tells of all scopes and grants."""


class PlaceVerb(StrEnum):
    GIVE = "give"
    RESTRICT = "restrict"
    OPEN = "open"


def is_restricted(node: Node) -> bool:
    """Only what is granted there itself holds there."""
    return has_own_scope(node) and not node.scope.inherits


def place_actions(actor: Actor, node: Node) -> list[PlaceVerb]:
    """What the actor can do now with the rights that hold there."""
    if not can(actor, Permission.GRANT, node):
        return []
    if is_restricted(node):
        return [PlaceVerb.GIVE, PlaceVerb.OPEN]
    possible = may_be_restricted(node) and not following_at(node)
    return [PlaceVerb.GIVE, PlaceVerb.RESTRICT] if possible else [PlaceVerb.GIVE]


def scope_begin(actor: Actor, node: Node, *, reason: str, for_whom: Mapping[str, str] | None = None) -> Scope:
    """The node's own scope, made now if it has none; what holds above holds in it too. `for_whom`: the `who` and the
    `role` of the right it is made for, as what moves into it at once tells of it.

    Thousands of dossiers follow their entry into it later (`following.working`). Raises NotAllowed.
    """
    mover = for_all_levels(actor)
    with transaction.atomic():
        plan = node.plan_id if isinstance(node, PlanEntry) else node.plan_entry.plan_id
        FilePlan.objects.select_for_update().get(pk=plan)  # the tree stays as it is, and only one scope begins at once
        fresh: Node = type(node).objects.select_related("scope").get(pk=node.pk)
        require(actor, Permission.GRANT, fresh)
        if has_own_scope(fresh):
            return fresh.scope
        level = fresh.level if isinstance(fresh, Dossier) else Level.OPEN
        scope = Scope(name=str(fresh)[:400], parent_id=scope_around(fresh), place=target_name(fresh), level=level)
        below = _scopes_below(fresh)
        if isinstance(fresh, PlanEntry):
            hold_what_follows(fresh)
        with change(actor, Event.SCOPE_BEGUN, chain=TOWN, scope=fresh, reason=reason) as opened:
            opened.save(scope)
            for one in below:
                one.parent = scope
                opened.save(one)
        if isinstance(fresh, Dossier):
            move_dossiers(mover, [fresh.pk], scope.pk, reason=reason, facts=for_whom)
        else:
            rows = list(_entries(fresh))
            change_many(mover, Event.SCOPE_ENTERED, rows, {"scope_id": scope.pk}, reason=reason, facts=for_whom)
            follow(mover, fresh, scope, reason=reason, facts=for_whom)
    forget_rights(actor)
    return scope


def scope_restrict(actor: Actor, node: Node, *, reason: str) -> Scope:
    """From now on only what is granted here holds here. Raises NotAllowed, NobodyLeft, StillFollowing."""
    with keepers_stay(actor):
        scope = scope_begin(actor, node, reason=reason)
        refuse_while_following(node)
        with change(actor, Event.SCOPE_RESTRICTED, scope, chain=TOWN, reason=reason) as opened:
            fresh: Scope = opened.target
            fresh.inherits = False
            opened.save(fresh)
    forget_rights(actor)
    return fresh


def may_be_restricted(node: Node) -> bool:
    """Whether somebody could still give rights there, as far as that can be said before."""
    return has_own_scope(node) and would_have_keeper(node.scope)


def scope_open(actor: Actor, node: Node, *, reason: str) -> Scope:
    """What is granted above holds here again. Raises NotAllowed."""
    with change(actor, Event.SCOPE_OPENED, node.scope, chain=TOWN, reason=reason) as opened:
        fresh: Scope = opened.target
        fresh.inherits = True
        opened.save(fresh)
    forget_rights(actor)
    return fresh


def _scopes_below(node: Node) -> list[Scope]:
    """The uppermost of those that begin below it."""
    if isinstance(node, Dossier):
        return []
    entries = PlanEntry.objects.filter(Q(pk=node.pk) | Q(ancestors__contains=[node.pk]))
    inside = Q(pk__in=entries.values("scope_id")) | Q(pk__in=Dossier.objects.of_entry(node.pk).values("scope_id"))
    return list(Scope.objects.select_for_update().filter(inside, parent_id=node.scope_id).order_by("pk"))


def _entries(node: PlanEntry) -> QuerySet[PlanEntry]:
    """It and those below that stand in its scope; from here on no dossier is opened there until we are done."""
    inside = PlanEntry.objects.filter(Q(pk=node.pk) | Q(ancestors__contains=[node.pk]), scope_id=node.scope_id)
    return inside.select_for_update(of=("self",)).order_by("pk")
