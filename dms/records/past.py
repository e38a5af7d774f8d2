"""How a record stood at any past moment, told by its events alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dms.access.actors import Actor
from dms.access.levels import Level
from dms.audit.fold import State, row_then, state_then, states_then
from dms.audit.models import EventRow, Recorded, target_name
from dms.records.dossiers.history import too_secret
from dms.records.dossiers.models import Case, Dossier
from dms.records.models import Document, FilePlan, Loan, Participation, Party, PlanEntry, Volume
from dms.records.parties.describing import display_name
from dms.records.protection.sensitivity import Protection, SensitiveClass

Values = dict[str, Any]
"""Audited fields as JSON values."""


@dataclass(frozen=True, slots=True)
class DossierThen:
    """Values by id. Documents are those that lay in the dossier or in one of its cases; `names` are those of who took
    part, as they were called then, by the id of the party."""

    dossier: Values
    cases: dict[str, Values]
    documents: dict[str, Values]
    parties: dict[str, Values]
    volumes: dict[str, Values]
    loans: dict[str, Values]
    names: dict[str, str]
    protection: Protection | None
    """By its own mark then, or by one of the entries it stood below."""


def dossier_then(dossier: Dossier, moment: datetime, reader: Actor) -> DossierThen | None:
    """None before it was opened. The caller checks that the actor may see histories."""
    state = state_then(dossier.chain, moment)
    then = state.get(target_name(dossier))
    if not then:
        return None
    levels = {name: values.get("level") or Level.OPEN for name, values in state.items()}
    for secret in too_secret(reader, state, levels):
        del state[secret]
    parties = dict(_of(Participation, state))
    return DossierThen(
        then, dict(_of(Case, state)), dict(_of(Document, state)), parties, dict(_of(Volume, state)),
        dict(_of(Loan, state)), _names_then({one["party_id"] for one in parties.values()}, moment),
        _protection_then(then, moment),
    )  # fmt: skip


def document_then(document: Document, moment: datetime) -> Values | None:
    """None before it was taken in. The caller checks that the actor may see histories."""
    own = target_name(document)
    elsewhere = EventRow.objects.filter(target=own).order_by().values_list("chain", flat=True).distinct()
    return row_then(own, {document.item_chain, *elsewhere}, moment)


def _protection_then(dossier: Values, moment: datetime) -> Protection | None:
    """As `protections` has it today: of the nearest mark; what asks for a purpose above does so below."""
    marks = [one for one in (dossier, *_entries_then(dossier["plan_entry_id"], moment)) if one.get("sensitive")]
    if not marks:
        return None
    return Protection(SensitiveClass(marks[0]["sensitive"]), any(one.get("asks_purpose") for one in marks))


def _entries_then(entry_id: str, moment: datetime) -> Iterator[Values]:
    """The entry and those above it, as they stood then, the nearest first."""
    plan_id = PlanEntry.objects.values_list("plan_id", flat=True).get(pk=entry_id)
    entries = dict(_of(PlanEntry, state_then(FilePlan(pk=plan_id).chain, moment)))
    own = entries.get(str(entry_id), {})
    for key in (str(entry_id), *reversed(own.get("ancestors", []))):
        if key in entries:
            yield entries[key]


def _names_then(parties: set[str], moment: datetime) -> dict[str, str]:
    """Told by the chain of each; of one whose history was erased there is none."""
    state = states_then([f"party:{one}" for one in parties], moment) if parties else {}
    kept = {field.attname for field in Party._meta.concrete_fields}
    return {
        key: display_name(Party(**{name: value for name, value in values.items() if name in kept}))
        for key, values in _of(Party, state)
        if key in parties
    }


def _of(model: type[Recorded], state: State) -> Iterator[tuple[str, Values]]:
    begins = f"{model._meta.label_lower}:"
    for name, values in state.items():
        if name.startswith(begins) and values:
            yield name.removeprefix(begins), values
