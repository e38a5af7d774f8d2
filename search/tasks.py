"""Celery's side of the index: messages only wake; each task may run any number of times."""

from __future__ import annotations

import logging
import time

from celery import shared_task

from dms.adapters.wake import send_wake
from search.chosen import search_index
from search.indexer import drain, pending
from search.ports import SearchUnavailable
from search.source import RecordsSource

log = logging.getLogger(__name__)
TASK = "search.work"
TURN_SECONDS = 20


@shared_task(name=TASK)
def work() -> None:
    """Indexes what is due; with work left after TURN_SECONDS, asks for another turn."""
    end = time.monotonic() + TURN_SECONDS
    try:
        drain(search_index(), RecordsSource(), may_go_on=lambda: time.monotonic() < end)
    except SearchUnavailable as error:
        log.warning("the search index does not answer, the sweep will try again: %s", error)
        return
    if time.monotonic() >= end:
        send_wake(TASK)


@shared_task(name="search.sweep")
def sweep() -> None:
    """Runs every few seconds: finds what nobody was woken for."""
    if pending():
        send_wake(TASK)
