"""What people can do about an item that was refused or is stuck: run it again, or take it as it is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from ingest.models import InboxItem, ItemState, ItemVerb, RangeRun, StepRun, Turn
from ingest.reasons import FINAL, Reason
from ingest.settling import refuse_when_settled
from ingest.steps.names import FIRST_STEP
from ingest.version_pending import VersionPending, pending_hand_in
from ingest.work.wake import wake_after_commit


class RetryCannotHelp(NotPossible):
    """The bytes themselves are the reason, and they stay the same."""

    code = "retry_cannot_help"

    def __init__(self) -> None:
        super().__init__(_("Ein neuer Versuch kann hier nicht helfen: Es liegt an der Datei selbst."))


def item_retry(actor: Actor, item: InboxItem) -> InboxItem:
    """Refused: all steps again. Stuck: on from the step that failed. Raises NotAllowed, NotPossible."""
    return _again(actor, item, Event.ITEM_RETRIED, ItemVerb.RETRY)


def item_accept(actor: Actor, item: InboxItem) -> InboxItem:
    """A photo or a plan has no text: a person looked at it and takes it as it is.

    Raises NotAllowed, and NotPossible for any other trouble than missing text.
    """
    return _again(actor, item, Event.ITEM_ACCEPTED, ItemVerb.ACCEPT)


def _refuse_two_at_once(item: InboxItem) -> None:
    """Raises VersionPending: of one document one version at a time is read, so that they follow each other."""
    if item.document_id and pending_hand_in(item.document_id) is not None:
        raise VersionPending


def _again(actor: Actor, item: InboxItem, event: Event, verb: ItemVerb) -> InboxItem:
    with change(actor, event, item, chain=item.chain, verb=verb) as opened:
        fresh: InboxItem = opened.target
        if verb is ItemVerb.ACCEPT and fresh.reason != Reason.NO_TEXT.value:
            raise NotPossible(_("Das geht nur bei einem Eingang, in dem kein Text gefunden wurde."))
        refuse_when_settled(fresh)
        _refuse_two_at_once(fresh)
        if verb is ItemVerb.RETRY and fresh.reason in FINAL:
            raise RetryCannotHelp
        was_refused = InboxItem.objects.filter(pk=fresh.pk, state=ItemState.REFUSED).exists()  # not saved yet
        fresh.reason = fresh.detail = ""
        fresh.finished_at = None
        if verb is ItemVerb.ACCEPT:
            fresh.accepts_missing_text = True
        if was_refused:
            fresh.step = FIRST_STEP
            StepRun.objects.filter(item=fresh).delete()
            RangeRun.objects.filter(item=fresh).delete()
        opened.save(fresh)
        RangeRun.objects.filter(item=fresh, facts__isnull=True).update(
            attempts=0, deaths=0, not_before=None, begun_at=None
        )
        Turn.objects.filter(item=fresh).update(
            attempts=0, deaths=0, not_before=None, begun_at=None, ranges_open=False, delay="", note=""
        )
        wake_after_commit()
    return fresh
