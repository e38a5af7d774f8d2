"""Wakes workers for what is pending in the inbox."""

from __future__ import annotations

from django.db import transaction

from dms.adapters.wake import send_wake

TASK = "ingest.work"


def wake_after_commit() -> None:
    """Wakes one worker once the present transaction is committed."""
    transaction.on_commit(wake, robust=True)


def wake(times: int = 1) -> None:
    """See `dms.adapters.wake.send_wake`: never fails."""
    send_wake(TASK, times)
