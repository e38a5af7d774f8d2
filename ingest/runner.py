"""Takes an item to its next missing step, again and again, under a lock that dies with the process.

Result, event and next state are committed in one transaction. Killed anywhere, any number of times: the next worker goes
on at the first step that is missing. Page ranges of long documents are rows of their own that any worker reads.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from dms.access.actors import system_ingest
from dms.audit.door import change
from dms.audit.events import Event
from dms.ports import Clock, MalwareScanner, ObjectStore, OcrEngine, StoreUnavailable
from dms.records.documents import documents_register
from ingest.locks import try_lock
from ingest.models import InboxItem, ItemState, ItemVerb, RangeRun, StepRun, Turn
from ingest.pipeline import LAST_STEP, PIPELINE, step_after
from ingest.reasons import Reason
from ingest.registration import documents_of
from ingest.steps.contract import (
    DocumentClassifier,
    Done,
    ItemView,
    Outcome,
    PageRange,
    Reject,
    Retry,
    Step,
    StepContext,
)
from ingest.wake import wake, wake_after_commit
from ingest.workspace import StoreWorkspace, item_prefix, open_workspace

log = logging.getLogger(__name__)

BACKOFF_SECONDS = (5, 30)
"""Waits between tries after an unexpected error; after the last one the item is stuck."""
MOST_DEATHS = 10
"""So often may workers die while they hold the same step before a person has to look at it."""
PENDING = (ItemState.WAITING, ItemState.WORKING)


@dataclass(frozen=True, slots=True)
class Tools:
    """What the steps work with."""

    store: ObjectStore
    ocr: OcrEngine
    scanner: MalwareScanner
    classifier: DocumentClassifier | None
    clock: Clock


def advance_item(item_id: UUID, tools: Tools) -> bool:
    """Runs steps until the item ends, waits, or its pages are up to all workers. False: another worker holds it."""
    with try_lock(item_id) as free:
        if free and _begin_turn(item_id, tools.clock.now()):
            while _run_next_step(item_id, tools):
                pass
            Turn.objects.filter(pk=item_id).update(begun_at=None)
    return free


def read_range(range_id: UUID, tools: Tools) -> bool:
    """Reads one open page range; the last one of an item hands it back. False: another worker holds it."""
    with try_lock(range_id) as free:
        run = RangeRun.objects.select_related("item").filter(pk=range_id, facts__isnull=True).first() if free else None
        if run is not None and run.item.state in PENDING:
            _read_range(run, tools)
            _hand_back(run.item_id)
    return free


# --- one turn -----------------------------------------------------------------------------------


def _begin_turn(item_id: UUID, now: datetime) -> bool:
    """False when there is nothing to do, or when too many workers died of this item."""
    turn = Turn.objects.select_related("item").get(pk=item_id)
    if turn.item.state not in PENDING or turn.ranges_open:
        return False
    if turn.begun_at is not None:
        turn.deaths += 1
        if turn.deaths > MOST_DEATHS:
            _give_up(turn.item, f"{turn.deaths} workers died at step {turn.item.step}")
            return False
    turn.begun_at = now
    turn.save(update_fields=["begun_at", "deaths"])
    return True


def _run_next_step(item_id: UUID, tools: Tools) -> bool:
    """True when the item can go on at once."""
    item = InboxItem.objects.get(pk=item_id)
    if item.state not in PENDING:
        return False
    facts = {run.step: run.facts for run in item.step_runs.all()}
    step = next((step for step in PIPELINE if step.name not in facts), None)
    if step is None:
        return False
    started = tools.clock.now()
    with _workspace(item, tools) as workspace:
        context = _context(item, facts, workspace, tools)
        if step.ranges is not None and not _ranges_done(item, step, context, tools):
            return False
        outcome = _attempt(step.run, context) if step.ranges is None else _attempt(step.run, _with_ranges(context, step))
        return _commit(item, step, outcome, started, facts, workspace, tools)


def _attempt(work: Any, context: StepContext, *arguments: Any) -> Outcome | Exception:
    """The one place where any error of document work ends: a worker survives whatever a document does."""
    try:
        outcome: Outcome = work(context, *arguments)
    except StoreUnavailable as error:
        return Retry(10, f"object store: {error}")
    except Exception as error:
        log.exception("item %s, %s", context.item.id, getattr(work, "__module__", work))
        return error
    return outcome


# --- committing ---------------------------------------------------------------------------------


def _commit(
    item: InboxItem,
    step: Step,
    outcome: Outcome | Exception,
    started: datetime,
    facts: dict[str, Any],
    workspace: StoreWorkspace,
    tools: Tools,
) -> bool:
    match outcome:
        case Done():
            _commit_done(item, step, outcome, started, facts, workspace, tools.clock.now())
            return step.name != LAST_STEP
        case Reject():
            _refuse(item, outcome.reason, outcome.detail, tools.clock.now())
        case Retry():
            _wait(item, outcome.after_seconds, outcome.why, tools.clock.now())
        case Exception():
            _failed(item, outcome, tools.clock.now())
    return False


def _commit_done(
    item: InboxItem,
    step: Step,
    outcome: Done,
    started: datetime,
    facts: dict[str, Any],
    workspace: StoreWorkspace,
    now: datetime,
) -> None:
    last = step.name == LAST_STEP
    new_documents = documents_of(item, {**facts, step.name: outcome.facts}, workspace) if last else []
    event, verb = (Event.ITEM_DONE, ItemVerb.FINISH) if last else (Event.ITEM_ADVANCED, ItemVerb.ADVANCE)
    with change(system_ingest(), event, item, chain=item.chain, verb=verb, at=now) as opened:
        StepRun.objects.create(item=item, step=step.name, started_at=started, ended_at=now, facts=outcome.facts)
        opened.facts["step"] = step.name
        fresh: InboxItem = opened.target
        fresh.step = step_after(step.name)
        if last:
            fresh.finished_at = now
            documents_register(opened, new_documents)
        opened.save(fresh)
        Turn.objects.filter(pk=item.pk).update(attempts=0, deaths=0, not_before=None, note="")


def _refuse(item: InboxItem, reason: Reason, detail: str, now: datetime) -> None:
    _end(item, Event.ITEM_REFUSED, ItemVerb.REFUSE, reason, detail, now)


def _give_up(item: InboxItem, detail: str) -> None:
    _end(item, Event.ITEM_STUCK, ItemVerb.GIVE_UP, Reason.UNEXPECTED, detail, None)


def _end(item: InboxItem, event: Event, verb: ItemVerb, reason: Reason, detail: str, now: datetime | None) -> None:
    with change(system_ingest(), event, item, chain=item.chain, verb=verb, at=now) as opened:
        fresh: InboxItem = opened.target
        fresh.reason, fresh.detail, fresh.finished_at = reason.value, detail[:4000], now
        opened.save(fresh)
        Turn.objects.filter(pk=item.pk).update(begun_at=None, ranges_open=False)


def _wait(item: InboxItem, seconds: int, why: str, now: datetime) -> None:
    Turn.objects.filter(pk=item.pk).update(not_before=now + timedelta(seconds=seconds), note=why[:500])


def _failed(item: InboxItem, error: Exception, now: datetime) -> None:
    turn = Turn.objects.get(pk=item.pk)
    detail = f"{type(error).__name__}: {error}"
    if turn.attempts >= len(BACKOFF_SECONDS):
        _give_up(item, f"{item.step}: {detail}")
        return
    Turn.objects.filter(pk=item.pk).update(attempts=turn.attempts + 1)
    _wait(item, BACKOFF_SECONDS[turn.attempts], detail, now)


# --- page ranges --------------------------------------------------------------------------------


def _ranges_done(item: InboxItem, step: Step, context: StepContext, tools: Tools) -> bool:
    """Plans the ranges once. A single one is read here and now; several are left to all workers."""
    runs = list(RangeRun.objects.filter(item=item, step=step.name))
    if not runs:
        runs = _plan_ranges(item, step, step.ranges(context) if step.ranges else ())
    open_runs = [run for run in runs if run.facts is None]
    if len(open_runs) > 1:
        with transaction.atomic():
            Turn.objects.filter(pk=item.pk).update(ranges_open=True, begun_at=None)
            transaction.on_commit(lambda: wake(min(len(open_runs), 8)), robust=True)
        return False
    return all(_read_range(run, tools) for run in open_runs)


def _plan_ranges(item: InboxItem, step: Step, ranges: Sequence[PageRange]) -> list[RangeRun]:
    return RangeRun.objects.bulk_create(
        RangeRun(item=item, step=step.name, position=position, part=r.part, first=r.first, last=r.last)
        for position, r in enumerate(ranges)
    )


def _read_range(run: RangeRun, tools: Tools) -> bool:
    """True when the range is read. Otherwise it is tried again later, or the item has ended."""
    item, now = run.item, tools.clock.now()
    if run.begun_at is not None and run.deaths >= MOST_DEATHS:
        _give_up(item, f"{run.deaths} workers died at pages {run.first}–{run.last}")
        return False
    RangeRun.objects.filter(pk=run.pk).update(
        begun_at=now, deaths=run.deaths + (1 if run.begun_at is not None else 0)
    )  # fmt: skip
    step = next(step for step in PIPELINE if step.name == run.step)
    facts = {done.step: done.facts for done in item.step_runs.all()}
    with _workspace(item, tools) as workspace:
        context = _context(item, facts, workspace, tools)
        outcome = _attempt(step.read_range, context, PageRange(run.part, run.first, run.last))
    return _commit_range(run, outcome, tools.clock.now())


def _commit_range(run: RangeRun, outcome: Outcome | Exception, now: datetime) -> bool:
    rows = RangeRun.objects.filter(pk=run.pk)
    match outcome:
        case Done():
            return bool(rows.filter(facts__isnull=True).update(facts=outcome.facts, begun_at=None))
        case Reject():
            _refuse(run.item, outcome.reason, outcome.detail, now)
        case Retry():
            rows.update(begun_at=None, not_before=now + timedelta(seconds=outcome.after_seconds))
        case Exception():
            if run.attempts >= len(BACKOFF_SECONDS):
                _give_up(run.item, f"pages {run.first}–{run.last}: {type(outcome).__name__}: {outcome}")
            else:
                later = now + timedelta(seconds=BACKOFF_SECONDS[run.attempts])
                rows.update(begun_at=None, attempts=run.attempts + 1, not_before=later)
    if isinstance(outcome, Retry | Exception):
        Turn.objects.filter(pk=run.item_id).update(ranges_open=True)
    return False


def _hand_back(item_id: UUID) -> None:
    """When the last range is read, the item itself is next. The row lock lets exactly one worker notice."""
    with transaction.atomic():
        turn = Turn.objects.select_for_update().get(pk=item_id)
        if turn.ranges_open and not RangeRun.objects.filter(item_id=item_id, facts__isnull=True).exists():
            turn.ranges_open = False
            turn.save(update_fields=["ranges_open"])
            wake_after_commit()


# --- what a step sees ---------------------------------------------------------------------------


def _workspace(item: InboxItem, tools: Tools) -> AbstractContextManager[StoreWorkspace]:
    return open_workspace(tools.store, item_prefix(item.pk, item.received_at))


def _context(item: InboxItem, facts: dict[str, Any], workspace: StoreWorkspace, tools: Tools) -> StepContext:
    view = ItemView(
        id=str(item.pk),
        filename=item.filename,
        received_at=item.received_at,
        source=item.source,
        original=item.original,
        accepts_missing_text=item.accepts_missing_text,
    )
    return StepContext(
        item=view,
        facts=facts,
        workspace=workspace,
        ocr=tools.ocr,
        scanner=tools.scanner,
        classifier=tools.classifier,
    )


def _with_ranges(context: StepContext, step: Step) -> StepContext:
    runs = RangeRun.objects.filter(item_id=context.item.id, step=step.name)
    facts = {**context.facts, step.name: {"ranges": [run.facts for run in runs]}}
    return StepContext(
        item=context.item,
        facts=facts,
        workspace=context.workspace,
        ocr=context.ocr,
        scanner=context.scanner,
        classifier=context.classifier,
    )
