"""What Celery does that belongs to no single part."""

from __future__ import annotations

import logging
import time

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from dms.access.attempts import attempts_tidy
from dms.accounts.outside_logout import logouts_tidy
from dms.accounts.sessions import sessions_tidy
from dms.adapters.chosen import object_store
from dms.adapters.wake import send_wake
from dms.audit.seals import seal_if_due
from dms.ports import StoreUnavailable
from dms.records.protection.following.working import TASK, follow_on, is_left

log = logging.getLogger(__name__)
FOLLOWING_TURN_SECONDS = 4


@shared_task(name=TASK)
def follow() -> None:
    """Dossiers follow their entry into its own scope; with work left after a turn, asks for another one."""
    end = time.monotonic() + FOLLOWING_TURN_SECONDS
    follow_on(may_go_on=lambda: time.monotonic() < end)
    if time.monotonic() >= end:
        send_wake(TASK)


@shared_task(name="rights.sweep")
def sweep_rights() -> None:
    """Runs every few seconds: whoever was not woken, or was killed, is found here."""
    if is_left():
        send_wake(TASK)


@shared_task(name="accounts.tidy")
def tidy_accounts() -> None:
    """Forgets sessions that are over and wrong passwords that no longer count."""
    now = timezone.now()
    sessions_tidy(now=now)
    logouts_tidy(now=now)
    attempts_tidy(now=now)


@shared_task(name="audit.seal")
def seal_audit() -> None:
    """Asks often and seals seldom: a machine that is off at night seals in the morning."""
    try:
        seal_if_due(object_store(), timezone.now(), settings.SEAL_INTERVAL)
    except StoreUnavailable as error:
        log.warning("the seal is not in the store yet, the next call puts it there: %s", error)
