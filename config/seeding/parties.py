"""Whoever first wrote about a matter is its applicant: entered in the register, or there already for another file."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import cast
from uuid import UUID

from dms.access.actors import Actor
from dms.audit.events import Event
from dms.audit.together import Together
from dms.records.dossiers.models import Dossier
from dms.records.parties.describing import AddressFacts, PartyFacts, clean_address, describe
from dms.records.parties.models import AddressKind, Participation, Party, PartyAddress, PartyKind, PartyRole
from dms.records.parties.taking_part import tell_who
from ingest.samples.people import Correspondent

ROLE = "applicant"
KNOWN_ALREADY = 0.3
_LIVES = {PartyKind.PERSON: AddressKind.HOME, PartyKind.ORGANISATION: AddressKind.BUSINESS}


class Applicants:
    """Those of one batch. `random` decides who they are, so that a repeated run makes the same."""

    def __init__(self, together: Together, random: Random) -> None:
        self._together, self._random = together, random
        self._role = PartyRole.objects.get(pk=ROLE)
        self._entered: list[Party] = []

    def takes_part(self, actor: Actor, dossier: Dossier, sender: Correspondent, at: datetime) -> None:
        """Raises InvalidFact for a sender whom the register would refuse."""
        if self._entered and self._random.random() < KNOWN_ALREADY:
            party = self._random.choice(self._entered)
        else:
            party = self._enter(actor, dossier, sender, at)
        event = Event.PARTY_TAKES_PART
        with self._together.change(actor, event, chain=dossier.chain, scope=dossier, at=at) as opened:
            row = Participation(id=self._id(), dossier=dossier, party=party, role=self._role, since=at)
            opened.save(row)
            tell_who(opened, row)

    def _enter(self, actor: Actor, dossier: Dossier, sender: Correspondent, at: datetime) -> Party:
        party = Party(id=self._id(), home=dossier, scope_id=dossier.scope_id, entered_at=at)
        describe(party, _facts(sender))
        postcode, _space, city = sender.town.partition(" ")
        reached: list[AddressFacts] = [
            {"kind": _LIVES[PartyKind(party.kind)], "street": sender.street, "postcode": postcode, "city": city},
            {"kind": AddressKind.PHONE, "value": sender.phone},
        ]
        with self._together.change(
            actor, Event.PARTY_ENTERED, chain=party.chain, scope=dossier, at=at
        ) as opened:  # fmt: skip
            opened.save(party)
            for facts in reached:
                opened.save(PartyAddress(id=self._id(), party=party, **clean_address(facts)))
        self._entered.append(party)
        return party

    def _id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)


def _facts(sender: Correspondent) -> PartyFacts:
    if sender.feminine is None:
        return cast(PartyFacts, {"kind": PartyKind.ORGANISATION, "organisation": sender.name, "family_name": ""})
    given, _space, family = sender.name.rpartition(" ")
    return cast(PartyFacts, {"kind": PartyKind.PERSON, "given_names": given, "family_name": family})
