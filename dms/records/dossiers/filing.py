"""Services that put documents into a dossier or case, from the inbox or from another place, and take that back.

A document goes with its e-mail and all attachments that lie with it, or `alone`. Its rights become those of the dossier
in the same transaction.
Both places tell of it: the chain that it leaves releases the row, the one that it comes to adopts it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can, require
from dms.audit.door import Change, change
from dms.audit.events import Event
from dms.audit.models import target_name
from dms.records.documents.history import last_change
from dms.records.documents.undo import FILINGS, UNDO_TIME, NothingToUndo
from dms.records.dossiers.closing import is_open, refuse_closed
from dms.records.dossiers.leaving import refuse_documents_less_protected
from dms.records.dossiers.models import Case, Dossier
from dms.records.models import Document, DocumentVerb

_PLACE = ("scope_id", "dossier_id", "case_id", "volume_id", "filed_at", "filed_by", "level", "own_level")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document can be filed: a dossier, or one of its cases."""

    dossier: Dossier
    case: Case | None = None

    @property
    def key(self) -> str:
        return f"case:{self.case.pk}" if self.case else f"dossier:{self.dossier.pk}"

    @property
    def reference_number(self) -> str:
        return (self.case or self.dossier).reference_number

    @property
    def title(self) -> str:
        return (self.case or self.dossier).title


@dataclass(frozen=True, slots=True)
class _Scoped:
    scope_id: int


def may_file(actor: Actor, document: Document) -> bool:
    """Whether the actor may take it from where it is. `document.dossier` and `.case` have come along."""
    possible = is_open(document.dossier, document.case) and DocumentVerb.FILE in document.lifecycle.verbs(
        document.state
    )
    return possible and can(actor, Permission.DOCUMENT_FILE, document)


def whole_units(documents: Iterable[Document]) -> list[UUID]:
    """The ids of these documents, and of the e-mails they hung on and all that hung on those, as far as they lie in
    the same place."""
    wanted = {document.pk for document in documents}
    items = {document.item_id for document in documents}
    rows = list(Document.objects.filter(item_id__in=items).values_list("pk", "parent_id", "dossier_id", "case_id"))
    parents = {key: parent for key, parent, _dossier, _case in rows}
    together = {key: (_root(key, parents), dossier, case) for key, _parent, dossier, case in rows}
    units = {together[key] for key in wanted}
    return sorted(key for key, unit in together.items() if unit in units)


def documents_file(
    actor: Actor, documents: Sequence[Document], place: Place, *, now: datetime, alone: bool = False
) -> list[Document]:
    """All of them, or none; in the order of each e-mail. What lies there already stays as it is.

    With `alone` e-mails and attachments that are not named stay where they are.
    Raises NotAllowed, DossierClosed, CaseClosed, LessProtectedThere.
    """
    with transaction.atomic():
        filed, target, dossiers = documents_and_place(documents, place, alone=alone)
        require(actor, Permission.DOCUMENT_FILE, target.dossier)
        refuse_closed(target.dossier, target.case)
        refuse_documents_less_protected({one.dossier_id for one in filed if one.dossier_id}, target.dossier)
        filed.sort(key=lambda one: (one.item_id, one.part))
        for document in filed:
            if (document.dossier_id, document.case_id) != (target.dossier.pk, target.case.pk if target.case else None):
                refuse_closed(dossiers.get(document.dossier_id), document.case)
                _file_one(actor, document, target, now)
    return filed


def documents_take_back(actor: Actor, documents: Sequence[Document], *, now: datetime) -> list[Document]:
    """Where they were before, if this actor filed them a short while ago and nothing has happened to them since.

    Raises NotAllowed, NothingToUndo, DossierClosed, CaseClosed.
    """
    with transaction.atomic():
        before = {document.pk: _filing(actor, document, now) for document in _filed_together(documents)}
        came_from = {UUID(place["dossier_id"]) for place in before.values() if place["dossier_id"]}
        taken, dossiers = _held(list(before), came_from)
        for document in taken:
            stood = before[document.pk]
            if _filing(actor, document, now) != stood:
                raise _no_way_back()  # somebody was faster; from here on the row is locked
            refuse_closed(dossiers.get(document.dossier_id), document.case)
            _take_back_one(actor, document, stood, now)
    return taken


def can_take_back(actor: Actor, document: Document, *, now: datetime) -> bool:
    try:
        _filing(actor, document, now)
    except NothingToUndo:
        return False
    return can(actor, Permission.DOCUMENT_FILE, document)


def _file_one(actor: Actor, document: Document, target: Place, now: datetime) -> None:
    document.lifecycle.next_state(document.state, DocumentVerb.FILE)
    values = {
        "scope_id": target.dossier.scope_id, "dossier_id": target.dossier.pk,
        "case_id": target.case.pk if target.case else None, "volume_id": None, "filed_at": now,
        "filed_by": actor.key,
        **level_there(document, target.dossier),
    }  # fmt: skip
    hand_over(actor, document, target.dossier.chain, values, Event.DOCUMENT_FILED, now)


