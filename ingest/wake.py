"""Wakes workers. Only a hint: the work stands in the database, and the sweep finds what nobody was woken for."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def wake_after_commit() -> None:
    """Wakes one worker once the present transaction is committed."""
    transaction.on_commit(wake, robust=True)


def wake(times: int = 1) -> None:
    """Never fails: without a broker the sweep is late, and nothing else is lost."""
    try:
        for _ in range(times):
            current_app.send_task("ingest.work", expires=60, ignore_result=True)
    except OperationalError as error:
        log.warning("the broker does not answer, the sweep will find the work: %s", error)
