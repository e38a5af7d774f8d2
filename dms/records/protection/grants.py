"""Services that give, change and withdraw grants in a scope, and what is granted where; each with a reason.

Only who holds Permission.GRANT there may do it, and nobody gives anything to themselves: neither as a person nor by
a unit or group to which they belong (docs/decisions/0017).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor, actor_in_words
from dms.access.inheritance import line_of
from dms.access.levels import Level
from dms.access.models import Body, BodyState, Clearance, Grant, Scope, User
from dms.access.permissions import OF_THE_TOWN, Role
from dms.access.rule import bodies_of, can, forget_rights, may_name
from dms.audit.door import Change, change
from dms.audit.events import RULES, Event
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.models import Dossier
from dms.records.meanwhile import refuse_if_changed
from dms.records.order import german_key
from dms.records.protection.keepers import keepers_stay
from dms.records.protection.rights import TOWN, scope_begin
from dms.records.protection.scopes import Node, has_own_scope

LONGEST_REASON = 500
GIVEN_IN_A_PLACE = [role for role in Role if role not in {Role.SCANNING, *OF_THE_TOWN}]
"""Roles that mean something for a plan entry or dossier: mail is taken in elsewhere."""


class GrantVerb(StrEnum):
    CHANGE = "change"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Held:
    """A grant that holds here, today or from a later day on. `above`: given further up, there where `place` says."""

    grant: Grant
    above: bool
    place: str
    """Empty where the reader may not know what that place is called."""
    cleared: bool = True
    """False: of a person who is not cleared for the dossier, so that the grant does not show it to them."""

    @property
    def giver(self) -> str:
        """A person by name; `operator:…` is somebody at the command line of the server."""
        return actor_in_words(self.grant.given_by)


def grant_actions(actor: Actor, grant: Grant, own: Collection[int]) -> list[GrantVerb]:
    """What the actor can do with it now. `scope` has come along; `own` are the actor's bodies."""
    if not can(actor, RULES[Event.GRANT_CHANGED].permission, grant.scope):
        return []
    if actor.user_id is not None and (grant.user_id == actor.user_id or grant.body_id in own):
        return [GrantVerb.WITHDRAW]
    return list(GrantVerb)


def own_bodies(actor: Actor) -> frozenset[int]:
    """Those to which the actor belongs, or will belong at some time."""
    return frozenset() if actor.user_id is None else bodies_of(actor.user_id, until=date.max)


def grants_at(actor: Actor, node: Node) -> list[Held]:
    """Its own first, then those from above, the nearest first. By a constant number of queries."""
    line, own = {scope.pk: scope for scope in line_of(node.scope_id)}, node.scope_id if has_own_scope(node) else 0
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
    grants = Grant.objects.filter(running, scope__in=line).select_related("user", "body", "scope")
    order = list(line)
    found = sorted(grants, key=lambda one: (order.index(one.scope_id), german_key(str(one.subject)), one.role))
    short = _not_cleared([one.user_id for one in found if one.user_id], node)
    return [_held(actor, one, above=one.scope_id != own, cleared=one.user_id not in short) for one in found]


def grant_held(actor: Actor, grant_id: int) -> Held | None:
    """By itself, as seen from where it was given. None where the actor gives no rights there."""
    grant = Grant.objects.select_related("user", "body", "scope").filter(pk=grant_id).first()
    if grant is None or not can(actor, RULES[Event.GRANT_CHANGED].permission, grant.scope):
        return None
    return _held(actor, grant)


def _held(actor: Actor, grant: Grant, *, above: bool = False, cleared: bool = True) -> Held:
    return Held(grant, above, str(grant.scope) if may_name(actor, grant.scope) else "", cleared)


def _not_cleared(people: Collection[int], node: Node) -> set[int]:
    if not isinstance(node, Dossier) or node.level == Level.OPEN:
        return set()
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
    cleared = Clearance.objects.filter(running, user__in=people, level__gte=node.level)
    return set(people) - set(cleared.values_list("user_id", flat=True))


def grant_give(
    actor: Actor, node: Node, subject: User | Body, role: Role, *, reason: str, valid_from: date | None = None,
    valid_to: date | None = None,
) -> Grant:  # fmt: skip
    """From today on, or from a later day. The node gets rules of its own with the first one.

    Raises NotAllowed, InvalidFact.
    """
    if role in OF_THE_TOWN:
        raise InvalidFact("role", _("Diese Rolle gilt für die ganze Stadt; die IT vergibt sie."))
    grant = _new_grant(actor, subject, role, valid_from, valid_to)
    with transaction.atomic():
        whose = {"who": str(subject), "role": str(role)}
        grant.scope = scope_begin(actor, node, reason=clean_reason(reason), for_whom=whose)
        return _give(actor, grant, reason)


def grant_give_in_town(
    actor: Actor, scope: Scope, subject: User | Body, role: Role, *, reason: str, valid_from: date | None = None,
    valid_to: date | None = None,
) -> Grant:  # fmt: skip
    """The same in a scope of the town; no person gives a role there that reaches beyond the plan.

    Raises NotAllowed, InvalidFact.
    """
    if role in OF_THE_TOWN and actor.is_person:
        raise InvalidFact("role", _("Diese Rolle gilt für die ganze Stadt; die IT vergibt sie."))
    grant = _new_grant(actor, subject, role, valid_from, valid_to)
    grant.scope = scope
    return _give(actor, grant, reason)


