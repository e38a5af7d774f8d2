"""Takes an item through the steps that are missing, under a lock that dies with the process.

Steps that follow each other quickly are committed together, for a letter of one page passes all of them in less time
than ten transactions take. Killed anywhere, any number of times: the next worker goes on at the first step that is
missing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dms.pauses import is_due
from ingest.models import InboxItem, Turn
from ingest.pipeline import PIPELINE, range_reader
from ingest.steps.contract import Done, Outcome, PageRange, Reject, Retry, Step, StepContext
from ingest.steps.names import LAST_STEP, step_after
from ingest.work.attempt import Tools, attempt, open_context, with_range_facts
from ingest.work.locks import try_lock
from ingest.work.outcomes import (
    UNSTORABLE,
    StepDone,
    commit_last_steps,
    commit_steps,
    failed,
    give_up,
    refuse,
    wait,
)
from ingest.work.page_ranges import MOST_DEATHS, ranges_done
from ingest.work.pending import LONGEST_RETRY, PENDING
from ingest.work.registration import documents_of
from ingest.work.storable import as_stored
from ingest.work.workspace import item_prefix, open_workspace

log = logging.getLogger(__name__)

TOGETHER = timedelta(seconds=1)
"""Steps are committed before the first of them is older than this: so much work a kill costs, and so long a person
waits to see the item move."""


def advance_item(item_id: UUID, tools: Tools) -> bool:
    """Runs steps until the item ends, waits, or its pages are up to all workers. False: another worker holds it."""
    with try_lock(item_id) as free:
        if free and (turn := _begin_turn(item_id, tools.clock.now())):
            with open_context(turn.item, tools) as context:
                _Way(turn.item, context, tools, together=TOGETHER if turn.deaths == 0 else timedelta(0)).go()
            Turn.objects.filter(pk=item_id).update(begun_at=None)
    return free


def _begin_turn(item_id: UUID, now: datetime) -> Turn | None:
    """None when there is nothing to do, or when too many workers died of this item."""
    turn = Turn.objects.select_related("item").get(pk=item_id)
    if turn.item.state not in PENDING or turn.ranges_open or not is_due(turn.not_before, now, LONGEST_RETRY):
        return None
    if turn.begun_at is not None:
        turn.deaths += 1
        if turn.deaths > MOST_DEATHS:
            give_up(turn.item, f"{turn.deaths} workers died at step {turn.item.step}", now)
            return None
    turn.begun_at = now
    turn.save(update_fields=["begun_at", "deaths"])
    return turn


def _no_ranges(_context: StepContext) -> Sequence[PageRange]:
    return ()


class _Way:
    """An item on its way through the steps, with those that are done and not committed yet.

    After a worker has died of it each step is committed by itself, so that the one at fault is known.
    """

    def __init__(self, item: InboxItem, context: StepContext, tools: Tools, *, together: timedelta) -> None:
        self._item, self._context, self._tools, self._together = item, context, tools, together
        self._done: list[StepDone] = []

    def go(self) -> None:
        try:
            while self._goes_on():
                pass
        except UNSTORABLE as error:
            log.exception("what was found out about item %s cannot be kept", self._item.pk)
            self._fail_where_it_is_spoilt(error)

    def _goes_on(self) -> bool:
        """Runs the next missing step. False: the item has ended, or its turn has."""
        step = next((step for step in PIPELINE if step.name not in self._context.facts), None)
        if step is None:
            return False
        started = self._now()
        context = self._read_ranges(step) if step.ranges else self._context
        if context is None:
            return False
        return self._judge(step, attempt(step.run, context), started)

    def _read_ranges(self, step: Step) -> StepContext | None:
        """The context with what the ranges gave; None while others read them, and when that went wrong."""
        if step.is_quick and attempt(step.is_quick, self._context) is True:
            return self._read_quickly(step)
        self._commit()
        if not ranges_done(self._item, step, self._context, self._tools):
            return None
        return with_range_facts(self._context, step.name)

    def _read_quickly(self, step: Step) -> StepContext | None:
        """Here and now; nothing is written down of the single range."""
        planned = attempt(step.ranges or _no_ranges, self._context)
        if isinstance(planned, Retry | Exception):
            self._stop(planned)
            return None
        read: list[Mapping[str, Any]] = []
        for pages in planned:
            outcome = attempt(range_reader(step.name), self._context, pages)
            if not isinstance(outcome, Done):
                self._stop(outcome)
                return None
            read.append(outcome.facts)
        return replace(self._context, facts={**self._context.facts, step.name: as_stored({"ranges": read})})

    def _judge(self, step: Step, outcome: Outcome | Exception, started: datetime) -> bool:
        if not isinstance(outcome, Done):
            self._stop(outcome)
            return False
        try:
            facts = as_stored(outcome.facts)
        except (TypeError, ValueError) as error:
            log.exception("what step %s found out about item %s cannot be kept", step.name, self._item.pk)
            self._stop(error)
            return False
        self._done.append(StepDone(step.name, facts, started, self._now()))
        self._context = replace(self._context, facts={**self._context.facts, step.name: facts})
        if step.name == LAST_STEP:
            self._register()
            return False
        if self._now() - self._done[0].started >= self._together:
            self._commit()
        return True

    def _stop(self, outcome: Outcome | Exception) -> None:
        """What went well before stays."""
        self._commit()
        match outcome:
            case Reject():
                refuse(self._item, outcome.reason, outcome.detail, self._now())
            case Retry():
                wait(self._item, outcome, self._now())
            case Exception():
                failed(self._item, outcome, self._now())

    def _commit(self) -> None:
        if self._done:
            commit_steps(self._item, self._done, self._now())
            self._item.step = step_after(self._done[-1].step)
            self._done = []

    def _register(self) -> None:
        """What belongs to the documents is read back from the store, not from this turn's own copies."""
        with open_workspace(self._tools.store, item_prefix(self._item.pk, self._item.received_at)) as fresh:
            documents = attempt(documents_of, self._item, self._context.facts, fresh)
        if isinstance(documents, Retry | Exception):
            self._done.pop()
            self._stop(documents)
        else:
            commit_last_steps(self._item, self._done, documents, self._now())

    def _fail_where_it_is_spoilt(self, error: Exception) -> None:
        """Of steps that cannot be committed together, those before the one at fault stay."""
        done = self._done
        try:
            for one in done:
                self._done = [one] if one.step != LAST_STEP else []
                self._commit()
        except UNSTORABLE as found:
            error = found
        failed(self._item, error, self._now())

    def _now(self) -> datetime:
        return self._tools.clock.now()
