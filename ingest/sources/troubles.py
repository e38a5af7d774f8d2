"""Which files of the watched folder made trouble: left alone for a minute, and said once a minute in the log."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

log = logging.getLogger(__name__)

REST = timedelta(minutes=1)


class Troubles:
    """Lives as long as the process that looks at the folder. What changes gets another key, so it need not wait."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def rests(self, key: str, now: datetime) -> bool:
        return key in self._until and now < self._until[key]

    def note(self, key: str, message: str, now: datetime) -> None:
        if not self.rests(key, now):
            log.warning("%s", message)
            self._until[key] = now + REST

    def forget_old(self, now: datetime) -> None:
        self._until = {key: until for key, until in self._until.items() if now < until}
