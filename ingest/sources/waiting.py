"""What lies in the watched folder and why, told to the people at the inbox: the watching program writes, pages read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from dms.access.models import Scope
from ingest.models import WaitingFile
from ingest.reasons import FolderReason
from ingest.work.storable import storable

LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Notice:
    """`path` as people find it. `until`: when it is taken in as it is."""

    path: str
    reason: FolderReason
    since: datetime
    until: datetime | None = None
    detail: str = ""


def publish(notices: Mapping[str, Notice], scope: Scope) -> None:
    """From now on these are what waits for this inbox, and nothing else."""
    with transaction.atomic():
        WaitingFile.objects.filter(scope=scope).delete()
        WaitingFile.objects.bulk_create(_row(key, notice, scope) for key, notice in notices.items())


def _row(key: str, notice: Notice, scope: Scope) -> WaitingFile:
    return WaitingFile(
        key=key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest(),
        scope=scope,
        path=storable(notice.path[:1000]),
        reason=notice.reason.value,
        detail=storable(notice.detail),
        since=notice.since,
        until=notice.until,
    )