def _new_grant(actor: Actor, subject: User | Body, role: Role, valid_from: date | None, valid_to: date | None) -> Grant:
    _refuse_oneself(actor, subject)
    _refuse_who_is_gone(subject)
    today = timezone.localdate()
    grant = Grant(role=role, valid_from=valid_from or today, valid_to=valid_to, given_by=actor.key)
    if grant.valid_from < today:
        raise InvalidFact("valid_from", _("Der erste Tag liegt in der Vergangenheit."))
    grant.begins_at_once = grant.valid_from == today
    grant.user, grant.body = (subject, None) if isinstance(subject, User) else (None, subject)
    return grant


def _give(actor: Actor, grant: Grant, reason: str) -> Grant:
    with _changing(actor, Event.GRANT_CREATED, grant, reason) as opened:
        _refuse_ended(grant)
        _make_room(opened, grant)
        opened.save(grant)
    return grant


def grant_change(
    actor: Actor, grant: Grant, *, valid_to: date | None, reason: str, valid_from: date | None = None,
    expected: str | None = None,
) -> Grant:  # fmt: skip
    """Another end, or none; while it has not begun, another first day too.

    Raises NotAllowed, InvalidFact, NobodyLeft, ChangedMeanwhile.
    """
    _refuse_oneself(actor, grant.subject)
    with keepers_stay(actor), _changing(actor, Event.GRANT_CHANGED, grant, reason) as opened:
        fresh = _fresh(grant, expected)
        if valid_from is not None and valid_from != fresh.valid_from:
            if min(valid_from, fresh.valid_from) < timezone.localdate():
                raise InvalidFact("valid_from", _("Das Recht gilt schon; sein erster Tag bleibt."))
            fresh.valid_from, fresh.begins_at_once = valid_from, valid_from == timezone.localdate()
        fresh.valid_to, fresh.reason, fresh.given_by = valid_to, clean_reason(reason), actor.key
        _refuse_ended(fresh)
        opened.save(fresh)
    return fresh


def grant_withdraw(actor: Actor, grant: Grant, *, reason: str, expected: str | None = None) -> None:
    """From the next request on. Raises NotAllowed, InvalidFact, NobodyLeft, ChangedMeanwhile."""
    with keepers_stay(actor), _changing(actor, Event.GRANT_WITHDRAWN, grant, reason) as opened:
        opened.delete(_fresh(grant, expected))


@contextmanager
def _changing(actor: Actor, event: Event, grant: Grant, reason: str) -> Iterator[Change]:
    """The event is about the scope, whose row is held: no two people change its grants at once."""
    grant.reason = clean_reason(reason)
    with change(actor, event, grant.scope, chain=TOWN, reason=grant.reason) as opened:
        yield opened
    forget_rights(actor)


def _fresh(grant: Grant, expected: str | None) -> Grant:
    """Raises Grant.DoesNotExist when somebody has withdrawn it."""
    fresh = Grant.objects.select_for_update().get(pk=grant.pk)
    refuse_if_changed(
        fresh, expected, _("Das Recht wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen.")
    )
    return fresh


def _make_room(opened: Change, grant: Grant) -> None:
    """One of the same kind that has ended goes; its history stays in the events."""
    there = Grant.objects.filter(scope=grant.scope, role=grant.role, user=grant.user, body=grant.body).first()
    if there is None:
        return
    if there.valid_to is not None and there.valid_to < timezone.localdate():
        opened.delete(there)
    else:
        raise InvalidFact("role", _("Diese Rolle ist hier schon vergeben; ihr Ende lässt sich ändern."))


def _refuse_ended(grant: Grant) -> None:
    if grant.valid_to is None:
        return
    if grant.valid_to < timezone.localdate():
        raise InvalidFact("valid_to", _("Der letzte Tag liegt in der Vergangenheit."))
    if grant.valid_to < grant.valid_from:
        raise InvalidFact("valid_to", _("Der letzte Tag liegt vor dem ersten."))


def _refuse_who_is_gone(subject: User | Body) -> None:
    if isinstance(subject, User) and not subject.is_active:
        raise InvalidFact("subject", _("Dieses Konto ist gesperrt."))
    if isinstance(subject, Body) and subject.state == BodyState.RETIRED:
        raise InvalidFact("subject", _("„{body}“ ist stillgelegt.").format(body=subject))


def clean_reason(reason: str) -> str:
    """Raises InvalidFact."""
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON:
        raise InvalidFact("reason", _("Bitte den Grund angeben, in höchstens 500 Zeichen; er steht im Verlauf."))
    return text


def _refuse_oneself(actor: Actor, subject: User | Body) -> None:
    if subject.pk == actor.user_id if isinstance(subject, User) else subject.pk in own_bodies(actor):
        raise InvalidFact(
            "subject", _("Sich selbst gibt niemand Rechte, auch nicht über die eigene Einheit oder Gruppe.")
        )
