"""Services that merge two entries of the register that mean the same, and take that apart again.

Nothing is rewritten: files, letters and addresses stay with the entry to which they were given, and who asks for one
of them finds the one that stands for both. So a merger can be taken back at any time, whole (docs/decisions/0023).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can, require
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.parties.models import Party

MOST_GROUPS = 100


class NotToBeMerged(NotPossible):
    code = "party_not_to_be_merged"


def may_merge(actor: Actor, party: Party) -> bool:
    return can(actor, Permission.PARTY_REGISTER, party)


def party_merge(actor: Actor, gone: Party, kept: Party, *, reason: str = "") -> Party:
    """From now on `kept` stands for both. Raises NotAllowed, NotToBeMerged."""
    with _held(gone, kept) as (leaving, staying):
        require(actor, Permission.PARTY_REGISTER, staying)
        _refuse_unfit(leaving, staying)
        names = {"merged": leaving.name, "into": staying.name}
        for party in [leaving, *Party.objects.filter(standing=leaving).order_by("pk")]:
            with change(actor, Event.PARTY_MERGED, party, chain=party.chain, reason=reason) as opened:
                opened.facts.update(names)
                opened.target.standing = staying
                if opened.target.pk == leaving.pk:
                    opened.target.merged_into = staying
                opened.save(opened.target)
        with change(actor, Event.PARTY_TAKEN_OVER, staying, chain=staying.chain, reason=reason) as opened:
            opened.facts.update(names)
    return Party.objects.get(pk=kept.pk)


def party_part(actor: Actor, merged: Party, *, reason: str = "") -> Party:
    """It stands alone again, with all that it had, and with those that had been merged into it.

    Raises NotAllowed, NotToBeMerged.
    """
    if merged.merged_into is None or merged.standing is None:
        raise NotToBeMerged(_("Dieser Eintrag steht für sich; er ist mit keinem zusammengeführt."))
    with _held(merged, merged.standing) as (fresh, stood):
        if fresh.standing_id != stood.pk:
            raise NotToBeMerged(_("Das wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen."))
        names = {"merged": fresh.name, "into": stood.name}
        for party in _below(fresh):
            with change(actor, Event.PARTY_PARTED, party, chain=party.chain, reason=reason) as opened:
                opened.facts.update(names)
                if party.pk == fresh.pk:
                    opened.target.merged_into = opened.target.standing = None
                else:
                    opened.target.standing_id = fresh.pk
                opened.save(opened.target)
        with change(actor, Event.PARTY_GIVEN_BACK, stood, chain=stood.chain, reason=reason) as opened:
            opened.facts.update(names)
    return Party.objects.get(pk=merged.pk)


def same_names(actor: Actor) -> list[list[Party]]:
    """Entries of the same name that the actor keeps, in groups: where doublets are to be looked for."""
    seen = Party.objects.visible_to(actor).standing_alone()
    groups = seen.order_by("name_key").values("name_key").annotate(number=Count("pk")).filter(number__gt=1)
    keys = [group["name_key"] for group in groups[:MOST_GROUPS]]
    found: dict[str, list[Party]] = {key: [] for key in keys}
    for party in seen.filter(name_key__in=keys).prefetch_related("addresses").order_by("birth_date", "entered_at"):
        if may_merge(actor, party):
            found[party.name_key].append(party)
    return [group for group in found.values() if len(group) > 1]


@contextmanager
def _held(one: Party, other: Party) -> Iterator[tuple[Party, Party]]:
    """Both rows, locked in the order of ids."""
    with transaction.atomic():
        rows = Party.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk, other.pk]).order_by("pk")
        held: dict[UUID, Party] = {row.pk: row for row in rows}
        yield held[one.pk], held[other.pk]


def _refuse_unfit(gone: Party, kept: Party) -> None:
    if gone.pk == kept.pk:
        raise NotToBeMerged(_("Ein Eintrag lässt sich nicht mit sich selbst zusammenführen."))
    if gone.standing_id or kept.standing_id:
        raise NotToBeMerged(_("Einer der beiden ist schon zusammengeführt. Bitte neu laden und noch einmal prüfen."))
    if gone.kind != kept.kind:
        raise NotToBeMerged(_("Eine Person und eine Organisation sind nie dasselbe."))


def _below(party: Party) -> list[Party]:
    """It and all that were merged into it, at any depth."""
    found = [party]
    for one in found:
        found.extend(Party.objects.filter(merged_into=one).order_by("pk"))
    return found
