"""What Celery does that belongs to no single part."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from dms.access.attempts import attempts_tidy
from dms.accounts.sessions import sessions_tidy


@shared_task(name="accounts.tidy")
def tidy_accounts() -> None:
    """Forgets sessions that are over and wrong passwords that no longer count."""
    now = timezone.now()
    sessions_tidy(now=now)
    attempts_tidy(now=now)
