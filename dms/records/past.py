"""How a record stood at any past moment, told by its events alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dms.access.actors import Actor
from dms.audit.fold import State, row_then, state_then
from dms.audit.models import EventRow, target_name
from dms.records.dossiers.history import too_secret
from dms.records.dossiers.models import Case, Dossier
from dms.records.models import Document

Values = dict[str, Any]
"""Audited fields as JSON values."""


@dataclass(frozen=True, slots=True)
class DossierThen:
    """Values by id; documents are those that lay in the dossier or in one of its cases."""

    dossier: Values
    cases: dict[str, Values]
    documents: dict[str, Values]


def dossier_then(dossier: Dossier, moment: datetime, reader: Actor) -> DossierThen | None:
    """None before it was opened. The caller checks that the actor may see histories."""
    state = state_then(dossier.chain, moment)
    then = state.get(target_name(dossier))
    if not then:
        return None
    for secret in too_secret(reader, state):
        del state[secret]
    return DossierThen(then, dict(_of(Case, state)), dict(_of(Document, state)))


def document_then(document: Document, moment: datetime) -> Values | None:
    """None before it was taken in. The caller checks that the actor may see histories."""
    own = target_name(document)
    elsewhere = EventRow.objects.filter(target=own).order_by().values_list("chain", flat=True).distinct()
    return row_then(own, {document.item_chain, *elsewhere}, moment)


def _of(model: type[Case | Document], state: State) -> Iterator[tuple[str, Values]]:
    begins = f"{model._meta.label_lower}:"
    for name, values in state.items():
        if name.startswith(begins) and values:
            yield name.removeprefix(begins), values
