"""The rows of the inbox page: each item with its reason, its documents and what can be done about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dms.access.actors import Actor, actor_in_words
from dms.records.dossiers.filing import may_file
from dms.records.models import Document
from frontend.steps import step_in_words
from ingest.actions import item_actions
from ingest.delays import delays_of
from ingest.duplicates import item_duplicates
from ingest.models import NEEDS_HELP, InboxItem, ItemState, ItemVerb
from ingest.progress import Progress, progress_of
from ingest.quarantine import is_quarantined
from ingest.reasons import Delay, Reason


@dataclass(frozen=True, slots=True)
class InboxRow:
    item: InboxItem
    step: str
    progress: Progress | None
    documents: Sequence[Document]
    reason: Reason | None
    duplicate_of: Document | None
    delay: Delay | None
    can: frozenset[ItemVerb]
    can_file: bool
    settled_by: str
    quarantined: bool

    @property
    def is_moving(self) -> bool:
        return self.item.state in (ItemState.WAITING, ItemState.WORKING)

    @property
    def filed(self) -> Document | None:
        """The first document, once it lies in a dossier."""
        return next((one for one in self.documents if one.dossier_id), None)

    @property
    def can_retry(self) -> bool:
        return ItemVerb.RETRY in self.can

    @property
    def can_accept(self) -> bool:
        return ItemVerb.ACCEPT in self.can

    @property
    def can_settle(self) -> bool:
        return ItemVerb.SETTLE in self.can

    @property
    def can_reopen(self) -> bool:
        return ItemVerb.REOPEN in self.can


def inbox_rows(actor: Actor, items: Sequence[InboxItem]) -> list[InboxRow]:
    """In the order given; a constant number of queries."""
    progress = progress_of([item.pk for item in items if item.state == ItemState.WORKING])
    documents = _documents(actor, [item.pk for item in items])
    duplicates, delays = item_duplicates(actor, items), delays_of(items)
    return [
        InboxRow(
            item=item,
            step=step_in_words(item),
            progress=progress.get(item.pk),
            documents=documents[item.pk],
            reason=_reason(item),
            duplicate_of=duplicates.get(item.pk),
            delay=delays.get(item.pk),
            can=frozenset(item_actions(actor, item)),
            can_file=any(not one.dossier_id and may_file(actor, one) for one in documents[item.pk]),
            settled_by=actor_in_words(item.settled_by),
            quarantined=is_quarantined(item),
        )
        for item in items
    ]


def _reason(item: InboxItem) -> Reason | None:
    """An unknown code, from a newer version perhaps, is an unexpected error rather than a broken page."""
    if not item.reason:
        return Reason.UNEXPECTED if item.state in NEEDS_HELP else None
    return item.reason_text if item.reason in {reason.value for reason in Reason} else Reason.UNEXPECTED


def _documents(actor: Actor, items: Sequence[UUID]) -> dict[UUID, list[Document]]:
    found: dict[UUID, list[Document]] = defaultdict(list)
    documents = Document.objects.visible_to(actor).select_related("dossier", "case")
    for document in documents.filter(item_id__in=items).order_by("part"):
        found[document.item_id].append(document)
    return found
