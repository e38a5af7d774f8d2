"""Who may be meant: entries of the register that are likely the same as one being entered, or as a sender's name.

Only such as the actor may see. Nobody is told that a person is known in a file that is not theirs to see; what is
entered twice for that reason is merged by those who keep the register.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dms.access.actors import Actor
from dms.records.parties.models import Party
from dms.records.parties.names import folded_words, name_key, sounds_of, telling_words

MOST = 8
_LOOKED_AT = 300
_LIKELY = 3


@dataclass(frozen=True, slots=True)
class Likely:
    """`why` says what agrees, in words."""

    party: Party
    score: int
    why: list[Promise]


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of somebody who is to be entered."""

    name: str
    birth_date: date | None = None
    postcodes: frozenset[str] = frozenset()


def likely_same(actor: Actor, sought: Sought, *, but: Iterable[UUID] = ()) -> list[Likely]:
    """The likeliest first. A name that only sounds alike is not enough where both birth dates are known and differ."""
    sounds, key = sounds_of(sought.name), name_key(sought.name)
    if not key:
        return []
    alike = Q(name_key=key) | Q(sounds__contains=sounds) if sounds else Q(name_key=key)
    if sought.birth_date and sounds:
        alike |= Q(birth_date=sought.birth_date, sounds__overlap=sounds)
    if sought.postcodes and sounds:
        alike |= Q(addresses__postcode__in=sought.postcodes, sounds__overlap=sounds)
    found = Party.objects.visible_to(actor).standing_alone().exclude(pk__in=list(but)).filter(alike).distinct()
    judged = [_judged(party, sought, key, sounds) for party in found.prefetch_related("addresses")[:_LOOKED_AT]]
    likely = [one for one in judged if one.score >= _LIKELY]
    return sorted(likely, key=lambda one: (-one.score, one.party.name))[:MOST]


def parties_of_sender(actor: Actor, sender: str) -> list[Party]:
    """Whose telling names all stand in what a letter says about its sender, the longest names first."""
    said, sounds = set(folded_words(sender)), sounds_of(sender)
    if not sounds:
        return []
    found = Party.objects.visible_to(actor).standing_alone().filter(sounds__overlap=sounds)[:_LOOKED_AT]
    meant = [party for party in found if set(party.name_key.split()) <= said]
    return sorted(meant, key=lambda party: (-len(party.name_key), party.name))[:MOST]


def _judged(party: Party, sought: Sought, key: str, sounds: list[str]) -> Likely:
    agreed = list(_agreements(party, sought, key, sounds))
    if party.birth_date and sought.birth_date and party.birth_date != sought.birth_date:
        return Likely(party, 0, [])
    return Likely(party, sum(points for points, _why in agreed), [why for _points, why in agreed])


def _agreements(party: Party, sought: Sought, key: str, sounds: list[str]) -> Iterator[tuple[int, Promise]]:
    if party.name_key == key:
        yield 4, _("gleicher Name")
    elif set(telling_words(sought.name)) <= set(party.name_key.split()):
        yield 3, _("Name enthalten")
    elif set(sounds) <= set(party.sounds):
        yield 3, _("Name klingt gleich")
    elif set(sounds) & set(party.sounds):
        yield 1, _("Teil des Namens klingt gleich")
    if sought.birth_date and party.birth_date == sought.birth_date:
        yield 3, _("gleiches Geburtsdatum")
    if sought.postcodes & {address.postcode for address in party.addresses.all()}:
        yield 2, _("gleiche Postleitzahl")
