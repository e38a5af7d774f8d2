"""Where an organisation unit or position stands: the service that moves it, and what stands above and below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import Body, BodyKind, BodyState, Scope
from dms.access.permissions import Permission
from dms.access.rule import bodies_of, forget_rights, require
from dms.accounts.bodies import CHAIN, LIFECYCLE, BodyVerb, NotOneself, body_rename
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.meanwhile import refuse_if_changed, state_digest
from dms.records.protection.keepers import keepers_stay


def body_change(
    actor: Actor, body: Body, name: str, parent: Body | None, *, reason: str = "", expected: str | None = None
) -> Body:
    """What it is called and where it stands, both or none.

    Raises NotAllowed, NotPossible, InvalidFact, NobodyLeft, ChangedMeanwhile.
    """
    moves, fresh = (parent.pk if parent else None) != body.parent_id, body
    with transaction.atomic():
        if moves:
            fresh = body_move(actor, body, parent, reason=reason, expected=expected)
            expected = state_digest(fresh)
        if name != body.name or not moves:
            fresh = body_rename(actor, body, name, reason=reason, expected=expected)
    return fresh


def body_move(
    actor: Actor, body: Body, parent: Body | None, *, scope: Scope | None = None, reason: str = "",
    expected: str | None = None,
) -> Body:  # fmt: skip
    """With all below it under another unit, in whose scope it then stands; or to the top, in `scope` or as before.

    All who belong to it get the grants of the units above, so the actor must be allowed to give grants in both places
    and must not belong to it. Holding the lock of `keepers_stay`, two moves at once make no ring.

    Raises NotAllowed, NotPossible, InvalidFact, NobodyLeft, ChangedMeanwhile.
    """
    with keepers_stay(actor), change(actor, Event.BODY_MOVED, body, chain=CHAIN, reason=reason) as opened:
        fresh: Body = opened.target
        refuse_if_changed(fresh, expected, _("Das wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen."))
        LIFECYCLE.next_state(fresh.state, BodyVerb.MOVE)
        below = list(_below(fresh))
        _refuse_place(fresh, parent, {one.pk for one in below})
        where = Scope.objects.get(pk=parent.scope_id) if parent else scope or fresh.scope
        require(actor, Permission.GRANT, where)
        _refuse_oneself(actor, {fresh.pk, *(one.pk for one in below)})
        fresh.parent = parent
        for one in (fresh, *below):
            one.scope = where
            opened.save(one)
    forget_rights(actor)
    return fresh


def line_above(body: Body) -> list[Body]:
    """From the top down, without itself."""
    line: list[Body] = []
    while body.parent is not None:
        body = body.parent
        line.insert(0, body)
    return line


def _below(body: Body) -> Iterator[Body]:
    for child in Body.objects.filter(parent=body):
        yield child
        yield from _below(child)


def _refuse_place(body: Body, parent: Body | None, below: set[int]) -> None:
    if body.kind == BodyKind.GROUP:
        raise NotPossible(_("Eine Gruppe steht in keinem Baum."))
    if parent is None:
        if body.kind == BodyKind.POSITION:
            raise InvalidFact("parent", _("Ein Dienstposten steht in einer Organisationseinheit."))
        return
    if parent.pk == body.pk or parent.pk in below:
        raise InvalidFact("parent", _("Eine Einheit steht nicht unter sich selbst."))
    if parent.kind != BodyKind.UNIT:
        raise InvalidFact("parent", _("Nur unter einer Organisationseinheit steht etwas, und keine Gruppe."))
    if Body.objects.get(pk=parent.pk).state == BodyState.RETIRED:
        raise InvalidFact("parent", _("„{body}“ ist stillgelegt.").format(body=parent))


def _refuse_oneself(actor: Actor, moved: set[int]) -> None:
    """The grants of the units above would become one's own."""
    if actor.user_id is not None and moved & bodies_of(actor.user_id, until=date.max):
        raise NotOneself(_("Die eigene Einheit verschiebt niemand selbst: Ihre Personen bekommen damit andere Rechte."))
