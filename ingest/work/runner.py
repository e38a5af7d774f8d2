"""Takes an item to its next missing step, again and again, under a lock that dies with the process.

Killed anywhere, any number of times: the next worker goes on at the first step that is missing.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from dms.pauses import is_due
from ingest.models import InboxItem, Turn
from ingest.pipeline import PIPELINE
from ingest.steps.contract import Done, Outcome, Reject, Retry, Step, StepContext
from ingest.steps.names import LAST_STEP
from ingest.work.attempt import Tools, attempt, open_context, with_range_facts
from ingest.work.locks import try_lock
from ingest.work.outcomes import UNSTORABLE, commit_last_step, commit_step, failed, give_up, refuse, wait
from ingest.work.page_ranges import MOST_DEATHS, ranges_done
from ingest.work.pending import LONGEST_RETRY, PENDING
from ingest.work.registration import documents_of

log = logging.getLogger(__name__)


def advance_item(item_id: UUID, tools: Tools) -> bool:
    """Runs steps until the item ends, waits, or its pages are up to all workers. False: another worker holds it."""
    with try_lock(item_id) as free:
        if free and _begin_turn(item_id, tools.clock.now()):
            while _run_next_step(item_id, tools):
                pass
            Turn.objects.filter(pk=item_id).update(begun_at=None)
    return free


def _begin_turn(item_id: UUID, now: datetime) -> bool:
    """False when there is nothing to do, or when too many workers died of this item."""
    turn = Turn.objects.select_related("item").get(pk=item_id)
    if turn.item.state not in PENDING or turn.ranges_open or not is_due(turn.not_before, now, LONGEST_RETRY):
        return False
    if turn.begun_at is not None:
        turn.deaths += 1
        if turn.deaths > MOST_DEATHS:
            give_up(turn.item, f"{turn.deaths} workers died at step {turn.item.step}", now)
            return False
    turn.begun_at = now
    turn.save(update_fields=["begun_at", "deaths"])
    return True


def _run_next_step(item_id: UUID, tools: Tools) -> bool:
    """True when the item can go on at once."""
    item = InboxItem.objects.get(pk=item_id)
    if item.state not in PENDING:
        return False
    started = tools.clock.now()
    with open_context(item, tools) as opened:
        step = next((step for step in PIPELINE if step.name not in opened.facts), None)
        if step is None or (step.ranges and not ranges_done(item, step, opened, tools)):
            return False
        context = with_range_facts(opened, step.name) if step.ranges else opened
        outcome = attempt(step.run, context)
        try:
            return _commit(item, step, outcome, context, started, tools.clock.now())
        except UNSTORABLE as error:
            log.exception("what step %s found out about item %s cannot be kept", step.name, item_id)
            failed(item, error, tools.clock.now())
            return False


def _commit(
    item: InboxItem, step: Step, outcome: Outcome | Exception, context: StepContext, started: datetime, now: datetime
) -> bool:
    match outcome:
        case Done() if step.name == LAST_STEP:
            _register(item, step, outcome, context, started, now)
        case Done():
            commit_step(item, step.name, outcome.facts, started=started, now=now)
            return True
        case Reject():
            refuse(item, outcome.reason, outcome.detail, now)
        case Retry():
            wait(item, outcome, now)
        case Exception():
            failed(item, outcome, now)
    return False


def _register(
    item: InboxItem, step: Step, outcome: Done, context: StepContext, started: datetime, now: datetime
) -> None:
    match attempt(documents_of, item, {**context.facts, step.name: outcome.facts}, context.workspace):
        case Retry() as later:
            wait(item, later, now)
        case Exception() as error:
            failed(item, error, now)
        case documents:
            commit_last_step(item, step.name, outcome.facts, documents, started=started, now=now)
