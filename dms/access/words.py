"""Says in words by which grant somebody may do a thing, and where that grant was given."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dms.access.models import Grant


def why(grant: Grant, key: str, thing: Any, *, named: bool = True) -> str:
    """`key` is the actor's, `thing` what it may do something with. Scope, person and body have come along.

    Not `named`: without saying what the place of the grant is called.
    """
    where = str(grant.scope) if named else _("einer Stelle darüber")
    held = _("{user} ist {role} in {scope}").format(user=grant.subject, role=grant.get_role_display(), scope=where)
    sentences = [f"{held}{_until(grant)}."]
    if grant.body is not None:
        sentences.insert(0, _("{actor} gehört zu „{body}“.").format(actor=key.partition(":")[2], body=grant.body))
    if grant.scope_id != getattr(thing, "scope_id", None):
        sentences.append(_("Das gilt auch hier, weil die Rechte von dort übernommen werden."))
    return " ".join(sentences)


def _until(grant: Grant) -> str:
    if grant.valid_to is None:
        return ""
    return " " + _("bis {day}").format(day=date_format(grant.valid_to, "d.m.Y"))
