"""Commits how a step ended: its result, the event and the item's next state, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Least

from dms.access.actors import system_ingest
from dms.audit.door import Change, change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.documents.deriving import document_derive, hold_origins
from dms.records.documents.registering import NewDocument, documents_register
from dms.records.documents.versions import Handed, version_add
from dms.records.dossiers.closing import CaseClosed, DossierClosed, refuse_content_when_closed
from dms.records.models import Document
from ingest.models import InboxItem, ItemVerb, StepRun, Turn
from ingest.reasons import Reason
from ingest.steps.contract import Facts, Retry
from ingest.steps.names import step_after
from ingest.work.storable import storable

log = logging.getLogger(__name__)

BACKOFF_SECONDS = (5, 30)
"""Waits between tries after an unexpected error; after the last one the item is stuck."""
UNSTORABLE = (DataError, IntegrityError, TypeError, ValueError)
"""The database answers but does not take what a step found out: a fault of the step, not of the database."""


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step that went well and is not committed yet."""

    step: str
    facts: Facts
    started: datetime
    ended: datetime


def commit_steps(item: InboxItem, done: Sequence[StepDone], now: datetime) -> None:
    """Steps in the middle are done; the item goes on to the next one."""
    with change(system_ingest(), Event.ITEM_ADVANCED, item, chain=item.chain, verb=ItemVerb.ADVANCE, at=now) as opened:
        _keep_facts(opened, item, done)
        opened.target.step = step_after(done[-1].step)
        opened.save(opened.target)


def commit_last_steps(
    item: InboxItem, done: Sequence[StepDone], documents: Sequence[NewDocument], now: datetime
) -> None:
    """The last step is done: the item has ended, and its documents are registered, or the new version is, or what was
    made of other documents."""
    try:
        with transaction.atomic():
            if item.document_id:
                _add_version(item, documents[0], now)
            origins = _origins(item)
            with change(
                system_ingest(), Event.ITEM_DONE, item, chain=item.chain, verb=ItemVerb.FINISH, at=now
            ) as opened:
                _keep_facts(opened, item, done)
                opened.target.step = done[-1].step
                opened.target.finished_at = now
                opened.save(opened.target)
                if not item.document_id and not origins:
                    documents_register(opened, documents)
            if origins:
                leading = next(one for one in origins if one.pk == item.origin_id)
                document_derive(system_ingest(), documents[0], leading, origins, by=item.submitted_by, now=now)
    except (DossierClosed, CaseClosed) as closed:
        refuse(item, Reason.FILE_CLOSED, str(closed), now)


def _add_version(item: InboxItem, new: NewDocument, now: datetime) -> None:
    """Told in the chain where the document lies by now. Raises DossierClosed, CaseClosed."""
    document = _held(item)
    with change(
        system_ingest(), Event.DOCUMENT_VERSION_ADDED, document, chain=document.chain, reason=item.comment, at=now
    ) as opened:
        refuse_content_when_closed(opened.target)
        version_add(
            opened, new, Handed(item.pk, item.filename, item.received_at, item.submitted_by, comment=item.comment)
        )


def _held(item: InboxItem) -> Document:
    """Nobody puts the document into another chain until the end of the transaction."""
    document: Document = Document.objects.select_for_update(of=("self",)).get(pk=item.document_id)
    return document


def _origins(item: InboxItem) -> list[Document]:
    """The documents that this one is made of, held; none for mail and for new versions."""
    return hold_origins([UUID(key) for key in item.origins]) if item.origins else []


def refuse(item: InboxItem, reason: Reason, detail: str, now: datetime) -> None:
    """The item ends here; the reason tells a person what to do."""
    _end(item, Event.ITEM_REFUSED, ItemVerb.REFUSE, reason, detail, now)


def give_up(item: InboxItem, detail: str, now: datetime) -> None:
    """Nobody's document is to blame as far as we know: a person has to look, or run it again."""
    _end(item, Event.ITEM_STUCK, ItemVerb.GIVE_UP, Reason.UNEXPECTED, detail, now)


def wait(item: InboxItem, later: Retry, now: datetime) -> None:
    """The same step again, not before its time."""
    again = now + timedelta(seconds=later.after_seconds)
    note = storable(later.why[:500])
    Turn.objects.filter(pk=item.pk).update(not_before=again, delay=later.delay.value, note=note)


def failed(item: InboxItem, error: Exception, now: datetime) -> None:
    """An unexpected error: tried again a few times, later each time, then stuck."""
    turn = Turn.objects.get(pk=item.pk)
    detail = f"{item.step}: {type(error).__name__}: {error}"
    if turn.attempts >= len(BACKOFF_SECONDS):
        give_up(item, detail, now)
        return
    Turn.objects.filter(pk=item.pk).update(attempts=turn.attempts + 1)
    wait(item, Retry(BACKOFF_SECONDS[turn.attempts], detail), now)


def _keep_facts(opened: Change, item: InboxItem, done: Sequence[StepDone]) -> None:
    opened.facts["steps"] = [one.step for one in done]
    StepRun.objects.bulk_create(
        StepRun(item=item, step=one.step, started_at=one.started, ended_at=one.ended, facts=one.facts) for one in done
    )
    # One death is remembered: the steps up to the one where it happened are done again, which is no progress.
    Turn.objects.filter(pk=item.pk).update(attempts=0, deaths=Least(F("deaths"), 1), not_before=None, delay="", note="")


def _tell_document(item: InboxItem, reason: Reason, now: datetime) -> None:
    """It keeps the version that it has; its history says why."""
    document = _held(item)
    with change(
        system_ingest(), Event.DOCUMENT_VERSION_FAILED, document, chain=document.chain, at=now
    ) as opened:  # fmt: skip
        opened.facts.update(item=str(item.pk), filename=item.filename, problem=reason.value)


def _end(item: InboxItem, event: Event, verb: ItemVerb, reason: Reason, detail: str, now: datetime) -> None:
    try:
        with transaction.atomic():
            if item.document_id:
                _tell_document(item, reason, now)
            for origin in _origins(item):
                with change(
                    system_ingest(), Event.DOCUMENT_NOT_MADE, origin, chain=origin.chain, at=now
                ) as opened:  # fmt: skip
                    opened.facts.update(title=origin.title, item=str(item.pk), problem=reason.value)
            with change(system_ingest(), event, item, chain=item.chain, verb=verb, at=now) as opened:
                fresh: InboxItem = opened.target
                fresh.reason, fresh.detail, fresh.finished_at = reason.value, storable(detail[:4000]), now
                opened.save(fresh)
                Turn.objects.filter(pk=item.pk).update(begun_at=None, ranges_open=False, delay="")
    except NotPossible:
        # two workers found fault with two of its page ranges at once: the first one's reason stands
        log.info("item %s had ended before: %s", item.pk, detail)
