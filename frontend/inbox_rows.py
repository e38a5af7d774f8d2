"""The rows of the inbox page: each item with its reason, its documents and what can be done about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from dms.access.actors import Actor
from dms.records.models import Document
from frontend.steps import step_in_words
from ingest.actions import item_actions
from ingest.duplicates import item_duplicates
from ingest.models import InboxItem, ItemState, ItemVerb
from ingest.progress import Progress, progress_of
from ingest.reasons import Reason

NEEDS_HELP = (ItemState.REFUSED, ItemState.STUCK)


@dataclass(frozen=True, slots=True)
class InboxRow:
    item: InboxItem
    step: str
    progress: Progress | None
    documents: Sequence[Document]
    reason: Reason | None
    can_retry: bool
    can_accept: bool
    duplicate_of: Document | None

    @property
    def is_moving(self) -> bool:
        return self.item.state in (ItemState.WAITING, ItemState.WORKING)


def inbox_rows(actor: Actor, items: Sequence[InboxItem]) -> list[InboxRow]:
    """In the order given; a constant number of queries."""
    progress = progress_of([item.pk for item in items if item.state == ItemState.WORKING])
    documents = _documents(actor, [item.pk for item in items])
    duplicates = item_duplicates(actor, items)
    return [_row(actor, item, progress.get(item.pk), documents[item.pk], duplicates.get(item.pk)) for item in items]


def state_counts(actor: Actor) -> dict[str, int]:
    """How many items of each state the actor may see."""
    counted = InboxItem.objects.visible_to(actor).order_by().values("state").annotate(number=Count("pk"))
    return {row["state"]: row["number"] for row in counted}


def _row(
    actor: Actor,
    item: InboxItem,
    progress: Progress | None,
    documents: Sequence[Document],
    duplicate_of: Document | None,
) -> InboxRow:
    possible = item_actions(actor, item)
    return InboxRow(
        item=item,
        step=step_in_words(item),
        progress=progress,
        documents=documents,
        reason=_reason(item),
        can_retry=ItemVerb.RETRY in possible,
        can_accept=ItemVerb.ACCEPT in possible,
        duplicate_of=duplicate_of,
    )


def _reason(item: InboxItem) -> Reason | None:
    """An unknown code, from a newer version perhaps, is an unexpected error rather than a broken page."""
    if not item.reason:
        return Reason.UNEXPECTED if item.state in NEEDS_HELP else None
    return item.reason_text if item.reason in {reason.value for reason in Reason} else Reason.UNEXPECTED


def _documents(actor: Actor, items: Sequence[UUID]) -> dict[UUID, list[Document]]:
    found: dict[UUID, list[Document]] = defaultdict(list)
    for document in Document.objects.visible_to(actor).filter(item_id__in=items).order_by("part"):
        found[document.item_id].append(document)
    return found
