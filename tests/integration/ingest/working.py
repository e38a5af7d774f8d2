"""Workers for tests: a clock to set, saboteurs in the pipeline, and workers in processes of their own."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from django.db import connections

from ingest import pipeline
from ingest.models import InboxItem
from ingest.steps.contract import Outcome, PageRange, StepContext
from ingest.work import runner
from ingest.work.attempt import Tools
from ingest.work.queue import work_until_done
from tests.database import other_sessions, wait_for_the_dead_to_leave

Work = Callable[[StepContext], Outcome]
WorkOnRange = Callable[[StepContext, PageRange], Outcome]
LETTER = b"Sehr geehrte Damen und Herren,\n\nhiermit beantrage ich einen Anwohnerparkausweis.\n"
PATIENCE_SECONDS = 60


class SetClock:
    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        return self._now

    def forward(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


def sabotage(
    monkeypatch: pytest.MonkeyPatch, name: str, run: Work | None = None, read_range: WorkOnRange | None = None
) -> None:
    """Puts other work in the place of one step's; the other steps stay the real ones."""
    steps = tuple(
        replace(step, run=run or step.run, read_range=read_range or step.read_range) if step.name == name else step
        for step in pipeline.PIPELINE
    )
    monkeypatch.setattr(pipeline, "PIPELINE", steps)
    monkeypatch.setattr(runner, "PIPELINE", steps)


def run_of(name: str) -> Work:
    return next(step.run for step in pipeline.PIPELINE if step.name == name)


def work(tools: Tools) -> int:
    """One worker, until nothing can be done now. Fails instead of running for ever."""
    turns = iter(range(500))
    return work_until_done(tools, may_go_on=lambda: next(turns, None) is not None)


def worked(item: InboxItem, tools: Tools) -> InboxItem:
    """The item after a worker did what can be done now."""
    work(tools)
    return fresh(item)


def fresh(item: InboxItem) -> InboxItem:
    return InboxItem.objects.get(pk=item.pk)


def in_processes(how_many: int, job: Callable[[], object]) -> list[int]:
    """Runs the job in so many real processes at once, each with its own connection; returns their exit statuses.

    Only in tests with real transactions: connections are closed first, because two processes cannot share one.
    """
    before = other_sessions()
    connections.close_all()
    children = [_fork(job) for _ in range(how_many)]
    statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    wait_for_the_dead_to_leave(before)
    return statuses


def _fork(job: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        _live_and_die(job)
    return child


def _live_and_die(job: Callable[[], object]) -> NoReturn:
    status = 70
    try:
        signal.alarm(PATIENCE_SECONDS)
        job()
        connections.close_all()
        status = 0
    finally:
        if status:
            traceback.print_exc()  # it dies without a word otherwise, and the status alone explains nothing
        os._exit(status)


def objects_in(store: Path) -> set[str]:
    """Keys of all objects in the store, and whatever was left unfinished."""
    return {path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file()}
