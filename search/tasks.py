"""Celery's side of the index: messages only wake; each task may run any number of times."""

from __future__ import annotations

import logging
import time

from celery import current_app, shared_task
from kombu.exceptions import OperationalError

from search.chosen import search_index
from search.indexer import drain, pending
from search.ports import SearchUnavailable
from search.source import RecordsSource

log = logging.getLogger(__name__)
TURN_SECONDS = 20


@shared_task(name="search.work")
def work() -> None:
    """Indexes what is due; with work left after TURN_SECONDS, asks for another turn."""
    end = time.monotonic() + TURN_SECONDS
    try:
        drain(search_index(), RecordsSource(), may_go_on=lambda: time.monotonic() < end)
    except SearchUnavailable as error:
        log.warning("the search index does not answer, the sweep will try again: %s", error)
        return
    if time.monotonic() >= end:
        _wake()


@shared_task(name="search.sweep")
def sweep() -> None:
    """Runs every few seconds: finds what nobody was woken for."""
    if pending():
        _wake()


def _wake() -> None:
    try:
        current_app.send_task("search.work", expires=60, ignore_result=True)
    except OperationalError as error:
        log.warning("the broker does not answer, the sweep will find the work: %s", error)
