"""Celery's beat, but it goes on when the machine's clock jumps back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from celery.beat import PersistentScheduler
from celery.schedules import schedstate, schedule


class Steadily(schedule):
    """Every so many seconds; a last run in the future is taken for what it is, a wrong clock, and the task is due."""

    def is_due(self, last_run_at: datetime) -> schedstate:
        if self.maybe_make_aware(last_run_at) > self.now():
            return schedstate(is_due=True, next=self.seconds)
        return super().is_due(last_run_at)


class SteadyScheduler(PersistentScheduler):
    """Orders its tasks anew when the clock went back.

    Celery keeps them by the time of day at which they are due, and waits for the first of them. After a jump back none
    would run until the old time has come again.
    """

    _last_tick: datetime | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        now = self.app.now()
        if self._last_tick and now < self._last_tick:
            self._heap = None
        self._last_tick = now
        return float(super().tick(*args, **kwargs))
