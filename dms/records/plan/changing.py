"""Services by which the registry changes the file plan, one entry at a time; the tree's `ancestors` are kept here.

Whoever changes the tree holds the row of the plan first, so that two moves at once cannot make a ring of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TypedDict
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import Scope
from dms.access.rule import can
from dms.audit.door import Change, change
from dms.audit.events import RULES, Event
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.fields.models import DossierKind
from dms.records.meanwhile import refuse_if_changed
from dms.records.plan.models import EntryState, EntryVerb, FilePlan, PlanEntry
from dms.records.plan.numbers import sorting_key
from dms.records.plan.retention import Retention
from dms.records.plan.rows import PlanRow, clean_row, new_number_faults, row_of
from dms.records.protection.scopes import scope_around

_EVENTS = {
    EntryVerb.CHANGE: Event.PLAN_ENTRY_CHANGED,
    EntryVerb.ADD: Event.PLAN_ENTRY_ADDED,
    EntryVerb.MOVE: Event.PLAN_ENTRY_MOVED,
    EntryVerb.RETIRE: Event.PLAN_ENTRY_RETIRED,
}


class EntryChanges(TypedDict, total=False):
    """Only what is to change; the number never does."""

    title: str
    description: str
    valid_from: date | None
    valid_to: date | None
    retention: Retention
    dossier_kind: DossierKind | None
    """With which dossiers below begin; none: that of the entry above."""


def changed_meanwhile() -> str:
    return _("Der Aktenplaneintrag wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen.")


def entry_actions(actor: Actor, entry: PlanEntry) -> list[EntryVerb]:
    """What the actor can do with it now: what the lifecycle leads to and the rights allow."""
    possible = entry.lifecycle.verbs(entry.state)
    return [verb for verb, event in _EVENTS.items() if verb in possible and can(actor, RULES[event].permission, entry)]


def plan_create(actor: Actor, *, name: str, version: str, scope: Scope, valid_from: date | None = None) -> FilePlan:
    """An empty plan. Raises NotAllowed."""
    plan = FilePlan(name=name, version=version, scope=scope, valid_from=valid_from)
    with change(actor, Event.PLAN_CREATED, chain=plan.chain, scope=plan) as opened:
        opened.save(plan)
    return plan


def entry_add(actor: Actor, plan: FilePlan, row: PlanRow) -> PlanEntry:
    """A new entry below `row.parent`, or a main group. Raises NotAllowed, InvalidFact."""
    clean = clean_row(row)
    for fault in new_number_faults(clean.number):
        raise fault
    with holding(plan):
        if plan.entries.filter(number=clean.number).exists():
            raise InvalidFact("number", _("Dieses Kennzeichen ist vergeben; es wird nie ein zweites Mal verwendet."))
        parent = _active_parent(plan, clean.parent) if clean.parent else None
        with change(actor, Event.PLAN_ENTRY_ADDED, chain=plan.chain, scope=parent or plan) as opened:
            entry = new_entry(plan, clean, parent)
            opened.save(entry)
    return entry


def entry_change(actor: Actor, entry: PlanEntry, changes: EntryChanges, *, expected: str | None = None) -> PlanEntry:
    """With `expected` it must still have this `state_digest`. Raises NotAllowed, InvalidFact, ChangedMeanwhile."""
    with change(
        actor, Event.PLAN_ENTRY_CHANGED, entry, chain=entry.chain, verb=EntryVerb.CHANGE
    ) as opened:  # fmt: skip
        fresh: PlanEntry = opened.target
        refuse_if_changed(fresh, expected, changed_meanwhile())
        for name, value in changes.items():
            setattr(fresh, name, value)
        write_row(fresh, clean_row(row_of(fresh, "")))
        opened.save(fresh)
    return fresh


def entry_move(actor: Actor, entry: PlanEntry, parent: PlanEntry | None, *, expected: str | None = None) -> PlanEntry:
    """With all that stands below it. Raises NotAllowed, NotPossible, ChangedMeanwhile."""
    with (
        holding(entry.plan),
        change(actor, Event.PLAN_ENTRY_MOVED, entry, chain=entry.chain, verb=EntryVerb.MOVE) as opened,
    ):
        fresh: PlanEntry = opened.target
        refuse_if_changed(fresh, expected, changed_meanwhile())
        place_below(opened, fresh, PlanEntry.objects.get(pk=parent.pk) if parent else None)
    return fresh


def entry_retire(actor: Actor, entry: PlanEntry, *, reason: str, expected: str | None = None) -> PlanEntry:
    """For good. Raises NotAllowed, NotPossible, ChangedMeanwhile."""
    with (
        holding(entry.plan),
        change(
            actor, Event.PLAN_ENTRY_RETIRED, entry, chain=entry.chain, verb=EntryVerb.RETIRE, reason=reason
        ) as opened,
    ):
        fresh: PlanEntry = opened.target
        refuse_if_changed(fresh, expected, changed_meanwhile())
        if PlanEntry.objects.filter(parent=fresh, state=EntryState.ACTIVE).exists():
            raise NotPossible(
                _("Darunter stehen noch aktive Einträge. Bitte zuerst diese stilllegen oder verschieben.")
            )
        opened.save(fresh)
    return fresh


@contextmanager
def holding(plan: FilePlan) -> Iterator[None]:
    """Nobody else changes the tree meanwhile."""
    with transaction.atomic():
        FilePlan.objects.select_for_update().get(pk=plan.pk)
        yield


def new_entry(plan: FilePlan, row: PlanRow, parent: PlanEntry | None) -> PlanEntry:
    """Not saved yet. Rights are those of the place."""
    entry = PlanEntry(plan=plan, scope_id=(parent or plan).scope_id, number=row.number)
    entry.order_key = sorting_key(row.number)
    entry.parent, entry.ancestors = parent, lineage(parent)
    entry.state = EntryState.RETIRED if row.retired else EntryState.ACTIVE
    write_row(entry, row)
    return entry


def write_row(entry: PlanEntry, row: PlanRow) -> None:
    """What an entry says; not where it stands and not its state."""
    entry.title, entry.description = row.title, row.description
    entry.valid_from, entry.valid_to = row.valid_from, row.valid_to
    entry.retention = row.retention


def place_below(opened: Change, entry: PlanEntry, parent: PlanEntry | None) -> None:
    """Within the door of a change, holding the plan. Raises NotPossible."""
    if parent is not None:
        if parent.pk == entry.pk or entry.pk in parent.ancestors:
            raise NotPossible(_("Ein Eintrag kann nicht unter sich selbst stehen."))
        if parent.state != EntryState.ACTIVE:
            raise NotPossible(_("Unter einem stillgelegten Eintrag steht nichts Neues."))
    if scope_around(entry) != (parent or entry.plan).scope_id:
        raise NotPossible(_("Dort gelten andere Rechte; dorthin lässt sich der Eintrag nicht verschieben."))
    before = len(entry.ancestors)
    entry.parent, entry.ancestors = parent, lineage(parent)
    opened.save(entry)
    for child in PlanEntry.objects.below(entry.pk):
        child.ancestors = [*entry.ancestors, *child.ancestors[before:]]
        opened.save(child)


def lineage(parent: PlanEntry | None) -> list[UUID]:
    return [*parent.ancestors, parent.pk] if parent else []


def _active_parent(plan: FilePlan, number: str) -> PlanEntry:
    parent: PlanEntry | None = plan.entries.filter(number=number).first()
    if parent is None:
        raise InvalidFact("parent", _("Der übergeordnete Eintrag {number} fehlt.").format(number=number))
    if parent.state != EntryState.ACTIVE:
        raise InvalidFact("parent", _("Unter einem stillgelegten Eintrag steht nichts Neues."))
    return parent
