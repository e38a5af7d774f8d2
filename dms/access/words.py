"""Says in words by which grant somebody may do a thing and where that grant was given, or what they lack for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dms.access.levels import Level
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


def why_locked() -> str:
    return _("Das Konto ist gesperrt.")


def why_not_cleared(level: Level) -> str:
    """Of whoever has a grant that would do."""
    return _(
        "Ein Recht gilt hier, aber die Ermächtigung fehlt: Dies ist „{level}“. "
        "Ermächtigungen gibt die Rolle Geheimschutz."
    ).format(level=level.label)


def why_no_grant(grants: Iterable[Grant], today: date, *, cut_off: bool) -> str:
    """`grants` would do, had they begun or not ended. `cut_off`: what is granted above does not hold here."""
    found = list(grants)
    begins = min((one.valid_from for one in found if one.valid_from > today and not one.begins_at_once), default=None)
    if begins is not None:
        return _("Das Recht dazu gilt erst ab {day}.").format(day=date_format(begins, "d.m.Y"))
    ended = max((one.valid_to for one in found if one.valid_to is not None), default=None)
    if ended is not None:
        return _("Das Recht dazu galt nur bis {day}.").format(day=date_format(ended, "d.m.Y"))
    lacking = _("Weder die Person selbst noch eine Stelle, zu der sie gehört, hat hier ein Recht dazu.")
    return f"{lacking} {_('Rechte von darüber gelten hier nicht.')}" if cut_off else lacking


def _until(grant: Grant) -> str:
    if grant.valid_to is None:
        return ""
    return " " + _("bis {day}").format(day=date_format(grant.valid_to, "d.m.Y"))
