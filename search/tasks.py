"""Celery's side of the index: messages only wake; each task may run any number of times."""

from __future__ import annotations

import logging
import time
from functools import cache

from celery import shared_task

from dms.adapters.wake import send_wake
from search.chosen import search_index
from search.indexer import drain, pending
from search.ports import IndexMissing, RebuildRunning, SearchIndex, SearchUnavailable
from search.rebuild import rebuild
from search.refresh import refresh
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
    """Runs every few seconds: finds what nobody was woken for, and an index that an older version has made."""
    try:
        missing = is_missing(search_index())
        if not missing:
            look_for_older_analysis()
        if missing or pending():
            send_wake(TASK)
    except SearchUnavailable as error:
        log.warning("the search index does not answer, the next sweep will ask again: %s", error)


@cache
def look_for_older_analysis() -> None:
    """Once in each process, since neither its code nor its dictionaries change."""
    if noted := refresh(search_index(), RecordsSource()):
        log.warning("texts are analysed otherwise now: %s documents will be indexed anew", noted)


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
