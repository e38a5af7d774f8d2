"""How a document made of pages of others comes to be: where they lie, as secret as they are, and knowing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from dms.access.actors import Actor
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.documents.registering import NewDocument, documents_register
from dms.records.dossiers.closing import refuse_content_when_closed
from dms.records.models import Document
from dms.records.relations.models import RelationKind
from dms.records.relations.relating import origin_note


def hold_origins(ids: Sequence[UUID]) -> list[Document]:
    """In the order given, locked until the end of the transaction, so that none goes to another place meanwhile."""
    rows = Document.objects.select_for_update(of=("self",)).filter(pk__in=ids).select_related("dossier", "case")
    found = {row.pk: row for row in rows.order_by("pk")}
    return [found[key] for key in ids]


def document_derive(
    actor: Actor, new: NewDocument, leading: Document, origins: Sequence[Document], *, by: str, now: datetime
) -> Document:
    """Where `leading` lies by now: in its dossier and case, else in the inbox. It came in when the first of them did.

    `by` is the `Actor.key` of the person who asked for it. The origins are held. Raises DossierClosed, CaseClosed.
    """
    refuse_content_when_closed(leading)
    placed = replace(
        new,
        scope_id=leading.scope_id,
        received_at=min(one.received_at for one in origins),
        placed={**_secrecy(leading, origins), **_filing(leading, by, now)},
    )
    chain = leading.chain if leading.dossier_id else f"item:{new.item_id}"
    with change(actor, Event.DOCUMENT_MADE, chain=chain, scope=leading, at=now) as opened:
        opened.facts.update(title=new.title, by=by, origins=[str(one.pk) for one in origins])
        [made] = documents_register(opened, [placed])
    for origin in origins:
        origin_note(actor, made, RelationKind.MADE_FROM, origin, Event.DOCUMENT_MADE, now=now)
        with change(actor, Event.DOCUMENT_GAVE, origin, chain=origin.chain, at=now) as opened:
            opened.facts.update(title=origin.title, made=str(made.pk))
    return made


def _secrecy(leading: Document, origins: Sequence[Document]) -> dict[str, int]:
    """As secret as the most secret of them."""
    highest = max(one.level for one in origins)
    there = leading.dossier.level if leading.dossier else 0
    own = highest if highest > there else max(one.own_level for one in origins)
    return {"level": max(highest, there), "own_level": own}


def _filing(leading: Document, by: str, now: datetime) -> dict[str, object]:
    if leading.dossier_id is None:
        return {}
    return {"dossier_id": leading.dossier_id, "case_id": leading.case_id, "filed_at": now, "filed_by": by}
