"""Who may see the organisation, and what of it: units in their tree, groups, people and what each was granted.

Whoever gives rights in a place sees what is kept there or above, for nobody can give rights to a unit unseen; where
something was granted is named only to those who may see that place. Everybody else sees themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from dms.access.actors import Actor, actor_for
from dms.access.inheritance import scopes_around
from dms.access.models import Body, BodyKind, Grant, Membership, Scope, User
from dms.access.permissions import Permission
from dms.access.rule import allowed_scopes, grants_of, may_name
from dms.access.words import why
from dms.records.dossiers.models import Dossier
from dms.records.order import german
from dms.records.protection.grant_history import Term, terms_of

NOBODY = 0


@dataclass(slots=True)
class BodyNode:
    """A unit or position and what stands below it; `people` counts those who belong to it today."""

    body: Body
    people: int
    below: list[BodyNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class KnownTerm:
    """A grant as the reader may know it: of a secret place neither its name nor why it was given."""

    term: Term
    place: str
    """Empty where it is secret."""

    @property
    def reason(self) -> str:
        return self.term.given.reason if self.place else ""


def sees_organisation(actor: Actor) -> bool:
    return bool(allowed_scopes(actor, Permission.GRANT))


def bodies_visible_to(actor: Actor) -> QuerySet[Body]:
    return (
        Body.objects.filter(scope_id__in=_known_scopes(actor))
        .select_related("parent", "scope")
        .order_by(german("name"))
    )


def with_people(bodies: QuerySet[Body]) -> QuerySet[Body]:
    """Each with `people`: how many belong to it today."""
    counted = memberships_today().filter(body=OuterRef("pk")).order_by().values("body").annotate(n=Count("pk"))
    return bodies.annotate(people=Coalesce(Subquery(counted.values("n")), 0))


def memberships_visible_to(actor: Actor) -> QuerySet[Membership]:
    """Those of all bodies that are seen."""
    return Membership.objects.filter(body__in=bodies_visible_to(actor)).select_related("user", "body")


def people_visible_to(actor: Actor) -> QuerySet[User]:
    """Who belongs to a body that is seen or was granted something there or above, and new accounts without either."""
    people = User.objects.order_by(german("username"))
    oneself = Q(pk=actor.user_id or NOBODY)
    if not sees_organisation(actor):
        return people.filter(oneself)
    known = _known_scopes(actor)
    belongs = Q(pk__in=Membership.objects.filter(body__scope_id__in=known).values("user_id"))
    granted = Q(pk__in=Grant.objects.filter(scope_id__in=known, user__isnull=False).values("user_id"))
    nobodys = ~Q(pk__in=Membership.objects.values("user_id"))
    nobodys &= ~Q(pk__in=Grant.objects.filter(user__isnull=False).values("user_id"))
    return people.filter(oneself | belongs | granted | nobodys)


def people_named(people: QuerySet[User], words: str) -> QuerySet[User]:
    """Those whose login or name has the words in it."""
    login = Q(username__icontains=words)
    return people.filter(login | Q(first_name__icontains=words) | Q(last_name__icontains=words))


def _known_scopes(actor: Actor) -> frozenset[int]:
    return scopes_around(allowed_scopes(actor, Permission.GRANT))


def scopes_to_keep_bodies_in(actor: Actor) -> QuerySet[Scope]:
    """Where the actor may begin a tree of units, or a group: of the town, not of one file."""
    mine = Scope.objects.filter(pk__in=allowed_scopes(actor, Permission.GRANT))
    return mine.exclude(place__startswith=f"{Dossier._meta.label_lower}:").order_by("place", "pk")


def tree_of_bodies(actor: Actor) -> tuple[list[BodyNode], list[BodyNode]]:
    """Units with what stands below them, and groups; by two queries."""
    bodies = list(bodies_visible_to(actor))
    counted: dict[int, int] = {}
    for body_id in memberships_today().values_list("body_id", flat=True):
        counted[body_id] = counted.get(body_id, 0) + 1
    nodes = {body.pk: BodyNode(body, counted.get(body.pk, 0)) for body in bodies}
    for node in sorted(nodes.values(), key=lambda one: one.body.kind == BodyKind.UNIT):
        if node.body.parent_id in nodes:
            nodes[node.body.parent_id].below.append(node)
    tops = [node for node in nodes.values() if node.body.parent_id is None]
    units = [node for node in tops if node.body.kind == BodyKind.UNIT]
    return units, [node for node in tops if node.body.kind == BodyKind.GROUP]


def memberships_today() -> QuerySet[Membership]:
    today = timezone.localdate()
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=today)
    return Membership.objects.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gte=today))


def memberships_of(person: User) -> QuerySet[Membership]:
    """All that are kept, those that have ended too."""
    return (
        Membership.objects.filter(user=person)
        .select_related("body", "body__parent")
        .order_by("valid_to", german("body__name"))
    )


def known_terms(reader: Actor, subject: User | Body) -> list[KnownTerm]:
    """What it was ever granted, the newest first."""
    terms = reversed(terms_of(subject))
    return [KnownTerm(one, one.scope.name if one.scope and may_name(reader, one.scope) else "") for one in terms]


def reasons_of(reader: Actor, person: User) -> list[str]:
    """What the person may do today and why, one sentence for each grant; theirs and those of their bodies."""
    key = actor_for(person).key
    grants = grants_of(actor_for(person)).select_related("scope", "user", "body").order_by("scope_id", "role", "pk")
    return [why(one, key, one.scope, named=may_name(reader, one.scope)) for one in grants]
