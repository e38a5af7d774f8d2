"""Services for organisation units and groups: made below one another, people taken in and out.

Belonging to a body is having its grants. So who may give grants in the body's scope decides, and nobody takes
themselves in.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import Body, BodyKind, Membership, Scope, User
from dms.access.rule import forget_rights
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible

CHAIN = "town"


class NotOneself(NotPossible):
    code = "not_oneself"

    def __init__(self) -> None:
        super().__init__(_("Sich selbst nimmt niemand in eine Einheit oder Gruppe auf."))


def body_create(actor: Actor, name: str, kind: BodyKind, scope: Scope, *, parent: Body | None = None) -> Body:
    """Below `parent` it stands in the parent's scope: whoever belongs to it has the parent's grants too.

    Raises NotAllowed, NotPossible.
    """
    scope = parent.scope if parent else scope
    clean = name.strip()
    if not clean or len(clean) > 200 or Body.objects.filter(name=clean).exists():
        raise NotPossible(_("Bitte einen Namen angeben, den noch keine Einheit oder Gruppe hat."))
    body = Body(name=clean, kind=kind, scope=scope, parent=parent)
    with change(actor, Event.BODY_CREATED, chain=CHAIN, scope=scope) as opened:
        opened.save(body)
    return body


def member_add(actor: Actor, body: Body, user: User, *, reason: str = "") -> None:
    """Belonging already changes nothing. Raises NotAllowed, NotOneself."""
    if user.pk == actor.user_id:
        raise NotOneself
    with change(actor, Event.MEMBER_ADDED, body, chain=CHAIN, reason=reason) as opened:
        if not Membership.objects.filter(body=body, user=user).exists():
            opened.save(Membership(body=body, user=user))
    forget_rights(actor)


def member_remove(actor: Actor, body: Body, user: User, *, reason: str = "") -> None:
    """From the next request on. Raises NotAllowed."""
    with change(actor, Event.MEMBER_REMOVED, body, chain=CHAIN, reason=reason) as opened:
        for membership in Membership.objects.filter(body=body, user=user):
            opened.delete(membership)
    forget_rights(actor)
