"""Where new mail belongs until somebody files it: the scope of the central inbox."""

from __future__ import annotations

from dms.access.actors import Actor
from dms.access.models import Scope
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed, allowed_scopes

CENTRAL_INBOX = "Posteingang"


def inbox_scope() -> Scope:
    """Made by `./manage.py setup`. Raises Scope.DoesNotExist before that."""
    return Scope.objects.get(name=CENTRAL_INBOX, place="")


def inbox_scope_for(actor: Actor) -> Scope:
    """Where this actor's mail goes: the central inbox if it may add there, else the first inbox where it may.

    Raises NotAllowed.
    """
    allowed = Scope.objects.filter(pk__in=allowed_scopes(actor, Permission.INBOX_ADD))
    found = allowed.filter(name=CENTRAL_INBOX).first() or allowed.order_by("pk").first()
    if found is None:
        raise NotAllowed(actor, Permission.INBOX_ADD)
    return found
