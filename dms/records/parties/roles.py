"""The roles in which parties take part: those of a new town, and the service that adds one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.documents.facts import InvalidFact, one_line
from dms.records.parties.keeping import RegisterScope
from dms.records.parties.models import PartyRole
from dms.records.parties.names import folded

CHAIN = "town"
FIRST_ROLES = {
    "applicant": gettext_noop("Antragsteller/in"),
    "sender": gettext_noop("Absender/in"),
    "recipient": gettext_noop("Empfänger/in"),
    "concerned": gettext_noop("Betroffene/r"),
    "representative": gettext_noop("Bevollmächtigte/r"),
    "neighbour": gettext_noop("Nachbar/in"),
    "authority": gettext_noop("Behörde"),
    "expert": gettext_noop("Gutachter/in"),
    "contractor": gettext_noop("Auftragnehmer/in"),
}


def roles_setup(actor: Actor) -> None:
    """What is there already stays as it is."""
    known = set(PartyRole.objects.values_list("slug", flat=True))
    missing = [
        PartyRole(slug=slug, label=label, position=position)
        for position, (slug, label) in enumerate(FIRST_ROLES.items(), start=1)
        if slug not in known
    ]
    if missing:
        with change(actor, Event.PARTY_ROLE_CREATED, chain=CHAIN) as opened:
            opened.create_many(missing)


def role_create(actor: Actor, label: str) -> PartyRole:
    """At the end of the list. Raises NotAllowed, InvalidFact."""
    scope = RegisterScope.of(actor, Permission.PARTY_REGISTER)
    clean = one_line("label", label, 100)
    slug = slugify(folded(clean))[:40]
    if not slug:
        raise InvalidFact("label", _("Bitte sagen, wie die Rolle heißt."))
    with transaction.atomic(), change(actor, Event.PARTY_ROLE_CREATED, chain=CHAIN, scope=scope) as opened:
        if PartyRole.objects.filter(slug=slug).exists() or PartyRole.objects.filter(label=clean).exists():
            raise InvalidFact("label", _("Diese Rolle gibt es schon."))
        last = PartyRole.objects.aggregate(last=Max("position"))["last"] or 0
        role = PartyRole(slug=slug, label=clean, position=last + 1)
        opened.save(role)
    return role
