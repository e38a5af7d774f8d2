"""How the organisation stands today, as lines of a table."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone

from dms.access.actors import Actor
from dms.access.models import Body, BodyKind, BodyState, Grant, Membership, Scope
from dms.access.permissions import Permission, Role
from dms.access.rule import allowed_scopes
from dms.accounts.body_tree import line_above
from dms.accounts.organisation import bodies_visible_to, people_visible_to
from dms.accounts.takeover.rows import BODIES, OrgRow, RowKind
from dms.records.plan.models import PlanEntry

_KINDS = {kind: row for row, kind in BODIES.items()}


def organisation_rows(actor: Actor) -> list[OrgRow]:
    """What the actor may see of it, without what has ended. Each line stands below those that it names."""
    places = Places()
    return [*_bodies(actor, places), *_accounts(actor), *_memberships(actor), *_grants(actor, places)]


class Places:
    """What scopes are called in the table: those of the town by name, those of the file plan by number. Dossiers do
    not stand there: who may see one is no matter of the organisation."""

    def __init__(self) -> None:
        town = {scope.pk: scope.name for scope in Scope.objects.filter(place="").order_by("pk")}
        entries = PlanEntry.objects.filter(
            scope__place__startswith=f"{PlanEntry._meta.label_lower}:"
        ).select_related("scope")  # fmt: skip
        begun = {entry.scope_id: entry.number for entry in entries if entry.scope.place.endswith(f":{entry.pk}")}
        self.names: dict[int, str] = {**begun, **town}

    def name(self, scope_id: int) -> str:
        """Empty for a dossier."""
        return self.names.get(scope_id, "")


def _bodies(actor: Actor, places: Places) -> Iterator[OrgRow]:
    kinds = list(BodyKind)
    found = sorted(
        bodies_visible_to(actor), key=lambda one: (kinds.index(BodyKind(one.kind)), len(line_above(one)), one.name)
    )
    for body in found:
        yield body_row(body, places)


def body_row(body: Body, places: Places) -> OrgRow:
    parent = body.parent.name if body.parent else ""
    place = "" if body.parent else places.name(body.scope_id)
    return OrgRow(
        _KINDS[BodyKind(body.kind)], body.name, parent, place, ended=body.state == BodyState.RETIRED
    )  # fmt: skip


def _accounts(actor: Actor) -> Iterator[OrgRow]:
    for user in people_visible_to(actor).order_by("is_service", "username"):
        kind = RowKind.SERVICE if user.is_service else RowKind.PERSON
        yield OrgRow(kind, user.username, ended=not user.is_active)


def _memberships(actor: Actor) -> Iterator[OrgRow]:
    bodies = bodies_visible_to(actor).values("pk")
    rows = Membership.objects.filter(_running(), body__in=bodies).select_related("user", "body")
    for one in rows.order_by("body__name", "user__username"):
        yield OrgRow(
            RowKind.MEMBERSHIP, one.user.username, body=one.body.name, valid_from=one.valid_from,
            valid_to=one.valid_to, is_deputy=one.is_deputy,
        )  # fmt: skip


def _grants(actor: Actor, places: Places) -> Iterator[OrgRow]:
    scopes = allowed_scopes(actor, Permission.GRANT) & places.names.keys()
    rows = Grant.objects.filter(_running(), scope_id__in=scopes).select_related("user", "body")
    for one in rows.order_by("scope__name", "role", "body__name", "user__username"):
        yield OrgRow(
            RowKind.GRANT, one.user.username if one.user else "", place=places.name(one.scope_id),
            body=one.body.name if one.body else "", role=Role(one.role), valid_from=one.valid_from,
            valid_to=one.valid_to, reason=one.reason,
        )  # fmt: skip


def _running() -> Q:
    return Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
