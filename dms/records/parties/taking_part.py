"""Services by which a party takes part in a dossier or case in a role, and does so no longer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.door import Change, change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.closing import is_open, refuse_closed
from dms.records.dossiers.keeping import holding
from dms.records.dossiers.models import Case, Dossier
from dms.records.parties.models import Participation, Party, PartyRole
from dms.records.protection.sensitivity import protections


class TakesPartAlready(NotPossible):
    code = "takes_part_already"

    def __init__(self) -> None:
        super().__init__(_("In dieser Rolle ist sie oder er hier schon beteiligt."))


def may_change_parties(actor: Actor, dossier: Dossier, case: Case | None = None) -> bool:
    """Whether the actor may say who takes part; after closing the registry alone may."""
    return can(actor, Permission.DOSSIER_KEEP, dossier) and (
        is_open(dossier, case) or can(actor, Permission.DOSSIER_AMEND, dossier)
    )


def party_take_part(
    actor: Actor, party: Party, role: PartyRole, dossier: Dossier, case: Case | None = None, *, now: datetime
) -> Participation:
    """Who was merged takes part as the one that stands for them. Raises NotAllowed, TakesPartAlready, DossierClosed,
    CaseClosed."""
    with (
        holding(dossier.pk) as held,
        change(actor, Event.PARTY_TAKES_PART, chain=held.chain, scope=held, at=now) as opened,
    ):
        inside = Case.objects.get(pk=case.pk, dossier=held) if case else None
        _refuse_when_closed(actor, held, inside)
        stands = party.standing or party
        known = Participation.objects.of_party(stands).filter(dossier=held, case=inside, role=role)
        if known.exists():
            raise TakesPartAlready
        row = Participation(dossier=held, case=inside, party=stands, role=role, since=now)
        opened.save(row)
        tell_who(opened, row)
    return row


def party_leave(actor: Actor, participation: Participation, *, reason: str = "") -> None:
    """It was wrong, or is over; the history of the dossier keeps it. Raises NotAllowed, DossierClosed, CaseClosed."""
    with (
        holding(participation.dossier_id) as held,
        change(actor, Event.PARTY_LEFT, chain=held.chain, scope=held, reason=reason) as opened,
    ):
        row = Participation.objects.select_related("party", "role", "case").get(pk=participation.pk)
        _refuse_when_closed(actor, held, row.case)
        tell_who(opened, row)
        opened.delete(row)


def participations_in(actor: Actor, dossiers: Iterable[UUID]) -> dict[tuple[UUID, UUID | None], list[Participation]]:
    """By dossier and case, for pages and lists, by one query; those that the actor may see."""
    within = Participation.objects.visible_to(actor).filter(dossier__in=list(dossiers))
    rows = within.select_related("party__standing", "role", "case")
    found: dict[tuple[UUID, UUID | None], list[Participation]] = {}
    for row in rows:
        found.setdefault((row.dossier_id, row.case_id), []).append(row)
    return found


def files_of(actor: Actor, party: Party) -> Sequence[Participation]:
    """In what the party takes part, as far as the actor may see it; the newest first."""
    rows = Participation.objects.visible_to(actor).of_party(party).select_related("dossier", "case", "role", "party")
    return list(rows.order_by("-since", "id"))


def files_listed(actor: Actor, party: Party) -> list[tuple[Participation, PartyRole | None]]:
    """The same for lists, with the role. A list is no reading: as what somebody takes part in what is sensitive is not
    told."""
    rows = files_of(actor, party)
    closed = protections({row.dossier_id for row in rows})
    return [(row, None if row.dossier_id in closed else row.role) for row in rows]


def _refuse_when_closed(actor: Actor, dossier: Dossier, case: Case | None) -> None:
    if not can(actor, Permission.DOSSIER_AMEND, dossier):
        refuse_closed(dossier, case)


def tell_who(opened: Change, row: Participation) -> None:
    """For the sentence in the history."""
    opened.facts.update({"party": row.party.name, "role": row.role.label})
    if row.case:
        opened.facts["case"] = row.case.reference_number
