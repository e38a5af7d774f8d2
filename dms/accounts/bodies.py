"""Services for organisation units, groups and positions: made, renamed, retired; people taken in and out.

Belonging to a body is having its grants. So who may give grants in the body's scope decides, and nobody takes
themselves in. Where a body stands is changed in `dms.accounts.body_tree`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import Body, BodyKind, BodyState, Membership, Scope, User
from dms.access.rule import can, forget_rights
from dms.audit.door import change
from dms.audit.events import RULES, Event
from dms.audit.lifecycle import Lifecycle, NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.meanwhile import refuse_if_changed
from dms.records.protection.keepers import keepers_stay

CHAIN = "town"
LONGEST_NAME = 200
FROM_FILE = "file"
"""The source of a membership that a table of the organisation brought; nothing but people takes it back."""


class BodyVerb(StrEnum):
    CHANGE = "change"
    MOVE = "move"
    ADD_MEMBER = "add_member"
    ADD_BELOW = "add_below"
    RETIRE = "retire"
    REVIVE = "revive"


class MemberVerb(StrEnum):
    CHANGE = "change"
    REMOVE = "remove"


_ACTIVE, _RETIRED = BodyState.ACTIVE, BodyState.RETIRED
LIFECYCLE = Lifecycle(
    {
        **{(_ACTIVE, verb): _ACTIVE for verb in list(BodyVerb)[:4]},
        (_ACTIVE, BodyVerb.RETIRE): _RETIRED,
        (_RETIRED, BodyVerb.REVIVE): _ACTIVE,
    }
)


class NotOneself(NotPossible):
    code = "not_oneself"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence or _("Sich selbst nimmt niemand in eine Einheit, eine Gruppe oder auf einen Dienstposten auf.")
        )


def body_actions(actor: Actor, body: Body) -> list[BodyVerb]:
    """What the actor can do with it now."""
    if not can(actor, RULES[Event.BODY_CHANGED].permission, body):
        return []
    unfit = set() if body.kind == BodyKind.UNIT else {BodyVerb.ADD_BELOW}
    unfit |= {BodyVerb.MOVE} if body.kind == BodyKind.GROUP else set()
    return [verb for verb in LIFECYCLE.verbs(body.state) if verb not in unfit]


def member_actions(actor: Actor, membership: Membership) -> list[MemberVerb]:
    """What the actor can do with it now. `body` has come along."""
    if not can(actor, RULES[Event.MEMBER_CHANGED].permission, membership.body):
        return []
    return [MemberVerb.REMOVE] if membership.user_id == actor.user_id else list(MemberVerb)


def body_create(
    actor: Actor, name: str, kind: BodyKind, scope: Scope | None, *, parent: Body | None = None, reason: str = ""
) -> Body:
    """Below `parent` it stands in the parent's scope: whoever belongs to it has the parent's grants too.

    Raises NotAllowed, NotPossible, InvalidFact.
    """
    if kind is BodyKind.POSITION and parent is None:
        raise InvalidFact("parent", _("Ein Dienstposten steht in einer Organisationseinheit."))
    scope = parent.scope if parent else scope
    if scope is None:
        raise InvalidFact("scope", _("Bitte sagen, wo sie gepflegt wird: Wer dort Rechte vergibt, entscheidet."))
    body = Body(name=clean_name(name), kind=kind, scope=scope, parent=parent)
    with change(actor, Event.BODY_CREATED, chain=CHAIN, scope=scope, reason=reason) as opened:
        if parent is not None:
            _refuse_below(kind, Body.objects.select_for_update().get(pk=parent.pk))
        opened.save(body)
    return body


def body_rename(actor: Actor, body: Body, name: str, *, reason: str = "", expected: str | None = None) -> Body:
    """Raises NotAllowed, NotPossible, InvalidFact, ChangedMeanwhile."""
    with change(actor, Event.BODY_CHANGED, body, chain=CHAIN, reason=reason) as opened:
        fresh: Body = opened.target
        _check(fresh, BodyVerb.CHANGE, expected)
        fresh.name = clean_name(name, of=fresh)
        opened.save(fresh)
    return fresh


def body_retire(actor: Actor, body: Body, *, reason: str, expected: str | None = None) -> Body:
    """Nobody belongs to it any more, and nothing stands below it; what it was granted reaches nobody.

    Raises NotAllowed, NotPossible, ChangedMeanwhile.
    """
    with change(actor, Event.BODY_RETIRED, body, chain=CHAIN, reason=reason) as opened:
        fresh: Body = opened.target
        _check(fresh, BodyVerb.RETIRE, expected)
        if fresh.children.exclude(state=BodyState.RETIRED).exists():
            raise NotPossible(
                _("Darunter stehen noch Einheiten oder Dienstposten. Bitte zuerst diese stilllegen oder verschieben.")
            )
        if memberships_running(fresh).exists():
            raise NotPossible(_("Es gehören noch Personen dazu. Bitte sie zuerst herausnehmen."))
        fresh.state = LIFECYCLE.next_state(fresh.state, BodyVerb.RETIRE)
        opened.save(fresh)
    return fresh


def body_revive(actor: Actor, body: Body, *, reason: str, expected: str | None = None) -> Body:
    """Whatever it was granted holds for whoever is taken in from now on. Raises NotAllowed, NotPossible,
    ChangedMeanwhile."""
    with change(actor, Event.BODY_REVIVED, body, chain=CHAIN, reason=reason) as opened:
        fresh: Body = opened.target
        _check(fresh, BodyVerb.REVIVE, expected)
        if fresh.parent is not None and fresh.parent.state == BodyState.RETIRED:
            raise NotPossible(_("Die Einheit darüber ist stillgelegt. Bitte zuerst diese wieder in Gebrauch nehmen."))
        fresh.state = LIFECYCLE.next_state(fresh.state, BodyVerb.REVIVE)
        opened.save(fresh)
    return fresh


def member_add(
    actor: Actor, body: Body, user: User, *, reason: str = "", valid_from: date | None = None,
    valid_to: date | None = None, is_deputy: bool = False, source: str = "",
) -> Membership:  # fmt: skip
    """Belonging already changes nothing, unless that has ended. Raises NotAllowed, NotPossible, InvalidFact."""
    today = timezone.localdate()
    if user.pk == actor.user_id:
        raise NotOneself
    if not user.is_active:
        raise InvalidFact("user", _("Dieses Konto ist gesperrt."))
    row = Membership(
        body=body, user=user, valid_from=valid_from or today, valid_to=valid_to, is_deputy=is_deputy, source=source
    )
    row.begins_at_once = row.valid_from == today
    _check_times(row, today)
    if is_deputy and body.kind != BodyKind.POSITION:
        raise InvalidFact("is_deputy", _("Vertreten wird, wer einen Dienstposten hat."))
    with change(actor, Event.MEMBER_ADDED, body, chain=CHAIN, reason=reason) as opened:
        LIFECYCLE.next_state(opened.target.state, BodyVerb.ADD_MEMBER)
        there = Membership.objects.filter(body=body, user=user).first()
        if there is not None and there.valid_to is not None and there.valid_to < today:
            opened.delete(there)
            there = None
        if there is None:
            opened.save(row)
        elif (there.valid_to, there.is_deputy) != (valid_to, is_deputy):
            raise InvalidFact("user", _("Diese Person gehört schon dazu; der letzte Tag lässt sich ändern."))
    forget_rights(actor)
    return there or row


def member_change(
    actor: Actor, membership: Membership, *, valid_to: date | None, reason: str = "", expected: str | None = None
) -> Membership:
    """Another last day, or none. Raises NotAllowed, NotPossible, InvalidFact, NobodyLeft, ChangedMeanwhile."""
    if membership.user_id == actor.user_id:
        raise NotOneself(_("Die eigene Zugehörigkeit ändert niemand selbst."))
    with (
        keepers_stay(actor),
        change(actor, Event.MEMBER_CHANGED, membership.body, chain=CHAIN, reason=reason) as opened,
    ):
        fresh = Membership.objects.select_for_update().get(pk=membership.pk)
        refuse_if_changed(fresh, expected, _("Die Zugehörigkeit wurde inzwischen geändert. Bitte neu laden."))
        fresh.valid_to = valid_to
        _check_times(fresh, timezone.localdate())
        opened.save(fresh)
    forget_rights(actor)
    return fresh


def member_remove(actor: Actor, body: Body, user: User, *, reason: str = "", expected: str | None = None) -> None:
    """From the next request on. Raises NotAllowed, NobodyLeft, ChangedMeanwhile."""
    with keepers_stay(actor), change(actor, Event.MEMBER_REMOVED, body, chain=CHAIN, reason=reason) as opened:
        for membership in Membership.objects.filter(body=body, user=user):
            refuse_if_changed(membership, expected, _("Die Zugehörigkeit wurde inzwischen geändert. Bitte neu laden."))
            opened.delete(membership)
    forget_rights(actor)


def memberships_running(body: Body) -> QuerySet[Membership]:
    """Those of today and those that begin later, by name."""
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
    return body.memberships.filter(running).select_related("user").order_by("is_deputy", "user__username")


def clean_name(name: str, *, of: Body | None = None) -> str:
    """Raises InvalidFact."""
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME or "\0" in clean:
        raise InvalidFact("name", _("Bitte einen Namen angeben, in höchstens 200 Zeichen."))
    if Body.objects.filter(name=clean).exclude(pk=of.pk if of else 0).exists():
        raise InvalidFact(
            "name", _("Bitte einen Namen angeben, den noch keine Einheit, Gruppe und kein Dienstposten hat.")
        )
    return clean


def _check(fresh: Body, verb: BodyVerb, expected: str | None) -> None:
    """Raises NotPossible, ChangedMeanwhile."""
    refuse_if_changed(fresh, expected, _("Das wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen."))
    LIFECYCLE.next_state(fresh.state, verb)


def _refuse_below(kind: BodyKind, parent: Body) -> None:
    if kind is BodyKind.GROUP or parent.kind != BodyKind.UNIT:
        raise InvalidFact("parent", _("Nur unter einer Organisationseinheit steht etwas, und keine Gruppe."))
    if parent.state == BodyState.RETIRED:
        raise InvalidFact("parent", _("„{body}“ ist stillgelegt.").format(body=parent))


def _check_times(row: Membership, today: date) -> None:
    if row.valid_to is None:
        if row.is_deputy:
            raise InvalidFact("valid_to", _("Eine Vertretung hat einen letzten Tag."))
        return
    if row.valid_to < today:
        raise InvalidFact("valid_to", _("Der letzte Tag liegt in der Vergangenheit."))
    if row.valid_from is not None and row.valid_to < row.valid_from:
        raise InvalidFact("valid_to", _("Der letzte Tag liegt vor dem ersten."))
