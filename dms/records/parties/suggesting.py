"""Whom somebody may mean who is typing a name into a field: entries of the register, the likely ones first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from dms.access.actors import Actor
from dms.records.dossiers.models import Dossier
from dms.records.parties.letters import in_one_line
from dms.records.parties.models import Participation, Party
from dms.records.parties.similar import MOST, Sought, likely_same


@dataclass(frozen=True, slots=True)
class Suggested:
    """`address` tells those of one name apart; `takes_part`: in the dossier that the field is of."""

    party: Party
    address: str
    takes_part: bool


def party_suggestions(actor: Actor, words: str, dossier: Dossier | None = None) -> list[Suggested]:
    """Those who take part in the dossier first, then those of the name that was typed, then those that only hold or
    sound like it; none that the actor may not find."""
    here = _taking_part(actor, dossier)
    found = Party.objects.visible_to(actor).standing_alone()
    ranked = [
        *found.called(words).filter(pk__in=here),
        *(one.party for one in likely_same(actor, Sought(words))),
        *found.called(words)[:MOST],
    ]
    chosen = list({party.pk: party for party in ranked}.values())
    chosen.sort(key=lambda party: party.pk not in here)
    shown = Party.objects.prefetch_related("addresses").in_bulk([party.pk for party in chosen[:MOST]])
    return [Suggested(shown[one.pk], _address(shown[one.pk]), one.pk in here) for one in chosen[:MOST]]


def _taking_part(actor: Actor, dossier: Dossier | None) -> set[UUID]:
    if dossier is None:
        return set()
    rows = Participation.objects.visible_to(actor).filter(dossier=dossier).select_related("party__standing")
    return {row.stands.pk for row in rows}


def _address(party: Party) -> str:
    """The first by post, else whatever there is."""
    known: Iterator[str] = (in_one_line(one) for one in sorted(party.addresses.all(), key=lambda one: not one.city))
    return next(known, "")
