"""Services that enter a party into the register and put it right; both leave what stood there in its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed, allowed_scopes, can
from dms.audit.door import Change, change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.models import Dossier
from dms.records.meanwhile import refuse_if_changed
from dms.records.parties.describing import MOST_ADDRESSES, AddressFacts, PartyFacts, clean_address, describe
from dms.records.parties.models import Party, PartyAddress, PartyKind
from dms.records.plan.models import PlanEntry


class PartyMerged(NotPossible):
    code = "party_merged"

    def __init__(self) -> None:
        super().__init__(_("Dieser Eintrag ist mit einem anderen zusammengeführt. Bitte jenen bearbeiten."))


@dataclass(frozen=True, slots=True)
class RegisterScope:
    """Where somebody is entered who takes part in nothing yet: the highest place where the actor may do so."""

    scope_id: int

    @classmethod
    def of(cls, actor: Actor, permission: Permission) -> RegisterScope:
        """Raises NotAllowed."""
        entries = PlanEntry.objects.filter(scope_id__in=allowed_scopes(actor, permission))
        highest = entries.order_by("ancestors__len", "order_key").values_list("scope_id", flat=True).first()
        if highest is None:
            raise NotAllowed(actor, permission)
        return cls(highest)


def changed_meanwhile() -> str:
    return _("Der Eintrag wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen.")


def may_keep(actor: Actor, party: Party) -> bool:
    return party.standing_id is None and can(actor, Permission.PARTY_KEEP, party)


def party_enter(actor: Actor, facts: PartyFacts, *, now: datetime, home: Dossier | None = None) -> Party:
    """With the rights of the dossier `home`; without one, with those of the highest place where the actor may.

    Raises NotAllowed, InvalidFact.
    """
    with transaction.atomic():
        held = Dossier.objects.select_for_update(of=("self",), no_key=True).get(pk=home.pk) if home else None
        where = held or RegisterScope.of(actor, Permission.PARTY_KEEP)
        party = Party(home=held, scope_id=where.scope_id, entered_at=now)
        describe(party, cast(PartyFacts, {"kind": PartyKind.PERSON, "family_name": "", **facts}))
        with change(actor, Event.PARTY_ENTERED, chain=party.chain, scope=where, at=now) as opened:
            opened.save(party)
            _put_addresses(opened, party, facts.get("addresses", []))
    return party


def party_correct(
    actor: Actor, party: Party, facts: PartyFacts, *, reason: str = "", expected: str | None = None
) -> Party:
    """Raises NotAllowed, InvalidFact, PartyMerged, ChangedMeanwhile."""
    with change(actor, Event.PARTY_CORRECTED, party, chain=party.chain, reason=reason.strip()) as opened:
        fresh: Party = opened.target
        if fresh.standing_id:
            raise PartyMerged
        refuse_if_changed(fresh, expected, changed_meanwhile())
        describe(fresh, facts)
        opened.save(fresh)
        if "addresses" in facts:
            _put_addresses(opened, fresh, facts["addresses"])
    return fresh


def _put_addresses(opened: Change, party: Party, wanted: list[AddressFacts]) -> None:
    """What is not named any more is taken out; the history keeps it."""
    if len(wanted) > MOST_ADDRESSES:
        raise InvalidFact("addresses", _("So viele Anschriften hat niemand. Bitte alte herausnehmen."))
    before = {row.pk: row for row in PartyAddress.objects.filter(party=party)}
    for facts in wanted:
        known = facts.get("id")
        row = before.pop(known, None) if known else PartyAddress(party=party)
        if row is None:
            raise InvalidFact("addresses", changed_meanwhile())
        for name, value in cast(dict[str, Any], clean_address(facts)).items():
            setattr(row, name, value)
        opened.save(row)
    for row in before.values():
        opened.delete(row)
