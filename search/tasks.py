"""Celery's side of the index: messages only wake; each task may run any number of times."""

from __future__ import annotations

import logging
import time

from celery import shared_task

from dms.adapters.wake import send_wake
from search.chosen import search_index
from search.indexer import drain, pending
from search.ports import IndexMissing, RebuildRunning, SearchIndex, SearchUnavailable
from search.rebuild import rebuild
from search.source import RecordsSource

log = logging.getLogger(__name__)
TASK = "search.work"
TURN_SECONDS = 20


@shared_task(name=TASK)
def work() -> None:
    """Indexes what is due; with work left after TURN_SECONDS, asks for another turn. Builds the index where there is
    none."""
    end = time.monotonic() + TURN_SECONDS
    index = search_index()
    try:
        if is_missing(index):
            _build(index)
        drain(index, RecordsSource(), may_go_on=lambda: time.monotonic() < end)
    except RebuildRunning:
        return  # another worker is at it; the sweep comes back to the notes
    except SearchUnavailable as error:
        log.warning("the search index does not answer, the sweep will try again: %s", error)
        return
    if time.monotonic() >= end:
        send_wake(TASK)


@shared_task(name="search.sweep")
def sweep() -> None:
    """Runs every few seconds: finds what nobody was woken for."""
    try:
        if pending() or is_missing(search_index()):
            send_wake(TASK)
    except SearchUnavailable as error:
        log.warning("the search index does not answer, the next sweep will ask again: %s", error)


def is_missing(index: SearchIndex) -> bool:
    """Asked before anything is written: a server that hangs keeps a worker for seconds then, and not for minutes.
    Raises SearchUnavailable."""
    try:
        index.ping()
    except IndexMissing:
        return True
    return False


def _build(index: SearchIndex) -> None:
    log.warning("there is no search index; it is built from the records")
    rebuild(index, RecordsSource(), progress=lambda done: None)
    log.warning("the search index is built: %s documents", index.size())
