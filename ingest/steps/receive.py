"""Step receive: the stored bytes are the bytes that came in, and there are some."""

from __future__ import annotations

from dms.ports import ObjectDamaged, ObjectMissing, StoreUnavailable
from ingest.reasons import Delay, Reason
from ingest.steps.contract import Done, Outcome, Reject, Retry, StepContext

STORE_PAUSE = 30
"""Seconds until the store is asked again."""


def run(context: StepContext) -> Outcome:
    original = context.item.original
    try:
        size = context.workspace.fetch(original).stat().st_size  # fetching compares the digest
    except (ObjectDamaged, ObjectMissing) as error:
        return Reject(Reason.ORIGINAL_DAMAGED, str(error))
    except StoreUnavailable as error:
        return Retry(STORE_PAUSE, str(error), Delay.STORE_AWAY)
    if size != original.size:
        return Reject(Reason.ORIGINAL_DAMAGED, f"{original.key}: expected {original.size} bytes, got {size}")
    return Reject(Reason.EMPTY_FILE) if size == 0 else Done({"size": size})
