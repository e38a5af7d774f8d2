"""Compares a plan that came in with ours (the dry run), and takes it over as it was shown.

Entries that the file does not name stay as they are, and so does what it has no column for: a file may hold a part of
the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.rule import require
from dms.audit.door import Change, change
from dms.audit.events import RULES, Event
from dms.audit.lifecycle import NotPossible
from dms.audit.models import Chain
from dms.records.meanwhile import ChangedMeanwhile
from dms.records.plan.changing import holding, new_entry, place_below, write_row
from dms.records.plan.models import EntryState, FilePlan, PlanEntry
from dms.records.plan.numbers import clean_number
from dms.records.plan.rows import PlanRow, RowProblem, check_rows, completed, row_of

FIELDS = ("title", "parent", "description", "valid_from", "valid_to", "retired", "retention")


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field of PlanRow with what stands there and what is to stand there."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    entry: PlanEntry
    row: PlanRow
    differences: tuple[FieldDifference, ...]

    @property
    def retires(self) -> bool:
        return any(one.field == "retired" for one in self.differences)

    @property
    def loses_retention(self) -> bool:
        return any(one.field == "retention" and one.before.is_set and not one.after.is_set for one in self.differences)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`base` names the state of our plan that was compared with; the import refuses when it is another by then."""

    base: str
    added: Sequence[PlanRow] = ()
    changed: Sequence[ChangedEntry] = ()
    unchanged: int = 0
    absent: Sequence[PlanEntry] = ()
    problems: Sequence[RowProblem] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not self.added and not self.changed

    @property
    def is_possible(self) -> bool:
        return not self.problems and not self.is_empty


class ImportRefused(NotPossible):
    """The file cannot be taken over as it is; `problems` say why."""

    code = "plan_import_refused"

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__(_("Die Datei lässt sich so nicht übernehmen; es wurde nichts geändert."))
        self.problems = problems


def plan_compare(actor: Actor, plan: FilePlan, rows: Sequence[PlanRow]) -> Comparison:
    """The dry run: changes nothing. Raises NotAllowed."""
    require(actor, RULES[Event.PLAN_IMPORTED].permission, plan)
    ours = {entry.number: entry for entry in plan.entries.select_related("parent")}
    known = {number: entry.parent.number if entry.parent else "" for number, entry in ours.items()}
    stands = {number: row_of(entry, known[number]) for number, entry in ours.items()}
    clean, problems = check_rows([completed(row, stands.get(clean_number(row.number))) for row in rows], known)
    problems += _against_ours(clean, ours)
    changed = [
        ChangedEntry(ours[row.number], row, found)
        for row in clean
        if row.number in stands and (found := _differences(stands[row.number], row))
    ]
    named = {row.number for row in clean}
    return Comparison(
        base=plan_state(plan),
        added=[row for row in clean if row.number not in ours],
        changed=changed,
        unchanged=sum(row.number in stands for row in clean) - len(changed),
        absent=[entry for number, entry in ours.items() if number not in named],
        problems=problems,
    )


def plan_import(actor: Actor, plan: FilePlan, rows: Sequence[PlanRow], *, base: str | None = None) -> Comparison:
    """All of it in one event, or nothing. With `base` ours must still be what the dry run saw.

    Raises NotAllowed, ImportRefused, ChangedMeanwhile.
    """
    with holding(plan):
        found = plan_compare(actor, plan, rows)
        if base is not None and base != found.base:
            raise ChangedMeanwhile(
                _("Der Aktenplan wurde inzwischen geändert. Bitte den Vergleich noch einmal ansehen.")
            )
        if found.problems:
            raise ImportRefused(found.problems)
        if found.is_empty:
            return found
        with change(actor, Event.PLAN_IMPORTED, plan, chain=plan.chain) as opened:
            opened.facts.update({"added": len(found.added), "changed": len(found.changed)})
            _write(opened, plan, found)
    return found


def plan_state(plan: FilePlan) -> str:
    """Changes with every change of the plan or of one of its entries."""
    return Chain.objects.get(pk=plan.chain).head


def _write(opened: Change, plan: FilePlan, found: Comparison) -> None:
    entries: dict[str, PlanEntry] = {entry.number: entry for entry in plan.entries.all()}
    for row in found.added:  # parents first
        entries[row.number] = new_entry(plan, row, entries.get(row.parent))
        opened.save(entries[row.number])
    for one in found.changed:
        entry = entries[one.row.number]
        entry.refresh_from_db()  # a move above it may have changed where it stands
        write_row(entry, one.row)
        entry.state = EntryState.RETIRED if one.row.retired else EntryState.ACTIVE
        if any(difference.field == "parent" for difference in one.differences):
            parent = entries.get(one.row.parent)
            if parent:
                parent.refresh_from_db()
            place_below(opened, entry, parent)
        else:
            opened.save(entry)


def _differences(stands: PlanRow, row: PlanRow) -> tuple[FieldDifference, ...]:
    pairs = ((name, getattr(stands, name), getattr(row, name)) for name in FIELDS)
    return tuple(FieldDifference(name, before, after) for name, before, after in pairs if before != after)


def _against_ours(rows: Sequence[PlanRow], ours: dict[str, PlanEntry]) -> Iterator[RowProblem]:
    retired = {number for number, entry in ours.items() if entry.state == EntryState.RETIRED}
    retiring = {row.number for row in rows if row.retired}
    active_below = {row.parent for row in rows if not row.retired}
    named = {row.number for row in rows}
    active_below |= {
        entry.parent.number
        for number, entry in ours.items()
        if entry.parent and number not in named and entry.state == EntryState.ACTIVE
    }
    for row in rows:
        if row.number in retired and not row.retired:
            sentence = _("Dieses Kennzeichen ist stillgelegt und wird nicht wieder verwendet.")
            yield RowProblem(row.where, row.number, sentence)
        elif row.number in retired and _differences(row_of(ours[row.number], row.parent), row):
            yield RowProblem(row.where, row.number, _("Ein stillgelegter Eintrag ändert sich nicht mehr."))
        elif row.number not in ours and row.parent in retired - retiring:
            yield RowProblem(row.where, row.number, _("Unter einem stillgelegten Eintrag steht nichts Neues."))
        elif row.retired and row.number in active_below:
            sentence = _("Darunter stehen noch aktive Einträge. Bitte zuerst diese stilllegen oder verschieben.")
            yield RowProblem(row.where, row.number, sentence)