def level_there(document: Document, dossier: Dossier) -> dict[str, int]:
    """Filing never makes a document less secret: what it had from the dossier before becomes its own."""
    own = document.level if document.level > dossier.level else document.own_level
    return {"own_level": own, "level": max(own, dossier.level)}


def _take_back_one(actor: Actor, document: Document, stood: dict[str, Any], now: datetime) -> None:
    values = {name: _column(name).to_python(stood[name]) for name in _PLACE}
    if values["dossier_id"]:
        dossier = Dossier.objects.get(pk=values["dossier_id"])
        refuse_closed(dossier, Case.objects.filter(pk=values["case_id"]).first())
        # the dossier may have got rights of its own meanwhile, or have followed its entry into them
        values["scope_id"] = dossier.scope_id
    require(actor, Permission.DOCUMENT_FILE, _Scoped(values["scope_id"]))
    chain = f"dossier:{values['dossier_id']}" if values["dossier_id"] else document.item_chain
    hand_over(actor, document, chain, values, Event.DOCUMENT_TAKEN_BACK, now)


def hand_over(
    actor: Actor,
    document: Document,
    chain: str,
    values: dict[str, Any],
    event: Event,
    now: datetime,
    *,
    change: Callable[..., AbstractContextManager[Change]] = change,
) -> None:
    """Within one dossier one event tells it, else one in each chain; each names the other. Checks no place."""
    source = document.chain
    facts = {"title": document.title, "from": source, "to": chain}
    if source == chain:
        moved = Event.DOCUMENT_MOVED if event is Event.DOCUMENT_FILED else event
        with change(actor, moved, document, chain=chain, at=now) as opened:
            opened.facts.update(facts)
            _set(opened.target, values)
            opened.save(opened.target)
        return
    with change(actor, Event.DOCUMENT_LEFT, document, chain=source, at=now) as opened:
        opened.facts.update(facts)
        opened.release(opened.target)
    with change(actor, event, document, chain=chain, at=now) as opened:
        opened.facts.update(facts)
        _set(opened.target, values)
        opened.adopt(opened.target)


def documents_and_place(
    documents: Sequence[Document], place: Place, *, alone: bool
) -> tuple[list[Document], Place, dict[UUID | None, Dossier]]:
    """Whole units, or the documents alone, and where they go, all locked and as they are stored."""
    wanted = [document.pk for document in documents] if alone else whole_units(documents)
    held, dossiers = _held(wanted, {place.dossier.pk})
    return held, Place(dossiers[place.dossier.pk], _case_in(place)), dossiers


def _held(ids: Sequence[UUID], targets: set[UUID]) -> tuple[list[Document], dict[UUID | None, Dossier]]:
    """These documents and all dossiers that take part, each locked in the order of ids: nobody waits in a ring."""
    rows = Document.objects.select_for_update(of=("self",)).select_related("case")
    held = list(rows.filter(pk__in=ids).order_by("pk"))
    wanted = targets | {document.dossier_id for document in held if document.dossier_id}
    dossiers = Dossier.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    return held, {dossier.pk: dossier for dossier in dossiers}


def _filed_together(documents: Sequence[Document]) -> list[Document]:
    """Of each whole unit what was filed in one go with a document that is named; as they are stored."""
    named = {document.pk for document in documents}
    units = list(Document.objects.filter(pk__in=whole_units(documents)))
    at = {one.filed_at for one in units if one.pk in named}
    return [one for one in units if one.filed_at in at]


def _case_in(place: Place) -> Case | None:
    """As it is stored; its dossier is locked by now."""
    return Case.objects.get(pk=place.case.pk, dossier=place.dossier) if place.case else None


def _filing(actor: Actor, document: Document, now: datetime) -> dict[str, Any]:
    """Where the document was before this actor filed it a moment ago. Raises NothingToUndo."""
    last, own = last_change(document), target_name(document)
    if last is None or last.name not in FILINGS or last.actor != actor.key or last.at < now - UNDO_TIME:
        raise _no_way_back()
    [row] = [touched for touched in json.loads(last.body)["rows"] if touched["row"] == own]
    return {name: row["before"].get(name, getattr(document, name)) for name in _PLACE}


def _no_way_back() -> NothingToUndo:
    """What was filed can be filed elsewhere at any time."""
    return NothingToUndo(_("Wohin es gehört, lässt sich mit „Verschieben“ auf der Seite des Dokuments ändern."))


def _set(document: Document, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(document, name, value)


def _root(key: UUID, parents: dict[UUID, UUID | None]) -> UUID:
    while parent := parents.get(key):
        key = parent
    return key


def _column(name: str) -> Any:
    return next(field for field in Document._meta.concrete_fields if field.attname == name)
