"""Services by which people are cleared for what is secret, and by which that is taken back; each with a reason.

Whoever holds Permission.CLEARANCE_GIVE in all scopes of the town does it, for anybody but themselves. It is a matter of
the person, not of a place: it reaches as far as the town, and without a grant it opens nothing.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.levels import Level
from dms.access.models import Clearance, Scope, User
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed, forget_rights, reaches_the_town
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.meanwhile import ChangedMeanwhile, refuse_if_changed

CHAIN = "town"
LONGEST_REASON = 500


def may_give_clearances(actor: Actor) -> bool:
    return _town_scope(actor) is not None


class ClearanceVerb(StrEnum):
    CHANGE = "change"
    WITHDRAW = "withdraw"


def clearance_actions(actor: Actor, held: Clearance) -> list[ClearanceVerb]:
    """What the actor can do with it now; nobody clears themselves."""
    return list(ClearanceVerb) if may_give_clearances(actor) and held.user_id != actor.user_id else []


def clearance_give(
    actor: Actor, user: User, level: Level, *, reason: str, valid_to: date | None = None, expected: str | None = None
) -> Clearance:
    """Instead of the one there was; works on the next request. Raises NotAllowed, NotPossible, ChangedMeanwhile."""
    reason = _clean_reason(reason)
    if level == Level.OPEN:
        raise NotPossible(_("Was offen ist, braucht keine Ermächtigung; zum Entziehen gibt es einen eigenen Schritt."))
    if valid_to is not None and valid_to < timezone.localdate():
        raise NotPossible(_("Der letzte Tag liegt in der Vergangenheit."))
    with change(actor, Event.CLEARANCE_GIVEN, chain=CHAIN, scope=_scope_for(actor, user), reason=reason) as opened:
        there = _held(user)
        _refuse_if_changed(there, expected)
        held = there or Clearance(user=user)
        held.level, held.valid_to, held.reason, held.given_by = level, valid_to, reason, actor.key
        opened.save(held)
    forget_rights(actor)
    return held


def clearance_withdraw(actor: Actor, user: User, *, reason: str, expected: str | None = None) -> None:
    """From the next request on. Raises NotAllowed, NotPossible, ChangedMeanwhile."""
    reason = _clean_reason(reason)
    with change(actor, Event.CLEARANCE_WITHDRAWN, chain=CHAIN, scope=_scope_for(actor, user), reason=reason) as opened:
        held = _held(user)
        if held is None:
            raise NotPossible(_("Eine Ermächtigung gibt es nicht."))
        _refuse_if_changed(held, expected)
        opened.delete(held)
    forget_rights(actor)


def _refuse_if_changed(held: Clearance | None, expected: str | None) -> None:
    """What was looked at is still there, and as it was. Raises ChangedMeanwhile."""
    sentence = _("Die Ermächtigung wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen.")
    if held is not None:
        refuse_if_changed(held, expected, sentence)
    elif expected is not None:
        raise ChangedMeanwhile(sentence)


def _held(user: User) -> Clearance | None:
    """The account's row is held first: two people cannot clear it at once."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    return Clearance.objects.filter(user=user).first()


def _scope_for(actor: Actor, user: User) -> Scope:
    scope = _town_scope(actor)
    if scope is None:
        raise NotAllowed(actor, Permission.CLEARANCE_GIVE)
    if user.pk == actor.user_id:
        raise NotPossible(_("Sich selbst ermächtigt niemand."))
    return scope


def _town_scope(actor: Actor) -> Scope | None:
    """The first of them, if it is allowed in all."""
    reaches = reaches_the_town(actor, Permission.CLEARANCE_GIVE)
    return Scope.objects.filter(place="").order_by("pk").first() if reaches else None


def _clean_reason(reason: str) -> str:
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON:
        raise NotPossible(_("Bitte den Grund angeben, in höchstens 500 Zeichen; er steht im Verlauf."))
    return text
