"""Page ranges of long documents: rows that any worker reads; whoever reads the last one hands the item back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from dms.pauses import is_due
from ingest.models import InboxItem, RangeRun, Turn
from ingest.pipeline import range_reader
from ingest.steps.contract import Done, Outcome, PageRange, Reject, Retry, Step, StepContext
from ingest.work.attempt import Tools, attempt, open_context
from ingest.work.locks import try_lock
from ingest.work.outcomes import BACKOFF_SECONDS, UNSTORABLE, failed, give_up, refuse, wait
from ingest.work.pending import LONGEST_RETRY, PENDING
from ingest.work.storable import storable
from ingest.work.wake import wake, wake_after_commit

log = logging.getLogger(__name__)

MOST_DEATHS = 10
"""So often may workers die while they hold the same work before a person has to look at it."""
MOST_WAKES = 8


def ranges_done(item: InboxItem, step: Step, context: StepContext, tools: Tools) -> bool:
    """Plans the ranges once. A single one is read here and now; several are left to all workers (False)."""
    runs = list(RangeRun.objects.select_related("item").filter(item=item, step=step.name))
    if not runs:
        match attempt(step.ranges or _no_ranges, context):
            case Retry() as later:
                wait(item, later, tools.clock.now())
                return False
            case Exception() as error:
                failed(item, error, tools.clock.now())
                return False
            case planned:
                runs = _plan(item, step, planned)
    open_runs = [run for run in runs if run.facts is None]
    if len(open_runs) <= 1:
        return all(_read(run, tools) for run in open_runs)
    _give_to_all(item, len(open_runs))
    return False


def read_range(range_id: UUID, tools: Tools) -> bool:
    """Reads one open range. False: another worker holds it."""
    with try_lock(range_id) as free:
        run = RangeRun.objects.select_related("item").filter(pk=range_id, facts__isnull=True).first() if free else None
        if run is not None and run.item.state in PENDING and not _waits(run, tools.clock.now()):
            _read(run, tools)
    return free


def _waits(run: RangeRun, now: datetime) -> bool:
    """Another worker may have failed at it since it was looked up."""
    return not is_due(run.not_before, now, LONGEST_RETRY)


def _no_ranges(context: StepContext) -> Sequence[PageRange]:
    return ()


def _plan(item: InboxItem, step: Step, ranges: Sequence[PageRange]) -> list[RangeRun]:
    return RangeRun.objects.bulk_create(
        RangeRun(item=item, step=step.name, position=position, part=r.part, first=r.first, last=r.last)
        for position, r in enumerate(ranges)
    )


def _give_to_all(item: InboxItem, how_many: int) -> None:
    with transaction.atomic():
        Turn.objects.filter(pk=item.pk).update(ranges_open=True)
        transaction.on_commit(lambda: wake(min(how_many, MOST_WAKES)), robust=True)


def _read(run: RangeRun, tools: Tools) -> bool:
    """True when the range is read. Otherwise it is tried again later, or the item has ended."""
    now = tools.clock.now()
    deaths = run.deaths + (run.begun_at is not None)
    if deaths > MOST_DEATHS:
        give_up(run.item, f"{deaths} workers died at pages {run.first}–{run.last}", now)
        return False
    RangeRun.objects.filter(pk=run.pk).update(begun_at=now, deaths=deaths)
    with open_context(run.item, tools) as context:
        outcome = attempt(_read_by_step, run.step, context, PageRange(run.part, run.first, run.last))
    if not RangeRun.objects.filter(pk=run.pk).exists():
        return False  # the item ended meanwhile and was begun anew: this is news from its former life
    try:
        return _commit(run, outcome, tools.clock.now())
    except UNSTORABLE as error:
        log.exception("pages %s–%s of item %s cannot be kept", run.first, run.last, run.item_id)
        return _commit(run, error, tools.clock.now())


def _read_by_step(step: str, context: StepContext, pages: PageRange) -> Outcome:
    return range_reader(step)(context, pages)


def _commit(run: RangeRun, outcome: Outcome | Exception, now: datetime) -> bool:
    match outcome:
        case Done():
            return _keep_facts(run, outcome)
        case Reject():
            refuse(run.item, outcome.reason, outcome.detail, now)
        case Retry():
            _later(run, outcome.after_seconds, now)
        case Exception() if run.attempts < len(BACKOFF_SECONDS):
            _later(run, BACKOFF_SECONDS[run.attempts], now, failed=True)
        case Exception():
            give_up(run.item, f"pages {run.first}–{run.last}: {type(outcome).__name__}: {outcome}", now)
    return False


def _keep_facts(run: RangeRun, outcome: Done) -> bool:
    """With the last range the item is handed back in the same transaction: nobody would look for it after a kill."""
    with transaction.atomic():
        kept = RangeRun.objects.filter(pk=run.pk).update(facts=storable(outcome.facts), begun_at=None)
        _hand_back(run.item_id)
    return bool(kept)


def _later(run: RangeRun, seconds: int, now: datetime, *, failed: bool = False) -> None:
    with transaction.atomic():
        RangeRun.objects.filter(pk=run.pk).update(
            begun_at=None, attempts=run.attempts + failed, not_before=now + timedelta(seconds=seconds)
        )
        # a single range that was read on the spot is from now on found like those of long documents
        Turn.objects.filter(pk=run.item_id).update(ranges_open=True)


def _hand_back(item_id: UUID) -> None:
    """When the last range is read, the item itself is next. The row lock lets exactly one worker notice."""
    turn = Turn.objects.select_for_update().get(pk=item_id)
    if turn.ranges_open and not RangeRun.objects.filter(item_id=item_id, facts__isnull=True).exists():
        turn.ranges_open = False
        turn.save(update_fields=["ranges_open"])
        wake_after_commit()
