"""Celery's side of the queue: messages only wake; each task may run any number of times."""

from __future__ import annotations

import os
import time

from celery import shared_task

from ingest.reading.preparing import prepare_reading
from ingest.work.pending import pending_items, pending_ranges
from ingest.work.queue import work_until_done
from ingest.work.scratch import forget_dead_scratch
from ingest.work.tidy import tidy_objects
from ingest.work.tools import chosen_tools
from ingest.work.wake import wake

TURN_SECONDS = 4
"""After so long a worker gives its place back, so that other tasks (the search index) come in between."""


@shared_task(name="ingest.work")
def work() -> None:
    """Takes pending work until none is left; with work left after TURN_SECONDS, asks for another turn."""
    prepare_reading()
    tools = chosen_tools()
    tools.ocr.prepare()
    end = time.monotonic() + TURN_SECONDS
    work_until_done(tools, may_go_on=lambda: time.monotonic() < end)
    if time.monotonic() >= end:
        wake()


@shared_task(name="ingest.sweep")
def sweep() -> None:
    """Runs every few seconds: whoever was not woken, because the broker lost the message, is found here."""
    clock = chosen_tools().clock
    pending = len(pending_items(clock)) + len(pending_ranges(clock))
    wake(min(pending, os.cpu_count() or 1))


@shared_task(name="ingest.tidy")
def tidy() -> None:
    """Removes objects and scratch folders that killed workers left behind."""
    forget_dead_scratch()
    tidy_objects(chosen_tools())
