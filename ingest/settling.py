"""Ticks a refused or stuck item off: a person has seen to it and says how. Nothing is lost; it can be reopened."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from ingest.models import InboxItem, ItemVerb
from ingest.work.storable import storable

LONGEST_NOTE = 500


class NoteMissing(NotPossible):
    """Later nobody could tell what became of the letter."""

    code = "note_missing"


def item_settle(actor: Actor, item: InboxItem, note: str) -> InboxItem:
    """`note` says what was done about it, and is cut after LONGEST_NOTE characters.

    Raises NoteMissing, NotAllowed, and NotPossible: also when somebody else has settled it.
    """
    words = storable(" ".join(note.split()))[:LONGEST_NOTE]
    if not words:
        raise NoteMissing(_("Bitte angeben, was aus dem Eingang wurde."))
    now = timezone.now()
    with change(
        actor, Event.ITEM_SETTLED, item, chain=item.chain, verb=ItemVerb.SETTLE, reason=words, at=now
    ) as opened:
        fresh: InboxItem = opened.target
        refuse_when_settled(fresh)
        fresh.settled_at, fresh.settled_by, fresh.settled_note = now, actor.key, words
        opened.save(fresh)
    return fresh


def item_reopen(actor: Actor, item: InboxItem) -> InboxItem:
    """Undoes `item_settle`; both stay in the history. Raises NotAllowed, NotPossible."""
    with change(actor, Event.ITEM_REOPENED, item, chain=item.chain, verb=ItemVerb.REOPEN) as opened:
        fresh: InboxItem = opened.target
        if fresh.settled_at is None:
            raise NotPossible(_("Dieser Eingang ist nicht abgehakt."))
        fresh.settled_at, fresh.settled_by, fresh.settled_note = None, "", ""
        opened.save(fresh)
    return fresh


def refuse_when_settled(item: InboxItem) -> None:
    """Raises NotPossible: what is settled is reopened first, so that nobody works on it unawares."""
    if item.settled_at is not None:
        raise NotPossible(_("Dieser Eingang ist schon als erledigt abgehakt. Bitte zuerst wieder öffnen."))
