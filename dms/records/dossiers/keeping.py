"""Services by which people keep dossiers: open, describe, close; and what the registry alone may do after that.

Each holds the dossier's row, so that a case opened at the same moment cannot slip into a dossier that is being closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.rule import can, require
from dms.audit.door import Change, change
from dms.audit.events import RULES, Event
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.describing import DossierFacts, clean_dossier
from dms.records.dossiers.kinds import begin_fields, change_fields
from dms.records.dossiers.models import Case, Dossier, DossierVerb, FileState, ReferenceNumber
from dms.records.dossiers.numbering import Reference, case_reference, take_for_dossier
from dms.records.holdings.models import Volume
from dms.records.meanwhile import refuse_if_changed
from dms.records.models import Document
from dms.records.plan.models import EntryState, PlanEntry
from dms.records.protection.scopes import scope_around

EVENTS = {
    DossierVerb.DESCRIBE: Event.DOSSIER_DESCRIBED,
    DossierVerb.OPEN_CASE: Event.CASE_OPENED,
    DossierVerb.RENUMBER: Event.DOSSIER_RENUMBERED,
    DossierVerb.USE_NUMBER: Event.DOSSIER_NUMBER_USED,
    DossierVerb.CLOSE: Event.DOSSIER_CLOSED,
    DossierVerb.AMEND: Event.DOSSIER_AMENDED,
    DossierVerb.REOPEN: Event.DOSSIER_REOPENED,
}


class OpenCases(NotPossible):
    code = "open_cases"

    def __init__(self, number: int) -> None:
        sentence = _("Zur Akte gehören noch offene Vorgänge ({number}). Bitte zuerst diese abschließen.")
        super().__init__(sentence.format(number=number))


class NumberInUse(NotPossible):
    code = "reference_number_in_use"

    def __init__(self) -> None:
        super().__init__(_("Das Aktenzeichen steht schon in Schreiben, die das Haus verlassen haben; es bleibt."))


def changed_meanwhile() -> str:
    return _("Die Akte wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen.")


def dossier_actions(actor: Actor, dossier: Dossier) -> list[DossierVerb]:
    """What the actor can do with it now: what the lifecycle leads to, the number allows, and the rights allow."""
    possible = set(dossier.lifecycle.verbs(dossier.state))
    if dossier.used_outside_at:
        possible -= {DossierVerb.RENUMBER, DossierVerb.USE_NUMBER}
    return [verb for verb, event in EVENTS.items() if verb in possible and can(actor, RULES[event].permission, dossier)]


def may_open_below(actor: Actor, entry: PlanEntry) -> bool:
    return entry.state == EntryState.ACTIVE and can(actor, RULES[Event.DOSSIER_OPENED].permission, entry)


def dossier_open(actor: Actor, entry: PlanEntry, facts: DossierFacts, *, now: datetime) -> Dossier:
    """Below an active entry, with the next number there.

    Raises NotAllowed, InvalidFact, InvalidFields, NumberTaken.
    """
    clean = dict(clean_dossier({"title": "", **facts}))
    with transaction.atomic():
        place = _active(entry)
        require(actor, RULES[Event.DOSSIER_OPENED].permission, place)
        reference = take_for_dossier(place, now)
        dossier = Dossier(
            plan_entry=place, scope_id=place.scope_id, reference_number=reference.text, opened_at=now, **clean
        )
        begin_fields(actor, dossier, facts)
        with change(actor, Event.DOSSIER_OPENED, chain=dossier.chain, scope=place, at=now) as opened:
            opened.save(dossier)
            give_number(opened, reference, dossier, None, now)
    return dossier


def dossier_describe(actor: Actor, dossier: Dossier, facts: DossierFacts, *, expected: str | None = None) -> Dossier:
    """While it is open; after closing the registry alone, as an amendment.

    Raises NotAllowed, InvalidFact, InvalidFields, NotPossible.
    """
    verb = DossierVerb.DESCRIBE if dossier.state == FileState.OPEN else DossierVerb.AMEND
    with change(actor, EVENTS[verb], dossier, chain=dossier.chain, verb=verb) as opened:
        fresh: Dossier = opened.target
        refuse_if_changed(fresh, expected, changed_meanwhile())
        stood = (fresh.title, fresh.field_words)
        for name, value in clean_dossier(facts, medium=fresh.medium, location=fresh.location).items():
            setattr(fresh, name, value)
        opened.facts.update(change_fields(actor, fresh, facts))
        opened.save(fresh)
        if stood != (fresh.title, fresh.field_words):
            note_documents(opened, Document.objects.filter(dossier=fresh))
    return fresh


def dossier_close(
    actor: Actor, dossier: Dossier, *, now: datetime, reason: str = "", expected: str | None = None
) -> Dossier:
    """z. d. A. Raises NotAllowed, OpenCases, NotPossible."""
    with holding(dossier.pk), _verb(actor, dossier, DossierVerb.CLOSE, now, reason) as opened:
        fresh: Dossier = opened.target
        refuse_if_changed(fresh, expected, changed_meanwhile())
        if still_open := Case.objects.filter(dossier=fresh, state=FileState.OPEN).count():
            raise OpenCases(still_open)
        fresh.closed_at = now
        opened.save(fresh)
        _close_volumes(opened, fresh, now)
    return fresh


def dossier_reopen(
    actor: Actor, dossier: Dossier, *, now: datetime, reason: str, expected: str | None = None
) -> Dossier:
    """A right of its own. Raises NotAllowed, NotPossible."""
    with _verb(actor, dossier, DossierVerb.REOPEN, now, reason) as opened:
        fresh: Dossier = opened.target
        refuse_if_changed(fresh, expected, changed_meanwhile())
        fresh.closed_at = None
        opened.save(fresh)
    return fresh


def dossier_use_number(actor: Actor, dossier: Dossier, *, now: datetime, reason: str = "") -> Dossier:
    """From now on the number stays as it is. Saying so again changes nothing. Raises NotAllowed, NotPossible."""
    with _verb(actor, dossier, DossierVerb.USE_NUMBER, now, reason) as opened:
        fresh: Dossier = opened.target
        fresh.used_outside_at = fresh.used_outside_at or now
        opened.save(fresh)
    return fresh


def dossier_renumber(
    actor: Actor, dossier: Dossier, entry: PlanEntry, *, now: datetime, reason: str, expected: str | None = None
) -> Dossier:
    """It belongs below another entry and gets the next number there, its cases with it; former numbers find it.

    Raises NotAllowed, InvalidFact, NumberInUse, NumberTaken, NotPossible.
    """
    with holding(dossier.pk):
        place = _active(entry)
        with _verb(actor, dossier, DossierVerb.RENUMBER, now, reason) as opened:
            fresh: Dossier = opened.target
            refuse_if_changed(fresh, expected, changed_meanwhile())
            if fresh.used_outside_at:
                raise NumberInUse
            if place.scope_id != scope_around(fresh):
                raise NotPossible(_("Dort gelten andere Rechte; dorthin lässt sich die Akte nicht umsignieren."))
            if place.pk == fresh.plan_entry_id:
                raise NotPossible(_("Die Akte steht schon unter diesem Eintrag."))
            reference = take_for_dossier(place, now)
            fresh.plan_entry, fresh.reference_number = place, reference.text
            opened.save(fresh)
            _replace(opened, ReferenceNumber.objects.filter(dossier=fresh, case=None, replaced_at=None), now)
            give_number(opened, reference, fresh, None, now)
            _renumber_cases(opened, fresh, now)
            note_documents(opened, Document.objects.filter(dossier=fresh))
    return fresh


def _close_volumes(opened: Change, dossier: Dossier, now: datetime) -> None:
    for volume in Volume.objects.filter(dossier=dossier, state=FileState.OPEN):
        volume.state, volume.closed_at = FileState.CLOSED, now
        opened.save(volume)


@contextmanager
def holding(dossier_id: UUID) -> Iterator[Dossier]:
    """Nobody else changes the dossier or what is in it meanwhile."""
    with transaction.atomic():
        yield Dossier.objects.select_for_update(of=("self",)).get(pk=dossier_id)


def note_documents(opened: Change, documents: QuerySet[Document]) -> None:
    """They are searched by what their place is called, too."""
    opened.outbox.update(("search", document) for document in documents.values_list("pk", flat=True))


def give_number(opened: Change, reference: Reference, dossier: Dossier, case: Case | None, now: datetime) -> None:
    opened.save(
        ReferenceNumber(
            text=reference.text, dossier=dossier, case=case, counter=reference.counter, number=reference.number,
            given_at=now,
        )
    )  # fmt: skip


def _verb(
    actor: Actor, dossier: Dossier, verb: DossierVerb, now: datetime, reason: str
) -> AbstractContextManager[Change]:
    return change(actor, EVENTS[verb], dossier, chain=dossier.chain, verb=verb, reason=reason, at=now)


def _active(entry: PlanEntry) -> PlanEntry:
    """As it is stored, held until the end of the transaction: nobody retires it meanwhile."""
    place: PlanEntry = PlanEntry.objects.select_for_update(of=("self",), no_key=True).get(pk=entry.pk)
    if place.state != EntryState.ACTIVE:
        raise InvalidFact("plan_entry", _("Der Aktenplaneintrag ist stillgelegt; darunter entsteht nichts Neues."))
    return place


def _replace(opened: Change, numbers: Iterable[ReferenceNumber], now: datetime) -> None:
    for former in numbers:
        former.replaced_at = now
        opened.save(former)


def _renumber_cases(opened: Change, dossier: Dossier, now: datetime) -> None:
    for case in Case.objects.filter(dossier=dossier):
        former = ReferenceNumber.objects.get(case=case, replaced_at=None)
        text = case_reference(dossier, former.number, case.opened_at)
        _replace(opened, [former], now)
        case.reference_number = text
        opened.save(case)
        give_number(opened, Reference(former.counter, former.number, text), dossier, case, now)
