"""What the page of a document says of its versions, and of a new one that is on its way or did not get there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from dms.access.actors import Actor, actor_in_words
from dms.records.documents.checking_out import check_out_actions, holder_of
from dms.records.documents.versions import LONGEST_COMMENT, is_former, may_hand_in
from dms.records.models import Document, DocumentVerb, DocumentVersion
from frontend.deriving import derived_rows
from frontend.inbox_rows import InboxRow, inbox_rows
from ingest.models import InboxItem, ItemState
from ingest.page_tools import why_pages_are_fixed


@dataclass(frozen=True, slots=True)
class VersionRow:
    """`who` is empty for the version that came with the document."""

    version: DocumentVersion
    at: datetime
    who: str
    is_current: bool
    is_shown: bool


def versions_context(actor: Actor, document: Document, shown: DocumentVersion) -> dict[str, Any]:
    hand_in, now = hand_in_of(actor, document), timezone.now()
    may = may_hand_in(actor, document, now) and not (hand_in and hand_in.is_moving)
    return {
        "versions": _rows(document, shown),
        "hand_in": hand_in,
        "derived": derived_rows(actor, document),
        **_check_out(actor, document, now),
        "may_hand_in": may,
        "may_change_pages": may and not is_former(shown) and not why_pages_are_fixed(shown),
        "max_mb": settings.UPLOAD_MAX_MB,
        "longest_comment": LONGEST_COMMENT,
    }


def _check_out(actor: Actor, document: Document, now: datetime) -> dict[str, Any]:
    holder, can = holder_of(document, now), check_out_actions(actor, document, now)
    return {
        "checked_out_by": actor_in_words(holder) if holder else "",
        "checked_out_by_me": holder == actor.key,
        "may_check_out": DocumentVerb.CHECK_OUT in can,
        "may_give_back": DocumentVerb.GIVE_BACK in can,
        "may_break_check_out": DocumentVerb.BREAK_CHECK_OUT in can,
        "check_out_days": (1, 3, 7, 14, 30),
    }


def hand_in_of(actor: Actor, document: Document) -> InboxRow | None:
    """The last version handed in, unless it has become one, or a person ticked its trouble off."""
    last = InboxItem.objects.hand_ins_visible_to(actor).filter(document=document).order_by("-received_at").first()
    if last is None or last.state == ItemState.DONE or last.settled_at is not None:
        return None
    [row] = inbox_rows(actor, [last])
    return row


def _rows(document: Document, shown: DocumentVersion) -> list[VersionRow]:
    """The newest first."""
    found = DocumentVersion.objects.filter(document=document).select_related("document").order_by("-number")
    return [
        VersionRow(
            version=one,
            at=one.came_at,
            who=actor_in_words(one.handed_in_by) if one.handed_in_by else "",
            is_current=one.number == document.version_number,
            is_shown=one.pk == shown.pk,
        )
        for one in found
    ]
