"""Which files of the watched folder are left alone for a while, and why: said in the log once, and to the people as
long as it lasts."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from ingest.reasons import FolderReason
from ingest.sources.waiting import Notice

log = logging.getLogger(__name__)

REST = timedelta(minutes=1)


class Troubles:
    """Lives as long as the process that looks at the folder. What changes gets another key, so it need not wait."""

    def __init__(self) -> None:
        self._resting: dict[str, tuple[datetime, Notice]] = {}

    def rests(self, key: str, now: datetime) -> bool:
        return key in self._resting and now < self._resting[key][0]

    def rest(self, key: str, notice: Notice, until: datetime) -> None:
        """Left alone until then, without a word in the log."""
        self._resting[key] = (until, notice)

    def note(self, key: str, message: str, notice: Notice, now: datetime) -> None:
        """Left alone for a minute."""
        if not self.rests(key, now):
            log.warning("%s", message)
            self.rest(key, notice, now + REST)

    def notices(self, now: datetime, files: Collection[str]) -> dict[str, Notice]:
        """Of the files that are there, by their keys, and of all folders."""
        return {
            key: notice
            for key, (until, notice) in self._resting.items()
            if now < until and (key in files or notice.reason is FolderReason.FOLDER_UNREADABLE)
        }

    def forget_old(self, now: datetime) -> None:
        self._resting = {key: kept for key, kept in self._resting.items() if now < kept[0]}
