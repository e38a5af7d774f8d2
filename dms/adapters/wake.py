"""Wakes Celery workers. Only a hint: the work stands in the database, and a sweep finds what nobody was woken for."""

from __future__ import annotations

import logging

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
STALE_AFTER_SECONDS = 60


def send_wake(task: str, times: int = 1) -> None:
    """Never fails: without a broker the sweep is late, and nothing else is lost."""
    try:
        for _ in range(times):
            current_app.send_task(task, expires=STALE_AFTER_SECONDS, ignore_result=True)
    except OperationalError as error:
        log.warning("the broker does not answer, the sweep will find the work: %s", error)
