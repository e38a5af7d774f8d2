"""What Celery does that belongs to no single part."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from dms.access.attempts import attempts_tidy
from dms.accounts.sessions import sessions_tidy
from dms.adapters.chosen import object_store
from dms.audit.seals import seal_if_due
from dms.ports import StoreUnavailable

log = logging.getLogger(__name__)


@shared_task(name="accounts.tidy")
def tidy_accounts() -> None:
    """Forgets sessions that are over and wrong passwords that no longer count."""
    now = timezone.now()
    sessions_tidy(now=now)
    attempts_tidy(now=now)


@shared_task(name="audit.seal")
def seal_audit() -> None:
    """Asks often and seals seldom: a machine that is off at night seals in the morning."""
    try:
        seal_if_due(object_store(), timezone.now(), settings.SEAL_INTERVAL)
    except StoreUnavailable as error:
        log.warning("the seal is not in the store yet, the next call puts it there: %s", error)
